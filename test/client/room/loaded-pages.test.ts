/** What loaded pages do to a room: quoted messages follow events, members stay in the order of joining. */
import { describe, expect, it } from "vitest";
import { mergeMembers } from "../../../src/client/room/room-reducer.ts";
import { messageIn } from "../../../src/client/room/room-state.ts";
import type { Member } from "../../../src/protocol/model.ts";
import { after, BEN, history, message, messages, NOW, roomAfter, welcome } from "../support/samples.ts";

const member = (id: string, joinedAt: number, role: Member["role"] = "member"): Member => ({
  user: { id, name: id },
  role,
  readSeq: 0,
  joinedAt,
});

describe("a quoted message", () => {
  const room = { ...roomAfter(welcome(60), history(messages(11, 60))), quoted: [message(3)] };

  it("is found where it is not in the list, and does not join it", () => {
    expect(messageIn(room, 3)?.body).toBe("message 3");
    expect(messageIn(room, 11)?.body).toBe("message 11");
    expect(messageIn(room, 60)?.body).toBe("message 60");
    expect(messageIn(room, 4)).toBeUndefined();
    expect(messageIn(room, 61)).toBeUndefined();
    expect(room.messages[0]?.seq).toBe(11);
  });

  it("is edited and deleted by events", () => {
    const edited = after(room, { type: "edit", rev: 61, message: message(3, { rev: 61, body: "other" }) });
    expect(messageIn(edited, 3)?.body).toBe("other");
    const deleted = after(edited, { type: "delete", rev: 62, seq: 3, deletedAt: NOW, by: BEN });
    expect(messageIn(deleted, 3)).toMatchObject({ body: "", deletedAt: NOW });
  });

  it("is forgotten at a snapshot, and kept at a resume", () => {
    expect(messageIn(after(room, welcome(60, { resumed: true })), 3)).toBeDefined();
    expect(messageIn(after(room, welcome(60)), 3)).toBeUndefined();
  });
});

describe("a page of members", () => {
  const room = roomAfter(welcome(0));
  const names = (members: readonly Member[]) => members.map(({ user }) => user.id);

  it("comes before those who joined meanwhile, whom it may name again", () => {
    const late = after(room, { type: "member", rev: 1, member: member("late", NOW + 9) });
    const all = mergeMembers([member("third", NOW + 1), member("late", NOW + 9)], late.members);
    expect(names(all)).toEqual(["ada", "ben", "third", "late"]);
  });

  it("stays over a resume, and is gone after a snapshot, as is the place where the next one begins", () => {
    const loaded = { ...room, members: mergeMembers([member("third", NOW + 1)], room.members) };
    expect(names(after(loaded, welcome(0, { resumed: true })).members)).toEqual(["ada", "ben", "third"]);
    expect(names(after(loaded, welcome(0)).members)).toEqual(["ada", "ben"]);
  });

  it("does not undo what an event has said", () => {
    const promoted = after(room, { type: "member", rev: 1, member: member("ben", NOW, "moderator") });
    const all = mergeMembers([member("ben", NOW)], promoted.members);
    expect(all.find(({ user }) => user.id === "ben")?.role).toBe("moderator");
  });
});
