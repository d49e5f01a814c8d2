/** The index of the user search: the search keys of this shard's users, in `user_keys`. */
import { USER_SEARCH_RESULTS } from "../../protocol/limits.ts";
import { formerSearchKey, searchKey } from "./user-search-key.ts";

/** Sorts after every other string with the same prefix. */
const LAST = "\u{10ffff}";

/**
 * Most keys of a name: from its beginning, and from each further word on, so that one range query finds all of them. Each is
 * a row written when the name changes, and may be a row read of a search that shows its user once.
 */
const KEYS_OF_NAME = 10;

/** Where a word begins. Names in ideographs and in Hangul have no spaces: each of their characters may begin one. */
const WORD_START = /(?<![\p{L}\p{M}\p{N}])[\p{L}\p{N}]|[\p{Ideographic}\p{Script=Hangul}]/gu;

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
    this.#replace(userId, before.union(formerKeysOf(userId, nameBefore)), before, after);
  }

  /** Replaces the keys that an earlier version wrote for a user. Writes nothing where that was done. */
  refresh(userId: string, name: string): void {
    this.#replace(userId, formerKeysOf(userId, name), new Set(), keysOf(userId, name));
  }

  /** Users whose name, a word within it, or id starts with a prefix, at most 20, with the key that matched, sorted by it. */
  find(prefix: string): Map<string, string> {
    const keys = new Map<string, string>();
    // Read as far as it takes: several keys of a user may match.
    for (const { key, user_id } of this.#matching(prefix, -1)) {
      if (!keys.has(user_id)) keys.set(user_id, key);
      if (keys.size === USER_SEARCH_RESULTS) break;
    }
    return keys;
  }

  /** The same of the first so many keys with the prefix, however many users they name; and whether those are all. */
  scan(prefix: string, limit: number): { keys: Map<string, string>; isAll: boolean } {
    const rows = this.#matching(prefix, limit).toArray();
    // From the last on: of several keys of a user the first one stays.
    const keys = new Map(rows.toReversed().map(({ key, user_id }) => [user_id, key]));
    return { keys: new Map([...keys].toReversed()), isAll: rows.length < limit };
  }

  /** Keys with a prefix in their order; `limit` -1: all. */
  #matching(prefix: string, limit: number): SqlStorageCursor<KeyRow> {
    const from = searchKey(prefix);
    return this.#sql.exec<KeyRow>(
      "SELECT key, user_id FROM user_keys WHERE key >= ? AND key < ? ORDER BY key LIMIT ?",
      from,
      from + LAST,
      from === "" ? 0 : limit,
    );
  }

  /** Replaces the keys `old` by `after`, of which `held` are there already. */
  #replace(
    userId: string,
    old: ReadonlySet<string>,
    held: ReadonlySet<string>,
    after: ReadonlySet<string>,
  ): void {
    for (const key of old.difference(after))
      this.#sql.exec("DELETE FROM user_keys WHERE key = ? AND user_id = ?", key, userId);
    for (const key of after.difference(held))
      this.#sql.exec("INSERT INTO user_keys VALUES (?, ?) ON CONFLICT DO NOTHING", key, userId);
  }
}

/** The first key of a user that starts with a prefix, if there is one. */
export function matchingKey(prefix: string, userId: string, name: string): string | undefined {
  const start = searchKey(prefix);
  if (start === "") return undefined;
  return [...keysOf(userId, name)].filter((key) => key.startsWith(start)).toSorted()[0];
}

function keysOf(userId: string, name: string | null): Set<string> {
  if (name === null) return new Set();
  const ofName = new Set([searchKey(name)]);
  for (const { index } of name.matchAll(WORD_START)) {
    if (ofName.size === KEYS_OF_NAME) break;
    ofName.add(searchKey(name.slice(index)));
  }
  return ofName.add(searchKey(userId));
}

function formerKeysOf(userId: string, name: string | null): Set<string> {
  return name === null ? new Set() : new Set([formerSearchKey(name), formerSearchKey(userId)]);
}
