/**
 * Removes a member, or withdraws the invitations of one who is none, or lets the user leave (`mayRemove`). When the last owner
 * goes, a successor becomes one; when the last member of a group goes, its deletion begins in the same transaction: a crash
 * after that finds it begun.
 */
import type { DurableEvent } from "../../../protocol/events.ts";
import type { User } from "../../../protocol/model.ts";
import { mayRemove } from "../../../protocol/rights.ts";
import { declined } from "../../consent/commands/decline.ts";
import { forbidden, noSuchMember } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { ChangeEntry, CommandEntry, Outcome } from "../../writing/command.ts";
import type { StoredMember } from "../membership.ts";
import { memberChanged, memberEventEntry } from "./put-member.ts";

export const removeMemberEntry: CommandEntry<"remove_member"> = {
  run(thread, user, { userId }, now) {
    const standing = thread.standing(user);
    const member = thread.membership.get(userId);
    const isSelf = userId === user.id;
    if (thread.request.isTo(user.id) && isSelf) return declined(thread, user, now);
    // A direct thread keeps its two members: it leaves one's list, which the one who asks has Presence do.
    if (thread.kind === "direct" && isSelf && member) {
      const { seq } = thread.messages.newest;
      return { value: { hiddenUpTo: seq }, events: [], ack: { rev: thread.rev, at: now } };
    }
    if (!mayRemove(thread.kind, standing, isSelf, member?.role ?? "member")) throw forbidden();
    if (!member && isSelf) throw noSuchMember();
    if (!member) return withdrawn(thread, user, userId, now);
    thread.audit.add(
      isSelf
        ? { action: "member.left", by: userId }
        : { action: "member.removed", by: user.id, target: userId },
      now,
    );
    const events = removeMember(thread, user, member, now);
    return { value: undefined, events, ack: { rev: thread.rev, at: now } };
  },
  respondsAfter: "notification",
};

/** Removes a member, whoever may do so, with what follows from it. */
export function removeMember(
  thread: StoredThread,
  by: User,
  { userId }: StoredMember,
  now: number,
): DurableEvent[] {
  const wasLastOwner = thread.membership.isLastOwner(userId);
  thread.membership.remove(userId);
  const rev = thread.record({ type: "member_removed", userId, by: by.id }, now);
  if (thread.isDeserted) thread.markDeleting();
  else if (by.id === userId) thread.invitations.onlyInvite(userId);
  const events: DurableEvent[] = [
    { type: "member_removed", rev, userId, memberCount: thread.membership.count() },
  ];
  const successor = wasLastOwner ? successorIn(thread) : undefined;
  if (successor === undefined) return events;
  thread.membership.setRole(successor, "owner");
  thread.audit.add({ action: "owner.succeeded", by: by.id, target: successor }, now);
  return [...events, ...memberChanged(thread, successor, now).events];
}

/** Withdraws what is pending of a user. The same whoever they are, and whether anything was. */
function withdrawn(thread: StoredThread, user: User, userId: string, now: number): Outcome<undefined> {
  const isWithdrawn = thread.invitations.withdraw(userId, now);
  const act = { by: user.id, target: userId, detail: { invited: true } };
  if (isWithdrawn) thread.audit.add({ ...act, action: "member.removed" }, now);
  const ack = { rev: thread.rev, at: now };
  return { value: undefined, events: [], ack, concernsPresence: isWithdrawn, isAboutInvited: true };
}

/** Who becomes the owner when the last one has left: the longest-standing moderator, and of a group else member. */
function successorIn({ kind, membership }: StoredThread): string | undefined {
  return membership.firstOf("moderator") ?? (kind === "public" ? undefined : membership.firstOf("member"));
}

export const memberRemovedEventEntry: ChangeEntry<
  Extract<DurableEvent, { type: "member_removed" }>,
  { type: "member_removed"; userId: string; by?: string | undefined }
> = {
  concernsPresence: () => true,
  isDelivered: true,
  webhook: ({ userId, by = userId }, thread) => ({
    type: "member.removed",
    data: { userId, by: thread.profiles.get(by) },
  }),
  // Whoever was removed receives nothing from that moment on.
  disconnects: ({ userId }) => userId,
  replay: memberEventEntry.replay,
};
