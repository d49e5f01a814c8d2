/** Renames the thread, or changes its settings. Moderators, owners and the host may; a direct thread has neither. */
import type { DurableEvent } from "../../../protocol/events.ts";
import type { User } from "../../../protocol/model.ts";
import type { AuditedAct } from "../../moderation/audit-store.ts";
import type { StoredThread } from "../../stored-thread.ts";
import { sharedThread, threadFor } from "../../thread-view.ts";
import type { ChangeEntry, CommandEntry, Outcome } from "../../writing/command.ts";

export const renameEntry: CommandEntry<"rename"> = {
  run(thread, user, { type: _type, name, ...settings }, now) {
    thread.require("change the thread", user);
    const isRenamed = name !== undefined && thread.setName(name);
    const set = thread.settings.change(settings);
    if (!isRenamed && !set)
      return { value: threadFor(thread, user), events: [], ack: { rev: thread.rev, at: now } };
    const changed = threadChanged(thread, user, { ...(isRenamed && { name }), ...set }, now);
    return { value: threadFor(thread, user), ...changed };
  },
  respondsAfter: "notification",
};

export const threadEventEntry: ChangeEntry<Extract<DurableEvent, { type: "thread" }>, { type: "thread" }> = {
  concernsPresence: () => true,
  concernsInvited: true,
  isDelivered: true,
  webhook: (_change, thread) => ({ type: "thread.updated", data: { thread: sharedThread(thread) } }),
  replay: ({ rev }, thread) => ({ type: "thread", rev, thread: thread.info }),
};

/** Records that the thread is another: by whom, and what changed. */
export function threadChanged(
  thread: StoredThread,
  by: User,
  changed: NonNullable<AuditedAct["detail"]>,
  now: number,
): Omit<Outcome, "value"> {
  thread.audit.add({ action: "thread.updated", by: by.id, detail: changed }, now);
  const rev = thread.record({ type: "thread" }, now);
  return { events: [{ type: "thread", rev, thread: thread.info }], ack: { rev, at: now } };
}
