import { describe, expect, it } from "vitest";
import {
  isUnlisted,
  reducePresence,
  withThreadPage,
  withSeen,
} from "../../../src/client/presence/presence-reducer.ts";
import { EMPTY_PRESENCE, type PresenceState } from "../../../src/client/presence/presence-state.ts";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { ThreadSummary } from "../../../src/protocol/model.ts";
import { BEN, newMessage, NOW, presenceWelcome, range, summary } from "../support/samples.ts";

/** A thread whose newest message is message `seq`. */
function thread(id: string, seq: number, readSeq: number): ThreadSummary {
  return summary(id, seq, readSeq, { lastMessage: { seq, author: BEN, preview: `${seq}`, at: NOW } });
}

const reduceAll = (state: PresenceState, ...events: PresenceEvent[]) => events.reduce(reducePresence, state);

const listed = withThreadPage(
  reduceAll(EMPTY_PRESENCE, presenceWelcome([thread("a", 3, 3), thread("b", 5, 4)])),
  { threads: [thread("a", 3, 3), thread("b", 5, 4)] },
  "first",
);

const idsOf = ({ threads }: PresenceState) => threads.map(({ id }) => id);
const unreadIn = (state: PresenceState, id: string) => state.threads.find((one) => one.id === id)?.unread;

describe("the badge", () => {
  it("counts threads, not messages", () => {
    expect(listed.unreadThreads).toBe(1);
    expect(reduceAll(listed, newMessage("b", 6, 2), newMessage("b", 7, 3)).unreadThreads).toBe(1);
    expect(reduceAll(listed, newMessage("a", 4, 1)).unreadThreads).toBe(2);
  });

  it("counts a thread once that the `welcome` had no room for and a page lists later", () => {
    const named = range(1, 500).map((n) => thread(`t${n}`, 1, 0));
    const full = reduceAll(EMPTY_PRESENCE, presenceWelcome(named, { unreadThreads: 501 }));
    const paged = withThreadPage(full, { threads: [thread("t501", 4, 2)] }, "next");
    expect(paged.unreadThreads).toBe(501);
    const read: PresenceEvent = { type: "read", threadId: "t501", readSeq: 4, unread: 0 };
    expect(reduceAll(paged, read).unreadThreads).toBe(500);
  });

  it("is right for threads that the `welcome` had no room for, whatever comes of them first", () => {
    const named = range(1, 500).map((n) => thread(`t${n}`, 1, 0));
    const full = reduceAll(EMPTY_PRESENCE, presenceWelcome(named, { unreadThreads: 502 }));
    const after = (event: PresenceEvent) => reduceAll(full, event).unreadThreads;
    const read: PresenceEvent = { type: "read", threadId: "older", readSeq: 4, unread: 0 };
    const unread = { type: "thread", thread: thread("older", 4, 2) } as const;
    const removed: PresenceEvent = { type: "thread_removed", threadId: "older" };
    for (const [event, fromRead, fromUnread] of [
      [newMessage("older", 6, 2), 503, 502],
      [read, 502, 501],
      [unread, 503, 502],
      [removed, 502, 501],
    ] as const) {
      expect([event.type, after(event)]).toEqual([event.type, fromRead]);
      expect([event.type, after({ ...event, wasUnread: true })]).toEqual([event.type, fromUnread]);
    }
  });

  it("forgets at a full `welcome` what it held of older threads, which may have been read meanwhile", () => {
    const named = range(1, 500).map((n) => thread(`t${n}`, 1, 0));
    const held = reduceAll(EMPTY_PRESENCE, presenceWelcome([thread("older", 4, 2)], { unreadThreads: 1 }));
    const back = reduceAll(held, presenceWelcome(named, { unreadThreads: 500 }));
    expect(reduceAll(back, newMessage("older", 5, 1)).unreadThreads).toBe(501);
  });

  it("goes down when a thread is read, in whatever tab", () => {
    const read: PresenceEvent = { type: "read", threadId: "b", readSeq: 5, unread: 0 };
    expect(reduceAll(listed, read).unreadThreads).toBe(0);
    expect(withSeen(listed, "b", 5).unreadThreads).toBe(0);
  });

  it("does not count a message that was seen before its notification arrives", () => {
    const late = reduceAll(withSeen(listed, "a", 4), newMessage("a", 4, 1));
    expect(unreadIn(late, "a")).toBe(0);
    expect(late.unreadThreads).toBe(listed.unreadThreads);
  });

  it("does not count a thread that the user was removed from", () => {
    const removed = reduceAll(listed, { type: "thread_removed", threadId: "b" });
    expect(removed.unreadThreads).toBe(0);
    expect(idsOf(removed)).toEqual(["a"]);
  });
});

