/** `delete`: erases a message; a tombstone stays. Its author may, and moderators and owners (`mayErase`). */
import type { DurableEvent } from "../../../protocol/events.ts";
import type { Message } from "../../../protocol/model.ts";
import { mayErase } from "../../../protocol/rights.ts";
import { forbidden } from "../../errors.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { ChangeEntry, CommandEntry } from "../../writing/command.ts";

export const deleteEntry: CommandEntry<"delete"> = {
  run(thread, user, { id, seq }, now) {
    const standing = thread.standing(user);
    const before = thread.messages.get(seq);
    const isAuthor = before.author.id === user.id;
    if (!mayErase(thread.kind, standing, isAuthor)) {
      thread.access.requireNoTimeout(user, (role) => mayErase(thread.kind, role, isAuthor));
      throw forbidden();
    }
    if (before.deletedAt !== undefined) {
      return { value: undefined, events: [], ack: { seq, rev: before.rev, at: before.deletedAt } };
    }
    if (!isAuthor) {
      const target = before.author.id;
      thread.audit.add({ action: "message.deleted", by: user.id, target, detail: { seq } }, now);
    }
    const events = erase(thread, before, { by: user.id, id }, now);
    return { value: undefined, events, ack: { seq, rev: thread.rev, at: now } };
  },
  respondsAfter: "notification",
};

/** Makes a message a tombstone, whoever may do so: three rows written, and one more where it was edited. */
export function erase(
  thread: StoredThread,
  message: Message,
  { by, id }: { by: string; id?: string },
  now: number,
): DurableEvent[] {
  const { seq } = message;
  thread.reactions.forget(message);
  const rev = thread.record({ type: "delete", seq, userId: by, commandId: id }, now);
  thread.messages.erase(seq, rev, now);
  return [{ type: "delete", rev, id, seq, deletedAt: now, by: thread.profiles.get(by) }];
}

export const deleteEventEntry: ChangeEntry<
  Extract<DurableEvent, { type: "delete" }>,
  { type: "delete"; seq: number; userId: string; commandId?: string | undefined }
> = {
  concernsPresence: ({ seq }, thread) => thread.messages.isNewest(seq),
  isDelivered: true,
  webhook: ({ seq, userId }, thread) => ({
    type: "message.deleted",
    data: { seq, by: thread.profiles.get(userId) },
  }),
  replay: ({ rev, seq, at, userId, commandId }, thread) => ({
    type: "delete",
    rev,
    id: commandId ?? undefined,
    seq,
    deletedAt: at,
    by: thread.profiles.get(userId),
  }),
};
