/** Who watches the users of this shard. One row a watcher; the way back, from watched to watchers, is kept in memory alone. */

/** Versions remembered at most. One forgotten only matters to a list that was overtaken in that very moment. */
const VERSIONS_KEPT = 10_000;

export class Watchers {
  readonly #sql: SqlStorage;
  #byWatched: Map<string, Set<string>> | undefined;
  readonly #versions = new Map<string, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Replaces whom a watcher watches here; those of them whom nobody watched before. Writes nothing where nothing
   * changed, or where a newer list came first.
   */
  replace(watcherId: string, userIds: readonly string[], version: number): string[] {
    if (version < (this.#versions.get(watcherId) ?? 0)) return [];
    if (this.#versions.size >= VERSIONS_KEPT) this.#versions.clear();
    this.#versions.set(watcherId, version);

    const index = this.#index();
    const before = this.#watchedBy(watcherId);
    const after = new Set(userIds);
    if (before.size === after.size && [...after].every((userId) => before.has(userId))) return [];
    const fresh = [...after].filter((userId) => !index.has(userId));
    this.#put(watcherId, before, after);
    return fresh;
  }

  /** Adds to whom a watcher watches here. */
  add(watcherId: string, userIds: readonly string[]): void {
    const before = this.#watchedBy(watcherId);
    this.#put(watcherId, before, before.union(new Set(userIds)));
  }

  /** Takes away from whom a watcher watches here. */
  remove(watcherId: string, userIds: readonly string[]): void {
    const before = this.#watchedBy(watcherId);
    this.#put(watcherId, before, before.difference(new Set(userIds)));
  }

  /** Who watches this user. */
  of(userId: string): string[] {
    return [...(this.#index().get(userId) ?? [])];
  }

  isWatched(userId: string): boolean {
    return this.#index().has(userId);
  }

  /** Everyone who is watched. */
  watched(): string[] {
    return [...this.#index().keys()];
  }

  #put(watcherId: string, before: ReadonlySet<string>, after: ReadonlySet<string>): void {
    const index = this.#index();
    for (const userId of before) forget(index, userId, watcherId);
    for (const userId of after) note(index, userId, watcherId);
    if (after.size === 0) this.#sql.exec("DELETE FROM watchers WHERE watcher_id = ?", watcherId);
    else
      this.#sql.exec(
        "INSERT INTO watchers VALUES (?, ?) ON CONFLICT DO UPDATE SET watched = excluded.watched",
        watcherId,
        JSON.stringify([...after]),
      );
  }

  #watchedBy(watcherId: string): Set<string> {
    const [row] = this.#sql
      .exec<{ watched: string }>("SELECT watched FROM watchers WHERE watcher_id = ?", watcherId)
      .toArray();
    return new Set(row ? (JSON.parse(row.watched) as string[]) : []);
  }

  #index(): Map<string, Set<string>> {
    if (!this.#byWatched) {
      this.#byWatched = new Map();
      const rows = this.#sql.exec<{ watcher_id: string; watched: string }>("SELECT * FROM watchers");
      for (const { watcher_id, watched } of rows)
        for (const userId of JSON.parse(watched) as string[]) note(this.#byWatched, userId, watcher_id);
    }
    return this.#byWatched;
  }
}

function note(index: Map<string, Set<string>>, userId: string, watcherId: string): void {
  const watchers = index.get(userId);
  if (watchers) watchers.add(watcherId);
  else index.set(userId, new Set([watcherId]));
}

function forget(index: Map<string, Set<string>>, userId: string, watcherId: string): void {
  const watchers = index.get(userId);
  if (watchers?.delete(watcherId) && watchers.size === 0) index.delete(userId);
}
