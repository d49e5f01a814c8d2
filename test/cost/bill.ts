/** The bill of a month: the cost of each action, times how often it happens, at Cloudflare's prices. Pure. */
import { SOCKETIO_SHARDS } from "../../src/protocol/limits.ts";
import { billedWrites, CLASSES, combined, events, NO_COUNTS, type BilledOperations } from "./counts.ts";
import type { CostMeasurement, StoredBytes } from "./measurement.ts";
import { ACTIONS, DAYS, type Action, type Month } from "./month.ts";
import type { BilledUnit, CloudflarePrices } from "./prices.ts";
import type { Workload } from "./workload.ts";

export type Amounts = Record<BilledUnit, number>;

export interface ActionCost {
  action: Action;
  name: string;
  times: number;
  once: Amounts;
  /** USD a month, as if the plan included nothing. */
  usd: number;
}

export interface BillLine {
  unit: BilledUnit;
  amount: number;
  included: number;
  usd: number;
}

export interface Bill {
  actions: ActionCost[];
  lines: BillLine[];
  /** Including the plan's price. */
  usd: number;
  /** The upper bound: with some seconds of duration billed after each event as well. */
  atMostUsd: number;
}

const MONTH_SECONDS = DAYS * 24 * 3_600;
const UNITS: BilledUnit[] = [
  "workerRequests",
  "workerCpuMs",
  "objectRequests",
  "objectGbSeconds",
  "rowsRead",
  "rowsWritten",
  "storedGbMonths",
];
const BYTES_A_GB = 1e9;

export function billFor(
  workload: Workload,
  month: Month,
  measured: CostMeasurement,
  prices: CloudflarePrices,
): Bill {
  const actions = (Object.keys(ACTIONS) as Action[]).map((action): ActionCost => {
    const once = amountsOf(measured.actions[action], workload, prices);
    const times = month.times[action];
    return { action, name: ACTIONS[action], times, once, usd: times * listPrice(once, prices) };
  });
  const sum = (unit: BilledUnit) => actions.reduce((total, { times, once }) => total + times * once[unit], 0);
  const storedGbMonths = storedBytes(workload, month, measured) / BYTES_A_GB;
  const amounts = Object.fromEntries(
    UNITS.map((unit) => [unit, unit === "storedGbMonths" ? storedGbMonths : sum(unit)]),
  ) as Amounts;
  const maxGbSeconds = maxActiveSeconds(workload, month, measured) * prices.objectGb;
  const atMost = { ...amounts, objectGbSeconds: Math.max(amounts.objectGbSeconds, maxGbSeconds) };
  const lines = linesOf(amounts, prices);
  return { actions, lines, usd: totalOf(lines, prices), atMostUsd: totalOf(linesOf(atMost, prices), prices) };
}

/** Operations in the units of the bill. */
export function amountsOf(
  operations: BilledOperations,
  workload: Workload,
  prices: CloudflarePrices,
): Amounts {
  const { worker } = operations;
  const all = CLASSES.reduce((sum, of) => combined(sum, operations[of], (a, b) => a + b), NO_COUNTS);
  return {
    workerRequests: worker,
    workerCpuMs: worker * workload["worker-cpu-ms"],
    objectRequests: all.upgrades + all.calls + all.alarms + all.frames / prices.framesPerRequest,
    objectGbSeconds: ((events(all) * workload["active-ms"]) / 1_000) * prices.objectGb,
    rowsRead: all.rowsRead,
    rowsWritten: billedWrites(all),
    storedGbMonths: 0,
  };
}

function listPrice(amounts: Amounts, { units }: CloudflarePrices): number {
  return UNITS.reduce((usd, unit) => usd + (amounts[unit] / 1e6) * units[unit].usdPerMillion, 0);
}

/** The lines of the bill: what exceeds the included amounts, and its price. */
export function linesOf(amounts: Amounts, { units }: CloudflarePrices): BillLine[] {
  return UNITS.map((unit) => {
    const { included, usdPerMillion } = units[unit];
    const amount = amounts[unit];
    return { unit, amount, included, usd: (Math.max(0, amount - included) / 1e6) * usdPerMillion };
  });
}

/** The plan's price and the lines together. */
export function totalOf(lines: readonly BillLine[], { usdPerMonth }: CloudflarePrices): number {
  return lines.reduce((usd, line) => usd + line.usd, usdPerMonth);
}

/** Bytes stored after the months of history of the workload. */
export function storedBytes(
  workload: Workload,
  { times, threads }: Month,
  { stored, shards, shardsConcerned }: CostMeasurement,
): number {
  const months = workload["history-months"];
  const changes = times.reaction + times.edit + times.deletion;
  const inThreads =
    threads * stored.thread + months * (times.message * stored.message + changes * stored.change);
  return inThreads + inShards(workload, threads, stored, { shards, shardsConcerned });
}

function inShards(
  workload: Workload,
  threads: number,
  stored: StoredBytes,
  { shards, shardsConcerned }: { shards: number; shardsConcerned: number },
): number {
  return (
    shards * stored.shard +
    workload.users * stored.user +
    threads * shardsConcerned * stored.threadInShard +
    workload.users * workload["threads-per-user"] * stored.membership
  );
}

/**
 * Seconds of the month for which objects would be billed if each stayed in memory for some seconds after each event. An
 * upper bound: actions are spread evenly over threads, shards and the month, so that these times overlap by chance only.
 */
export function maxActiveSeconds(
  workload: Workload,
  { times, threads }: Month,
  { actions, shards }: CostMeasurement,
): number {
  const activations = (part: "thread" | "presence" | "socketIo") =>
    (Object.keys(ACTIONS) as Action[]).reduce(
      (total, action) => total + times[action] * actions[action][part].objects,
      0,
    );
  const activeSeconds = (objects: number, total: number) => {
    const perSecond = total / objects / MONTH_SECONDS;
    return objects * MONTH_SECONDS * (1 - Math.exp(-perSecond * workload["idle-seconds"]));
  };
  return (
    activeSeconds(threads, activations("thread")) +
    activeSeconds(shards, activations("presence")) +
    activeSeconds(SOCKETIO_SHARDS, activations("socketIo"))
  );
}
