/** `react` and `unreact`: adds and removes one's own emoji on a message. Members may. */
import type { DurableEvent } from "../../../protocol/events.ts";
import type { Reaction, User } from "../../../protocol/model.ts";
import { messageGone } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { ChangeEntry, CommandEntry, Outcome } from "../../writing/command.ts";

export const reactEntry: CommandEntry<"react"> = { run: change, respondsAfter: "commit" };
export const unreactEntry: CommandEntry<"unreact"> = { run: change, respondsAfter: "commit" };

interface ReactionCommand {
  type: "react" | "unreact";
  id: string;
  seq: number;
  emoji: string;
}

function change(thread: StoredThread, user: User, command: ReactionCommand, now: number): Outcome<void> {
  const { type, id, seq, emoji } = command;
  thread.require("react", user);
  const message = thread.messages.get(seq);
  if (message.deletedAt !== undefined) throw messageGone();
  const reactions =
    type === "react"
      ? thread.reactions.with(message, emoji, user.id)
      : thread.reactions.without(message, emoji, user.id);
  if (!reactions) return { value: undefined, events: [], ack: { seq, rev: message.rev, at: now } };
  const rev = thread.record({ type, seq, userId: user.id, emoji, commandId: id }, now);
  thread.messages.setReactions(seq, reactions, rev);
  return {
    value: undefined,
    events: [
      { type, rev, id, seq, emoji, user: thread.profiles.get(user.id), ...reactionIn(reactions, emoji) },
    ],
    ack: { seq, rev, at: now },
  };
}

/** What an event says of the reaction after it: a client cannot know who follows on the list when one of the listed leaves it. */
function reactionIn(reactions: readonly Reaction[], emoji: string): Pick<Reaction, "count" | "userIds"> {
  const { count, userIds } = reactions.find((one) => one.emoji === emoji) ?? { count: 0, userIds: [] };
  return { count, userIds };
}

/** Of both. */
export const reactionEventEntry: ChangeEntry<
  Extract<DurableEvent, { type: "react" | "unreact" }>,
  { type: "react" | "unreact"; seq: number; userId: string; emoji: string; commandId?: string | undefined }
> = {
  concernsPresence: () => false,
  isDelivered: false,
  replay({ type, rev, seq, userId, emoji, commandId, isLast }, thread) {
    const message = thread.messages.get(seq);
    // A deleted message has no reactions: who once reacted is not disclosed any more.
    if (message.deletedAt !== undefined) return { type: "edit", rev, message };
    const now = isLast ? reactionIn(message.reactions ?? [], emoji) : {};
    return { type, rev, id: commandId ?? undefined, seq, emoji, user: thread.profiles.get(userId), ...now };
  },
};
