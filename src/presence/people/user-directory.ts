/** The profiles of this shard's users, as the host application last named them, and the user search over them. */
import { overwriteProfile } from "../../durable/overwrite-profile.ts";
import { fillerLike } from "../../durable/record-length.ts";
import type { User } from "../../protocol/model.ts";
import type { UserRow } from "../../rpc/moved-users.ts";
import type { FoundUser, UserData, UserPut } from "../../rpc/presence.ts";
import type { UserSearchIndex } from "./user-search-index.ts";

type ProfileRow = Pick<UserRow, "user_id" | "name" | "avatar_url" | "named_at" | "put_at">;

/** Of a user of whom it was not noted when they were first known. */
const FIRST_NOTED = "nullif(named_at, 0), last_seen_at";

export class UserDirectory {
  readonly #sql: SqlStorage;
  readonly #index: UserSearchIndex;
  /** Called when a known profile was changed, or put by the host. */
  onChange: (userId: string) => void = () => {};

  constructor(sql: SqlStorage, index: UserSearchIndex) {
    this.#sql = sql;
    this.#index = index;
  }

  /** Adds a user who is not known; to one who is, nothing happens. */
  add(user: User): void {
    if (this.#rows([user.id]).length === 0) this.upsert(user, 0);
  }

  /**
   * Adds a user, or updates their profile, as a credential names them. Writes nothing where nothing changed, nor where the
   * known profile is of a later time than `namedAt`, or was put by the host since. Returns whether a known profile was changed.
   */
  upsert(user: User, namedAt: number): boolean {
    const [known] = this.#rows([user.id]);
    if (known && (isSame(known, user) || (known.named_at ?? 0) > namedAt || isPutSince(known, namedAt)))
      return false;
    this.#write(user, known, namedAt);
    return known !== undefined;
  }

  /** The same for a credential that does not say when it was made: what the host has put it never changes. */
  upsertUndated(user: User, now: number): boolean {
    const [known] = this.#rows([user.id]);
    return (known?.put_at ?? null) === null && this.upsert(user, now);
  }

  /** Adds a user, or updates what is known of them, as the host itself says it. `changed`: whether a known profile was. */
  put(userId: string, { name, avatarUrl, data }: UserPut, now: number): { user: User; changed: boolean } {
    const [known] = this.#rows([userId]);
    const picture = avatarUrl === undefined ? known?.avatar_url : avatarUrl;
    const user = userOf({ user_id: userId, name, avatar_url: picture ?? null });
    const changed = !known || !isSame(known, user);
    if (changed) this.#write(user, known, now);
    this.#sql.exec(
      `UPDATE users SET named_at = ?1, put_at = ?1, created_at = coalesce(created_at, ${FIRST_NOTED})
       WHERE user_id = ?2`,
      now,
      userId,
    );
    if (data !== undefined) this.#setData(userId, data === null ? null : JSON.stringify(data));
    this.onChange(userId);
    return { user, changed: changed && known !== undefined };
  }

  /** What the host keeps with those of these users that it keeps something with. */
  dataOf(userIds: readonly string[]): UserData[] {
    return this.#sql
      .exec<{ user_id: string; data: string }>(
        `SELECT user_id, data FROM users
         WHERE data IS NOT NULL AND user_id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(userIds),
      )
      .toArray()
      .map((row) => ({ userId: row.user_id, data: JSON.parse(row.data) as Record<string, unknown> }));
  }

  /**
   * When a user was first known, in milliseconds since the epoch; of those from before that was noted, when their name was
   * given, or else when they were last seen, or 0.
   */
  createdAt(userId: string): number | undefined {
    const [row] = this.#sql.exec<{ at: number | null }>(
      `SELECT coalesce(created_at, ${FIRST_NOTED}) AS at FROM users WHERE user_id = ?`,
      userId,
    );
    return row && (row.at ?? 0);
  }

  /** The profile that the host has put of a user since then (seconds since the epoch; undefined: an unknown time). */
  putSince(userId: string, issuedAt: number | undefined): User | undefined {
    const [known] = this.#rows([userId]);
    return known && isPutSince(known, issuedAt === undefined ? 0 : issuedAt * 1000)
      ? userOf(known)
      : undefined;
  }

  /** Adds a user's row from another shard. A user who is known here already stays as they are: that row is newer. */
  addMoved(row: UserRow): void {
    const insert = this.#sql.exec(
      `INSERT INTO users
         (user_id, name, avatar_url, last_seen_at, told_online, named_at, put_at, created_at, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      row.user_id,
      row.name,
      row.avatar_url,
      row.last_seen_at,
      row.told_online,
      row.named_at ?? null,
      row.put_at ?? null,
      row.created_at ?? null,
      row.data ?? null,
    );
    if (insert.rowsWritten > 0) this.#index.update(row.user_id, null, row.name);
  }

  /** Removes the row of a user who is in another shard now. */
  remove(row: UserRow): void {
    const { user_id, name } = row;
    overwriteProfile(this.#sql, userOf(row));
    this.#setData(user_id, null);
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

  #write(user: User, known: ProfileRow | undefined, namedAt: number): void {
    if (known) overwriteProfile(this.#sql, userOf(known));
    this.#sql.exec(
      `INSERT INTO users (user_id, name, avatar_url, named_at, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET name = excluded.name, avatar_url = excluded.avatar_url, named_at = excluded.named_at,
         created_at = coalesce(created_at, ${FIRST_NOTED})`,
      user.id,
      user.name,
      user.avatarUrl ?? null,
      namedAt,
      Date.now(),
    );
    this.#index.update(user.id, known?.name ?? null, user.name);
    if (known) this.onChange(user.id);
  }

  /** Overwrites what was there where it lies first: a row that changes its length is written elsewhere. */
  #setData(userId: string, data: string | null): void {
    const [row] = this.#sql.exec<{ data: string | null }>("SELECT data FROM users WHERE user_id = ?", userId);
    const before = row?.data ?? null;
    if (before === data) return;
    if (before !== null)
      this.#sql.exec("UPDATE users SET data = ? WHERE user_id = ?", fillerLike(before), userId);
    this.#sql.exec("UPDATE users SET data = ? WHERE user_id = ?", data, userId);
  }

  #rows(userIds: readonly string[]): ProfileRow[] {
    return this.#sql
      .exec<ProfileRow>(
        `SELECT user_id, name, avatar_url, named_at, put_at FROM users
         WHERE user_id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(userIds),
      )
      .toArray();
  }
}

/** Whether the host has put a profile since this time. */
function isPutSince({ put_at }: ProfileRow, time: number): boolean {
  return typeof put_at === "number" && time <= put_at;
}

function isSame(known: ProfileRow, user: User): boolean {
  return known.name === user.name && known.avatar_url === (user.avatarUrl ?? null);
}

function userOf(row: Pick<UserRow, "user_id" | "name" | "avatar_url">): User {
  return {
    id: row.user_id,
    name: row.name,
    ...(row.avatar_url !== null && { avatarUrl: row.avatar_url }),
  };
}
