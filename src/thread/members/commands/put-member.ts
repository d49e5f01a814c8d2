/** Adds a member, or changes the role of one (`mayAdd`, `mayChangeRole`). A thread keeps an owner. */
import { LilypadError, unknownUser } from "../../../protocol/errors.ts";
import type { DurableEvent } from "../../../protocol/events.ts";
import type { Member, User } from "../../../protocol/model.ts";
import { mayAdd, mayChangeRole } from "../../../protocol/rights.ts";
import { forbidden } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { ChangeEntry, CommandEntry, Outcome } from "../../writing/command.ts";

export const putMemberEntry: CommandEntry<"put_member"> = {
  run(thread, user, { userId, role, profile }, now) {
    const standing = thread.standing(user);
    const isSelf = userId === user.id;
    const before = thread.membership.get(userId);
    if (!before) {
      if (!mayAdd(thread.kind, standing, isSelf, role ?? "member")) throw forbidden();
      if (!profile) throw unknownUser(userId);
      thread.addMember(profile, role ?? "member", now);
      return memberAdded(thread, userId, user, now);
    }
    if (role === undefined || role === before.role) {
      if (!mayAdd(thread.kind, standing, isSelf, "member")) throw forbidden();
      return { value: thread.member(before), events: [], ack: { rev: thread.rev, at: now } };
    }
    if (!mayChangeRole(thread.kind, standing)) throw forbidden();
    if (thread.membership.isLastOwner(userId)) {
      throw new LilypadError("conflict", "A thread keeps an owner: make another member one first.");
    }
    thread.membership.setRole(userId, role);
    thread.audit.add(
      { action: "member.role", by: user.id, target: userId, detail: { role, before: before.role } },
      now,
    );
    return roleChanged(thread, userId, now);
  },
  respondsAfter: "notification",
};

export const memberEventEntry: ChangeEntry<
  Extract<DurableEvent, { type: "member" | "member_removed" }>,
  { type: "member" | "member_removed"; userId: string; by?: string | undefined }
> = {
  concernsPresence: () => true,
  isDelivered: true,
  webhook: ({ userId, by, at }, thread) =>
    by === undefined
      ? undefined
      : { type: "member.added", data: { member: memberOrFormer(thread, userId, at) } },
  /** As it is now: whoever joined and has left since is replayed as removed, and the other way round. */
  replay({ rev, userId }, thread) {
    const member = thread.membership.get(userId);
    const memberCount = thread.membership.count();
    return member
      ? { type: "member", rev, member: thread.member(member), memberCount }
      : { type: "member_removed", rev, userId, memberCount };
  },
};

/** Records that a member was added, by whom. */
export function memberAdded(thread: StoredThread, userId: string, by: User, now: number): Outcome<Member> {
  const { role } = thread.requireMember(userId);
  thread.audit.add({ action: "member.added", by: by.id, target: userId, detail: { role } }, now);
  return recorded(thread, { type: "member", userId, by: by.id }, now);
}

/** Records that a member has another role. */
export function roleChanged(thread: StoredThread, userId: string, now: number): Outcome<Member> {
  return recorded(thread, { type: "member", userId }, now);
}

/** A member as they are now; one who has left since, as one who came then. */
function memberOrFormer(thread: StoredThread, userId: string, joinedAt: number): Member {
  const member = thread.membership.get(userId);
  return thread.member(member ?? { userId, role: "member", readSeq: 0, joinedAt });
}

function recorded(
  thread: StoredThread,
  change: { type: "member"; userId: string; by?: string },
  now: number,
): Outcome<Member> {
  const { userId } = change;
  const rev = thread.record(change, now);
  const member = thread.member(thread.requireMember(userId));
  const memberCount = thread.membership.count();
  return { value: member, events: [{ type: "member", rev, member, memberCount }], ack: { rev, at: now } };
}
