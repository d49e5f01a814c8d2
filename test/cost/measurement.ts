/** The result of a measurement, as one line of output: written in workerd, read by the script in Node. */
import { z } from "zod";
import { COUNT_NAMES, type BilledOperations } from "./counts.ts";
import { ACTIONS, type Action } from "./month.ts";

/** Bytes by which the databases grow per stored item. */
export interface StoredBytes {
  thread: number;
  message: number;
  /** An edit, a deletion or a reaction. */
  change: number;
  user: number;
  /** A thread in a shard with some of its members. */
  threadInShard: number;
  membership: number;
  shard: number;
}

export interface CostMeasurement {
  /** The cost of each action, averaged where it was measured several times. */
  actions: Record<Action, BilledOperations>;
  stored: StoredBytes;
  shards: number;
  /** How many shards the measured thread's members are in. */
  shardsConcerned: number;
}

const PREFIX = "COST_REPORT ";

const amount = z.number().min(0);
const counts = z.record(z.enum(COUNT_NAMES), amount);
const operations = z.strictObject({
  worker: amount,
  thread: counts,
  presence: counts,
  relay: counts,
  socketIo: counts,
});
const measured = z.strictObject({
  actions: z.record(z.enum(Object.keys(ACTIONS) as Action[]), operations),
  stored: z.strictObject({
    thread: amount,
    message: amount,
    change: amount,
    user: amount,
    threadInShard: amount,
    membership: amount,
    shard: amount,
  }),
  shards: z.int().positive(),
  shardsConcerned: z.int().positive(),
});

export function reportLine(measurement: CostMeasurement): string {
  return PREFIX + JSON.stringify(measurement);
}

/** The measurement in this output; undefined where there is none. Throws where the line does not have the schema. */
export function measurementIn(output: string): CostMeasurement | undefined {
  const line = output.split("\n").find((one) => one.startsWith(PREFIX));
  return line === undefined ? undefined : measured.parse(JSON.parse(line.slice(PREFIX.length)));
}
