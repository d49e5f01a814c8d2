/**
 * The tabs over Socket.IO of this shard's users, in `socketio_tabs`: their sockets are elsewhere. By user they are kept in
 * memory, and read again after an eviction.
 */
import type { SocketIoTabRow } from "../../rpc/moved-users.ts";
import type { SocketIoTabName } from "../../rpc/socketio-tabs.ts";
import type { UserIds } from "../status/tabs.ts";

export interface SocketIoTab extends SocketIoTabName {
  userId: string;
  /** Milliseconds since the epoch. */
  openedAt: number;
}

type Row = Omit<SocketIoTabRow, "watched">;

export class SocketIoTabs {
  readonly #sql: SqlStorage;
  #byUser: Map<string, Map<string, SocketIoTab>> | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Every user with such a tab. */
  users(): UserIds {
    return this.#index();
  }

  has(userId: string): boolean {
    return this.#index().has(userId);
  }

  of(userId: string): SocketIoTab[] {
    return [...(this.#index().get(userId)?.values() ?? [])];
  }

  find(userId: string, tabId: string): SocketIoTab | undefined {
    return this.#index().get(userId)?.get(tabId);
  }

  all(): SocketIoTab[] {
    return Array.from(this.#index().values(), (tabs) => [...tabs.values()]).flat();
  }

  /** The Socket.IO shards that hold tabs of a user. */
  shardsOf(userId: string): Set<number> {
    return new Set(this.of(userId).map(({ shard }) => shard));
  }

  /** Of a Socket.IO shard that has crashed, the tabs that it had before this life. */
  lost(shard: number, life: string): SocketIoTab[] {
    return this.all().filter((tab) => tab.shard === shard && tab.life !== life);
  }

  /** A row written; none for one that is open already. */
  opened(tab: SocketIoTab): void {
    this.#sql.exec(
      "INSERT INTO socketio_tabs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      tab.userId,
      tab.id,
      tab.shard,
      tab.life,
      tab.openedAt,
    );
    this.#add(this.#index(), tab);
  }

  /** A row written. False where it was closed before. */
  closed(userId: string, tabId: string): boolean {
    const tabs = this.#index().get(userId);
    if (!tabs?.delete(tabId)) return false;
    if (tabs.size === 0) this.#index().delete(userId);
    this.#sql.exec("DELETE FROM socketio_tabs WHERE user_id = ? AND tab_id = ?", userId, tabId);
    return true;
  }

  #index(): Map<string, Map<string, SocketIoTab>> {
    if (!this.#byUser) {
      const byUser = new Map<string, Map<string, SocketIoTab>>();
      for (const row of this.#sql.exec<Row>("SELECT * FROM socketio_tabs")) {
        const { user_id: userId, tab_id: id, shard, life, opened_at: openedAt } = row;
        this.#add(byUser, { userId, id, shard, life, openedAt });
      }
      this.#byUser = byUser;
    }
    return this.#byUser;
  }

  #add(byUser: Map<string, Map<string, SocketIoTab>>, tab: SocketIoTab): void {
    const tabs = byUser.get(tab.userId) ?? new Map<string, SocketIoTab>();
    byUser.set(tab.userId, tabs);
    if (!tabs.has(tab.id)) tabs.set(tab.id, tab);
  }
}
