/**
 * Adds a member, or invites who has to be asked (`mayAdd`), changes the role of one (`mayChangeRole`), or times one out (`mayRestrain`). A thread keeps an
 * owner, if it has one.
 */
import { LilypadError, unknownUser } from "../../../protocol/errors.ts";
import type { DurableEvent } from "../../../protocol/events.ts";
import type { InvitedState } from "../../../protocol/http.ts";
import type { Member, User } from "../../../protocol/model.ts";
import { mayAdd, mayChangeRole, mayRestrain } from "../../../protocol/rights.ts";
import type { CommandOf } from "../../../rpc/thread.ts";
import { becomesOf, invited } from "../../consent/commands/invite.ts";
import { forbidden, noSuchMember } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import { memberOf } from "../../thread-view.ts";
import type { ChangeEntry, CommandEntry, Outcome } from "../../writing/command.ts";
import type { StoredMember } from "../membership.ts";

type PutMember = CommandOf<"put_member">;

export const putMemberEntry: CommandEntry<"put_member"> = {
  run(thread, user, command, now) {
    const { userId, role, timeoutUntil } = command;
    const before = thread.membership.get(userId);
    if (timeoutUntil !== undefined) requireTimeoutRight(thread, user, command, before, now);
    if (!before) return add(thread, user, command, now);
    if (role === undefined || role === before.role) {
      if (timeoutUntil === undefined) requireAddRight(thread, user, userId);
    } else requireRoleRight(thread, user, userId);

    const hasOtherRole = role !== undefined && role !== before.role;
    const hasOtherTimeout = timeoutUntil !== undefined && timeoutUntil !== activeTimeout(before, now);
    const act = { by: user.id, target: userId };
    if (hasOtherRole) {
      thread.membership.setRole(userId, role);
      thread.audit.add({ ...act, action: "member.role", detail: { role, before: before.role } }, now);
    }
    if (hasOtherTimeout) {
      thread.membership.setTimeout(userId, timeoutUntil);
      thread.audit.add({ ...act, action: "member.timeout", detail: { timeoutUntil } }, now);
    }
    if (hasOtherRole || hasOtherTimeout) return memberChanged(thread, userId, now);
    return { value: memberOf(thread, before), events: [], ack: { rev: thread.rev, at: now } };
  },
  respondsAfter: "notification",
};

export const memberEventEntry: ChangeEntry<
  Extract<DurableEvent, { type: "member" | "member_removed" }>,
  { type: "member" | "member_removed"; userId: string; by?: string | undefined }
> = {
  concernsPresence: () => true,
  isDelivered: true,
  // Of a direct thread, the one who accepted it.
  reveals: (event, thread) =>
    event.type === "member" && thread.kind === "direct" ? event.member.user.id : undefined,
  webhook: ({ userId, by, at }, thread) =>
    by === undefined
      ? undefined
      : { type: "member.added", data: { member: memberOrFormer(thread, userId, at) } },
  /** As it is now: whoever joined and has left since is replayed as removed, and the other way round. */
  replay({ rev, userId }, thread) {
    const member = thread.membership.get(userId);
    const memberCount = thread.membership.count();
    return member
      ? { type: "member", rev, member: memberOf(thread, member), memberCount }
      : { type: "member_removed", rev, userId, memberCount };
  },
};

/** Records that a member was added, by whom. */
export function memberAdded(thread: StoredThread, userId: string, by: User, now: number): Outcome<Member> {
  const { role } = thread.requireMember(userId);
  thread.audit.add({ action: "member.added", by: by.id, target: userId, detail: { role } }, now);
  return recorded(thread, { type: "member", userId, by: by.id }, now);
}

/** Records that a member has another role or timeout, or has accepted a direct thread. */
export function memberChanged(thread: StoredThread, userId: string, now: number): Outcome<Member> {
  return recorded(thread, { type: "member", userId }, now);
}

function add(
  thread: StoredThread,
  user: User,
  command: PutMember,
  now: number,
): Outcome<Member | InvitedState> {
  if (becomesOf(thread, user, command) === "invited") return invited(thread, user, command, now);
  const { userId, role = "member", profile } = command;
  if (!profile) throw unknownUser(userId);
  thread.addMember(profile, role, now);
  return memberAdded(thread, userId, user, now);
}

function requireAddRight(thread: StoredThread, user: User, userId: string): void {
  if (!mayAdd(thread.kind, thread.standing(user), userId === user.id, "member")) throw forbidden();
}

function requireRoleRight(thread: StoredThread, user: User, userId: string): void {
  if (!mayChangeRole(thread.kind, thread.standing(user))) throw forbidden();
  if (thread.membership.isLastOwner(userId)) {
    throw new LilypadError("conflict", "A thread keeps an owner: make another member one first.");
  }
}

/** Throws where the user may not time this one out, or nobody can. */
function requireTimeoutRight(
  thread: StoredThread,
  user: User,
  { userId, timeoutUntil }: PutMember,
  target: StoredMember | undefined,
  now: number,
): void {
  const isSelf = userId === user.id;
  const role = target?.role ?? null;
  if (!mayRestrain(thread.kind, thread.standing(user), isSelf, role)) throw forbidden();
  if (!target) throw noSuchMember();
  if (timeoutUntil !== null && timeoutUntil !== undefined && timeoutUntil <= now)
    throw new LilypadError("bad_request", "timeoutUntil: is in the past");
}

/** Null where it is over. */
function activeTimeout({ timeoutUntil }: StoredMember, now: number): number | null {
  return (timeoutUntil ?? 0) > now ? timeoutUntil : null;
}

/** A member as they are now; one who has left since, as one who came then. */
function memberOrFormer(thread: StoredThread, userId: string, joinedAt: number): Member {
  const member = thread.membership.get(userId);
  return memberOf(thread, member ?? { userId, role: "member", readSeq: 0, joinedAt, timeoutUntil: null });
}

function recorded(
  thread: StoredThread,
  change: { type: "member"; userId: string; by?: string },
  now: number,
): Outcome<Member> {
  const { userId } = change;
  const rev = thread.record(change, now);
  const member = memberOf(thread, thread.requireMember(userId));
  const memberCount = thread.membership.count();
  return { value: member, events: [{ type: "member", rev, member, memberCount }], ack: { rev, at: now } };
}
