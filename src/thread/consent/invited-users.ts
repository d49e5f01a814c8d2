/** What Presence has to know of those who are invited: the entry in the list of each. */
import type { InvitedUser } from "../../rpc/thread-update.ts";
import type { StoredThread } from "../stored-thread.ts";

/** The invitation that a user sees; undefined where they see none. */
export function invitationOf(thread: StoredThread, userId: string, now: number): InvitedUser | undefined {
  const { membership, request, invitations } = thread;
  const shown =
    request.shownTo(userId, now) ?? (membership.get(userId) ? undefined : invitations.shownTo(userId, now));
  if (!shown) return undefined;
  return { userId, by: thread.profiles.get(shown.by), at: shown.at, memberCount: membership.count() };
}
