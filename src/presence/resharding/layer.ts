/** The layer around a shard that knows which users have moved to another one: how its parts are made. */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { BatchPacker } from "./batch-packer.ts";
import { BatchReceiver } from "./batch-receiver.ts";
import type { MovedUserRecord } from "./moved-user-record.ts";
import { Resharding } from "./resharding.ts";
import { ShardRouter, type LocalRpc } from "./shard-router.ts";
import { userTables, type UserTableParts } from "./user-tables.ts";

export type ReshardingLayer = ReturnType<typeof reshardingLayer>;

/** What the layer is around. */
export interface ReshardedShard {
  movedUsers: MovedUserRecord;
  local: LocalRpc;
  tables: UserTableParts;
  /** Closes the tabs of users who move. */
  disconnect: (userIds: readonly string[]) => void;
}

export function reshardingLayer(
  storage: DurableObjectStorage,
  env: Env,
  alarm: AlarmScheduler,
  shard: ReshardedShard,
) {
  const { movedUsers, disconnect } = shard;
  const tables = userTables(storage.sql, alarm, shard.tables);
  const packer = new BatchPacker(storage.sql, movedUsers, tables);
  const resharding = new Resharding(env, storage, { movedUsers, packer, disconnect });
  return {
    resharding,
    batchReceiver: new BatchReceiver(storage, tables),
    router: new ShardRouter(env, shard.local, movedUsers, resharding),
  };
}
