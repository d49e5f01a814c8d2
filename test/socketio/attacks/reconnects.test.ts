/** Clients that disconnect and connect anew over the same transport, with events of theirs still on the way. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SOCKETIO_CONNECT_MS } from "../../../src/protocol/limits.ts";
import { person } from "../../support/host-users.ts";
import { PollingSession } from "../../support/socketio.ts";
import { isKnown, roomOfTwo } from "./room-of-two.ts";

beforeEach(() => {
  // Every session is in one shard, so that whoever is attacked is near.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it("what was on the way is stored in its sender's name, and shows whoever connects next nothing", async () => {
  const [{ a, ada, bob, room }, eve] = [await roomOfTwo(), await person("Eve")];
  const packet = (id: number, name: string, input: object) => `42${id}${JSON.stringify([name, input])}`;
  const session = await PollingSession.connect(bob);
  const before = [
    packet(1, "join", { room }),
    packet(2, "chat", { room, body: "before I go" }),
    packet(3, "watch", { userIds: [ada.user.id] }),
    packet(4, "leave", { room }),
    "41",
    `40${JSON.stringify({ token: eve.token })}`,
  ];
  await session.post(before.join("\u001e"));
  expect(await a.nextEvent("chat")).toMatchObject({ author: bob.user, body: "before I go" });
  await session.until((packets) => packets.split("40{").length === 3);
  await a.ask("chat", { room, body: "among us" });
  await session.post(packet(5, "dance", {}));
  await session.until((packets) => packets.includes("435["));
  const [, shownToEve = ""] = session.received.join("\u001e").split(/40\{.*?40\{/s);
  expect(shownToEve).toContain("unread_count");
  expect(shownToEve).not.toMatch(/among us|before I go|joined|"left"|43[1-4]\[/);
});

it("what is emitted just before the connection closes is stored", async () => {
  const { a, bob, room } = await roomOfTwo();
  const session = await PollingSession.connect(bob);
  await session.post(`42${JSON.stringify(["chat", { room, body: "bye" }])}\u001e41\u001e1`);
  expect(await a.nextEvent("chat")).toMatchObject({ body: "bye" });
});

it("who disconnects and does not connect again in time is closed", async () => {
  const session = await PollingSession.connect(await person("Ada"));
  // The ten seconds are over at once.
  const { setTimeout } = globalThis;
  vi.stubGlobal("setTimeout", (work: () => void, ms: number) =>
    setTimeout(work, ms === SOCKETIO_CONNECT_MS ? 0 : ms),
  );
  await session.post("41");
  await session.until((packets) => packets.endsWith("1"));
  expect(await isKnown(session.sid)).toBe(false);
});
