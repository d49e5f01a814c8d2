/** The index of the user search: the search keys of this shard's users, in `user_keys`. */
import { USER_SEARCH_RESULTS } from "../../protocol/limits.ts";
import { searchKey } from "./user-search-key.ts";

/** Sorts after every other string with the same prefix. */
const LAST = "\u{10ffff}";

type KeyRow = { key: string; user_id: string };

export class UserSearchIndex {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** A user's name changed; `null` where there is none before or after. Writes only the keys that differ. */
  update(userId: string, nameBefore: string | null, nameAfter: string | null): void {
    const before = keysOf(userId, nameBefore);
    const after = keysOf(userId, nameAfter);
    for (const key of before.difference(after))
      this.#sql.exec("DELETE FROM user_keys WHERE key = ? AND user_id = ?", key, userId);
    for (const key of after.difference(before))
      this.#sql.exec("INSERT INTO user_keys VALUES (?, ?) ON CONFLICT DO NOTHING", key, userId);
  }

  /**
   * Users whose name or id starts with a prefix, at most 20, with the key that matched, sorted by it. `among`: only those
   * in one of these threads; checked for each matching key, so that nobody is missed behind others with the same prefix.
   */
  find(prefix: string, among: readonly string[] | null): Map<string, string> {
    const from = searchKey(prefix);
    // A user has at most two keys, so twice as many rows hold enough users.
    const rows = this.#sql.exec<KeyRow>(
      `SELECT key, user_id FROM user_keys AS k
       WHERE key >= ? AND key < ? AND (? IS NULL OR EXISTS (
         SELECT 1 FROM user_threads AS m
         WHERE m.user_id = k.user_id AND m.thread_id IN (SELECT value FROM json_each(?))))
       ORDER BY key LIMIT ?`,
      from,
      from + LAST,
      among && 1,
      JSON.stringify(among ?? []),
      USER_SEARCH_RESULTS * 2,
    );
    const keys = new Map<string, string>();
    for (const { key, user_id } of rows) if (!keys.has(user_id)) keys.set(user_id, key);
    return new Map([...keys].slice(0, USER_SEARCH_RESULTS));
  }
}

function keysOf(userId: string, name: string | null): Set<string> {
  return name === null ? new Set() : new Set([searchKey(name), searchKey(userId)]);
}
