/** Packing what this shard has of users who move, piece by piece, and forgetting it when it has arrived. */
import { END, type Departures } from "./moved-users.ts";
import type { Directory } from "../people/directory.ts";
import { EMPTY_BATCH } from "./empty-batch.ts";
import { type MovedUsersBatch, type UserRow } from "../../rpc/presence.ts";
import { markerOf, updateOf } from "../threads/thread-row.ts";
import type { ThreadChanges } from "../threads/thread-updates.ts";
import type { ThreadList } from "../threads/thread-list.ts";
import type { Watchers } from "../status/subscribers.ts";

/** Users and memberships that leave in one step. One user's go together, however many they are. */
const ROWS_A_STEP = 1_000;
/** Of each kind, in a parcel: a thread's row takes some 10 KB at most, an RPC call 32 MiB. */
const PIECES_A_PARCEL = 500;

interface PackingParts {
  departures: Departures;
  directory: Directory;
  list: ThreadList;
  changes: ThreadChanges;
  watchers: Watchers;
}

/** A parcel, and the shard it is for. */
export interface Delivery {
  home: number;
  parcel: MovedUsersBatch;
}

export class Packing {
  readonly #sql: SqlStorage;
  readonly #parts: PackingParts;

  constructor(sql: SqlStorage, parts: PackingParts) {
    this.#sql = sql;
    this.#parts = parts;
  }

  /** Up to which id users should leave next: some users on from this one, or everyone who is left. */
  nextStop(above: string): string {
    const ids = this.#sql.exec<{ user_id: string }>(
      `SELECT user_id FROM users WHERE user_id > ?1 UNION ALL
       SELECT user_id FROM user_threads WHERE user_id > ?1 ORDER BY user_id`,
      above,
    );
    let rows = 0;
    let last = above;
    for (const { user_id } of ids) {
      if (user_id !== last && rows >= ROWS_A_STEP) return last;
      if (this.#parts.departures.destinationOf(user_id) !== undefined) rows += 1;
      last = user_id;
    }
    return END;
  }

  /** Those who leave, with ids above the first and up to the second. */
  leavers(above: string, upTo: string): string[] {
    const ids = this.#sql.exec<{ user_id: string }>(
      `SELECT user_id FROM users WHERE user_id > ?1 AND user_id <= ?2 UNION
       SELECT user_id FROM user_threads WHERE user_id > ?1 AND user_id <= ?2`,
      above,
      upTo,
    );
    return ids
      .toArray()
      .map((row) => row.user_id)
      .filter((userId) => this.#parts.departures.destinationOf(userId) !== undefined);
  }

  /** The next piece of those who have left, or undefined where nothing is here of them. */
  pack(): Delivery | undefined {
    const { departures, watchers } = this.#parts;
    const { above, upTo } = departures.span;
    const packed = this.#forOneHome(this.leavers(above, upTo), (userIds) => {
      const ids = JSON.stringify(userIds);
      const threads = this.#threadsOf(ids);
      // A user's row goes last: it is by the rows of users and memberships that they are found.
      return { ...EMPTY_BATCH, threads, users: threads.length > 0 ? [] : this.#usersAmong(ids) };
    });
    // Some whom others watch are unknown, and their watchers may be many.
    return packed ?? this.#forOneHome(watchers.watched(), (userIds) => this.#watchersOf(userIds));
  }

  /** It has arrived. */
  discard({ threads, users, watchers }: MovedUsersBatch): void {
    const { list, changes, directory } = this.#parts;
    for (const { threadId, joined } of threads) {
      const row = list.get(threadId);
      // Whatever else was heard of the thread meanwhile stays.
      if (row) changes.apply({ ...updateOf(row, []), left: joined.map(({ userId }) => userId) });
    }
    for (const user of users) directory.forget(user);
    for (const { watcherId, userIds } of watchers) this.#parts.watchers.remove(watcherId, userIds);
  }

  /** Packs what there is of those users who have left for one shard, whichever comes first. */
  #forOneHome(
    userIds: readonly string[],
    pack: (userIds: string[]) => MovedUsersBatch,
  ): Delivery | undefined {
    const homes = Map.groupBy(userIds, (userId) => this.#parts.departures.homeOf(userId));
    homes.delete(undefined);
    for (const [home, ids] of homes) if (home !== undefined) return { home, parcel: pack(ids) };
    return undefined;
  }

  #threadsOf(userIds: string): MovedUsersBatch["threads"] {
    const memberships = this.#sql
      .exec<{ user_id: string; thread_id: string; read_seq: number }>(
        `SELECT user_id, thread_id, read_seq FROM user_threads
         WHERE user_id IN (SELECT value FROM json_each(?)) LIMIT ?`,
        userIds,
        PIECES_A_PARCEL,
      )
      .toArray();
    return [...Map.groupBy(memberships, (row) => row.thread_id)].flatMap(([threadId, members]) => {
      const row = this.#parts.list.get(threadId);
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
        PIECES_A_PARCEL,
      )
      .toArray();
  }

  #watchersOf(userIds: readonly string[]): MovedUsersBatch {
    const pairs = userIds.flatMap((userId) =>
      this.#parts.watchers.of(userId).map((watcherId) => ({ watcherId, userId })),
    );
    const some = Map.groupBy(pairs.slice(0, PIECES_A_PARCEL), ({ watcherId }) => watcherId);
    const watchers = Array.from(some, ([watcherId, watched]) => ({
      watcherId,
      userIds: watched.map(({ userId }) => userId),
    }));
    return { ...EMPTY_BATCH, watchers };
  }
}
