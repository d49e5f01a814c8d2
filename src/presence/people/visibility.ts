/**
 * Who shares a thread with whom. A shard knows the memberships of its own users alone, so those of the other side always come
 * as a list of thread ids.
 */

/** Looking up one membership takes as long as scanning so many. */
const SCANNED_PER_LOOKUP = 8;
/** Most memberships of a user that are scanned: as one text, of which a statement returns 2 MB at most. */
const MOST_SCANNED = 10_000;
/** How many of them are scanned first. */
const FIRST_SCANNED = 64;
/** Threads of a user that are searched for others, the newest of them. */
const THREADS_SEARCHED = 1_000;
/** Most members read of one thread, so that a large one leaves room for others; and of all together. */
const MOST_OF_THREAD = 100;
const MOST_MEMBERS = 2_000;

/** Members of some threads, and whether they are all of them. */
export interface Members {
  userIds: ReadonlySet<string>;
  isAll: boolean;
}

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

  /** Which of these users are members of this thread. */
  membersOf(threadId: string, userIds: readonly string[]): string[] {
    return this.#sql
      .exec<{ user_id: string }>(
        `SELECT user_id FROM user_threads
         WHERE user_id IN (SELECT value FROM json_each(?)) AND thread_id = ?`,
        JSON.stringify(userIds),
        threadId,
      )
      .toArray()
      .map((row) => row.user_id);
  }

  /**
   * The direct and group threads of a user for a search, at most 1,000 of them, most recently active first. Not a direct one in
   * which one has not written: it is opened with whomever one names, and would name them.
   */
  newestThreadsOf(userId: string): string[] {
    return this.#sql
      .exec<{ thread_id: string }>(
        `SELECT thread_id FROM (SELECT thread_id FROM user_threads WHERE user_id = ? LIMIT ?)
         JOIN threads AS t USING (thread_id)
         WHERE t.kind <> 'public' AND NOT (t.kind = 'direct' AND t.makes_contacts IS 0) ORDER BY t.active_at DESC LIMIT ?`,
        userId,
        MOST_SCANNED,
        THREADS_SEARCHED,
      )
      .toArray()
      .map((row) => row.thread_id);
  }

  /** Members, in this shard, of these threads: of the first 1,000, so many of each and in all. */
  someMembersOf(threadIds: readonly string[]): Members {
    const userIds = new Set<string>();
    let isAll = threadIds.length <= THREADS_SEARCHED;
    let left = MOST_MEMBERS;
    const cursor = this.#sql.exec<{ list: string | null }>(
      `SELECT (SELECT json_group_array(user_id) FROM (
         SELECT user_id FROM user_threads WHERE thread_id = asked.value LIMIT ?)) AS list
       FROM json_each(?) AS asked`,
      MOST_OF_THREAD,
      JSON.stringify(threadIds.slice(0, THREADS_SEARCHED)),
    );
    for (const { list } of cursor) {
      if (left <= 0) return { userIds, isAll: false };
      const ids: string[] = JSON.parse(list ?? "[]");
      for (const id of ids) userIds.add(id);
      if (ids.length === MOST_OF_THREAD) isAll = false;
      left -= ids.length;
    }
    return { userIds, isAll };
  }

  /**
   * Whether a user is in one of these threads, and how many rows it took to find out. So many of the user's memberships are
   * read at most: then the threads are looked up.
   */
  shared(
    userId: string,
    threads: ReadonlySet<string>,
    mostScanned = MOST_SCANNED,
  ): { isShared: boolean; rows: number } {
    const most = Math.min(threads.size * SCANNED_PER_LOOKUP, mostScanned);
    let rows = 0;
    let after = "";
    // A few first: those who share much are found soon.
    for (let limit = Math.min(FIRST_SCANNED, most); rows < most; limit = most - rows) {
      const some = this.#memberships(userId, after, limit);
      rows += some.length;
      if (some.some((threadId) => threads.has(threadId))) return { isShared: true, rows };
      if (some.length < limit) return { isShared: false, rows };
      after = some.at(-1) ?? after;
    }
    return { isShared: this.#isInOne(userId, threads), rows: rows + threads.size * SCANNED_PER_LOOKUP };
  }

  /** The next threads of a user, in the order of their ids. As one text: a row for each would take twice as long. */
  #memberships(userId: string, after: string, limit: number): string[] {
    const { list } = this.#sql
      .exec<{ list: string | null }>(
        `SELECT group_concat(thread_id) AS list FROM (
           SELECT thread_id FROM user_threads WHERE user_id = ? AND thread_id > ? ORDER BY thread_id LIMIT ?)`,
        userId,
        after,
        limit,
      )
      .one();
    return list?.split(",") ?? [];
  }

  #isInOne(userId: string, threads: ReadonlySet<string>): boolean {
    const some = this.#sql.exec(
      // CROSS JOIN: in this order, whatever SQLite takes for the cheaper one.
      `SELECT 1 FROM json_each(?) AS asked
       CROSS JOIN user_threads AS m ON m.user_id = ? AND m.thread_id = asked.value LIMIT 1`,
      JSON.stringify([...threads]),
      userId,
    );
    return some.toArray().length > 0;
  }
}
