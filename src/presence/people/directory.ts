/** The users of this shard, as the host application last named them, and the search for them. */
import { USER_SEARCH_RESULTS } from "../../protocol/limits.ts";
import type { User } from "../../protocol/model.ts";
import type { FoundUser, UserRow } from "../../rpc/presence.ts";
import { searchKey } from "./user-search-key.ts";

type Profile = Pick<UserRow, "user_id" | "name" | "avatar_url">;

/** After every other string that begins with the same prefix. */
const LAST = "\u{10ffff}";

export class Directory {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Makes a user known or renews their profile. Writes nothing where nothing changed. */
  meet(user: User): void {
    const [known] = this.#rows([user.id]);
    const avatarUrl = user.avatarUrl ?? null;
    if (known && known.name === user.name && known.avatar_url === avatarUrl) return;
    this.#sql.exec(
      `INSERT INTO users (user_id, name, avatar_url) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, avatar_url = excluded.avatar_url`,
      user.id,
      user.name,
      avatarUrl,
    );
    this.#rekey(user.id, known ? keysOf(user.id, known.name) : new Set(), keysOf(user.id, user.name));
  }

  /** Takes over a user from another shard; one who is known here is known better. */
  admit(user: UserRow): void {
    const insert = this.#sql.exec(
      `INSERT INTO users (user_id, name, avatar_url, last_seen_at, told_online) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      user.user_id,
      user.name,
      user.avatar_url,
      user.last_seen_at,
      user.told_online,
    );
    if (insert.rowsWritten > 0) this.#rekey(user.user_id, new Set(), keysOf(user.user_id, user.name));
  }

  /** Forgets a user, who is known elsewhere. */
  forget({ user_id, name }: UserRow): void {
    this.#sql.exec("DELETE FROM users WHERE user_id = ?", user_id);
    this.#rekey(user_id, keysOf(user_id, name), new Set());
  }

  /** Those of these users that are known here. */
  profiles(userIds: readonly string[]): User[] {
    return this.#rows(userIds).map(fromRow);
  }

  /**
   * Those whose name or id begins so, sorted by what matched. `among`: only those in one of these threads, which
   * is looked up for each whose key matches, so that none is missed behind others with the same beginning.
   */
  search(prefix: string, among: readonly string[] | null): FoundUser[] {
    const from = searchKey(prefix);
    // A user has at most two keys, so twice as many rows hold enough users.
    const rows = this.#sql.exec<{ key: string; user_id: string }>(
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
    const best = new Map([...keys].slice(0, USER_SEARCH_RESULTS));
    const users = new Map(this.profiles([...best.keys()]).map((user) => [user.id, user]));
    return [...best].flatMap(([userId, key]) => {
      const user = users.get(userId);
      return user ? [{ key, user }] : [];
    });
  }

  #rows(userIds: readonly string[]): Profile[] {
    return this.#sql
      .exec<Profile>(
        `SELECT user_id, name, avatar_url FROM users
         WHERE user_id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(userIds),
      )
      .toArray();
  }

  #rekey(userId: string, before: Set<string>, after: Set<string>): void {
    for (const key of before.difference(after))
      this.#sql.exec("DELETE FROM user_keys WHERE key = ? AND user_id = ?", key, userId);
    for (const key of after.difference(before))
      this.#sql.exec("INSERT INTO user_keys VALUES (?, ?) ON CONFLICT DO NOTHING", key, userId);
  }
}

function keysOf(userId: string, name: string): Set<string> {
  return new Set([searchKey(name), searchKey(userId)]);
}

function fromRow(row: Profile): User {
  return {
    id: row.user_id,
    name: row.name,
    ...(row.avatar_url !== null && { avatarUrl: row.avatar_url }),
  };
}