describe("the list", () => {
  it("puts a thread with a new message on top, with its preview", () => {
    const moved = reduceAll(listed, newMessage("b", 6, 2));
    expect(idsOf(moved)).toEqual(["b", "a"]);
    expect(moved.threads[0]?.lastMessage?.preview).toBe("6");
    expect(unreadIn(moved, "b")).toBe(2);
  });

  it("keeps its order when a name changes", () => {
    const renamed = reduceAll(listed, { type: "thread", thread: { ...thread("b", 5, 4), name: "Pond" } });
    expect(idsOf(renamed)).toEqual(["a", "b"]);
    expect(renamed.threads[1]?.name).toBe("Pond");
  });

  it("puts a new thread on top, and not one that is further down than it was loaded, whatever changes there", () => {
    const known = reduceAll(
      listed,
      presenceWelcome([thread("a", 3, 3), thread("b", 5, 4), thread("old", 2, 2)]),
    );
    const renamed = reduceAll(known, { type: "thread", thread: { ...thread("old", 2, 2), name: "Pond" } });
    expect(idsOf(renamed)).toEqual(["a", "b"]);
    const added = reduceAll(renamed, { type: "thread", thread: thread("new", 0, 0) });
    expect(idsOf(added)).toEqual(["new", "a", "b"]);
  });

  it("never returns to an older count or preview, in whatever order events arrive", () => {
    const late = reduceAll(listed, newMessage("a", 4, 1), { type: "thread", thread: thread("a", 3, 3) });
    expect(unreadIn(late, "a")).toBe(1);
    expect(late.threads[0]?.lastMessage?.preview).toBe("4");
  });

  it("is to be loaded again after a message in a thread that it does not show", () => {
    expect(isUnlisted(listed, newMessage("c", 1, 1))).toBe(true);
    expect(isUnlisted(listed, newMessage("a", 4, 1))).toBe(false);
  });

  it("drops, after a reconnect, a thread that was left meanwhile", () => {
    expect(idsOf(reduceAll(listed, presenceWelcome([thread("b", 5, 5)])))).toEqual(["b"]);
  });

  it("puts the next page below", () => {
    const more = withThreadPage(listed, { threads: [thread("c", 1, 1)], nextCursor: "x" }, "next");
    expect(idsOf(more)).toEqual(["a", "b", "c"]);
    expect(more.nextCursor).toBe("x");
  });
});

describe("the status of a watched user", () => {
  it("is what its last event says", () => {
    const online = reduceAll(EMPTY_PRESENCE, { type: "presence", userId: "ben", status: "online" });
    expect(online.presence["ben"]).toEqual({ userId: "ben", status: "online" });
  });
});

it("shows the signed-in user by a new profile", () => {
  const user = { id: "ada", name: "Countess" };
  expect(reduceAll(listed, { type: "user", user }).user).toEqual(user);
});

describe("invitations", () => {
  const invitation = (id: string, name = id): ThreadSummary => ({
    ...summary(id, 0, 0, { name }),
    state: "invited",
    invitedBy: BEN,
    memberCount: 2,
  });
  const invited = (id: string, name?: string): PresenceEvent => ({
    type: "thread",
    thread: invitation(id, name),
  });
  const namesOf = ({ invitations }: PresenceState) => invitations.map(({ name }) => name);

  it("are in a list of their own, and count on no badge", () => {
    const state = reduceAll(listed, invited("x"), invited("y"), invited("x", "renamed"));
    expect(namesOf(state)).toEqual(["y", "renamed"]);
    expect(idsOf(state)).toEqual(["a", "b"]);
    expect(state).toMatchObject({ unreadThreads: 1, marks: listed.marks });
  });

  it("end when they are accepted, withdrawn or declined", () => {
    const state = reduceAll(listed, invited("x"), invited("y"));
    const accepted = reduceAll(state, { type: "thread", thread: thread("x", 3, 3) });
    expect([namesOf(accepted), idsOf(accepted)]).toEqual([["y"], ["x", "a", "b"]]);
    const ended = reduceAll(state, { type: "thread_removed", threadId: "x" });
    expect([namesOf(ended), idsOf(ended), ended.unreadThreads]).toEqual([["y"], ["a", "b"], 1]);
  });

  it("come with the pages of the list, of which the only one has all of them", () => {
    const held = reduceAll(listed, invited("old"));
    const only = withThreadPage(held, { threads: [invitation("new"), thread("a", 3, 3)] }, "first");
    expect(namesOf(only)).toEqual(["new"]);
    const first = withThreadPage(held, { threads: [invitation("new")], nextCursor: "more" }, "first");
    expect(namesOf(first)).toEqual(["new", "old"]);
    const next = withThreadPage(first, { threads: [invitation("older"), thread("c", 1, 1)] }, "next");
    expect(namesOf(next)).toEqual(["new", "old", "older"]);
    expect(idsOf(next)).toEqual(["a", "b", "c"]);
  });
});
