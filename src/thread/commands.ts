/** Every command that writes to a thread, and every durable event: the one list that all transports go by. */
import type { DurableEvent } from "../protocol/events.ts";
import type { User } from "../protocol/model.ts";
import type { WriteCommand, WriteType } from "../rpc/thread.ts";
import { memberEvent, putMember } from "./members/commands/put-member.ts";
import { memberRemovedEvent, removeMember } from "./members/commands/remove-member.ts";
import { rename, threadEvent } from "./members/commands/rename.ts";
import type { Change, ChangeType, LoggedChange } from "./messages/change-log.ts";
import { chat, chatEvent } from "./messages/commands/chat.ts";
import { deleteEvent, deleteMessage } from "./messages/commands/delete.ts";
import { edit, editEvent } from "./messages/commands/edit.ts";
import { react, reactionEvent, unreact } from "./messages/commands/react.ts";
import type { Thread } from "./thread.ts";
import type { ChangeEntry, CommandEntry, EventEntry, Outcome } from "./writing/command.ts";

const COMMANDS: { [T in WriteType]: CommandEntry<T> } = {
  chat,
  edit,
  delete: deleteMessage,
  react,
  unreact,
  rename,
  put_member: putMember,
  remove_member: removeMember,
};

const CHANGES = {
  edit: editEvent,
  delete: deleteEvent,
  react: reactionEvent,
  unreact: reactionEvent,
  thread: threadEvent,
  member: memberEvent,
  member_removed: memberRemovedEvent,
} satisfies Record<ChangeType, unknown>;

const EVENTS = { chat: chatEvent, ...CHANGES };

/** Runs a command: decides the right, writes, and returns what happened. Throws its refusal. */
export function runCommand(thread: Thread, user: User, command: WriteCommand, now: number): Outcome {
  // An entry is given commands of its own type alone.
  const { run } = COMMANDS[command.type] as unknown as CommandEntry<never>;
  return run(thread, user, command as never, now);
}

/** When an HTTP request that runs this command is answered. */
export function answersOnce({ type }: WriteCommand): "stored" | "notified" {
  return COMMANDS[type].answersOnce;
}

/** The entry of a durable event. */
export function eventEntry({ type }: DurableEvent): EventEntry {
  // An entry is asked of events of its own type alone.
  return EVENTS[type] as EventEntry;
}

/** The event of a logged change, for a client that missed it. */
export function replayChange(change: LoggedChange, thread: Thread): DurableEvent {
  // A logged change has what the entry of its type recorded.
  return (CHANGES[change.type] as ChangeEntry<DurableEvent, Change>).replay(change, thread);
}
