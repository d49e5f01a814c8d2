/** Whom each tab of this shard's users subscribes to, in `tab_watches`, and all tabs of a user together. */
import { WATCHED_USERS } from "../../protocol/limits.ts";
import type { SocketIoTab } from "../socketio-tabs/socketio-tabs.ts";
import { isSocketIoTab, type AllTabs, type Tab } from "./all-tabs.ts";

/**
 * To how many users all tabs of one user subscribe together at most: it bounds the row that each subscriber has in another
 * shard, which would grow with the number of tabs.
 */
const SUBSCRIPTIONS_OF_ALL_TABS = 4 * WATCHED_USERS;

const NOBODY: ReadonlySet<string> = new Set();

/** Whom all tabs of a user subscribed to together, and whom they do now. */
export interface UnionChange {
  userId: string;
  before: ReadonlySet<string>;
  after: ReadonlySet<string>;
}

type TabRow = { connection_id: string; watched: string };

export class TabSubscriptions {
  readonly #sql: SqlStorage;
  readonly #tabs: AllTabs;
  /** A cache of the rows. */
  readonly #known = new WeakMap<Tab, ReadonlySet<string>>();

  constructor(sql: SqlStorage, tabs: AllTabs) {
    this.#sql = sql;
    this.#tabs = tabs;
  }

  /** Whom a tab subscribes to. */
  of(tab: Tab): ReadonlySet<string> {
    let userIds = this.#known.get(tab);
    if (!userIds) {
      const { id, userId } = this.#tabs.identityOf(tab);
      const [row] = this.#sql
        .exec<TabRow>("SELECT * FROM tab_watches WHERE user_id = ? AND connection_id = ?", userId, id)
        .toArray();
      userIds = row ? idsIn(row) : NOBODY;
      this.#known.set(tab, userIds);
    }
    return userIds;
  }

  /** The open tabs of a subscriber that subscribe to this user. */
  tabsSubscribedTo(userId: string, subscriberId: string): Tab[] {
    return this.#tabs.of(subscriberId).filter((tab) => this.of(tab).has(userId));
  }

  /** Whom a user's open tabs subscribe to together. Where it would be too many, those of the newest tabs. */
  union(subscriberId: string): ReadonlySet<string> {
    const openedAt = (tab: Tab) => this.#tabs.identityOf(tab).openedAt;
    const tabs = this.#tabs.of(subscriberId).toSorted((a, b) => openedAt(b) - openedAt(a));
    const union = new Set<string>();
    for (const tab of tabs)
      for (const userId of this.of(tab)) if (union.size < SUBSCRIPTIONS_OF_ALL_TABS) union.add(userId);
    return union;
  }

  /** Replaces whom a tab subscribes to. Writes nothing where it is the same. */
  replace(tab: Tab, userIds: ReadonlySet<string>): UnionChange {
    const { id, userId } = this.#tabs.identityOf(tab);
    const before = this.#storedUnion(userId);
    const present = this.of(tab);
    const isSame = present.size === userIds.size && [...userIds].every((one) => present.has(one));
    if (!isSame && userIds.size === 0) this.#delete(userId, id);
    else if (!isSame)
      this.#sql.exec(
        `INSERT INTO tab_watches VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET watched = excluded.watched`,
        userId,
        id,
        JSON.stringify([...userIds]),
      );
    this.#known.set(tab, userIds);
    this.#deleteClosedOf(userId);
    return { userId, before, after: this.union(userId) };
  }

  /** Removes the subscriptions of tabs that are no longer open, those that were lost in a crash included. */
  removeClosed(): UnionChange[] {
    const open = this.#idsOf(this.#tabs.all());
    const rows = this.#sql.exec<{ user_id: string; connection_id: string }>(
      "SELECT user_id, connection_id FROM tab_watches",
    );
    const closed = rows.toArray().filter((row) => !open.has(row.connection_id));
    return [...new Set(closed.map((row) => row.user_id))].map((userId) => {
      const before = this.#storedUnion(userId);
      this.#deleteClosedOf(userId);
      return { userId, before, after: this.union(userId) };
    });
  }

  /** Removes the subscriptions of all tabs of these users whose sockets are here. */
  removeOf(userIds: readonly string[]): void {
    for (const userId of userIds) {
      const elsewhere = new Set(this.#tabs.of(userId).flatMap((tab) => (isSocketIoTab(tab) ? tab.id : [])));
      for (const { connection_id } of this.#rows(userId))
        if (!elsewhere.has(connection_id)) this.#delete(userId, connection_id);
    }
  }

  // --- as users move to another shard with their tabs over Socket.IO (resharding/)

  /** Whom a tab subscribes to, as a JSON array; null for nobody. */
  stored({ userId, id }: SocketIoTab): string | null {
    return this.#rows(userId).find((row) => row.connection_id === id)?.watched ?? null;
  }

  addMoved({ userId, id }: SocketIoTab, watched: string | null): void {
    if (watched !== null)
      this.#sql.exec("INSERT INTO tab_watches VALUES (?, ?, ?) ON CONFLICT DO NOTHING", userId, id, watched);
  }

  removeMoved({ userId, id }: SocketIoTab): void {
    this.#delete(userId, id);
  }

  #deleteClosedOf(userId: string): void {
    const open = this.#idsOf(this.#tabs.of(userId));
    for (const { connection_id } of this.#rows(userId))
      if (!open.has(connection_id)) this.#delete(userId, connection_id);
  }

  #idsOf(tabs: readonly Tab[]): Set<string> {
    return new Set(tabs.map((tab) => this.#tabs.identityOf(tab).id));
  }

  /** With the subscriptions of closed tabs: other shards still have them. */
  #storedUnion(userId: string): Set<string> {
    const union = new Set<string>();
    for (const row of this.#rows(userId)) for (const one of idsIn(row)) union.add(one);
    return union;
  }

  #rows(userId: string): TabRow[] {
    return this.#sql.exec<TabRow>("SELECT * FROM tab_watches WHERE user_id = ?", userId).toArray();
  }

  #delete(userId: string, connectionId: string): void {
    this.#sql.exec("DELETE FROM tab_watches WHERE user_id = ? AND connection_id = ?", userId, connectionId);
  }
}

function idsIn(row: TabRow): ReadonlySet<string> {
  return new Set(JSON.parse(row.watched) as string[]);
}
