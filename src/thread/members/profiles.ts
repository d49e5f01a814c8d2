/** The profiles of everyone whom the thread has to name, as it knows them now. */
import { overwriteProfile } from "../../durable/overwrite-profile.ts";
import type { User } from "../../protocol/model.ts";
import { SYSTEM_ID } from "../../protocol/system-user.ts";

type UserRow = { user_id: string; name: string; avatar_url: string | null };

/** Profiles kept in memory, at most; those in use come back with one row read each. */
const KEPT = 2_000;

export class Profiles {
  readonly #sql: SqlStorage;
  readonly #system: User;
  readonly #kept = new Map<string, User>();
  /** Whose profile is stored, as far as that is known: a stand-in equal to the profile still has to be stored once. */
  readonly #stored = new Set<string>();

  /** `systemName`: by what name the host itself is shown. */
  constructor(sql: SqlStorage, systemName: string) {
    this.#sql = sql;
    this.#system = { id: SYSTEM_ID, name: systemName };
  }

  /** The profile of a user, or of the host. One who was never seen is named by their id. */
  get(userId: string): User {
    if (userId === SYSTEM_ID) return this.#system;
    const kept = this.#kept.get(userId);
    if (kept) return kept;
    const [row] = this.#sql
      .exec<UserRow>("SELECT user_id, name, avatar_url FROM users WHERE user_id = ?", userId)
      .toArray();
    const user = row ? fromRow(row) : { id: userId, name: userId };
    this.#keep(user);
    if (row) this.#stored.add(userId);
    return user;
  }

  /** Whether a profile of this user is stored: whether they are, or were, a member. */
  has(userId: string): boolean {
    this.get(userId);
    return this.#stored.has(userId);
  }

  /** Stores the profile of a user who is new here: a row written. Of one who is not, what is stored stays. */
  add(user: User): void {
    if (this.has(user.id)) return;
    this.#sql.exec(
      "INSERT INTO users (user_id, name, avatar_url) VALUES (?, ?, ?)",
      user.id,
      user.name,
      user.avatarUrl ?? null,
    );
    this.#keep(user);
    this.#stored.add(user.id);
  }

  /** Replaces a stored profile, while the thread is at this rev. False, with nothing written, where none is stored or it is the same. */
  update(user: User, rev: number): boolean {
    if (!this.has(user.id)) return false;
    const known = this.get(user.id);
    if (isSameProfile(known, user)) return false;
    overwriteProfile(this.#sql, known);
    this.#sql.exec(
      "UPDATE users SET name = ?, avatar_url = ?, changed_rev = ? WHERE user_id = ?",
      user.name,
      user.avatarUrl ?? null,
      rev,
      user.id,
    );
    this.#keep(user);
    return true;
  }

  /** The profiles that changed while the thread was at this rev or later, at most so many. */
  changedSince(rev: number, atMost: number): User[] {
    return this.#sql
      .exec<UserRow>(
        "SELECT user_id, name, avatar_url FROM users WHERE changed_rev >= ? ORDER BY changed_rev LIMIT ?",
        rev,
        atMost,
      )
      .toArray()
      .map(fromRow);
  }

  #keep({ id, name, avatarUrl }: User): void {
    if (this.#kept.size >= KEPT) {
      this.#kept.clear();
      this.#stored.clear();
    }
    this.#kept.set(id, { id, name, ...(avatarUrl !== undefined && { avatarUrl }) });
  }
}

/** Whether a user is shown alike by two profiles. */
export function isSameProfile(a: User, b: User): boolean {
  return a.name === b.name && a.avatarUrl === b.avatarUrl;
}

function fromRow(row: UserRow): User {
  return {
    id: row.user_id,
    name: row.name,
    ...(row.avatar_url !== null && { avatarUrl: row.avatar_url }),
  };
}
