/**
 * Until when users may not write here, in a table of its own: leaving does not lift it. A member's is read together with the
 * member (members/membership.ts). One that is over stays until the next one.
 */
export class Timeouts {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Milliseconds since the epoch; null for one who never was timed out. */
  of(userId: string): number | null {
    const [row] = this.#sql
      .exec<{ until: number }>("SELECT until FROM timeouts WHERE user_id = ?", userId)
      .toArray();
    return row?.until ?? null;
  }

  /** Sets it, or with null ends it: one row written. */
  set(userId: string, until: number | null): void {
    if (until === null) this.#sql.exec("DELETE FROM timeouts WHERE user_id = ?", userId);
    else
      this.#sql.exec(
        "INSERT INTO timeouts VALUES (?, ?) ON CONFLICT DO UPDATE SET until = excluded.until",
        userId,
        until,
      );
  }
}
