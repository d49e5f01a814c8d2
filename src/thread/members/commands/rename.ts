/** Renames the thread. Moderators and owners may; a direct thread has no name. */
import type { DurableEvent } from "../../../protocol/events.ts";
import type { StoredThread } from "../../stored-thread.ts";
import type { ChangeEntry, CommandEntry, Outcome } from "../../writing/command.ts";

export const renameEntry: CommandEntry<"rename"> = {
  run(thread, user, { name }, now) {
    thread.require("rename", user);
    if (name === undefined || !thread.setName(name))
      return { value: thread.view(user), events: [], ack: { rev: thread.rev, at: now } };
    const changed = threadChanged(thread, now);
    return { value: thread.view(user), ...changed };
  },
  respondsAfter: "notification",
};

export const threadEventEntry: ChangeEntry<Extract<DurableEvent, { type: "thread" }>, { type: "thread" }> = {
  concernsPresence: () => true,
  isDelivered: true,
  webhook: (_change, thread) => ({ type: "thread.updated", data: { thread: thread.shared() } }),
  replay: ({ rev }, thread) => ({ type: "thread", rev, thread: thread.info }),
};

/** Records that the thread has another name, or other data. */
export function threadChanged(thread: StoredThread, now: number): Omit<Outcome, "value"> {
  const rev = thread.record({ type: "thread" }, now);
  return { events: [{ type: "thread", rev, thread: thread.info }], ack: { rev, at: now } };
}
