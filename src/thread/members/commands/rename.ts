/** Renames the thread. Moderators and owners may; a direct thread has no name. */
import type { DurableEvent } from "../../../protocol/events.ts";
import type { ChangeEntry, CommandEntry } from "../../writing/command.ts";

export const renameEntry: CommandEntry<"rename"> = {
  run(thread, user, { name }, now) {
    thread.require("rename", user);
    if (name === undefined || name === thread.info.name)
      return { value: thread.view(user), events: [], ack: { rev: thread.rev, at: now } };
    thread.setName(name);
    const rev = thread.record({ type: "thread" }, now);
    return {
      value: thread.view(user),
      events: [{ type: "thread", rev, thread: thread.info }],
      ack: { rev, at: now },
    };
  },
  respondsAfter: "notification",
};

export const threadEventEntry: ChangeEntry<Extract<DurableEvent, { type: "thread" }>, { type: "thread" }> = {
  concernsPresence: () => true,
  replay: ({ rev }, thread) => ({ type: "thread", rev, thread: thread.info }),
};
