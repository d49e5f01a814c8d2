import { describe, expect, it } from "vitest";
import { mergeMessages } from "../../../src/client/room/messages.ts";
import { expireTyping, leavesGap } from "../../../src/client/room/room-reducer.ts";
import type { RoomState } from "../../../src/client/room/room-state.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import type { User } from "../../../src/protocol/model.ts";
import {
  ADA,
  BEN,
  chat,
  history,
  member,
  message,
  messages,
  NOW,
  reduceAll,
  roomAfter,
  seqsOf,
  welcome,
} from "../support/samples.ts";

const room = roomAfter(welcome(3), history(messages(1, 3)));

describe("the thread", () => {
  it("has the host's key and data, as the last event has them", () => {
    const given = welcome(3);
    const host = { key: "order-1", data: { order: 1 } };
    const begun = roomAfter({ ...given, thread: { ...given.thread, ...host } }, history([]));
    expect(begun.thread).toMatchObject(host);
    const { id, kind, name, createdAt } = given.thread;
    const thread = { id, kind, name, createdAt, key: "order-1" };
    expect(reduceAll(begun, { type: "thread", rev: 4, thread }).thread).toEqual(thread);
    expect(room.thread).toEqual({ id, kind, name, createdAt });
  });

  it("has the settings of its moderators, and the user's timeout, from the welcome on", () => {
    const given = welcome(3);
    const settings = { topic: "Frogs", slowModeMs: 1_000, locked: false, whoPosts: "members" } as const;
    const you = { role: "member", readSeq: 0, timeoutUntil: NOW } as const;
    const begun = roomAfter({ ...given, thread: { ...given.thread, ...settings, you } }, history([]));
    expect(begun.thread).toMatchObject(settings);
    expect(begun.you).toEqual(you);
    const timedOut = reduceAll(room, { type: "member", rev: 4, member: member(ADA, { timeoutUntil: NOW }) });
    expect(timedOut.you).toEqual(you);
  });
});

describe("a large room", () => {
  it("shows how many are in it, and no longer who", () => {
    const large = reduceAll(room, { type: "join", user: BEN }, { type: "online", count: 4_321 });
    expect([large.online, large.onlineCount]).toEqual([[], 4_321]);
  });
});

describe("a resume", () => {
  it("starts from the last durable event, which an ack is not", () => {
    const moved = reduceAll(room, chat(4, 4), { type: "ack", id: "x", seq: 5, rev: 5, at: NOW });
    expect(moved.cursor).toEqual({ epoch: "e1", rev: 4 });
  });

  it("counts an event of an unknown type, which a later server may send", () => {
    const unknown = { type: "pinned", rev: 4, seq: 2 } as unknown as ThreadEvent;
    expect(seqsOf(reduceAll(room, unknown, chat(5, 4)))).toEqual([1, 2, 3, 4]);
    expect(leavesGap(reduceAll(room, unknown), chat(5, 4))).toBe(false);
  });

  it("finds a gap before an event, and none before the next or a repeated one", () => {
    expect(leavesGap(room, chat(5, 5))).toBe(true);
    expect(leavesGap(room, chat(4, 4))).toBe(false);
    expect(leavesGap(room, chat(3, 3))).toBe(false);
    expect(leavesGap(room, { type: "typing", userId: "ben" })).toBe(false);
  });

  it("leads to the same state as the events themselves, though the replay has newer versions", () => {
    const live = reduceAll(
      room,
      chat(4, 4),
      { type: "delete", rev: 5, seq: 2, deletedAt: NOW, by: BEN },
      { type: "react", rev: 6, seq: 4, emoji: "👍", user: ADA },
    );
    const replayed = reduceAll(
      reduceAll(room, welcome(3, { resumed: true })),
      chat(4, 4, { rev: 6, reactions: [{ emoji: "👍", count: 1, userIds: ["ada"], mine: true }] }),
      { type: "delete", rev: 5, seq: 2, deletedAt: NOW, by: BEN },
      { type: "react", rev: 6, seq: 4, emoji: "👍", user: ADA },
    );
    expect(replayed.messages).toEqual(live.messages);
    expect(replayed.cursor).toEqual(live.cursor);
  });
});

