/** `decline`: the user wants no part in the thread. Nobody else learns of it, and the same user cannot invite them again for 30 days. */
import type { User } from "../../../protocol/model.ts";
import { forbidden, noSuchThread } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { CommandEntry, Outcome } from "../../writing/command.ts";

export const declineEntry: CommandEntry<"decline"> = {
  run(thread, user, _command, now) {
    const ack = { rev: thread.rev, at: now };
    if (thread.request.isTo(user.id)) return declined(thread, user, now);
    if (thread.membership.get(user.id)) throw forbidden();
    const isDeclined = thread.invitations.decline(user.id, now);
    if (!isDeclined && !thread.invitations.hasDeclined(user.id, now)) throw noSuchThread();
    return { value: undefined, events: [], ack, concernsPresence: isDeclined };
  },
  isForStrangers: true,
  respondsAfter: "notification",
};

/** Declines a message request to this user. */
export function declined(thread: StoredThread, user: User, now: number): Outcome<undefined> {
  const isShown = thread.request.shownTo(user.id, now) !== undefined;
  if (isShown) {
    thread.request.decline(now);
    thread.membership.unconfirmed.add(user.id);
  }
  const ack = { rev: thread.rev, at: now };
  return { value: undefined, events: [], ack, concernsPresence: isShown };
}
