/** The threads that a job is to call, some at a time: the newest of a user's, and all of them in an order that stays. */

/** Sorts after every thread id. */
export const PAST_ALL_THREADS = "~";

export class UserThreadIds {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The most recently active ones. */
  newest(userId: string, atMost: number): string[] {
    return this.#query(
      `SELECT thread_id FROM user_threads JOIN threads USING (thread_id)
       WHERE user_id = ? ORDER BY active_at DESC LIMIT ?`,
      userId,
      atMost,
    );
  }

  /** Those with ids after this one, in the order of ids, which stays the same while messages come. */
  after(userId: string, threadId: string, atMost: number): string[] {
    return this.#query(
      "SELECT thread_id FROM user_threads WHERE user_id = ?1 AND thread_id > ?3 ORDER BY thread_id LIMIT ?2",
      userId,
      atMost,
      threadId,
    );
  }

  #query(query: string, ...bindings: (string | number)[]): string[] {
    return this.#sql
      .exec<{ thread_id: string }>(query, ...bindings)
      .toArray()
      .map((row) => row.thread_id);
  }
}

/** The threads that a job called and that did not answer. */
export function missedBy({ missed }: { missed: string }): string[] {
  return JSON.parse(missed) as string[];
}
