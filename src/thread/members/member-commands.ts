/** What can be done to a thread and its members: each decides the caller's right, writes, and says what happened. */
import { LilypadError, neverMet } from "../../protocol/errors.ts";
import type { DurableEvent } from "../../protocol/events.ts";
import type { Member, Role, User } from "../../protocol/model.ts";
import * as rights from "../../protocol/rights.ts";
import type { Outcome } from "../writing/command.ts";
import * as refusals from "../errors.ts";
import type { Thread } from "../thread.ts";

export function renameThread(
  thread: Thread,
  user: User,
  name: string | null | undefined,
  now: number,
): Outcome<void> {
  thread.require("rename", user);
  if (name === undefined || name === thread.info.name) return unchanged(thread, now);
  thread.setName(name);
  const rev = thread.record({ type: "thread" }, now);
  return { value: undefined, events: [{ type: "thread", rev, thread: thread.info }], ack: { rev, at: now } };
}

/** Adds a member, or changes the role of one. `profile` is null for a user Lilypad has never met. */
export function putMember(
  thread: Thread,
  user: User,
  userId: string,
  role: Role | undefined,
  profile: User | null,
  now: number,
): Outcome<Member> {
  const standing = thread.standing(user);
  const isSelf = userId === user.id;
  const before = thread.membership.get(userId);
  if (before) {
    if (role === undefined || role === before.role) {
      if (!rights.mayAdd(thread.kind, standing, isSelf, "member")) throw refusals.forbidden();
      return { ...unchanged(thread, now), value: thread.member(before) };
    }
    if (!rights.mayChangeRole(thread.kind, standing)) throw refusals.forbidden();
    if (thread.membership.isLastOwner(userId)) {
      throw new LilypadError("conflict", "A thread keeps an owner: make another member one first.");
    }
    thread.membership.setRole(userId, role);
    return memberChanged(thread, userId, now);
  }
  if (!rights.mayAdd(thread.kind, standing, isSelf, role ?? "member")) throw refusals.forbidden();
  if (!profile) throw neverMet(userId);
  thread.seat(profile, role ?? "member", now);
  return memberChanged(thread, userId, now);
}

/**
 * Removes a member, or lets the caller leave; when the last owner goes, another becomes one, and when the last member
 * of a group goes, its deletion begins in the same transaction: a crash after that finds it begun.
 */
export function removeMember(thread: Thread, user: User, userId: string, now: number): Outcome<void> {
  const standing = thread.standing(user);
  const member = thread.membership.get(userId);
  const isSelf = userId === user.id;
  if (!rights.mayRemove(thread.kind, standing, isSelf, member?.role ?? "member")) throw refusals.forbidden();
  if (!member) throw new LilypadError("not_found", "There is no such member.");
  const wasLastOwner = thread.membership.isLastOwner(userId);
  thread.membership.remove(userId);
  const rev = thread.record({ type: "member_removed", userId }, now);
  if (thread.isDeserted) thread.markDeleting();
  const events: DurableEvent[] = [{ type: "member_removed", rev, userId }];
  const heir = wasLastOwner ? thread.membership.heir() : undefined;
  if (heir === undefined) return { value: undefined, events, ack: { rev, at: now } };
  thread.membership.setRole(heir, "owner");
  const promoted = memberChanged(thread, heir, now);
  return { value: undefined, events: [...events, ...promoted.events], ack: promoted.ack };
}

function memberChanged(thread: Thread, userId: string, now: number): Outcome<Member> {
  const rev = thread.record({ type: "member", userId }, now);
  const member = thread.member(thread.requireMember(userId));
  return { value: member, events: [{ type: "member", rev, member }], ack: { rev, at: now } };
}

function unchanged(thread: Thread, now: number): Outcome<void> {
  return { value: undefined, events: [], ack: { rev: thread.rev, at: now } };
}
