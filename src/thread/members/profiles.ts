/** The profiles of everyone whom the thread has to name, as it knows them now. */
import type { User } from "../../protocol/model.ts";

type UserRow = { user_id: string; name: string; avatar_url: string | null };

/** Profiles kept in memory, at most; those in use come back with one row read each. */
const KEPT = 2_000;

export class Profiles {
  readonly #sql: SqlStorage;
  readonly #kept = new Map<string, User>();
  /** Whose profile is stored, as far as that is known: a stand-in equal to the profile still has to be stored once. */
  readonly #stored = new Set<string>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The profile last seen of a user. One who was never seen is named by their id. */
  get(userId: string): User {
    const kept = this.#kept.get(userId);
    if (kept) return kept;
    const [row] = this.#sql.exec<UserRow>("SELECT * FROM users WHERE user_id = ?", userId).toArray();
    const user = row
      ? { id: row.user_id, name: row.name, ...(row.avatar_url !== null && { avatarUrl: row.avatar_url }) }
      : { id: userId, name: userId };
    this.#keep(user);
    if (row) this.#stored.add(userId);
    return user;
  }

  /** Stores a profile: a row written where it is new or has changed, else none. */
  upsert(user: User): void {
    const known = this.get(user.id);
    const isStored = this.#stored.has(user.id);
    if (isStored && known.name === user.name && known.avatarUrl === user.avatarUrl) return;
    this.#sql.exec(
      `INSERT INTO users (user_id, name, avatar_url) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, avatar_url = excluded.avatar_url`,
      user.id,
      user.name,
      user.avatarUrl ?? null,
    );
    this.#keep(user);
    this.#stored.add(user.id);
  }

  #keep(user: User): void {
    if (this.#kept.size >= KEPT) {
      this.#kept.clear();
      this.#stored.clear();
    }
    this.#kept.set(user.id, user);
  }
}
