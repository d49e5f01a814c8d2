/** Tables whose rows move as they are, each in a field of the batch. */
import type { MovedUsersBatch } from "../../rpc/moved-users.ts";
import { rowsOf, ROWS_PER_BATCH, type UserTable } from "./user-table.ts";

type Field = keyof MovedUsersBatch;
type RowOf<F extends Field> = NonNullable<MovedUsersBatch[F]>[number];

/** A table of this name, and what adds and removes a row of it. */
export function rowTable<F extends Field>(
  sql: SqlStorage,
  name: string,
  field: F,
  { add, remove }: { add: (row: RowOf<F>) => void; remove: (row: RowOf<F>) => void },
): UserTable {
  return {
    name,
    pack: (userIds) => ({ [field]: rowsOf(sql, name, userIds) }),
    accept(batch) {
      for (const row of rowsIn(batch, field)) add(row);
      return undefined;
    },
    discard(batch) {
      for (const row of rowsIn(batch, field)) remove(row);
    },
  };
}

/** Work on users that goes on by itself once it has arrived: to be listed after all that it reads. */
export function jobTable<F extends Field>(
  name: string,
  field: F,
  jobs: {
    jobsOf: (userIds: string[]) => RowOf<F>[];
    addMoved: (job: RowOf<F>, now: number) => void;
    remove: (job: RowOf<F>) => void;
    resume: (now: number) => void;
  },
): UserTable {
  return {
    name,
    pack: (userIds) => ({ [field]: jobs.jobsOf(userIds).slice(0, ROWS_PER_BATCH) }),
    accept(batch) {
      const now = Date.now();
      for (const job of rowsIn(batch, field)) jobs.addMoved(job, now);
      return () => jobs.resume(now);
    },
    discard(batch) {
      for (const job of rowsIn(batch, field)) jobs.remove(job);
    },
  };
}

/** The rows of a field, which shards of older versions leave out. */
function rowsIn<F extends Field>(batch: MovedUsersBatch, field: F): RowOf<F>[] {
  return batch[field] ?? [];
}
