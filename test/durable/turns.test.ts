import { expect, it } from "vitest";
import { Turns } from "../../src/sockets/request-queue.ts";

it("a socket's work waits for its own, which may fail, and not for another's", async () => {
  const turns = new Turns();
  const [one, other] = [{} as WebSocket, {} as WebSocket];
  const done: string[] = [];
  const held = Promise.withResolvers<void>();
  const failing = turns.take(one, () => held.promise);
  const after = turns.take(one, async () => done.push("after"));
  await turns.take(other, async () => done.push("beside"));
  expect(done).toEqual(["beside"]);
  held.reject(new Error("no such key"));
  await expect(failing).rejects.toThrow("no such key");
  await after;
  expect(done).toEqual(["beside", "after"]);
});
