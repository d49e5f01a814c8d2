/** Packs the rows of users who move into batches, and deletes them once they are delivered. */
import type { MovedUsersBatch } from "../../rpc/moved-users.ts";
import { END, type IdRange, type MovedUserRecord } from "./moved-user-record.ts";
import type { UserTable } from "./user-table.ts";

/** Rows whose users move in one step. One user's move together, however many they are. */
const ROWS_PER_STEP = 1_000;

/** Queries in one `UNION ALL`. */
const UNITED = 5;

export const EMPTY_BATCH: MovedUsersBatch = { threads: [], users: [], watchers: [] };

/** A batch, and the shard that it is for. */
export interface PackedBatch {
  target: number;
  batch: MovedUsersBatch;
}

export class BatchPacker {
  readonly #sql: SqlStorage;
  readonly #movedUsers: MovedUserRecord;
  readonly #tables: readonly UserTable[];
  /** The names of the tables by whose rows users are found. */
  readonly #names: readonly string[];

  constructor(sql: SqlStorage, movedUsers: MovedUserRecord, tables: readonly UserTable[]) {
    this.#sql = sql;
    this.#movedUsers = movedUsers;
    this.#tables = tables;
    this.#names = tables.flatMap(({ name }) => name ?? []);
  }

  /** Up to which id users move in the next step, after those up to `above`; `END` where the rest are few enough. */
  nextBound(above: string): string {
    const query = userIdsOf(this.#names, "user_id > ?1");
    const ids = this.#sql.exec<{ user_id: string }>(`${query} ORDER BY user_id`, above);
    let rows = 0;
    let last = above;
    for (const { user_id } of ids) {
      if (user_id !== last && rows >= ROWS_PER_STEP) return last;
      if (this.#movedUsers.targetOf(user_id) !== undefined) rows += 1;
      last = user_id;
    }
    return END;
  }

  /** The users with ids in this range who are to move, or have moved, and of whom there are rows. */
  movers({ above, upTo }: IdRange): string[] {
    const query = userIdsOf(this.#names, "user_id > ?1 AND user_id <= ?2");
    return this.#sql
      .exec<{ user_id: string }>(`SELECT DISTINCT user_id FROM (${query})`, above, upTo)
      .toArray()
      .map((row) => row.user_id)
      .filter((userId) => this.#movedUsers.targetOf(userId) !== undefined);
  }

  /** The next batch of moved users' rows, or undefined where none are here. */
  pack(): PackedBatch | undefined {
    const movers = this.movers(this.#movedUsers.undelivered);
    for (const table of this.#tables) {
      const userIds = table.users?.() ?? movers;
      for (const [target, ids] of Map.groupBy(userIds, (userId) => this.#movedUsers.movedTo(userId))) {
        if (target === undefined) continue;
        const batch = { ...EMPTY_BATCH, ...table.pack(ids) };
        if (hasRows(batch)) return { target, batch };
      }
    }
    return undefined;
  }

  /** Deletes what was delivered. */
  discard(batch: MovedUsersBatch): void {
    for (const table of this.#tables) table.discard(batch);
  }
}

/**
 * The query for the user ids in these tables, one for each row. Nested, since the runtime's SQLite unites five queries at
 * most; it merges them in order as it does flat ones, and reads as far as it is asked.
 */
function userIdsOf(tables: readonly string[], where: string): string {
  const queries = tables.map((name) => `SELECT user_id FROM ${name} WHERE ${where}`);
  const parts: string[] = [];
  for (let first = 0; first < queries.length; first += UNITED)
    parts.push(`SELECT user_id FROM (${queries.slice(first, first + UNITED).join(" UNION ALL ")})`);
  return parts.join(" UNION ALL ");
}

function hasRows(batch: MovedUsersBatch): boolean {
  return Object.values(batch).some((rows: unknown[]) => rows.length > 0);
}
