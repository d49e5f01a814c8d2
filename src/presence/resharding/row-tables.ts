/** Tables whose rows move as they are, each in a field of the batch. */
import type { MovedUsersBatch } from "../../rpc/moved-users.ts";
import type { JobQueue, JobRow } from "../jobs/job-queue.ts";
import { rowsOf, type UserTable } from "./user-table.ts";

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
  sql: SqlStorage,
  name: string,
  field: F,
  work: {
    jobs: Pick<JobQueue<JobRow>, "resume">;
    addMoved: (job: RowOf<F>, now: number) => void;
    remove: (job: RowOf<F>) => void;
  },
): UserTable {
  const table = rowTable(sql, name, field, {
    add: (job) => work.addMoved(job, Date.now()),
    remove: (job) => work.remove(job),
  });
  return {
    ...table,
    accept(batch) {
      table.accept(batch);
      return () => work.jobs.resume(Date.now());
    },
  };
}

/** The rows of a field, which shards of older versions leave out. */
function rowsIn<F extends Field>(batch: MovedUsersBatch, field: F): RowOf<F>[] {
  return batch[field] ?? [];
}
