/** What is said to a user who may not write now. */
import { describe, expect, it } from "vitest";
import { EMPTY_ROOM, type RoomState } from "../../../src/client/room/room-state.ts";
import { writingRestrictionOf, lastSentAt } from "../../../src/view/writing/writing-restriction.ts";
import { writingRestrictionText } from "../../../src/view/writing/writing-restriction-text.ts";

const NOW = 1_800_000_000_000;
const ada = { id: "ada", name: "Ada" };
const thread = { id: "t", kind: "group" as const, name: "Lilies", createdAt: 0 };

function room(changes: Partial<RoomState>): RoomState {
  return { ...EMPTY_ROOM, user: ada, thread, you: { role: "member", readSeq: 0 }, ...changes };
}

function restriction(changes: Partial<RoomState>) {
  const state = room(changes);
  return writingRestrictionOf({ ...state, lastSentAt: lastSentAt(state) }, NOW);
}

function sent(author: string, at: number) {
  return { seq: 1, rev: 1, id: "1", author: { id: author, name: author }, body: "Hello", at };
}

describe("a member", () => {
  it("may write in a thread without rules", () => {
    expect(restriction({ messages: [sent("ada", NOW)] })).toBeUndefined();
  });

  it.each([
    [{ locked: true }, { why: "locked" }],
    [{ whoPosts: "moderators" }, { why: "moderators" }],
  ] as const)("does not write where %o", (rules, why) => {
    const ruled = { ...thread, ...rules };
    expect(restriction({ thread: ruled })).toEqual(why);
    expect(restriction({ thread: ruled, you: { role: "moderator", readSeq: 0 } })).toBeUndefined();
  });

  it("waits in slow mode after a message of their own alone, and never longer than the interval", () => {
    const slow = { ...thread, slowModeMs: 60_000 };
    const waits = (messages: RoomState["messages"]) => restriction({ thread: slow, messages });
    expect(waits([sent("bob", NOW)])).toBeUndefined();
    expect(waits([sent("ada", NOW - 20_000)])).toEqual({ why: "slow", until: NOW + 40_000 });
    expect(waits([sent("ada", NOW - 60_000)])).toBeUndefined();
    // The server's clock is ahead.
    expect(waits([sent("ada", NOW + 500_000)])).toEqual({ why: "slow", until: NOW + 60_000 });
  });

  it("does not write before a timeout ends, whatever their role", () => {
    const timedOut = (role: "member" | "moderator", until: number) =>
      restriction({ you: { role, readSeq: 0, timeoutUntil: until } });
    expect(timedOut("moderator", NOW + 1)).toEqual({ why: "timeout", until: NOW + 1 });
    expect(timedOut("member", NOW)).toBeUndefined();
  });
});

describe("the text", () => {
  it("counts down what ends within the hour, and says when anything else does", () => {
    const text = (leftMs: number) =>
      writingRestrictionText({ why: "slow", until: NOW + leftMs }, NOW, undefined, "en");
    expect(text(4_200)).toBe("Slow mode: you can write again in 0:05.");
    expect(text(125_000)).toBe("Slow mode: you can write again in 2:05.");
    expect(text(3_600_000)).toBe("Slow mode: you can write again in 60:00.");
    expect(text(7_200_000)).toMatch(/^Slow mode: you can write again on .*2027.*\.$/);
  });
});
