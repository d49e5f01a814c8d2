/** Packs the rows of users who move into batches, and deletes them once they are delivered. */
import { END, type IdRange, type MovedUserRecord } from "./moved-user-record.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { MovedUsersBatch, UserRow } from "../../rpc/presence.ts";
import { markerOf, updateOf } from "../threads/thread-row.ts";
import type { ThreadUpdates } from "../threads/thread-updates.ts";
import type { UserThreads } from "../threads/user-threads.ts";
import type { Subscribers } from "../status/subscribers.ts";

/** Users and memberships that move in one step. One user's move together, however many they are. */
const ROWS_PER_STEP = 1_000;
/** In a batch: a thread's row takes some 10 KB at most, an RPC call 32 MiB. */
const ROWS_PER_BATCH = 500;

export const EMPTY_BATCH: MovedUsersBatch = { threads: [], users: [], watchers: [] };

export interface BatchPackerParts {
  movedUsers: MovedUserRecord;
  directory: UserDirectory;
  userThreads: UserThreads;
  updates: ThreadUpdates;
  subscribers: Subscribers;
}

/** A batch, and the shard that it is for. */
export interface Delivery {
  target: number;
  batch: MovedUsersBatch;
}

export class BatchPacker {
  readonly #sql: SqlStorage;
  readonly #parts: BatchPackerParts;

  constructor(sql: SqlStorage, parts: BatchPackerParts) {
    this.#sql = sql;
    this.#parts = parts;
  }

  /** Up to which id users move in the next step, after those up to `above`; `END` where the rest are few enough. */
  nextBound(above: string): string {
    const ids = this.#sql.exec<{ user_id: string }>(
      `SELECT user_id FROM users WHERE user_id > ?1 UNION ALL
       SELECT user_id FROM user_threads WHERE user_id > ?1 ORDER BY user_id`,
      above,
    );
    let rows = 0;
    let last = above;
    for (const { user_id } of ids) {
      if (user_id !== last && rows >= ROWS_PER_STEP) return last;
      if (this.#parts.movedUsers.targetOf(user_id) !== undefined) rows += 1;
      last = user_id;
    }
    return END;
  }

  /** The users with ids in this range who are to move, or have moved. */
  movers({ above, upTo }: IdRange): string[] {
    const ids = this.#sql.exec<{ user_id: string }>(
      `SELECT user_id FROM users WHERE user_id > ?1 AND user_id <= ?2 UNION
       SELECT user_id FROM user_threads WHERE user_id > ?1 AND user_id <= ?2`,
      above,
      upTo,
    );
    return ids
      .toArray()
      .map((row) => row.user_id)
      .filter((userId) => this.#parts.movedUsers.targetOf(userId) !== undefined);
  }

  /** The next batch of moved users' rows, or undefined where none are here. */
  pack(): Delivery | undefined {
    const { movedUsers, subscribers } = this.#parts;
    const packed = this.#forOneTarget(this.movers(movedUsers.undelivered), (userIds) => {
      const ids = JSON.stringify(userIds);
      const threads = this.#threadsOf(ids);
      // A user's row goes last: users are found by their rows in `users` and `user_threads`.
      return { ...EMPTY_BATCH, threads, users: threads.length > 0 ? [] : this.#usersAmong(ids) };
    });
    // Some who have subscribers are unknown users, and their subscribers may be many.
    return packed ?? this.#forOneTarget(subscribers.users(), (userIds) => this.#subscribersOf(userIds));
  }

  /** Deletes what was delivered. */
  discard({ threads, users, watchers }: MovedUsersBatch): void {
    const { userThreads, updates, directory, subscribers } = this.#parts;
    for (const { threadId, joined } of threads) {
      const row = userThreads.get(threadId);
      // What a later update brought of the thread stays.
      if (row) updates.apply({ ...updateOf(row, []), left: joined.map(({ userId }) => userId) });
    }
    for (const user of users) directory.remove(user);
    for (const { watcherId, userIds } of watchers) subscribers.remove(watcherId, userIds);
  }

  /** Packs rows of those of these users who have moved to one shard, whichever comes first. */
  #forOneTarget(
    userIds: readonly string[],
    pack: (userIds: string[]) => MovedUsersBatch,
  ): Delivery | undefined {
    const byTarget = Map.groupBy(userIds, (userId) => this.#parts.movedUsers.movedTo(userId));
    byTarget.delete(undefined);
    for (const [target, ids] of byTarget) if (target !== undefined) return { target, batch: pack(ids) };
    return undefined;
  }

  #threadsOf(userIds: string): MovedUsersBatch["threads"] {
    const memberships = this.#sql
      .exec<{ user_id: string; thread_id: string; read_seq: number }>(
        `SELECT user_id, thread_id, read_seq FROM user_threads
         WHERE user_id IN (SELECT value FROM json_each(?)) LIMIT ?`,
        userIds,
        ROWS_PER_BATCH,
      )
      .toArray();
    return [...Map.groupBy(memberships, (row) => row.thread_id)].flatMap(([threadId, members]) => {
      const row = this.#parts.userThreads.get(threadId);
      if (!row) return [];
      const joined = members.map(({ user_id, read_seq }) => ({
        userId: user_id,
        readSeq: markerOf(row, user_id, read_seq),
      }));
      return [updateOf(row, joined)];
    });
  }

  #usersAmong(userIds: string): UserRow[] {
    return this.#sql
      .exec<UserRow>(
        "SELECT * FROM users WHERE user_id IN (SELECT value FROM json_each(?)) LIMIT ?",
        userIds,
        ROWS_PER_BATCH,
      )
      .toArray();
  }

  #subscribersOf(userIds: readonly string[]): MovedUsersBatch {
    const pairs = userIds.flatMap((userId) =>
      this.#parts.subscribers.of(userId).map((watcherId) => ({ watcherId, userId })),
    );
    const some = Map.groupBy(pairs.slice(0, ROWS_PER_BATCH), ({ watcherId }) => watcherId);
    const watchers = Array.from(some, ([watcherId, watched]) => ({
      watcherId,
      userIds: watched.map(({ userId }) => userId),
    }));
    return { ...EMPTY_BATCH, watchers };
  }
}
