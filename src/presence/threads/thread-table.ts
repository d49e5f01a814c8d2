/** Writes the rows of `threads`: nothing where a row stays the same, and so that nothing of what it held before stays in the file. */
import { fillerLike } from "../../durable/record-length.ts";
import { sameLength, type ThreadRow } from "./thread-row.ts";
import type { UserThreads } from "./user-threads.ts";

export class ThreadTable {
  readonly #sql: SqlStorage;
  readonly #userThreads: UserThreads;

  constructor(sql: SqlStorage, userThreads: UserThreads) {
    this.#sql = sql;
    this.#userThreads = userThreads;
  }

  /** Writes the row that an update leads to from the row before. */
  put(row: ThreadRow, before: ThreadRow | undefined): void {
    if (before && sameRow(before, row)) return;
    // At another length it is written elsewhere, which happens once in many updates.
    if (before && !sameLength(before, row)) this.#overwrite(before);
    this.#write(row);
  }

  /** Deletes a thread's row, once what it says is overwritten. */
  delete(threadId: string): void {
    const row = this.#userThreads.get(threadId);
    if (!row) return;
    this.#overwrite(row);
    this.#sql.exec("DELETE FROM threads WHERE thread_id = ?", threadId);
  }

  /** Replaces what a row says by as many bytes, where it lies: before it is deleted, or written at another length. */
  #overwrite({ thread_id, name, last, pair }: ThreadRow): void {
    const texts = [name, last, pair].map((text) => (text === null ? null : fillerLike(text)));
    if (texts.every((text) => text === null)) return;
    this.#sql.exec(
      "UPDATE threads SET name = ?, last = ?, pair = ? WHERE thread_id = ?",
      ...texts,
      thread_id,
    );
  }

  #write(row: ThreadRow): void {
    this.#sql.exec(
      `INSERT INTO threads (thread_id, rev, kind, name, created_at, seq, active_at, last, pair, senders,
         member_count, makes_contacts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET rev = excluded.rev, kind = excluded.kind, name = excluded.name,
         created_at = excluded.created_at, seq = excluded.seq, active_at = excluded.active_at,
         last = excluded.last, pair = excluded.pair, senders = excluded.senders,
         member_count = excluded.member_count, makes_contacts = excluded.makes_contacts`,
      row.thread_id,
      row.rev,
      row.kind,
      row.name,
      row.created_at,
      row.seq,
      row.active_at,
      row.last,
      row.pair,
      row.senders,
      row.member_count,
      row.makes_contacts,
    );
  }
}

function sameRow(a: ThreadRow, b: ThreadRow): boolean {
  return (Object.keys(b) as (keyof ThreadRow)[]).every((column) => a[column] === b[column]);
}
