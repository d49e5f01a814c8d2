import { describe, expect, it } from "vitest";
import { mergeMessages } from "../../../src/client/room/messages.ts";
import { expireTyping, leavesGap } from "../../../src/client/room/room-reducer.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import {
  ADA,
  after,
  BEN,
  chat,
  history,
  message,
  messages,
  NOW,
  roomAfter,
  seqsOf,
  welcome,
} from "../support/samples.ts";

const room = roomAfter(welcome(3), history(messages(1, 3)));

describe("a large room", () => {
  it("tells how many are in it, and no longer who", () => {
    const crowded = after(room, { type: "join", user: BEN }, { type: "online", count: 4_321 });
    expect([crowded.online, crowded.onlineCount]).toEqual([[], 4_321]);
  });
});

describe("resuming", () => {
  it("moves the cursor with each durable event, and not with an ack", () => {
    const moved = after(room, chat(4, 4), { type: "ack", id: "x", seq: 5, rev: 5, at: NOW });
    expect(moved.cursor).toEqual({ epoch: "e1", rev: 4 });
  });

  it("goes on over an event of a type that a later server knows, which has a number like the others", () => {
    const later = { type: "pinned", rev: 4, seq: 2 } as unknown as ThreadEvent;
    expect(seqsOf(after(room, later, chat(5, 4)))).toEqual([1, 2, 3, 4]);
    expect(leavesGap(after(room, later), chat(5, 4))).toBe(false);
  });

  it("sees a gap before it, and none at the next event or a repeated one", () => {
    expect(leavesGap(room, chat(5, 5))).toBe(true);
    expect(leavesGap(room, chat(4, 4))).toBe(false);
    expect(leavesGap(room, chat(3, 3))).toBe(false);
    expect(leavesGap(room, { type: "typing", userId: "ben" })).toBe(false);
  });

  it("leaves nothing out and shows nothing twice: old state and replay give the fresh state", () => {
    const live = after(
      room,
      chat(4, 4),
      { type: "delete", rev: 5, seq: 2, deletedAt: NOW, by: BEN },
      { type: "react", rev: 6, seq: 4, emoji: "👍", user: ADA },
    );
    const replayed = after(
      after(room, welcome(3, { resumed: true })),
      chat(4, 4, { rev: 6, reactions: [{ emoji: "👍", count: 1, userIds: ["ada"] }] }),
      { type: "delete", rev: 5, seq: 2, deletedAt: NOW, by: BEN },
      { type: "react", rev: 6, seq: 4, emoji: "👍", user: ADA },
    );
    expect(replayed.messages).toEqual(live.messages);
    expect(replayed.cursor).toEqual(live.cursor);
  });

  it("joins a snapshot of the same epoch to what is shown", () => {
    const again = after(room, welcome(9), history(messages(3, 9)));
    expect(seqsOf(again)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(again.hasBefore).toBe(false);
  });

  it("keeps what is shown beside a snapshot that begins further on", () => {
    const again = after(room, welcome(90), history(messages(41, 90)));
    expect(seqsOf(again).slice(0, 5)).toEqual([1, 2, 3, 41, 42]);
    expect(again.hasBefore).toBe(false);
  });

  it.each([
    ["of another epoch", welcome(3, { cursor: "e2:3" })],
    ["of an earlier state", welcome(2, { cursor: "e1:2" })],
  ])("replaces what is shown by a snapshot %s", (_, restored) => {
    const again = after(room, restored, history([message(1, { body: "restored" })]));
    expect(again.messages).toEqual([message(1, { body: "restored" })]);
  });
});

describe("messages", () => {
  it("keeps, of each, what has the highest rev", () => {
    const edited = after(room, { type: "edit", rev: 4, message: message(2, { rev: 4, body: "new" }) });
    expect(mergeMessages(edited.messages, [message(2)])[1]?.body).toBe("new");
  });

  it("leaves a tombstone of a deleted one", () => {
    const reacted = after(room, { type: "react", rev: 4, seq: 2, emoji: "👍", user: ADA });
    const deleted = after(reacted, { type: "delete", rev: 5, seq: 2, deletedAt: NOW, by: BEN });
    expect(deleted.messages[1]).toEqual(message(2, { rev: 5, body: "", deletedAt: NOW }));
  });

  it("counts reactions, each person once, and drops one that nobody has", () => {
    const reacted = after(
      room,
      { type: "react", rev: 4, seq: 1, emoji: "👍", user: ADA },
      { type: "react", rev: 5, seq: 1, emoji: "👍", user: BEN },
    );
    expect(reacted.messages[0]?.reactions).toEqual([{ emoji: "👍", count: 2, userIds: ["ada", "ben"] }]);
    const taken = after(
      reacted,
      { type: "unreact", rev: 6, seq: 1, emoji: "👍", user: ADA },
      { type: "unreact", rev: 7, seq: 1, emoji: "👍", user: BEN },
    );
    expect(taken.messages[0]?.reactions).toBeUndefined();
  });

  it("moves the marker of whoever sends", () => {
    expect(after(room, chat(4, 4, { author: ADA })).you?.readSeq).toBe(4);
    expect(after(room, chat(4, 4)).you?.readSeq).toBe(0);
  });
});

describe("people", () => {
  it("are here from join to leave, however often that is said", () => {
    const joined = after(room, { type: "join", user: BEN }, { type: "join", user: BEN });
    expect(joined.online).toEqual([ADA, BEN]);
    expect(joined.onlineCount).toBe(2);
    expect(after(joined, { type: "leave", userId: "ben" }).online).toEqual([ADA]);
  });

  it("type until they send, leave, or five seconds are over", () => {
    const typing = after(room, { type: "typing", userId: "ben" });
    expect(typing.typing).toHaveLength(1);
    expect(after(typing, chat(4, 4)).typing).toEqual([]);
    expect(after(typing, { type: "leave", userId: "ben" }).typing).toEqual([]);
    expect(expireTyping(typing, NOW + 4_999).typing).toHaveLength(1);
    expect(expireTyping(typing, NOW + 5_000).typing).toEqual([]);
  });

  it("stay in their place where their role changes, also beside one who joined with them", () => {
    const member = { user: ADA, role: "moderator" as const, readSeq: 0, joinedAt: NOW };
    const promoted = after(room, { type: "member", rev: 4, member: { ...member, user: BEN } });
    expect(promoted.members.map(({ user, role }) => [user.id, role])).toEqual([
      ["ada", "member"],
      ["ben", "moderator"],
    ]);
    expect([promoted.memberCount, promoted.you?.role]).toEqual([2, "member"]);
    expect(after(room, { type: "member", rev: 4, member }).you?.role).toBe("moderator");
  });

  it("come and go as members, and the thread changes its name", () => {
    const cy = { user: { id: "cy", name: "Cy" }, role: "member" as const, readSeq: 3, joinedAt: NOW };
    const grown = after(room, { type: "member", rev: 4, member: cy });
    expect(grown.memberCount).toBe(3);
    const shrunk = after(grown, { type: "member_removed", rev: 5, userId: "cy" });
    expect(shrunk.members).toEqual(room.members);
    const thread = { id: "t1", kind: "group" as const, name: "Pond", createdAt: NOW };
    expect(after(shrunk, { type: "thread", rev: 6, thread }).thread?.name).toBe("Pond");
  });
});
