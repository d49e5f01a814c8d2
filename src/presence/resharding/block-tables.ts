/** Blocks, and what of them is yet to be done, as they move with their users to another shard. */
import type { BlockJobRow, BlockRow } from "../../rpc/presence.ts";
import type { BlockPropagation } from "../contacts/block-propagation.ts";
import type { Blocks } from "../contacts/blocks.ts";
import { rowsOf, type UserTable } from "./user-table.ts";

/** Whom users block: first, so that nothing is shown to those meanwhile. */
export function blockTable(sql: SqlStorage, { blocks: store }: { blocks: Blocks }): UserTable {
  return {
    name: "blocks",
    pack: (userIds) => ({ blocks: rowsOf<BlockRow>(sql, "blocks", userIds) }),
    accept({ blocks: rows = [] }) {
      for (const row of rows) store.add(row);
      return undefined;
    },
    discard({ blocks: rows = [] }) {
      for (const row of rows) store.remove(row.user_id, row.blocked_id);
    },
  };
}

/** Blocks of which a direct thread has yet to know. */
export function blockJobs(
  sql: SqlStorage,
  { blockPropagation: propagation }: { blockPropagation: BlockPropagation },
): UserTable {
  return {
    name: "block_jobs",
    pack: (userIds) => ({ blockJobs: rowsOf<BlockJobRow>(sql, "block_jobs", userIds) }),
    accept({ blockJobs: jobs = [] }) {
      const now = Date.now();
      for (const job of jobs) propagation.addMoved(job, now);
      return () => propagation.resume(now);
    },
    discard({ blockJobs: jobs = [] }) {
      for (const job of jobs) propagation.remove(job);
    },
  };
}
