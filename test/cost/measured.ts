/** What a run has measured, as one line of its output: written in workerd, read by the script in Node. */
import { z } from "zod";
import { COUNTS, type Spent } from "./counts.ts";
import { ACTIONS, type Action } from "./month.ts";

/** What each thing stored takes, in bytes, as the databases grew by it. */
export interface Stored {
  thread: number;
  message: number;
  /** An edit, a deletion or a reaction. */
  change: number;
  user: number;
  /** A thread in a shard that holds some of its members. */
  threadInShard: number;
  membership: number;
  shard: number;
}

export interface Measured {
  /** Of each action, once; on average where it was done several times. */
  actions: Record<Action, Spent>;
  stored: Stored;
  shards: number;
  /** Of how many shards the measured thread's members are. */
  shardsConcerned: number;
}

const PREFIX = "COST_REPORT ";

const amount = z.number().min(0);
const counts = z.record(z.enum(COUNTS), amount);
const spent = z.strictObject({ worker: amount, thread: counts, presence: counts, relay: counts });
const measured = z.strictObject({
  actions: z.record(z.enum(Object.keys(ACTIONS) as Action[]), spent),
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

export function reportLine(run: Measured): string {
  return PREFIX + JSON.stringify(run);
}

/** The run that this output tells of; undefined where it tells of none. Throws where the line is not of the shape. */
export function measuredIn(output: string): Measured | undefined {
  const line = output.split("\n").find((one) => one.startsWith(PREFIX));
  return line === undefined ? undefined : measured.parse(JSON.parse(line.slice(PREFIX.length)));
}
