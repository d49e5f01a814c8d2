/**
 * `accept`: the user accepts an invitation, and is a member from then on; of a message request it says what writing in it
 * says too. One who is a member already changes nothing.
 */
import type { User } from "../../../protocol/model.ts";
import { noSuchThread } from "../../errors.ts";
import { memberAdded, memberChanged } from "../../members/commands/put-member.ts";
import type { StoredThread } from "../../stored-thread.ts";
import { threadFor } from "../../thread-view.ts";
import type { CommandEntry, Outcome } from "../../writing/command.ts";

export const acceptEntry: CommandEntry<"accept"> = {
  run(thread, user, _command, now) {
    if (thread.membership.get(user.id)) {
      const accepted = acceptRequest(thread, user, now);
      return { ...(accepted ?? nothing(thread, now)), value: threadFor(thread, user) };
    }
    const invited = thread.invitations.acceptable(user.id, now);
    if (!invited || thread.bans.isBanned(user.id, now)) throw noSuchThread();
    thread.addMember(user, "member", now);
    return {
      ...memberAdded(thread, user.id, thread.profiles.get(invited.by), now),
      value: threadFor(thread, user),
    };
  },
  isForStrangers: true,
  respondsAfter: "notification",
};

/**
 * Accepts a message request to this user; undefined where there is none to accept. The event shows the others the profile
 * that the thread has of the user from now on.
 */
export function acceptRequest(thread: StoredThread, user: User, now: number): Outcome | undefined {
  if (!thread.request.isTo(user.id)) return undefined;
  thread.request.accept(now);
  thread.profiles.add(user);
  thread.membership.unconfirmed.add(user.id);
  thread.requestEnded();
  // Accepting counts as having written, but not to one who blocks.
  if (thread.messages.newest.seq > 0 && !thread.blocks.isAny) thread.contacts.bothHaveWritten();
  return memberChanged(thread, user.id, now);
}

function nothing(thread: StoredThread, now: number): Omit<Outcome, "value"> {
  return { events: [], ack: { rev: thread.rev, at: now } };
}
