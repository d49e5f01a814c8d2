/** The profiles of this shard's users, as the host application last named them, and the user search over them. */
import { overwriteProfile } from "../../durable/overwrite-profile.ts";
import type { User } from "../../protocol/model.ts";
import type { FoundUser, UserRow } from "../../rpc/presence.ts";
import type { UserSearchIndex } from "./user-search-index.ts";

type ProfileRow = Pick<UserRow, "user_id" | "name" | "avatar_url" | "named_at">;

export class UserDirectory {
  readonly #sql: SqlStorage;
  readonly #index: UserSearchIndex;

  constructor(sql: SqlStorage, index: UserSearchIndex) {
    this.#sql = sql;
    this.#index = index;
  }

  /** Adds a user who is not known; to one who is, nothing happens. */
  add(user: User): void {
    if (this.#rows([user.id]).length === 0) this.upsert(user, 0);
  }

  /**
   * Adds a user, or updates their profile. Writes nothing where nothing changed, nor where the known profile is of a later
   * time than `namedAt`. Returns whether a known profile was changed.
   */
  upsert(user: User, namedAt: number): boolean {
    const [known] = this.#rows([user.id]);
    const avatarUrl = user.avatarUrl ?? null;
    const isSame = known?.name === user.name && known.avatar_url === avatarUrl;
    if (isSame || (known?.named_at ?? 0) > namedAt) return false;
    if (known) overwriteProfile(this.#sql, userOf(known));
    this.#sql.exec(
      `INSERT INTO users (user_id, name, avatar_url, named_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET name = excluded.name, avatar_url = excluded.avatar_url, named_at = excluded.named_at`,
      user.id,
      user.name,
      avatarUrl,
      namedAt,
    );
    this.#index.update(user.id, known?.name ?? null, user.name);
    return known !== undefined;
  }

  /** Adds a user's row from another shard. A user who is known here already stays as they are: that row is newer. */
  addMoved(row: UserRow): void {
    const insert = this.#sql.exec(
      `INSERT INTO users (user_id, name, avatar_url, last_seen_at, told_online, named_at)
       VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      row.user_id,
      row.name,
      row.avatar_url,
      row.last_seen_at,
      row.told_online,
      row.named_at ?? null,
    );
    if (insert.rowsWritten > 0) this.#index.update(row.user_id, null, row.name);
  }

  /** Removes the row of a user who is in another shard now. */
  remove(row: UserRow): void {
    const { user_id, name } = row;
    overwriteProfile(this.#sql, userOf(row));
    this.#sql.exec("DELETE FROM users WHERE user_id = ?", user_id);
    this.#index.update(user_id, name, null);
  }

  /** When the host gave a user their profile; undefined where that is not known. */
  namedAt(userId: string): number | undefined {
    return this.#rows([userId])[0]?.named_at ?? undefined;
  }

  /** The profiles of those of these users that are known here. */
  profiles(userIds: readonly string[]): User[] {
    return this.#rows(userIds).map(userOf);
  }

  /** Users whose name, a word within it, or id starts with a prefix, at most 20, sorted by the key that matched. */
  search(prefix: string): FoundUser[] {
    return this.withProfiles(this.#index.find(prefix));
  }

  /** Users with the keys that matched, in the order of these, and their profiles. */
  withProfiles(keys: ReadonlyMap<string, string>): FoundUser[] {
    const users = new Map(this.profiles([...keys.keys()]).map((user) => [user.id, user]));
    return [...keys].flatMap(([userId, key]) => {
      const user = users.get(userId);
      return user ? [{ key, user }] : [];
    });
  }

  #rows(userIds: readonly string[]): ProfileRow[] {
    return this.#sql
      .exec<ProfileRow>(
        `SELECT user_id, name, avatar_url, named_at FROM users
         WHERE user_id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(userIds),
      )
      .toArray();
  }
}

function userOf(row: Pick<UserRow, "user_id" | "name" | "avatar_url">): User {
  return {
    id: row.user_id,
    name: row.name,
    ...(row.avatar_url !== null && { avatarUrl: row.avatar_url }),
  };
}
