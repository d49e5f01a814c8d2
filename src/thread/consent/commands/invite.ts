/** What becomes of one who is to be added and is no member: a member, or invited (consent/adding.ts). */
import { LilypadError, unknownUser } from "../../../protocol/errors.ts";
import type { InvitedState } from "../../../protocol/http.ts";
import type { User } from "../../../protocol/model.ts";
import { mayAdd } from "../../../protocol/rights.ts";
import { isHost } from "../../../protocol/system-user.ts";
import type { CommandOf } from "../../../rpc/thread.ts";
import { forbidden } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { Outcome } from "../../writing/command.ts";
import { addingOf } from "../adding.ts";

type PutMember = CommandOf<"put_member">;

/** Whether this command makes an invitation, which is to be counted first. Throws what it is refused with. */
export function makesInvitation(thread: StoredThread, user: User, command: PutMember, now: number): boolean {
  const { userId, timeoutUntil } = command;
  if (timeoutUntil !== undefined || thread.membership.get(userId)) return false;
  if (thread.invitations.isPending(userId, user.id, now)) return false;
  return becomesOf(thread, user, command) === "invited";
}

/** Users add themselves, and the host anybody; who is no contact of the user is asked. */
export function becomesOf(thread: StoredThread, user: User, command: PutMember): "member" | "invited" {
  const { userId, role = "member", profile, isContact = false } = command;
  const isSelf = userId === user.id;
  if (!mayAdd(thread.kind, thread.standing(user), isSelf, role)) throw forbidden();
  if (thread.bans.isBanned(userId, Date.now()))
    throw new LilypadError("conflict", "They are banned from this thread: lift the ban first.");
  if (isSelf || isHost(user)) return "member";
  const isOnlyInvited = thread.invitations.isOnlyInvited(userId);
  switch (addingOf(thread.consent, { isContact, isKnown: profile !== null, isOnlyInvited })) {
    case "add":
      return "member";
    case "invite":
      return "invited";
    case "unknown":
      throw unknownUser(userId);
    case "forbidden":
      throw forbidden();
  }
}

/** Who is invited comes as a member, whatever the role. */
export function invited(
  thread: StoredThread,
  user: User,
  { userId, isReserved = false }: PutMember,
  now: number,
): Outcome<InvitedState> {
  const isPending = thread.invitations.isPending(userId, user.id, now);
  if (!isPending) {
    // They left in this moment.
    if (!isReserved) throw new LilypadError("unavailable", "Something changed meanwhile. Try again.");
    thread.invitations.add(userId, user.id, now);
    thread.audit.add({ action: "member.invited", by: user.id, target: userId }, now);
  }
  return {
    value: { state: "invited" },
    events: [],
    ack: { rev: thread.rev, at: now },
    concernsPresence: !isPending,
    isAboutInvited: true,
  };
}
