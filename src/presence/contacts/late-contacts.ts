/** Members who count as contacts of a thread's others only from a time on: those who came by a link. Most users have no row. */

/** A row of `late_contacts`. */
export interface LateContact {
  userId: string;
  threadId: string;
}

export class LateContacts {
  readonly #sql: SqlStorage;
  /** Called with the time from which one who was added counts. */
  onAdded: (contactFrom: number) => void = () => {};

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** One row written. `contactFrom`: milliseconds since the epoch. */
  add(userId: string, threadId: string, contactFrom: number): void {
    this.#sql.exec(
      "INSERT INTO late_contacts VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      userId,
      threadId,
      contactFrom,
    );
    this.onAdded(contactFrom);
  }

  /** These users are no longer members. */
  remove(userIds: readonly string[], threadId: string): void {
    this.#sql.exec(
      "DELETE FROM late_contacts WHERE user_id IN (SELECT value FROM json_each(?)) AND thread_id = ?",
      JSON.stringify(userIds),
      threadId,
    );
  }

  /** From when on a member counts; undefined where that is from the start. */
  of(userId: string, threadId: string): number | undefined {
    const rows = this.#sql.exec<{ contact_from: number }>(
      "SELECT contact_from FROM late_contacts WHERE user_id = ? AND thread_id = ?",
      userId,
      threadId,
    );
    return rows.toArray()[0]?.contact_from;
  }

  /** In which threads a user does not count yet. */
  pendingOf(userId: string, now: number): Set<string> {
    const rows = this.#sql.exec<{ thread_id: string }>(
      "SELECT thread_id FROM late_contacts WHERE user_id = ? AND contact_from > ?",
      userId,
      now,
    );
    return new Set(rows.toArray().map((row) => row.thread_id));
  }

  /** Some of those who count by now, the first first. */
  due(now: number, limit: number): LateContact[] {
    return this.#sql
      .exec<{ userId: string; threadId: string }>(
        `SELECT user_id AS userId, thread_id AS threadId FROM late_contacts WHERE contact_from <= ?
         ORDER BY contact_from LIMIT ?`,
        now,
        limit,
      )
      .toArray();
  }

  /** When the next one counts. Reads every row: there are those of a day. */
  next(): number | undefined {
    const { next } = this.#sql
      .exec<{ next: number | null }>("SELECT min(contact_from) AS next FROM late_contacts")
      .one();
    return next ?? undefined;
  }
}
