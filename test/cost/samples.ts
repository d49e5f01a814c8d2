/** Measurements and workloads of which a bill can be computed by hand. */
import { NO_COUNTS, type BilledOperations, type ObjectCounts } from "./counts.ts";
import type { CostMeasurement } from "./measurement.ts";
import { ACTIONS, type Action } from "./month.ts";
import { workloadFrom, type Workload } from "./workload.ts";

export function operationsOf(part: {
  worker?: number;
  thread?: Partial<ObjectCounts>;
  presence?: Partial<ObjectCounts>;
  socketIo?: Partial<ObjectCounts>;
}): BilledOperations {
  return {
    worker: part.worker ?? 0,
    thread: { ...NO_COUNTS, ...part.thread },
    presence: { ...NO_COUNTS, ...part.presence },
    relay: { ...NO_COUNTS },
    socketIo: { ...NO_COUNTS, ...part.socketIo },
  };
}

/** A measurement in which these actions cost so much, and all others nothing. */
export function measurementOf(actions: Partial<Record<Action, BilledOperations>>): CostMeasurement {
  const all = (Object.keys(ACTIONS) as Action[]).map((action) => [
    action,
    actions[action] ?? operationsOf({}),
  ]);
  return {
    actions: Object.fromEntries(all) as CostMeasurement["actions"],
    stored: {
      thread: 1_000,
      message: 100,
      change: 10,
      user: 50,
      threadInShard: 20,
      membership: 5,
      shard: 7_000,
    },
    shards: 8,
    shardsConcerned: 2,
  };
}

/** 1,000 users who send 100,000 messages a day, and nothing else. */
export function messagesOnly(more: Partial<Workload> = {}): Workload {
  const nothing = {
    "daily-active": 0,
    "readers-online": 0,
    "typing-per-message": 0,
    "reactions-per-message": 0,
  };
  const rest = { "edits-per-message": 0, "deletions-per-message": 0, "new-threads-per-day": 0 };
  return workloadFrom({ "messages-per-day": 100_000, ...nothing, ...rest, ...more });
}