describe("a snapshot", () => {
  it("of the same epoch is joined to what is shown", () => {
    const next = reduceAll(room, welcome(9), history(messages(3, 9)));
    expect(seqsOf(next)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(next.hasBefore).toBe(false);
  });

  it("that begins further on is put after what is shown", () => {
    const next = reduceAll(room, welcome(90), history(messages(41, 90)));
    expect(seqsOf(next).slice(0, 5)).toEqual([1, 2, 3, 41, 42]);
    expect(next.hasBefore).toBe(false);
  });

  it.each([
    ["of another epoch", welcome(3, { cursor: "e2:3" })],
    ["of an earlier state", welcome(2, { cursor: "e1:2" })],
  ])("%s replaces what is shown", (_, restored) => {
    const next = reduceAll(room, restored, history([message(1, { body: "restored" })]));
    expect(next.messages).toEqual([message(1, { body: "restored" })]);
  });
});

describe("messages", () => {
  it("are kept in the version with the highest `rev`", () => {
    const edited = reduceAll(room, { type: "edit", rev: 4, message: message(2, { rev: 4, body: "new" }) });
    expect(mergeMessages(edited.messages, [message(2)])[1]?.body).toBe("new");
  });

  it("leave a tombstone when they are deleted", () => {
    const reacted = reduceAll(room, { type: "react", rev: 4, seq: 2, emoji: "👍", user: ADA });
    const deleted = reduceAll(reacted, { type: "delete", rev: 5, seq: 2, deletedAt: NOW, by: BEN });
    expect(deleted.messages[1]).toEqual(message(2, { rev: 5, body: "", deletedAt: NOW }));
  });

  it("count reactions by events that do not say what each leads to, and drop an emoji without any", () => {
    const reacted = reduceAll(
      room,
      { type: "react", rev: 4, seq: 1, emoji: "👍", user: ADA },
      { type: "react", rev: 5, seq: 1, emoji: "👍", user: BEN },
    );
    expect(reacted.messages[0]?.reactions).toEqual([
      { emoji: "👍", count: 2, userIds: ["ada", "ben"], mine: true },
    ]);
    const removed = reduceAll(
      reacted,
      { type: "unreact", rev: 6, seq: 1, emoji: "👍", user: ADA },
      { type: "unreact", rev: 7, seq: 1, emoji: "👍", user: BEN },
    );
    expect(removed.messages[0]?.reactions).toBeUndefined();
  });

  it("move the read marker of their author", () => {
    expect(reduceAll(room, chat(4, 4, { author: ADA })).you?.readSeq).toBe(4);
    expect(reduceAll(room, chat(4, 4)).you?.readSeq).toBe(0);
    expect(reduceAll(room, chat(4, 4)).members.map(({ readSeq }) => readSeq)).toEqual([0, 4]);
  });

  it("may be the first that are known of a thread with others before them", () => {
    const empty = roomAfter(welcome(3), history([]));
    expect(reduceAll(empty, chat(4, 4)).hasBefore).toBe(true);
  });
});

describe("a reaction of more users than are listed", () => {
  const others = Array.from({ length: 50 }, (_, i) => `fan${i}`);
  const popular = { emoji: "👍", count: 51, userIds: others };
  const react = (rev: number, user: User, count: number) => ({
    type: "react" as const,
    rev,
    seq: 1,
    emoji: "👍",
    user,
    count,
    userIds: others,
  });
  const held = reduceAll(room, {
    type: "edit",
    rev: 4,
    message: message(1, { rev: 4, reactions: [popular] }),
  });
  const own = ({ messages: [first] }: RoomState) => first?.reactions?.[0]?.mine;

  it("is the user's own from their own event to their own event, and by nobody else's", () => {
    const reacted = reduceAll(held, react(5, ADA, 52), react(6, BEN, 53));
    expect([own(held), own(reacted)]).toEqual([false, true]);
    expect(own(reduceAll(reacted, { ...react(7, ADA, 52), type: "unreact" }))).toBe(false);
  });

  it("stays the user's own where an event that goes to everyone brings the message anew", () => {
    const edited = message(1, { rev: 6, body: "new", reactions: [{ ...popular, count: 52 }] });
    const after = reduceAll(held, react(5, ADA, 52), { type: "edit", rev: 6, message: edited });
    expect(own(after)).toBe(true);
  });

  it("is the user's own where the message was brought for them and says so, whatever was held", () => {
    const sent = message(1, { rev: 6, reactions: [{ ...popular, mine: false }] });
    const after = reduceAll(held, react(5, ADA, 52), { type: "edit", rev: 6, message: sent });
    expect(own(after)).toBe(false);
  });

  it("is after each event what that says, and no list is put together here", () => {
    const next = [...others.slice(1), "zoe"];
    const unreacted = reduceAll(held, {
      ...react(5, { id: "fan0", name: "Fan" }, 50),
      type: "unreact",
      userIds: next,
    });
    expect(unreacted.messages[0]?.reactions).toEqual([
      { emoji: "👍", count: 50, userIds: next, mine: false },
    ]);
  });
});

describe("users", () => {
  it("are online from `join` to `leave`, however often those come", () => {
    const joined = reduceAll(room, { type: "join", user: BEN }, { type: "join", user: BEN });
    expect(joined.online).toEqual([ADA, BEN]);
    expect(joined.onlineCount).toBe(2);
    expect(reduceAll(joined, { type: "leave", userId: "ben" }).online).toEqual([ADA]);
  });

  it("are typing until they send, leave, or five seconds have passed", () => {
    const typing = reduceAll(room, { type: "typing", userId: "ben" });
    expect(typing.typing).toHaveLength(1);
    expect(reduceAll(typing, chat(4, 4)).typing).toEqual([]);
    expect(reduceAll(typing, { type: "leave", userId: "ben" }).typing).toEqual([]);
    expect(expireTyping(typing, NOW + 4_999).typing).toHaveLength(1);
    expect(expireTyping(typing, NOW + 5_000).typing).toEqual([]);
  });
});

describe("members", () => {
  it("keep their place when their role changes, also beside one who joined at the same time", () => {
    const promoted = member(BEN, { role: "moderator" });
    const next = reduceAll(room, { type: "member", rev: 4, member: promoted });
    expect(next.members.map(({ user, role }) => [user.id, role])).toEqual([
      ["ada", "member"],
      ["ben", "moderator"],
    ]);
    expect([next.memberCount, next.you?.role]).toEqual([2, "member"]);
  });

  it("are as many as their event says, also where one who is not loaded has another role", () => {
    const large = roomAfter(welcome(3, { thread: { ...welcome(3).thread, memberCount: 300 } }), history([]));
    const unloaded = member({ id: "cy", name: "Cy" }, { role: "moderator" });
    const promoted = reduceAll(large, { type: "member", rev: 4, member: unloaded, memberCount: 300 });
    expect(promoted.memberCount).toBe(300);
    // Of a server that does not say it.
    expect(reduceAll(large, { type: "member", rev: 4, member: unloaded }).memberCount).toBe(300);
    const removed = reduceAll(promoted, { type: "member_removed", rev: 5, userId: "dee", memberCount: 299 });
    expect(removed.memberCount).toBe(299);
  });

  it("are counted once where a resume brings both how many there are and who left", () => {
    const thread = { ...welcome(4).thread, memberCount: 299 };
    const resumed = reduceAll(
      roomAfter(welcome(3, { thread: { ...thread, memberCount: 300 } }), history([])),
      welcome(3, { resumed: true, thread }),
      { type: "member_removed", rev: 4, userId: "cy", memberCount: 299 },
    );
    expect(resumed.memberCount).toBe(299);
  });

  it("who are the user change `you` too", () => {
    const promoted = member(ADA, { role: "moderator" });
    expect(reduceAll(room, { type: "member", rev: 4, member: promoted }).you?.role).toBe("moderator");
  });

  it("are added and removed", () => {
    const cy = member({ id: "cy", name: "Cy" }, { readSeq: 3 });
    const added = reduceAll(room, { type: "member", rev: 4, member: cy });
    expect(added.memberCount).toBe(3);
    const removed = reduceAll(added, { type: "member_removed", rev: 5, userId: "cy" });
    expect([removed.members, removed.memberCount]).toEqual([room.members, 2]);
  });
});

describe("a thread", () => {
  it("is renamed by its event", () => {
    const thread = { id: "t1", kind: "group" as const, name: "Pond", createdAt: NOW };
    expect(reduceAll(room, { type: "thread", rev: 4, thread }).thread?.name).toBe("Pond");
  });
});

describe("a user with another profile", () => {
  const BENEDICT = { id: "ben", name: "Benedict", avatarUrl: "https://pics.example/b.png" };
  const named = { type: "user", user: BENEDICT } as const;
  const before = { ...reduceAll(room, { type: "join", user: BEN }), quoted: [message(1)] };

  it("is shown by it wherever they are named", () => {
    const after = reduceAll(before, named);
    expect(after.members.map(({ user }) => user)).toEqual([ADA, BENEDICT]);
    for (const { author } of [...after.messages, ...after.quoted]) expect(author).toEqual(BENEDICT);
    expect(after.online).toEqual([ADA, BENEDICT]);
    expect(after.user).toEqual(ADA);
  });

  it("is the signed-in user", () => {
    const countess = { id: "ada", name: "Countess" };
    expect(reduceAll(room, { type: "user", user: countess }).user).toEqual(countess);
  });

  it("changes nothing where they are not named", () => {
    const after = reduceAll(before, { type: "user", user: { id: "cy", name: "Cy" } });
    expect(after.members).toBe(before.members);
    expect(after.messages).toBe(before.messages);
    expect(after).toEqual(before);
  });

  it("moves no cursor, and leaves no gap", () => {
    expect(leavesGap(room, named)).toBe(false);
    expect(reduceAll(room, named).cursor).toEqual(room.cursor);
  });
});
