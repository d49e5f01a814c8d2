import { describe, expect, it } from "vitest";
import {
  isUnlisted,
  reducePresence,
  withPage,
  withSeen,
} from "../../../src/client/presence/presence-reducer.ts";
import { EMPTY_PRESENCE, type PresenceState } from "../../../src/client/presence/presence-state.ts";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { ThreadSummary } from "../../../src/protocol/model.ts";
import { ADA, BEN, NOW, welcome } from "../support/samples.ts";

const thread = (id: string, seq: number, readSeq: number): ThreadSummary => ({
  id,
  kind: "group",
  name: id,
  seq,
  readSeq,
  unread: seq - readSeq,
  lastMessage: { seq, author: BEN, preview: `${seq}`, at: NOW },
});

const marks = (threadId: string, seq: number, readSeq: number) => ({
  threadId,
  seq,
  readSeq,
  unread: seq - readSeq,
});

function online(
  threads: { threadId: string; seq: number; readSeq: number; unread: number }[],
): PresenceEvent {
  const unreadThreads = threads.filter(({ unread }) => unread > 0).length;
  return { type: "welcome", user: ADA, threads, unreadThreads, expiresAt: NOW, limits: welcome(0).limits };
}

const said = (threadId: string, seq: number, unread: number): PresenceEvent => ({
  type: "new_message",
  threadId,
  seq,
  unread,
  author: BEN,
  preview: `${seq}`,
  at: NOW,
});

const after = (state: PresenceState, ...events: PresenceEvent[]) => events.reduce(reducePresence, state);

const listed = withPage(
  after(EMPTY_PRESENCE, online([marks("a", 3, 3), marks("b", 5, 4)])),
  { threads: [thread("a", 3, 3), thread("b", 5, 4)] },
  "first",
);

const order = ({ threads }: PresenceState) => threads.map(({ id }) => id);
const unread = (state: PresenceState, id: string) => state.threads.find((one) => one.id === id)?.unread;

describe("the badge", () => {
  it("counts threads, not messages", () => {
    expect(listed.unreadThreads).toBe(1);
    expect(after(listed, said("b", 6, 2), said("b", 7, 3)).unreadThreads).toBe(1);
    expect(after(listed, said("a", 4, 1)).unreadThreads).toBe(2);
  });

  it("counts a thread once that the welcome had no room to name, and a page tells of later", () => {
    const named = Array.from({ length: 500 }, (_, i) => marks(`t${i}`, 1, 0));
    const full = after(EMPTY_PRESENCE, { ...online(named), unreadThreads: 501 } as PresenceEvent);
    const paged = withPage(full, { threads: [thread("t500", 4, 2)] }, "next");
    expect(paged.unreadThreads).toBe(501);
    expect(after(paged, { type: "read", threadId: "t500", readSeq: 4, unread: 0 }).unreadThreads).toBe(500);
  });

  it("goes down when a thread is read, in whatever tab", () => {
    expect(after(listed, { type: "read", threadId: "b", readSeq: 5, unread: 0 }).unreadThreads).toBe(0);
    expect(withSeen(listed, "b", 5).unreadThreads).toBe(0);
  });

  it("does not come back when word of a message is late, after it was seen", () => {
    const late = after(withSeen(listed, "a", 4), said("a", 4, 1));
    expect(unread(late, "a")).toBe(0);
    expect(late.unreadThreads).toBe(listed.unreadThreads);
  });

  it("forgets a thread that one is removed from", () => {
    const left = after(listed, { type: "thread_removed", threadId: "b" });
    expect(left.unreadThreads).toBe(0);
    expect(order(left)).toEqual(["a"]);
  });
});

describe("the list", () => {
  it("puts the thread with a new message on top, with its preview", () => {
    const moved = after(listed, said("b", 6, 2));
    expect(order(moved)).toEqual(["b", "a"]);
    expect(moved.threads[0]?.lastMessage?.preview).toBe("6");
    expect(unread(moved, "b")).toBe(2);
  });

  it("keeps its order when a name changes", () => {
    const renamed = after(listed, { type: "thread", thread: { ...thread("b", 5, 4), name: "Pond" } });
    expect(order(renamed)).toEqual(["a", "b"]);
    expect(renamed.threads[1]?.name).toBe("Pond");
  });

  it("puts a new thread on top, and not one further down than it was loaded, whatever changes there", () => {
    const known = after(listed, online([marks("a", 3, 3), marks("b", 5, 4), marks("old", 2, 2)]));
    const renamed = after(known, { type: "thread", thread: { ...thread("old", 2, 2), name: "Pond" } });
    expect(order(renamed)).toEqual(["a", "b"]);
    expect(order(after(renamed, { type: "thread", thread: thread("new", 0, 0) }))).toEqual(["new", "a", "b"]);
  });

  it("never goes back to an older count or preview, in whatever order things arrive", () => {
    const late = after(listed, said("a", 4, 1), { type: "thread", thread: thread("a", 3, 3) });
    expect(unread(late, "a")).toBe(1);
    expect(late.threads[0]?.lastMessage?.preview).toBe("4");
  });

  it("asks again when it hears of a thread that it does not show", () => {
    expect(isUnlisted(listed, said("c", 1, 1))).toBe(true);
    expect(isUnlisted(listed, said("a", 4, 1))).toBe(false);
  });

  it("drops, after a reconnect, a thread that was left meanwhile", () => {
    expect(order(after(listed, online([marks("b", 5, 5)])))).toEqual(["b"]);
  });

  it("puts the next page below", () => {
    const more = withPage(listed, { threads: [thread("c", 1, 1)], nextCursor: "x" }, "next");
    expect(order(more)).toEqual(["a", "b", "c"]);
    expect(more.nextCursor).toBe("x");
  });
});
