/**
 * Who subscribes to the status of this shard's users, in `watchers`: one row a subscriber. The index from users to
 * their subscribers is kept in memory alone.
 */

/** Versions remembered at most. One that was forgotten matters only to a list that is overtaken in that very moment. */
const VERSIONS_KEPT = 10_000;

export class Subscribers {
  readonly #sql: SqlStorage;
  #byUser: Map<string, Set<string>> | undefined;
  readonly #versions = new Map<string, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Replaces whom a subscriber subscribes to here. Returns those of them who had no subscriber before. Writes nothing
   * where nothing changed, or where a list with a higher version came first.
   */
  replace(subscriberId: string, userIds: readonly string[], version: number): string[] {
    if (version < (this.#versions.get(subscriberId) ?? 0)) return [];
    if (this.#versions.size >= VERSIONS_KEPT) this.#versions.clear();
    this.#versions.set(subscriberId, version);

    const index = this.#index();
    const before = this.#subscriptionsOf(subscriberId);
    const after = new Set(userIds);
    if (before.size === after.size && [...after].every((userId) => before.has(userId))) return [];
    const fresh = [...after].filter((userId) => !index.has(userId));
    this.#put(subscriberId, before, after);
    return fresh;
  }

  /** Adds to whom a subscriber subscribes to here. */
  add(subscriberId: string, userIds: readonly string[]): void {
    const before = this.#subscriptionsOf(subscriberId);
    this.#put(subscriberId, before, before.union(new Set(userIds)));
  }

  /** Removes some of those whom a subscriber subscribes to here. */
  remove(subscriberId: string, userIds: readonly string[]): void {
    const before = this.#subscriptionsOf(subscriberId);
    this.#put(subscriberId, before, before.difference(new Set(userIds)));
  }

  /** The subscribers of a user. */
  of(userId: string): string[] {
    return [...(this.#index().get(userId) ?? [])];
  }

  /** Whether a user has any subscriber. */
  has(userId: string): boolean {
    return this.#index().has(userId);
  }

  /** Every user with a subscriber. */
  users(): string[] {
    return [...this.#index().keys()];
  }

  #put(subscriberId: string, before: ReadonlySet<string>, after: ReadonlySet<string>): void {
    const index = this.#index();
    for (const userId of before) removeFrom(index, userId, subscriberId);
    for (const userId of after) addTo(index, userId, subscriberId);
    if (after.size === 0) this.#sql.exec("DELETE FROM watchers WHERE watcher_id = ?", subscriberId);
    else
      this.#sql.exec(
        "INSERT INTO watchers VALUES (?, ?) ON CONFLICT DO UPDATE SET watched = excluded.watched",
        subscriberId,
        JSON.stringify([...after]),
      );
  }

  #subscriptionsOf(subscriberId: string): Set<string> {
    const [row] = this.#sql
      .exec<{ watched: string }>("SELECT watched FROM watchers WHERE watcher_id = ?", subscriberId)
      .toArray();
    return new Set(row ? (JSON.parse(row.watched) as string[]) : []);
  }

  #index(): Map<string, Set<string>> {
    if (!this.#byUser) {
      this.#byUser = new Map();
      const rows = this.#sql.exec<{ watcher_id: string; watched: string }>("SELECT * FROM watchers");
      for (const { watcher_id, watched } of rows)
        for (const userId of JSON.parse(watched) as string[]) addTo(this.#byUser, userId, watcher_id);
    }
    return this.#byUser;
  }
}

function addTo(index: Map<string, Set<string>>, userId: string, subscriberId: string): void {
  const subscribers = index.get(userId);
  if (subscribers) subscribers.add(subscriberId);
  else index.set(userId, new Set([subscriberId]));
}

function removeFrom(index: Map<string, Set<string>>, userId: string, subscriberId: string): void {
  const subscribers = index.get(userId);
  if (subscribers?.delete(subscriberId) && subscribers.size === 0) index.delete(userId);
}
