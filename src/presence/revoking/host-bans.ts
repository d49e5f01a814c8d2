/** Whom of this shard's users the host has banned from everything. They need not be known. */
import type { HostBanRow } from "../../rpc/moved-users.ts";
import type { HostBan } from "../../rpc/revocation.ts";

export class HostBans {
  readonly #sql: SqlStorage;
  readonly #onChange: (userId: string) => void;

  /** `onChange` is called when a user was banned, is banned until another time, or is banned no more. */
  constructor(sql: SqlStorage, onChange: (userId: string) => void) {
    this.#sql = sql;
    this.#onChange = onChange;
  }

  /** Bans a user, or replaces their ban: one row written. */
  put(ban: HostBanRow): void {
    this.#sql.exec("DELETE FROM host_bans WHERE until <= ?", ban.at);
    this.#write(ban);
  }

  /** Lifts a ban: one row written, none where there was none. */
  lift(userId: string): void {
    const lifted = this.#sql.exec("DELETE FROM host_bans WHERE user_id = ?", userId);
    if (lifted.rowsWritten > 0) this.#onChange(userId);
  }

  /** A user's ban, if one is in force: one row read. */
  of(userId: string, now: number): HostBan | undefined {
    const [row] = this.#sql
      .exec<{ until: number | null }>(
        "SELECT until FROM host_bans WHERE user_id = ? AND (until IS NULL OR until > ?)",
        userId,
        now,
      )
      .toArray();
    return row && (row.until === null ? {} : { until: row.until });
  }

  /** The bans that are in force of users with ids after this one, in the order of ids. */
  page(after: string, limit: number, now: number): HostBanRow[] {
    return this.#sql
      .exec<HostBanRow>(
        `SELECT user_id, until, reason, at FROM host_bans
         WHERE user_id > ? AND (until IS NULL OR until > ?) ORDER BY user_id LIMIT ?`,
        after,
        now,
        limit,
      )
      .toArray();
  }

  // --- as users move to another shard (resharding/)

  /** What was put here meanwhile is newer. */
  addMoved(ban: HostBanRow): void {
    const [here] = this.#sql
      .exec<{ at: number }>("SELECT at FROM host_bans WHERE user_id = ?", ban.user_id)
      .toArray();
    if (!here || here.at < ban.at) this.#write(ban);
  }

  remove({ user_id }: HostBanRow): void {
    this.#sql.exec("DELETE FROM host_bans WHERE user_id = ?", user_id);
  }

  #write({ user_id, until, reason, at }: HostBanRow): void {
    this.#sql.exec(
      `INSERT INTO host_bans (user_id, until, reason, at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET until = excluded.until, reason = excluded.reason, at = excluded.at`,
      user_id,
      until,
      reason,
      at,
    );
    this.#onChange(user_id);
  }
}
