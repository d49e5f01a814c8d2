/**
 * Applies the updates that threads send. An update is a thread's whole present state, and may come twice or late: one that
 * is older than what is stored is dropped, and what is stored already is neither written nor notified of again.
 */
import { fillerLike } from "../../durable/record-length.ts";
import type { ThreadUpdate } from "../../rpc/presence.ts";
import { lengthOf, rowOf, type ThreadRow } from "./thread-row.ts";
import { markerOf, sendersOf } from "./unread.ts";
import type { UserThreads } from "./user-threads.ts";

/** Above this many, senders' markers move to their own rows: it bounds the row that every update rewrites. */
const SENDERS_IN_ROW = 64;

/** What an update changed. */
export interface AppliedUpdate {
  before: ThreadRow | undefined;
  after: ThreadRow;
  joined: Set<string>;
  left: string[];
  /** Members whose marker rose, other than by the newest message itself. */
  read: Set<string>;
  /** It came from another shard, where those who joined by it were notified of everything in it. */
  isMove?: boolean;
}

export class ThreadUpdates {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #userThreads: UserThreads;

  constructor(storage: DurableObjectStorage, userThreads: UserThreads) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#userThreads = userThreads;
  }

  /** Applies an update in one transaction; undefined where it is older than what is stored. */
  apply(update: ThreadUpdate): AppliedUpdate | undefined {
    return this.#storage.transactionSync(() => this.#apply(update));
  }

  /** Raises the copy of a member's marker. False, with nothing written, where it is as high already. */
  raise(row: ThreadRow, userId: string, seq: number): boolean {
    const readSeq = this.#userThreads.readSeq(userId, row.thread_id);
    if (readSeq === undefined || seq <= markerOf(row, userId, readSeq)) return false;
    this.#write(userId, row.thread_id, seq);
    return true;
  }

  /** Removes a thread. Returns the members it had here. */
  remove(threadId: string): string[] {
    return this.#storage.transactionSync(() => {
      const members = this.#userThreads.members(threadId);
      this.#sql.exec("DELETE FROM user_threads WHERE thread_id = ?", threadId);
      this.#delete(threadId);
      return members;
    });
  }

  /** Removes a thread from one user's list. False, with nothing written, where it is not on it. */
  removeFromList(userId: string, threadId: string): boolean {
    return this.#storage.transactionSync(() => {
      if (!this.#leave(userId, threadId)) return false;
      this.#removeWithoutMembers(threadId);
      return true;
    });
  }

  #apply(update: ThreadUpdate): AppliedUpdate | undefined {
    const { threadId } = update;
    const before = this.#userThreads.get(threadId);
    if (before && update.rev < before.rev) return undefined;

    const left = update.left.filter((userId) => this.#leave(userId, threadId));
    const joined = new Set<string>();
    const read = new Set<string>();
    for (const { userId, readSeq } of update.joined) {
      if (this.#join(userId, threadId, readSeq)) joined.add(userId);
      // Left and joined again between two updates: the marker of the new membership is at least as high.
      else if (before && this.raise(before, userId, readSeq)) read.add(userId);
    }
    const senders = sendersOf(before);
    for (const userId of left) senders.delete(userId);
    if (this.#removeWithoutMembers(threadId)) {
      return { before, after: rowOf(update, senders, before), joined, left, read };
    }

    const known = before ?? rowOf(update, senders, undefined);
    for (const [userId, seq] of Object.entries(update.readers))
      if (this.raise(known, userId, seq)) read.add(userId);
    for (const [userId, seq] of Object.entries(update.senders))
      if (this.#sent(senders, userId, threadId, seq) && update.seq === before?.seq) read.add(userId);
    this.#boundSenders(senders, threadId);

    const after = rowOf(update, senders, before);
    if (!before || !sameRow(before, after)) {
      // The newest message was edited or deleted: of what it said, nothing is to stay.
      const isRewritten = before?.seq === after.seq && before.last !== after.last;
      if (before && isRewritten && lengthOf(before) !== lengthOf(after)) this.#overwrite(before);
      this.#put(after);
    }
    return { before, after, joined, left, read };
  }

  /** Removes a thread that none of this shard's users is in. False where one is. */
  #removeWithoutMembers(threadId: string): boolean {
    if (this.#userThreads.hasMembers(threadId)) return false;
    this.#delete(threadId);
    return true;
  }

  /** False, with nothing written, for a user who is a member already. */
  #join(userId: string, threadId: string, readSeq: number): boolean {
    const insert = this.#sql.exec(
      "INSERT INTO user_threads VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      userId,
      threadId,
      readSeq,
    );
    return insert.rowsWritten > 0;
  }

  #leave(userId: string, threadId: string): boolean {
    const deletion = this.#sql.exec(
      "DELETE FROM user_threads WHERE user_id = ? AND thread_id = ?",
      userId,
      threadId,
    );
    return deletion.rowsWritten > 0;
  }

  /** A member's own message moved their marker. False where they had read as far already, or are no member here. */
  #sent(senders: Map<string, number>, userId: string, threadId: string, seq: number): boolean {
    const readSeq = this.#userThreads.readSeq(userId, threadId);
    if (readSeq === undefined) return false;
    if (readSeq >= Math.max(seq, senders.get(userId) ?? 0)) {
      senders.delete(userId);
      return false;
    }
    if (seq <= (senders.get(userId) ?? 0)) return false;
    senders.set(userId, seq);
    return true;
  }

  #boundSenders(senders: Map<string, number>, threadId: string): void {
    if (senders.size <= SENDERS_IN_ROW) return;
    for (const [userId, seq] of senders) this.#write(userId, threadId, seq);
    senders.clear();
  }

  #write(userId: string, threadId: string, readSeq: number): void {
    this.#sql.exec(
      "UPDATE user_threads SET read_seq = ? WHERE user_id = ? AND thread_id = ? AND read_seq < ?",
      readSeq,
      userId,
      threadId,
      readSeq,
    );
  }

  #delete(threadId: string): void {
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

  #put(row: ThreadRow): void {
    this.#sql.exec(
      `INSERT INTO threads (thread_id, rev, kind, name, created_at, seq, active_at, last, pair, senders,
         member_count)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET rev = excluded.rev, kind = excluded.kind, name = excluded.name,
         created_at = excluded.created_at, seq = excluded.seq, active_at = excluded.active_at,
         last = excluded.last, pair = excluded.pair, senders = excluded.senders,
         member_count = excluded.member_count`,
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
    );
  }
}

function sameRow(a: ThreadRow, b: ThreadRow): boolean {
  return (Object.keys(b) as (keyof ThreadRow)[]).every((column) => a[column] === b[column]);
}
