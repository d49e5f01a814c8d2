import { expect, it } from "vitest";
import { mergeMembers } from "../../../src/client/room/members.ts";
import { BEN, member, NOW, reduceAll, roomAfter, userIdsOf, welcome } from "../support/samples.ts";

const room = roomAfter(welcome(0));
const third = member({ id: "third", name: "Third" }, { joinedAt: NOW + 1 });
const late = member({ id: "late", name: "Late" }, { joinedAt: NOW + 9 });

it("orders members by joining, also one who is on a page and has joined meanwhile", () => {
  const joined = reduceAll(room, { type: "member", rev: 1, member: late });
  expect(userIdsOf(mergeMembers([third, late], joined.members))).toEqual(["ada", "ben", "third", "late"]);
});

it("has those who joined a public thread by opening it, and counts them", () => {
  const joined = reduceAll(room, { type: "join", user: late.user, member: late, memberCount: 3 });
  expect(userIdsOf(joined.members)).toEqual(["ada", "ben", "late"]);
  expect(joined.memberCount).toBe(3);
  expect(reduceAll(joined, { type: "online", count: 9, memberCount: 12 }).memberCount).toBe(12);
  expect(reduceAll(joined, { type: "online", count: 9 }).memberCount).toBe(3);
});

it("keeps loaded members where the room resumes, and not after a snapshot", () => {
  const loaded = { ...room, members: mergeMembers([third], room.members) };
  expect(userIdsOf(reduceAll(loaded, welcome(0, { resumed: true })).members)).toEqual([
    "ada",
    "ben",
    "third",
  ]);
  expect(userIdsOf(reduceAll(loaded, welcome(0)).members)).toEqual(["ada", "ben"]);
});

it("keeps what an event has changed where an older page has the member too", () => {
  const promoted = reduceAll(room, { type: "member", rev: 1, member: member(BEN, { role: "moderator" }) });
  const merged = mergeMembers([member(BEN)], promoted.members);
  expect(merged.find(({ user }) => user.id === "ben")?.role).toBe("moderator");
});
