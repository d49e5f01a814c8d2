/**
 * What the tabs of a thread's members are sent when the thread changed. Each distinct frame is serialized once, however
 * many tabs receive it.
 */
import type { PresenceEvent } from "../../protocol/events.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { TabNotifier } from "../socketio-tabs/tab-notifier.ts";
import type { AllTabs } from "../status/all-tabs.ts";
import type { Tabs, UserIds } from "../status/tabs.ts";
import {
  invitationSummaryOf,
  type ReceivedInvitations,
  type ShownInvitation,
} from "../invitations/received-invitations.ts";
import { lastOf, sameHead, sameLook, summaryOf, type ThreadRow } from "./thread-row.ts";
import { markerOf, unreadOf } from "./unread.ts";
import type { AppliedUpdate } from "./thread-updates.ts";
import type { UserThreads } from "./user-threads.ts";

/** An event that may change in how many threads something is unread. */
type UnreadEvent = Extract<PresenceEvent, { type: "new_message" | "read" | "thread" | "thread_removed" }>;

/** What the events for a member depend on, besides the update itself. */
interface Recipient {
  marker: number;
  /** Joined by this update, or sees the thread again by it. */
  isNew: boolean;
  /** Their marker rose by this update. */
  hasRead: boolean;
  isAuthor: boolean;
  /** Something was unread to them before it. */
  wasUnread: boolean;
}

export interface ThreadNotificationsParts {
  connections: Connections;
  tabs: Tabs;
  allTabs: AllTabs;
  tabNotifier: TabNotifier;
  userThreads: UserThreads;
  invitations: ReceivedInvitations;
}

/** Events, and the frames that they are in. */
interface Encoded {
  events: readonly PresenceEvent[];
  frames: readonly string[];
}

export class ThreadNotifications {
  readonly #parts: ThreadNotificationsParts;

  constructor(parts: ThreadNotificationsParts) {
    this.#parts = parts;
  }

  /** Notifies the members' tabs of what an update changed. */
  notifyMembers(applied: AppliedUpdate): void {
    const { after, left } = applied;
    const threadId = after.thread_id;
    this.notifyRemoved(
      threadId,
      new Map(left.map((userId) => [userId, wasUnread(applied, userId, Infinity)])),
    );
    this.#notifyInvited(applied);
    const recipients = recipientsOf(applied, this.#parts.allTabs.users());
    if (recipients.size === 0) return;

    const encoded = new Map<string, Encoded>();
    for (const [userId, readSeq] of this.#parts.userThreads.membersAmong(threadId, recipients)) {
      if (applied.hidden.has(userId)) continue;
      const marker = markerOf(after, userId, readSeq);
      const isNew = applied.joined.has(userId) || applied.reappeared.has(userId);
      const hasRead = applied.read.has(userId);
      const isAuthor = lastOf(after)?.author.id === userId;
      const recipient = { marker, isNew, hasRead, isAuthor, wasUnread: wasUnread(applied, userId, marker) };
      const content = JSON.stringify(recipient);
      let events = encoded.get(content);
      if (!events) {
        events = this.#encode(eventsFor(applied, recipient));
        encoded.set(content, events);
      }
      this.#send(userId, events);
    }
  }

  /**
   * Those who are invited see the entry of their list. To Socket.IO an invitation is a thread: there a request's message is
   * announced, as one that is not unread.
   */
  #notifyInvited({ before, after, invited }: AppliedUpdate): void {
    const { tabs, allTabs, tabNotifier, connections, invitations } = this.#parts;
    const last = lastOf(after);
    const isNew = after.kind === "direct" && after.seq > (before?.seq ?? 0) && last?.deletedAt === undefined;
    for (const { userId } of invited) {
      if (!allTabs.users().has(userId)) continue;
      const invitation = invitations.shown(userId, after);
      if (!invitation) continue;
      const thread = invitationSummaryOf(after, invitation);
      tabs.send(userId, connections.encode([{ type: "thread", thread }]));
      if (isNew && last)
        tabNotifier.notify(userId, [{ type: "new_message", threadId: after.thread_id, ...last, unread: 0 }]);
    }
  }

  /** Notifies a user's tabs of how the invitations that they see differ from these, which they saw before. */
  notifyInvitations(userId: string, before: readonly ShownInvitation[]): void {
    const { invitations, userThreads } = this.#parts;
    const after = invitations.allShown(userId);
    const seen = new Map(before.map((one) => [one.threadId, one.by.id]));
    const now = new Set(after.map(({ threadId }) => threadId));
    const removed = before.filter(({ threadId }) => !now.has(threadId));
    const changed = after.filter(({ threadId, by }) => seen.get(threadId) !== by.id);
    const events = [
      ...removed.map(({ threadId }): PresenceEvent => ({ type: "thread_removed", threadId })),
      ...changed.flatMap((one): PresenceEvent[] => {
        const row = userThreads.get(one.threadId);
        return row ? [{ type: "thread", thread: invitationSummaryOf(row, one) }] : [];
      }),
    ];
    // Each by itself: to Socket.IO an event is of one thread.
    for (const event of events) this.#send(userId, this.#encode([event]));
  }

