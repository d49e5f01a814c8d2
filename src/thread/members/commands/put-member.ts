/** Adds a member, or changes the role of one (`mayAdd`, `mayChangeRole`). A thread keeps an owner. */
import { LilypadError, unknownUser } from "../../../protocol/errors.ts";
import type { DurableEvent } from "../../../protocol/events.ts";
import type { Member } from "../../../protocol/model.ts";
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
      return memberChanged(thread, userId, now);
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
    return memberChanged(thread, userId, now);
  },
  respondsAfter: "notification",
};

export const memberEventEntry: ChangeEntry<
  Extract<DurableEvent, { type: "member" | "member_removed" }>,
  { type: "member" | "member_removed"; userId: string }
> = {
  concernsPresence: () => true,
  /** As it is now: whoever joined and has left since is replayed as removed, and the other way round. */
  replay({ rev, userId }, thread) {
    const member = thread.membership.get(userId);
    const memberCount = thread.membership.count();
    return member
      ? { type: "member", rev, member: thread.member(member), memberCount }
      : { type: "member_removed", rev, userId, memberCount };
  },
};

/** Records that a member was added or has another role. */
export function memberChanged(thread: StoredThread, userId: string, now: number): Outcome<Member> {
  const rev = thread.record({ type: "member", userId }, now);
  const member = thread.member(thread.requireMember(userId));
  const memberCount = thread.membership.count();
  return { value: member, events: [{ type: "member", rev, member, memberCount }], ack: { rev, at: now } };
}
