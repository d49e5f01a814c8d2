/** Bans a user, member or not, and lets one back (`mayRestrain`). A member is removed by it; what they wrote lately may be purged. */
import { mayRestrain } from "../../../protocol/rights.ts";
import { isHost } from "../../../protocol/system-user.ts";
import type { User } from "../../../protocol/model.ts";
import { forbidden } from "../../errors.ts";
import { removeMember } from "../../members/commands/remove-member.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { CommandEntry } from "../../writing/command.ts";
import type { StoredBan } from "../ban-store.ts";

export const banEntry: CommandEntry<"ban"> = {
  run(thread, user, { userId, until = null, reason, purgeSeconds }, now) {
    const before = requireRight(thread, user, userId, now);
    const member = thread.membership.get(userId);
    const given = { until, reason: reason || null };
    const isPurging = (purgeSeconds ?? 0) > 0;
    if (before && !member && !isPurging && before.until === until && before.reason === given.reason)
      return { value: thread.bans.shown(before), events: [], ack: { rev: thread.rev, at: now } };
    const role = member?.role ?? before?.role ?? null;
    const ban: StoredBan = { userId, ...given, role, by: user.id, at: now };
    thread.bans.set(ban);
    const detail = {
      ...(until !== null && { until }),
      ...(given.reason !== null && { reason: given.reason }),
      ...(isPurging && { purgeSeconds: purgeSeconds ?? 0 }),
    };
    thread.audit.add({ action: "ban.set", by: user.id, target: userId, detail }, now);
    const wasInvited = thread.invitations.withdraw(userId, now);
    if (isPurging) thread.purges.begin({ userId, by: user.id, since: now - (purgeSeconds ?? 0) * 1_000 });
    return {
      value: thread.bans.shown(ban),
      events: member ? removeMember(thread, user, member, now) : [],
      ack: { rev: thread.rev, at: now },
      concernsPresence: wasInvited,
      ...(!member && { isAboutInvited: true as const }),
      ...(isPurging && { beginsPurge: true as const }),
    };
  },
  respondsAfter: "notification",
};

export const liftBanEntry: CommandEntry<"lift_ban"> = {
  run(thread, user, { userId }, now) {
    const before = requireRight(thread, user, userId, now);
    if (before) {
      thread.bans.lift(userId);
      thread.audit.add({ action: "ban.lifted", by: user.id, target: userId }, now);
    }
    return { value: undefined, events: [], ack: { rev: thread.rev, at: now } };
  },
  respondsAfter: "commit",
};

/** Throws where the user may not ban this one, or let them back; the ban that is in force. */
function requireRight(thread: StoredThread, user: User, userId: string, now: number): StoredBan | undefined {
  const before = thread.bans.get(userId, now);
  const role = thread.membership.role(userId) ?? before?.role ?? null;
  const isSelf = userId === user.id || isHost({ id: userId });
  if (!mayRestrain(thread.kind, thread.standing(user), isSelf, role)) throw forbidden();
  return before;
}