  /** Notifies former members, each with whether something in it was unread, that the thread is no longer on their list. */
  notifyRemoved(threadId: string, former: ReadonlyMap<string, boolean>): void {
    const removed: UnreadEvent = { type: "thread_removed", threadId };
    const [ofRead, ofUnread] = [this.#encode([removed]), this.#encode([{ ...removed, wasUnread: true }])];
    for (const [userId, isUnread] of former) this.#send(userId, isUnread ? ofUnread : ofRead);
  }

  /** Notifies the tabs of users who moderate a thread of how many reports are open there, as each of them sees them. */
  notifyReports(threadId: string, open: Readonly<Record<string, number>>): void {
    for (const [userId, count] of Object.entries(open)) {
      const event: PresenceEvent = { type: "reports", threadId, open: count };
      this.#send(userId, this.#encode([event]));
    }
  }

  /** Notifies a user's tabs that a thread is on their list again. */
  notifyAdded(row: ThreadRow, userId: string, marker: number): void {
    this.#send(userId, this.#encode([{ type: "thread", thread: summaryOf(row, marker) }]));
  }

  /** Notifies a user's tabs that their marker has moved, from where it was. */
  notifyRead(row: ThreadRow, userId: string, readSeq: number, before: number): void {
    const was = unreadOf(row, before) > 0;
    this.#send(userId, this.#encode([withWasUnread(readEvent(row, readSeq), was)]));
  }

  #encode(events: readonly PresenceEvent[]): Encoded {
    return { events, frames: this.#parts.connections.encode(events) };
  }

  #send(userId: string, { events, frames }: Encoded): void {
    this.#parts.tabs.send(userId, frames);
    this.#parts.tabNotifier.notify(userId, events);
  }
}

/** Which connected users there may be something to send to: all where the thread itself changed, else those the update is about. */
function recipientsOf({ before, after, joined, read }: AppliedUpdate, connected: UserIds): UserIds {
  const changed = before !== undefined && (after.seq > before.seq || !sameHead(before, after));
  if (changed) return connected;
  return new Set([...joined, ...read].filter((userId) => connected.has(userId)));
}

function eventsFor({ before, after, isMove = false }: AppliedUpdate, recipient: Recipient): PresenceEvent[] {
  const { marker, isNew, hasRead, isAuthor } = recipient;
  const last = lastOf(after);
  // To one who has just joined, messages after their marker are new: a new member has read all that were there. One who
  // moved here was notified of all of them in their old shard, and those who were here before of none that came since.
  const notifiedOfNew = isMove ? after.seq : marker;
  const notifiedOf = isNew || !before ? notifiedOfNew : before.seq;
  // A message that was deleted before anyone was notified of it is not announced; how many there are is.
  const newMessage = after.seq > notifiedOf && last !== undefined && last.deletedAt === undefined && last;
  const events: UnreadEvent[] = [];
  // A new message brings the newest text with it, but not the name.
  const isSame = newMessage ? sameLook : sameHead;
  if (isNew || !before || !isSame(before, after))
    events.push({ type: "thread", thread: summaryOf(after, marker) });
  if (newMessage) {
    const unread = isAuthor ? 0 : unreadOf(after, marker);
    events.push({ type: "new_message", threadId: after.thread_id, ...last, unread });
  }
  if (hasRead) events.push(readEvent(after, marker));
  return events.map((event) => withWasUnread(event, recipient.wasUnread));
}

/** Whether something was unread to a user before an update; `marker` is theirs after it. */
function wasUnread(
  { before, joined, hidden, reappeared, markersBefore }: AppliedUpdate,
  userId: string,
  marker: number,
): boolean {
  if (!before || joined.has(userId) || hidden.has(userId) || reappeared.has(userId)) return false;
  return unreadOf(before, markersBefore.get(userId) ?? marker) > 0;
}

function withWasUnread(event: UnreadEvent, isTrue: boolean): PresenceEvent {
  return isTrue ? { ...event, wasUnread: true } : event;
}

function readEvent(row: ThreadRow, readSeq: number): UnreadEvent {
  return { type: "read", threadId: row.thread_id, readSeq, unread: unreadOf(row, readSeq) };
}
