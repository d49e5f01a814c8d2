/** Whom each tab of this shard's users watches, and all tabs of a user together. */
import type { Connections } from "../../sockets/connections.ts";
import { WATCHED_USERS } from "../../protocol/limits.ts";
import type { Tabs } from "./tabs.ts";

/** Most users that all tabs of one user watch together; more would make a row grow with the number of tabs. */
const WATCHED_BY_ALL_TABS = 4 * WATCHED_USERS;

const NOBODY: ReadonlySet<string> = new Set();

/** What all of a user's tabs watched together, and what they do now. */
export interface UnionChange {
  userId: string;
  before: ReadonlySet<string>;
  after: ReadonlySet<string>;
}

type SetRow = { connection_id: string; watched: string };

export class WatchedSets {
  readonly #sql: SqlStorage;
  readonly #connections: Connections;
  readonly #tabs: Tabs;
  /** By connection; read again from its row after an eviction. */
  readonly #sets = new WeakMap<WebSocket, ReadonlySet<string>>();

  constructor(sql: SqlStorage, connections: Connections, tabs: Tabs) {
    this.#sql = sql;
    this.#connections = connections;
    this.#tabs = tabs;
  }

  /** Whom a tab watches. */
  of(tab: WebSocket): ReadonlySet<string> {
    let set = this.#sets.get(tab);
    if (!set) {
      const { id, userId } = this.#connections.of(tab);
      const [row] = this.#sql
        .exec<SetRow>("SELECT * FROM tab_watches WHERE user_id = ? AND connection_id = ?", userId, id)
        .toArray();
      set = row ? idsIn(row) : NOBODY;
      this.#sets.set(tab, set);
    }
    return set;
  }

  /** The open tabs of a watcher that watch this user. */
  tabsWatching(watcherId: string, userId: string): WebSocket[] {
    return this.#tabs.of(watcherId).filter((tab) => this.of(tab).has(userId));
  }

  /** Everyone whom a user's open tabs watch; those of the newest tabs where it would be too many. */
  union(userId: string): ReadonlySet<string> {
    const openedAt = (tab: WebSocket) => this.#connections.of(tab).openedAt;
    const tabs = this.#tabs.of(userId).toSorted((a, b) => openedAt(b) - openedAt(a));
    const union = new Set<string>();
    for (const tab of tabs)
      for (const one of this.of(tab)) if (union.size < WATCHED_BY_ALL_TABS) union.add(one);
    return union;
  }

  /** Replaces whom a tab watches. Writes nothing where it is the same. */
  replace(tab: WebSocket, watched: ReadonlySet<string>): UnionChange {
    const { id, userId } = this.#connections.of(tab);
    const before = this.#storedUnion(userId);
    const present = this.of(tab);
    const isSame = present.size === watched.size && [...watched].every((one) => present.has(one));
    if (!isSame && watched.size === 0) this.#delete(userId, id);
    else if (!isSame)
      this.#sql.exec(
        `INSERT INTO tab_watches VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET watched = excluded.watched`,
        userId,
        id,
        JSON.stringify([...watched]),
      );
    this.#sets.set(tab, watched);
    this.#forgetClosedOf(userId);
    return { userId, before, after: this.union(userId) };
  }

  /** Forgets what tabs watched that are no longer open, those lost in a crash too. */
  forgetClosed(): UnionChange[] {
    const open = this.#openIds(this.#tabs.all());
    const rows = this.#sql.exec<{ user_id: string; connection_id: string }>(
      "SELECT user_id, connection_id FROM tab_watches",
    );
    const closed = rows.toArray().filter((row) => !open.has(row.connection_id));
    return [...new Set(closed.map((row) => row.user_id))].map((userId) => {
      const before = this.#storedUnion(userId);
      this.#forgetClosedOf(userId);
      return { userId, before, after: this.union(userId) };
    });
  }

  /** Forgets whom all tabs of these users watched. */
  forget(userIds: readonly string[]): void {
    this.#sql.exec(
      "DELETE FROM tab_watches WHERE user_id IN (SELECT value FROM json_each(?))",
      JSON.stringify(userIds),
    );
  }

  #forgetClosedOf(userId: string): void {
    const open = this.#openIds(this.#tabs.of(userId));
    for (const { connection_id } of this.#rows(userId))
      if (!open.has(connection_id)) this.#delete(userId, connection_id);
  }

  #openIds(tabs: readonly WebSocket[]): Set<string> {
    return new Set(tabs.map((tab) => this.#connections.of(tab).id));
  }

  /** With what closed tabs watched: their shards still believe it. */
  #storedUnion(userId: string): Set<string> {
    const union = new Set<string>();
    for (const row of this.#rows(userId)) for (const one of idsIn(row)) union.add(one);
    return union;
  }

  #rows(userId: string): SetRow[] {
    return this.#sql.exec<SetRow>("SELECT * FROM tab_watches WHERE user_id = ?", userId).toArray();
  }

  #delete(userId: string, connectionId: string): void {
    this.#sql.exec("DELETE FROM tab_watches WHERE user_id = ? AND connection_id = ?", userId, connectionId);
  }
}

function idsIn(row: SetRow): ReadonlySet<string> {
  return new Set(JSON.parse(row.watched) as string[]);
}
