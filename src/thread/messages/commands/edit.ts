/** `edit`: gives a message another body. Its author may, as long as they may write. */
import type { DurableEvent } from "../../../protocol/events.ts";
import type { Message, User } from "../../../protocol/model.ts";
import { forbidden, messageGone } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { ChangeEntry, CommandEntry } from "../../writing/command.ts";

export const editEntry: CommandEntry<"edit"> = {
  run(thread, user, { id, seq, body }, now) {
    const before = editable(thread, user, seq);
    // Sent again after a lost connection, or saved without a change.
    if (before.body === body) {
      return {
        value: thread.reactions.seenBy(user.id, before),
        events: [],
        ack: { seq, rev: before.rev, at: now },
      };
    }
    const rev = thread.record({ type: "edit", seq, commandId: id, body }, now);
    thread.messages.edit(seq, body, rev, now);
    const message = thread.messages.get(seq);
    const value = thread.reactions.seenBy(user.id, message);
    return { value, events: [{ type: "edit", rev, id, message }], ack: { seq, rev, at: now } };
  },
  beforeSend(thread, user, { seq, body }) {
    const before = editable(thread, user, seq);
    return before.body === body ? undefined : { kind: "edit", author: before.author, body, seq };
  },
  respondsAfter: "notification",
};

/** The message, for one who may edit it. */
function editable(thread: StoredThread, user: User, seq: number): Message {
  if (thread.standing(user) === null) throw forbidden();
  const message = thread.messages.get(seq);
  if (message.author.id !== user.id) throw forbidden();
  thread.require("edit", user);
  if (message.deletedAt !== undefined) throw messageGone();
  return message;
}

export const editEventEntry: ChangeEntry<
  Extract<DurableEvent, { type: "edit" }>,
  { type: "edit"; seq: number; commandId?: string | undefined }
> = {
  concernsPresence: ({ message }, thread) => thread.messages.isNewest(message.seq),
  isDelivered: true,
  webhook: ({ seq }, thread) => ({ type: "message.edited", data: { message: thread.messages.get(seq) } }),
  replay: ({ rev, seq, commandId }, thread) => ({
    type: "edit",
    rev,
    id: commandId ?? undefined,
    message: thread.messages.get(seq),
  }),
};
