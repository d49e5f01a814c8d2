/**
 * Who may see whose status: users with a direct or group thread in common. A shard knows the memberships of its own users
 * alone, so those of the other side always come as a list of thread ids.
 *
 * What is asked about many users is read in stretches (durable/stretches.ts), which several questions may share. Users are handed over as they are found, so
 * that whatever is said of them is said in the stretch that found them.
 */
import { pause, Stretches } from "../../durable/stretches.ts";

/** Looking up one membership takes as long as scanning so many. */
const SCANNED_PER_LOOKUP = 8;
/** Most memberships of a user that are scanned: as one text, of which a statement returns 2 MB at most. */
const MOST_SCANNED = 10_000;
/** How many of them are scanned first. */
const FIRST_SCANNED = 64;
/** Threads whose members are read by one statement. */
const THREADS_AT_ONCE = 20;

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

  /** Which of these users are in one of these threads. Reads each user's memberships; of one with very many, looks up the threads. */
  async *usersIn(
    userIds: readonly string[],
    threadIds: readonly string[],
    stretches = new Stretches(),
  ): AsyncGenerator<string> {
    const threads = new Set(threadIds);
    for (const userId of userIds) {
      const { isShared, rows } = this.#shared(userId, threads);
      if (isShared) yield userId;
      if (stretches.read(rows)) await pause();
    }
  }

  /** Which of these users are in this thread and in no other of `threadIds`. */
  async *usersInOnly(
    threadId: string,
    userIds: readonly string[],
    threadIds: readonly string[],
    stretches = new Stretches(),
  ): AsyncGenerator<string> {
    const others = new Set(threadIds);
    others.delete(threadId);
    if (stretches.read(userIds.length)) await pause();
    for (const userId of this.membersOf(threadId, userIds)) {
      const { isShared, rows } = this.#shared(userId, others);
      if (!isShared) yield userId;
      if (stretches.read(rows)) await pause();
    }
  }

  /** Every member, in this shard, of these threads. */
  async everyoneIn(threadIds: readonly string[]): Promise<string[]> {
    const everyone = new Set<string>();
    const stretches = new Stretches();
    for (let from = 0; from < threadIds.length; from += THREADS_AT_ONCE) {
      const cursor = this.#sql.exec<{ user_id: string }>(
        `SELECT DISTINCT m.user_id FROM json_each(?) AS asked
         CROSS JOIN user_threads AS m ON m.thread_id = asked.value`,
        JSON.stringify(threadIds.slice(from, from + THREADS_AT_ONCE)),
      );
      for (const { user_id } of cursor) everyone.add(user_id);
      if (stretches.read(cursor.rowsRead)) await pause();
    }
    return [...everyone];
  }

  /** Whether a user is in one of these threads, and how many rows it took to say so. */
  #shared(userId: string, threads: ReadonlySet<string>): { isShared: boolean; rows: number } {
    const most = Math.min(threads.size * SCANNED_PER_LOOKUP, MOST_SCANNED);
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
