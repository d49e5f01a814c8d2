/** Every command that writes to a thread, and every durable event: the one list that all transports go by. */
import type { DurableEvent } from "../protocol/events.ts";
import type { User } from "../protocol/model.ts";
import type { WebhookContent } from "../protocol/webhooks.ts";
import type { CommandOf, WriteCommand, WriteResults, WriteType } from "../rpc/thread.ts";
import { acceptEntry } from "./consent/commands/accept.ts";
import { declineEntry } from "./consent/commands/decline.ts";
import type { Asked } from "./host-server/before-send.ts";
import { createLinkEntry } from "./links/commands/create-link.ts";
import { redeemLinkEntry } from "./links/commands/redeem-link.ts";
import { revokeLinkEntry } from "./links/commands/revoke-link.ts";
import { memberEventEntry, putMemberEntry } from "./members/commands/put-member.ts";
import { putThreadEntry } from "./members/commands/put-thread.ts";
import { memberRemovedEventEntry, removeMemberEntry } from "./members/commands/remove-member.ts";
import { renameEntry, threadEventEntry } from "./members/commands/rename.ts";
import type { Change, ChangeType, LoggedChange } from "./messages/change-log.ts";
import { chatEntry, chatEventEntry } from "./messages/commands/chat.ts";
import { deleteEntry, deleteEventEntry } from "./messages/commands/delete.ts";
import { editEntry, editEventEntry } from "./messages/commands/edit.ts";
import { reactEntry, reactionEventEntry, unreactEntry } from "./messages/commands/react.ts";
import { banEntry, liftBanEntry } from "./moderation/commands/ban.ts";
import { purgeEntry } from "./moderation/commands/purge.ts";
import { reportEntry } from "./reports/commands/report.ts";
import { resolveReportEntry } from "./reports/commands/resolve-report.ts";
import type { StoredThread } from "./stored-thread.ts";
import type { ChangeEntry, CommandEntry, EventEntry, Outcome } from "./writing/command.ts";

const COMMANDS: { [T in WriteType]: CommandEntry<T> } = {
  chat: chatEntry,
  edit: editEntry,
  delete: deleteEntry,
  react: reactEntry,
  unreact: unreactEntry,
  rename: renameEntry,
  put_thread: putThreadEntry,
  put_member: putMemberEntry,
  remove_member: removeMemberEntry,
  ban: banEntry,
  lift_ban: liftBanEntry,
  purge: purgeEntry,
  report: reportEntry,
  resolve_report: resolveReportEntry,
  create_link: createLinkEntry,
  revoke_link: revokeLinkEntry,
  redeem_link: redeemLinkEntry,
  accept: acceptEntry,
  decline: declineEntry,
};

const CHANGES = {
  edit: editEventEntry,
  delete: deleteEventEntry,
  react: reactionEventEntry,
  unreact: reactionEventEntry,
  thread: threadEventEntry,
  member: memberEventEntry,
  member_removed: memberRemovedEventEntry,
} satisfies Record<ChangeType, unknown>;

const EVENTS = { chat: chatEventEntry, ...CHANGES };

/** Runs a command: decides the right, writes, and returns what happened. Throws its refusal. */
export function runCommand<T extends WriteType>(
  thread: StoredThread,
  user: User,
  command: CommandOf<T>,
  now: number,
): Outcome<WriteResults[T]> {
  const entry: CommandEntry<T> = COMMANDS[command.type];
  return entry.run(thread, user, command, now);
}

/** Whether one to whom the thread does not exist may run this command, which then decides by itself. */
export function isForStrangers({ type }: WriteCommand): boolean {
  return COMMANDS[type].isForStrangers === true;
}

/** Whether this is a command that the host's server may be asked about. */
export function isAskedAbout({ type }: WriteCommand): boolean {
  return COMMANDS[type].beforeSend !== undefined;
}

/** What the host's server is asked before a command is run; undefined where it is not. Throws what `run` would refuse it with. */
export function askedBefore<T extends WriteType>(
  thread: StoredThread,
  user: User,
  command: CommandOf<T>,
): Asked | undefined {
  const entry: CommandEntry<T> = COMMANDS[command.type];
  return entry.beforeSend?.(thread, user, command);
}

/** When an HTTP request that runs this command is answered. */
export function respondsAfter({ type }: WriteCommand): "commit" | "notification" {
  return COMMANDS[type].respondsAfter;
}

/** The entry of a durable event. */
export function eventEntry({ type }: DurableEvent): EventEntry {
  // An entry is asked of events of its own type alone.
  return EVENTS[type] as EventEntry;
}

/** What the host's server is sent of a logged change, if anything. */
export function webhookOf(change: Change & { at: number }, thread: StoredThread): WebhookContent | undefined {
  return (CHANGES[change.type] as ChangeEntry<DurableEvent, Change>).webhook?.(change, thread);
}

/** The event of a logged change, for a client that missed it. */
export function replayChange(change: LoggedChange, thread: StoredThread): DurableEvent {
  // A logged change has what the entry of its type recorded.
  return (CHANGES[change.type] as ChangeEntry<DurableEvent, Change>).replay(change, thread);
}
