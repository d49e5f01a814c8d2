/** A check that takes its time: commands wait for it, each sender's in order, and no sender for another. */
import { expect, it, vi } from "vitest";
import { LilypadError } from "../../../src/protocol/errors.ts";
import type { Result } from "../../../src/rpc/result.ts";
import { CheckQueue, type Check, type QueuedCommand } from "../../../src/thread/writing/check-queue.ts";
import type { Outcome } from "../../../src/thread/writing/command.ts";

/** A queue whose check waits for commands with this body; `passed` is what came through, in order. */
function queueWith(...checks: Check[]) {
  const passed: string[] = [];
  const queue = new CheckQueue(checks, (commands) => passed.push(...commands.map(bodyOf)));
  return { queue, passed };
}

const bodyOf = ({ command }: QueuedCommand) => (command.type === "chat" ? command.body : "");

function chat(
  author: string,
  body: string,
  reply: (result: Result<Outcome>) => void = () => {},
): QueuedCommand {
  return { user: { id: author, name: author }, command: { type: "chat", id: body, body }, reply };
}

/** A check that resolves or rejects when the test says so, for the bodies it is given. */
function slowCheck(...bodies: string[]) {
  const waiting = new Map(bodies.map((body) => [body, Promise.withResolvers<void>()]));
  const check: Check = (_user, command) =>
    command.type === "chat" ? waiting.get(command.body)?.promise : undefined;
  return {
    check,
    allow: (body: string) => waiting.get(body)?.resolve(),
    refuse: (body: string, error: unknown) => waiting.get(body)?.reject(error),
  };
}

it("passes commands at once, in the same stretch of work, where there is no check", () => {
  const { queue, passed } = queueWith();
  queue.submit([chat("ada", "one"), chat("ada", "two")]);
  expect(passed).toEqual(["one", "two"]);
});

it("passes at once what a check has nothing to say of", () => {
  const { queue, passed } = queueWith(slowCheck().check);
  queue.submit([chat("ada", "one")]);
  expect(passed).toEqual(["one"]);
});

it("keeps each sender's order, and keeps no other sender waiting", async () => {
  const slow = slowCheck("first", "third");
  const { queue, passed } = queueWith(slow.check);
  queue.submit([chat("ada", "first"), chat("ada", "second"), chat("bob", "beside"), chat("ada", "third")]);
  expect(passed).toEqual(["beside"]);
  // The later one is allowed first, and still comes last.
  slow.allow("third");
  await Promise.resolve();
  expect(passed).toEqual(["beside"]);
  slow.allow("first");
  await vi.waitFor(() => expect(passed).toEqual(["beside", "first", "second", "third"]));
  queue.submit([chat("ada", "fourth")]);
  expect(passed.at(-1)).toBe("fourth");
});

it("replies to a refused command with the check's error, and passes what came after it", async () => {
  const slow = slowCheck("rude");
  const { queue, passed } = queueWith(slow.check);
  const reply = vi.fn<(result: Result<Outcome>) => void>();
  queue.submit([chat("ada", "rude", reply), chat("ada", "polite")]);
  slow.refuse("rude", new LilypadError("forbidden", "Not here."));
  await vi.waitFor(() => expect(passed).toEqual(["polite"]));
  expect(reply).toHaveBeenCalledExactlyOnceWith({
    ok: false,
    failure: { code: "forbidden", message: "Not here." },
  });
});

it("runs what is to follow a sender's commands after them", async () => {
  const slow = slowCheck("one");
  const { queue, passed } = queueWith(slow.check);
  queue.submit([chat("ada", "one")]);
  queue.after("ada", () => passed.push("(then)"));
  queue.after("bob", () => passed.push("(at once)"));
  slow.allow("one");
  await vi.waitFor(() => expect(passed).toEqual(["(at once)", "one", "(then)"]));
});

it("refuses more waiting commands of a sender than its limit as rate_limited, in order", async () => {
  const slow = slowCheck("0");
  const { queue, passed } = queueWith(slow.check);
  const refused: string[] = [];
  const commands = Array.from({ length: 102 }, (_, i) =>
    chat("ada", String(i), (result) => {
      if (!result.ok) refused.push(`${i} ${result.failure.code} after ${passed.length}`);
    }),
  );
  queue.submit(commands);
  slow.allow("0");
  await vi.waitFor(() => expect(refused).toHaveLength(2));
  expect(passed).toHaveLength(100);
  expect(refused).toEqual(["100 rate_limited after 100", "101 rate_limited after 100"]);
});
