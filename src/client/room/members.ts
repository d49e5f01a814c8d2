/** A list of members as a client holds it: in the order of joining. Pure. */
import type { ThreadEvent } from "../../protocol/events.ts";
import type { Member } from "../../protocol/model.ts";
import { mapIfSome } from "../store/map-if-some.ts";

/** Merges two lists of members; of a member that is in both, `newer` has the current version. */
export function mergeMembers(older: readonly Member[], newer: readonly Member[]): readonly Member[] {
  const byId = new Map([...older, ...newer].map((member) => [member.user.id, member]));
  return [...byId.values()].toSorted((a, b) => a.joinedAt - b.joinedAt);
}

/** Applies an event that adds, changes, renames or removes a member, or moves a member's read marker. */
export function changeMembers(members: readonly Member[], event: ThreadEvent): readonly Member[] {
  switch (event.type) {
    case "member":
      return mergeMembers(members, [event.member]);
    case "join":
      // Of a public thread, which one joins by opening it.
      return event.member ? mergeMembers(members, [event.member]) : members;
    case "member_removed":
      return members.filter(({ user }) => user.id !== event.userId);
    case "user":
      return mapIfSome(
        members,
        ({ user }) => user.id === event.user.id,
        (member) => ({ ...member, user: event.user }),
      );
    case "read":
      return withReadMarker(members, event.userId, event.seq);
    case "chat":
      // Sending a message marks it as read.
      return withReadMarker(members, event.message.author.id, event.message.seq);
    default:
      return members;
  }
}

function withReadMarker(members: readonly Member[], userId: string, readSeq: number): readonly Member[] {
  const index = members.findIndex(({ user }) => user.id === userId);
  const held = members[index];
  if (!held || held.readSeq >= readSeq) return members;
  return members.with(index, { ...held, readSeq });
}
