/** Notifies the tabs over Socket.IO: by user of their threads, and in how many of them something is unread; by tab of statuses. */
import type { PresenceEvent } from "../../protocol/events.ts";
import type { UserPresence } from "../../protocol/model.ts";
import type { Revocation } from "../../rpc/revocation.ts";
import type { BatchCursor, TabEvent } from "../../rpc/socketio-tabs.ts";
import { TabQueue } from "./tab-queue.ts";
import type { SocketIoTab, SocketIoTabs } from "./socketio-tabs.ts";

/** What one update means to users who are sent the same events. */
interface Notice {
  newMessage: Extract<TabEvent, { type: "new_message" }> | undefined;
  removed: Extract<TabEvent, { type: "thread_removed" }> | undefined;
  /** By how much the number of their threads with something unread changes: -1, 0 or 1. */
  unreadThreads: number;
}

export interface TabNotifierParts {
  socketIoTabs: SocketIoTabs;
  /** In how many of a user's threads something is unread. */
  countUnread: (userId: string) => number;
}

export class TabNotifier {
  readonly #env: Env;
  readonly #presenceShard: number;
  readonly #parts: TabNotifierParts;
  readonly #memoryId = crypto.randomUUID();
  readonly #queues = new Map<number, TabQueue>();
  /** Of users with such tabs, as far as it was counted: counting reads a row for each thread. */
  readonly #unread = new Map<string, number>();
  /** One object for each number, so that everyone with this number is in one delivery. */
  readonly #counts = new Map<number, TabEvent>();
  readonly #notices = new WeakMap<readonly PresenceEvent[], Notice>();

  constructor(env: Env, presenceShard: number, parts: TabNotifierParts) {
    this.#env = env;
    this.#presenceShard = presenceShard;
    this.#parts = parts;
  }

  /** Up to where a Socket.IO shard was sent what happened. */
  cursor(shard: number): BatchCursor {
    return this.#queue(shard).cursor;
  }

  /** In how many of a user's threads something is unread. */
  unreadThreads(userId: string): number {
    let count = this.#unread.get(userId);
    if (count === undefined) {
      count = this.#parts.countUnread(userId);
      this.#unread.set(userId, count);
    }
    return count;
  }

  /** A user has no such tab any more. */
  forget(userId: string): void {
    this.#unread.delete(userId);
  }

  /** The events that one change of a thread means to a user. */
  notify(userId: string, events: readonly PresenceEvent[]): void {
    const shards = this.#parts.socketIoTabs.shardsOf(userId);
    if (shards.size === 0) return;
    const { newMessage, removed, unreadThreads } = this.#noticeOf(events);
    const counted = this.#unread.get(userId);
    if (counted !== undefined) this.#unread.set(userId, counted + unreadThreads);
    const to = { userId };
    for (const shard of shards) {
      const queue = this.#queue(shard);
      if (newMessage) queue.put(keyOf("new_message", userId, newMessage.threadId), to, newMessage);
      if (removed) {
        queue.remove(keyOf("new_message", userId, removed.threadId));
        queue.put(keyOf("thread_removed", userId, removed.threadId), to, removed);
      }
      if (unreadThreads !== 0) queue.put(keyOf("unread_count", userId), to, () => this.#countOf(userId));
    }
  }

  /** The status of a user to whom this tab subscribes. */
  presence(tab: SocketIoTab, presence: UserPresence & { type: "presence" }): void {
    const key = keyOf("presence", tab.id, presence.userId);
    this.#queue(tab.shard).put(key, { tabId: tab.id }, presence);
  }

  /** Another tab takes its place. */
  replaced(tab: SocketIoTab): void {
    this.#queue(tab.shard).put(keyOf("replaced", tab.id), { tabId: tab.id }, { type: "replaced" });
  }

  /** This was revoked of a user. */
  revoked(userId: string, revocation: Revocation): void {
    const event: TabEvent = { type: "revoked", userId, revocation };
    for (const shard of this.#parts.socketIoTabs.shardsOf(userId))
      this.#queue(shard).put(keyOf("revoked", userId), { userId }, event);
  }

  #noticeOf(events: readonly PresenceEvent[]): Notice {
    let notice = this.#notices.get(events);
    if (!notice) {
      notice = noticeOf(events);
      this.#notices.set(events, notice);
    }
    return notice;
  }

  #countOf(userId: string): TabEvent {
    const count = this.unreadThreads(userId);
    let event = this.#counts.get(count);
    if (!event) {
      event = { type: "unread_count", count };
      this.#counts.set(count, event);
    }
    return event;
  }

  #queue(shard: number): TabQueue {
    let queue = this.#queues.get(shard);
    if (!queue) {
      const [presenceShard, memoryId] = [this.#presenceShard, this.#memoryId];
      queue = new TabQueue(this.#env, { presenceShard, shard, memoryId });
      this.#queues.set(shard, queue);
    }
    return queue;
  }
}

function noticeOf(events: readonly PresenceEvent[]): Notice {
  const notice: Notice = { newMessage: undefined, removed: undefined, unreadThreads: 0 };
  for (const event of events) {
    switch (event.type) {
      case "new_message": {
        const { wasUnread: was, ...newMessage } = event;
        notice.newMessage = newMessage;
        notice.unreadThreads = change(was, event.unread > 0);
        break;
      }
      case "thread_removed": {
        const { wasUnread: was, ...removed } = event;
        notice.removed = removed;
        notice.unreadThreads = change(was, false);
        break;
      }
      case "read":
        notice.unreadThreads = change(event.wasUnread, event.unread > 0);
        break;
      case "thread":
        notice.unreadThreads = change(event.wasUnread, event.thread.unread > 0);
        break;
      default:
    }
  }
  return notice;
}

function change(wasUnread: boolean | undefined, isUnread: boolean): number {
  return Number(isUnread) - Number(wasUnread ?? false);
}

/** No id has a comma. */
function keyOf(...parts: string[]): string {
  return parts.join(",");
}
