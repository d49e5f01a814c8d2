/** Open tabs, and who subscribes to whom, as they move with their users. */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { OFFLINE_GRACE_MS } from "../../protocol/limits.ts";
import type { SocketIoTabRow } from "../../rpc/moved-users.ts";
import type { SocketIoTab, SocketIoTabs } from "../socketio-tabs/socketio-tabs.ts";
import type { TabNotifier } from "../socketio-tabs/tab-notifier.ts";
import type { Subscribers } from "../status/subscribers.ts";
import type { TabSubscriptions } from "../status/tab-subscriptions.ts";
import { ROWS_PER_BATCH, type UserTable } from "./user-table.ts";

/** Tabs in a batch: each may subscribe to 500 users. */
const TABS_PER_BATCH = 100;

export interface TabTableParts {
  subscribers: Subscribers;
  socketIoTabs: SocketIoTabs;
  tabSubscriptions: TabSubscriptions;
  tabNotifier: TabNotifier;
}

/**
 * Tabs over Socket.IO, which stay open, and whom they subscribe to. After the profiles, so that nobody is taken for offline
 * where they leave; and before those who subscribe to their users, where they arrive.
 */
export function openTabTable({ socketIoTabs, tabSubscriptions, tabNotifier }: TabTableParts): UserTable {
  const tabOf = ({ user_id, tab_id, shard, life, opened_at }: SocketIoTabRow): SocketIoTab => {
    return { userId: user_id, id: tab_id, shard, life, openedAt: opened_at };
  };
  return {
    name: "socketio_tabs",
    pack(userIds) {
      const tabs = userIds.flatMap((userId) => socketIoTabs.of(userId)).slice(0, TABS_PER_BATCH);
      const rows = tabs.map((tab): SocketIoTabRow => {
        const { userId: user_id, id: tab_id, shard, life, openedAt: opened_at } = tab;
        return { user_id, tab_id, shard, life, opened_at, watched: tabSubscriptions.stored(tab) };
      });
      return { socketIoTabs: rows };
    },
    accept({ socketIoTabs: rows = [] }) {
      for (const row of rows) {
        socketIoTabs.opened(tabOf(row));
        tabSubscriptions.addMoved(tabOf(row), row.watched);
      }
      return undefined;
    },
    discard({ socketIoTabs: rows = [] }) {
      for (const row of rows) {
        tabSubscriptions.removeMoved(tabOf(row));
        socketIoTabs.closed(row.user_id, row.tab_id);
        tabNotifier.forget(row.user_id);
      }
    },
  };
}

/** Who subscribes to whom. Users with subscribers need not be known, and may have very many. */
export function subscriptionTable(alarm: AlarmScheduler, { subscribers }: TabTableParts): UserTable {
  return {
    users: () => subscribers.users(),
    pack(userIds) {
      const pairs = userIds.flatMap((userId) =>
        subscribers.of(userId).map((watcherId) => ({ watcherId, userId })),
      );
      const bySubscriber = Map.groupBy(pairs.slice(0, ROWS_PER_BATCH), ({ watcherId }) => watcherId);
      const watchers = Array.from(bySubscriber, ([watcherId, some]) => ({
        watcherId,
        userIds: some.map(({ userId }) => userId),
      }));
      return { watchers };
    },
    accept({ watchers }) {
      for (const { watcherId, userIds } of watchers) subscribers.add(watcherId, userIds);
      if (watchers.length === 0) return undefined;
      // Users who do not come back to a tab within the grace period are to be published as offline.
      return () => alarm.wakeBy(Date.now() + OFFLINE_GRACE_MS);
    },
    discard({ watchers }) {
      for (const { watcherId, userIds } of watchers) subscribers.remove(watcherId, userIds);
    },
  };
}
