/**
 * Who may see whose status: users with a direct or group thread in common. A shard knows the memberships of its own users
 * alone, so those of the other side always come as a list of thread ids.
 */

export class Visibility {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The direct and group threads of a user. */
  threadsOf(userId: string): string[] {
    return this.#sql
      .exec<{ thread_id: string }>(
        `SELECT thread_id FROM user_threads AS m JOIN threads AS t USING (thread_id)
         WHERE m.user_id = ? AND t.kind <> 'public'`,
        userId,
      )
      .toArray()
      .map((row) => row.thread_id);
  }

  /** Which of these users are in one of these threads. */
  usersIn(userIds: readonly string[], threadIds: readonly string[]): Set<string> {
    return new Set(this.#shared(userIds, threadIds).keys());
  }

  /** Which of these users are in this thread and in no other of `threadIds`, which includes it. */
  usersInOnly(threadId: string, userIds: readonly string[], threadIds: readonly string[]): Set<string> {
    const shared = [...this.#shared(userIds, threadIds)];
    return new Set(
      shared.filter(([, threads]) => threads.every((id) => id === threadId)).map(([userId]) => userId),
    );
  }

  #shared(userIds: readonly string[], threadIds: readonly string[]): Map<string, string[]> {
    const rows = this.#sql.exec<{ user_id: string; thread_id: string }>(
      `SELECT user_id, thread_id FROM user_threads
       WHERE user_id IN (SELECT value FROM json_each(?)) AND thread_id IN (SELECT value FROM json_each(?))`,
      JSON.stringify(userIds),
      JSON.stringify(threadIds),
    );
    const shared = new Map<string, string[]>();
    for (const { user_id, thread_id } of rows) {
      const threads = shared.get(user_id);
      if (threads) threads.push(thread_id);
      else shared.set(user_id, [thread_id]);
    }
    return shared;
  }
}
