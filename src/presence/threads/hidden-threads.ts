/**
 * Direct threads that users hide: they stay members, and do not see the thread in their list until a message comes that is
 * newer than the one up to which it is hidden.
 */

import type { ThreadUpdate } from "../../rpc/thread-update.ts";

/** Hidden whatever message comes: while its user blocks the other, and not both have written. */
export const WHILE_BLOCKED = Number.MAX_SAFE_INTEGER;

const NOBODY: ReadonlySet<string> = new Set();

export class HiddenThreads {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** One row written. `upTo`: the `seq` of the newest message that does not bring it back. */
  hide(userId: string, threadId: string, upTo: number): void {
    this.#sql.exec(
      `INSERT INTO hidden_threads (user_id, thread_id, up_to_seq) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET up_to_seq = max(up_to_seq, excluded.up_to_seq)`,
      userId,
      threadId,
      upTo,
    );
  }

  /** Up to which message a thread is hidden from a user; undefined where it is not. */
  upTo(userId: string, threadId: string): number | undefined {
    const rows = this.#sql.exec<{ up_to_seq: number }>(
      "SELECT up_to_seq FROM hidden_threads WHERE user_id = ? AND thread_id = ?",
      userId,
      threadId,
    );
    return rows.toArray()[0]?.up_to_seq;
  }

  /**
   * From whom an update leaves a direct thread hidden, and to whom it brings it back, by a newer message, or since both have
   * written: a row written for each of those.
   */
  after({ threadId, kind, seq, makesContacts, pair = [] }: ThreadUpdate): {
    hidden: ReadonlySet<string>;
    reappeared: ReadonlySet<string>;
  } {
    if (kind !== "direct") return { hidden: NOBODY, reappeared: NOBODY };
    const hidden = new Set<string>();
    const reappeared = new Set<string>();
    for (const { id } of pair) {
      const upTo = this.upTo(id, threadId);
      if (upTo === undefined) continue;
      const isOver = seq > upTo || (upTo === WHILE_BLOCKED && makesContacts === true);
      (isOver ? reappeared : hidden).add(id);
    }
    if (reappeared.size > 0) this.show([...reappeared], threadId);
    return { hidden, reappeared };
  }

  /** They are hidden no longer, or their users are no members any more. */
  show(userIds: readonly string[], threadId: string): void {
    this.#sql.exec(
      "DELETE FROM hidden_threads WHERE user_id IN (SELECT value FROM json_each(?)) AND thread_id = ?",
      JSON.stringify(userIds),
      threadId,
    );
  }
}
