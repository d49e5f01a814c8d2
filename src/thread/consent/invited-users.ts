/** What Presence has to know of those who are invited: the entry in the list of each. */
import type { InvitedUser } from "../../rpc/thread-update.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { Invited } from "./invitation-store.ts";

/** By whom a user is invited, as far as they may see it; undefined where they see no invitation. */
export function invitationOf(thread: StoredThread, userId: string, now: number): InvitedUser | undefined {
  const { profiles, membership } = thread;
  const [first, ...others] = invitersOf(thread, userId, now).map(({ by, at }) => ({
    by: profiles.get(by),
    at,
  }));
  if (!first) return undefined;
  return { userId, ...first, ...(others.length > 0 && { others }), memberCount: membership.count() };
}

function invitersOf(
  { membership, request, invitations }: StoredThread,
  userId: string,
  now: number,
): Invited[] {
  const requested = request.shownTo(userId, now);
  if (requested) return [requested];
  return membership.get(userId) ? [] : invitations.shownTo(userId, now);
}
