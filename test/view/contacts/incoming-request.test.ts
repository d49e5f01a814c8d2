/** An open thread that is a message request to the user. */
import { expect, it } from "vitest";
import { EMPTY_ROOM } from "../../../src/client/room/room-state.ts";
import { reduceRoom } from "../../../src/client/room/room-reducer.ts";
import { isUnaccepted } from "../../../src/view/contacts/incoming-request.ts";

const ada = { id: "ada", name: "Ada" };
const thread = { id: "t", kind: "direct" as const, name: null, createdAt: 0 };

it("is one until the user is a member of it", () => {
  expect(isUnaccepted(EMPTY_ROOM)).toBe(false);
  const request = { ...EMPTY_ROOM, user: ada, thread };
  expect(isUnaccepted(request)).toBe(true);
  const member = { user: ada, role: "member" as const, readSeq: 0, joinedAt: 0 };
  expect(isUnaccepted(reduceRoom(request, { type: "member", rev: 1, member, memberCount: 2 }, 0))).toBe(
    false,
  );
  // A public thread may be read without being its member.
  expect(isUnaccepted({ ...request, thread: { ...thread, kind: "public" } })).toBe(false);
});
