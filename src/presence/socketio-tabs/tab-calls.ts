/** What Socket.IO shards ask and say of the tabs that they hold (src/rpc/socketio-tabs.ts), for users of this shard. */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { OFFLINE_GRACE_MS } from "../../protocol/limits.ts";
import type { User, UserPresence } from "../../protocol/model.ts";
import type { Caller } from "../../rpc/caller.ts";
import type { ClosedTab, OpenedTab, SocketIoTabName, Watched } from "../../rpc/socketio-tabs.ts";
import type { ProfileUpdates } from "../people/profile-updates.ts";
import type { RateLimits } from "../rate-limits.ts";
import type { StatusPublisher } from "../status/status-publisher.ts";
import type { Subscriptions } from "../status/subscriptions.ts";
import type { TabSubscriptions } from "../status/tab-subscriptions.ts";
import type { TooManyTabs } from "../status/too-many-tabs.ts";
import type { TabOpening } from "../tab-opening.ts";
import type { SocketIoTab, SocketIoTabs } from "./socketio-tabs.ts";
import type { TabNotifier } from "./tab-notifier.ts";

export interface TabCallsParts {
  alarm: AlarmScheduler;
  opening: TabOpening;
  profileUpdates: ProfileUpdates;
  rates: RateLimits;
  socketIoTabs: SocketIoTabs;
  tabNotifier: TabNotifier;
  publisher: StatusPublisher;
  subscriptions: Subscriptions;
  tabSubscriptions: TabSubscriptions;
  tooManyTabs: TooManyTabs;
}

export class TabCalls {
  readonly #parts: TabCallsParts;
  /** Tabs that have sent a `watch` since this object woke. */
  readonly #haveSubscribed = new WeakSet<SocketIoTab>();

  constructor(parts: TabCallsParts) {
    this.#parts = parts;
  }

  /** A user connects. Without a name the connection, of a shard of an older version, is no tab. */
  connecting(caller: Caller, name: SocketIoTabName | undefined): User | OpenedTab {
    const { opening, profileUpdates, socketIoTabs, tabNotifier, publisher, tooManyTabs } = this.#parts;
    const { id: userId } = caller.user;
    const now = Date.now();
    // The caller, which had no answer, asks again.
    const isOpen = name !== undefined && socketIoTabs.find(userId, name.id) !== undefined;
    if (!isOpen) opening.admit(caller);
    profileUpdates.named(caller);
    const user = profileUpdates.presentOf(caller.user);
    if (!name) return user;
    const tab: SocketIoTab = { ...name, userId, openedAt: now };
    if (!isOpen) {
      socketIoTabs.opened(tab);
      publisher.socketIoTabOpened(userId, now);
      tooManyTabs.opened(userId, tab);
    }
    const unreadThreads = tabNotifier.unreadThreads(userId);
    return { user, unreadThreads, asOf: tabNotifier.cursor(name.shard) };
  }

  closed(closed: readonly ClosedTab[]): void {
    const now = Date.now();
    for (const { userId, tabId, lastSeenAt } of closed) {
      const tab = this.#parts.socketIoTabs.find(userId, tabId);
      // Its shard's clock may be ahead.
      if (tab) this.#close(tab, Math.min(lastSeenAt, now), now);
    }
  }

  /** When those who had the tabs were last seen nobody knows: their shard has crashed since. */
  lost(shard: number, life: string): void {
    const now = Date.now();
    for (const tab of this.#parts.socketIoTabs.lost(shard, life)) this.#close(tab, now, now);
  }

  /** Closes a tab in favour of a newer one. */
  replace(tab: SocketIoTab): void {
    const now = Date.now();
    this.#parts.tabNotifier.replaced(tab);
    this.#close(tab, now, now);
  }

  async watch(userId: string, tabId: string, userIds: readonly string[]): Promise<Watched> {
    const { rates, socketIoTabs, subscriptions, tabNotifier } = this.#parts;
    const tab = socketIoTabs.find(userId, tabId);
    if (!tab) throw new LilypadError("unavailable", "The connection is about to end. Connect again.");
    rates.watch(userId, !this.#haveSubscribed.has(tab));
    this.#haveSubscribed.add(tab);
    const presence: UserPresence[] = [];
    await subscriptions.subscribe(tab, userIds, (some) => presence.push(...some));
    return { presence, asOf: tabNotifier.cursor(tab.shard) };
  }

  #close(tab: SocketIoTab, lastSeenAt: number, now: number): void {
    const { alarm, socketIoTabs, tabNotifier, publisher, tabSubscriptions } = this.#parts;
    const { userId, id } = tab;
    const isSubscribed = tabSubscriptions.of(tab).size > 0;
    if (!socketIoTabs.closed(userId, id)) return;
    if (!socketIoTabs.has(userId)) tabNotifier.forget(userId);
    // A client that connects again subscribes to the same users in a moment: only what no tab takes over is ended.
    if (isSubscribed) alarm.wakeBy(now + OFFLINE_GRACE_MS);
    publisher.socketIoTabClosed(userId, lastSeenAt, now);
  }
}
