/** A table with rows of given users, as it moves with them to another shard. user-tables.ts lists them. */
import type { MovedUsersBatch } from "../../rpc/moved-users.ts";

/** Rows in a batch: a thread's takes some 10 KB at most, an RPC call 32 MiB. */
export const ROWS_PER_BATCH = 500;

export interface UserTable {
  /**
   * The table's name, where a column `user_id` says whose each row is: users who are to move are found by their rows in
   * it, and a step moves a bounded number of them.
   */
  name?: string;
  /** Else: every user of whom there are rows. They move after the rows of all other tables. */
  users?: () => string[];
  /** Rows of these users, at most `ROWS_PER_BATCH`. What is discarded is not packed again. */
  pack: (userIds: string[]) => Partial<MovedUsersBatch>;
  /** Takes rows in, within a transaction. Idempotent. Returns what is to be done once the whole batch is in. */
  accept: (batch: MovedUsersBatch) => (() => void) | undefined;
  /** Deletes rows that were delivered, within a transaction. */
  discard: (batch: MovedUsersBatch) => void;
}

/** The rows of these users in a table, as many as a batch takes. */
export function rowsOf<Row extends Record<string, SqlStorageValue>>(
  sql: SqlStorage,
  table: string,
  userIds: readonly string[],
): Row[] {
  return sql
    .exec<Row>(
      `SELECT * FROM ${table} WHERE user_id IN (SELECT value FROM json_each(?)) LIMIT ?`,
      JSON.stringify(userIds),
      ROWS_PER_BATCH,
    )
    .toArray();
}
