/** The durable events that are not new messages: a row each, by rev, that says what happened to what. */

/** What happened. What it is like now is read when the change is replayed. */
export type Change =
  | { type: "edit"; seq: number }
  | { type: "delete"; seq: number; userId: string }
  | { type: "react" | "unreact"; seq: number; userId: string; emoji: string }
  | { type: "member" | "member_removed"; userId: string }
  | { type: "thread" };

export type NumberedChange = Change & { rev: number; at: number };

export class ChangeLog {
  readonly #sql: SqlStorage;
  #newestRev: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#newestRev = sql.exec<{ rev: number | null }>("SELECT max(rev) AS rev FROM changes").one().rev ?? 0;
  }

  get newestRev(): number {
    return this.#newestRev;
  }

  /** Records a change: one row written. */
  add(change: Change, rev: number, at: number): void {
    this.#sql.exec(
      "INSERT INTO changes (rev, type, seq, user_id, emoji, at) VALUES (?, ?, ?, ?, ?, ?)",
      rev,
      change.type,
      "seq" in change ? change.seq : null,
      "userId" in change ? change.userId : null,
      "emoji" in change ? change.emoji : null,
      at,
    );
    this.#newestRev = rev;
  }

  /** The changes after a rev, in order. */
  since(rev: number): NumberedChange[] {
    const rows = this.#sql.exec(
      "SELECT rev, type, seq, user_id AS userId, emoji, at FROM changes WHERE rev > ? ORDER BY rev",
      rev,
    );
    // Each type has the columns that `add` gave it.
    return rows.toArray() as unknown as NumberedChange[];
  }
}
