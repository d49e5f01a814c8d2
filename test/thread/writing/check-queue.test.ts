/** Asynchronous checks before writing: a sender's commands wait for them in order, and for no other sender's. */
import { expect, it, vi } from "vitest";
import { LilypadError } from "../../../src/protocol/errors.ts";
import type { Result } from "../../../src/rpc/result.ts";
import { CheckQueue, type Check, type QueuedCommand } from "../../../src/thread/writing/check-queue.ts";
import type { Outcome } from "../../../src/thread/writing/command.ts";
import { eventually } from "../../support/eventually.ts";

/** A queue with these checks; `passed` is the bodies of the commands that passed, in order. */
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

it("passes commands synchronously where there is no check", () => {
  const { queue, passed } = queueWith();
  queue.submit([chat("ada", "one"), chat("ada", "two")]);
  expect(passed).toEqual(["one", "two"]);
});

it("passes synchronously the commands that a check does not concern", () => {
  const { queue, passed } = queueWith(slowCheck().check);
  queue.submit([chat("ada", "one")]);
  expect(passed).toEqual(["one"]);
});

it("keeps each sender's order, and delays no other sender", async () => {
  const slow = slowCheck("first", "third");
  const { queue, passed } = queueWith(slow.check);
  queue.submit([chat("ada", "first"), chat("ada", "second"), chat("bob", "beside"), chat("ada", "third")]);
  expect(passed).toEqual(["beside"]);
  // The later one is allowed first, and still comes last.
  slow.allow("third");
  await Promise.resolve();
  expect(passed).toEqual(["beside"]);
  slow.allow("first");
  await eventually(() => expect(passed).toEqual(["beside", "first", "second", "third"]));
  queue.submit([chat("ada", "fourth")]);
  expect(passed.at(-1)).toBe("fourth");
});

it("replies to a refused command with the check's error, and passes the commands after it", async () => {
  const slow = slowCheck("rude");
  const { queue, passed } = queueWith(slow.check);
  const reply = vi.fn<(result: Result<Outcome>) => void>();
  queue.submit([chat("ada", "rude", reply), chat("ada", "polite")]);
  slow.refuse("rude", new LilypadError("forbidden", "Not here."));
  await eventually(() => expect(passed).toEqual(["polite"]));
  expect(reply).toHaveBeenCalledExactlyOnceWith({
    ok: false,
    failure: { code: "forbidden", message: "Not here." },
  });
});

it("runs a callback after the sender's commands that were submitted before it", async () => {
  const slow = slowCheck("one");
  const { queue, passed } = queueWith(slow.check);
  queue.submit([chat("ada", "one")]);
  queue.after("ada", () => passed.push("(then)"));
  queue.after("bob", () => passed.push("(at once)"));
  slow.allow("one");
  await eventually(() => expect(passed).toEqual(["(at once)", "one", "(then)"]));
});

it("refuses commands of a sender as rate_limited at once where 100 wait", async () => {
  const slow = slowCheck("0");
  const { queue, passed } = queueWith(slow.check);
  const refused: string[] = [];
  const commands = Array.from({ length: 102 }, (_, i) =>
    chat("ada", String(i), (result) => {
      if (!result.ok) refused.push(`${i} ${result.failure.code} after ${passed.length}`);
    }),
  );
  queue.submit(commands);
  expect(refused).toEqual(["100 rate_limited after 0", "101 rate_limited after 0"]);
  slow.allow("0");
  await eventually(() => expect(passed).toHaveLength(100));
  expect(refused).toHaveLength(2);
});

it("refuses one command whose check throws, and passes those beside it", async () => {
  const { queue, passed } = queueWith((_user, command) => {
    if (command.type === "chat" && command.body === "odd") throw new LilypadError("forbidden", "Not here.");
    return undefined;
  });
  const reply = vi.fn<(result: Result<Outcome>) => void>();
  queue.submit([chat("ada", "before"), chat("ada", "odd", reply), chat("bob", "beside")]);
  queue.submit([chat("ada", "after")]);
  await eventually(() => expect(passed).toEqual(["before", "beside", "after"]));
  expect(reply).toHaveBeenCalledExactlyOnceWith({
    ok: false,
    failure: { code: "forbidden", message: "Not here." },
  });
});
