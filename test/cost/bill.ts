/** From what each action costs and how often it happens, to what Cloudflare asks for the month. Pure. */
import { billedWrites, CLASSES, combined, events, NOTHING, type Spent } from "./counts.ts";
import type { Measured, Stored } from "./measured.ts";
import { ACTIONS, DAYS, type Action, type Month } from "./month.ts";
import type { BilledUnit, CloudflarePrices } from "./prices.ts";
import type { Use } from "./use.ts";

export type Amounts = Record<BilledUnit, number>;

export interface ActionCost {
  action: Action;
  name: string;
  times: number;
  once: Amounts;
  /** In USD, as if nothing were included in the plan. */
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
  /** With the plan's own price. */
  usd: number;
  /** With objects billed on for a while after each event, as they are not: what it could be at most. */
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

export function billFor(use: Use, month: Month, measured: Measured, prices: CloudflarePrices): Bill {
  const actions = (Object.keys(ACTIONS) as Action[]).map((action): ActionCost => {
    const once = amountsOf(measured.actions[action], use, prices);
    const times = month.times[action];
    return { action, name: ACTIONS[action], times, once, usd: times * listPrice(once, prices) };
  });
  const sum = (unit: BilledUnit) => actions.reduce((total, { times, once }) => total + times * once[unit], 0);
  const storedGbMonths = storedBytes(use, month, measured) / BYTES_A_GB;
  const amounts = Object.fromEntries(
    UNITS.map((unit) => [unit, unit === "storedGbMonths" ? storedGbMonths : sum(unit)]),
  ) as Amounts;
  const awake = awakeAtMost(use, month, measured) * prices.objectGb;
  const atMost = { ...amounts, objectGbSeconds: Math.max(amounts.objectGbSeconds, awake) };
  const lines = linesOf(amounts, prices);
  return { actions, lines, usd: totalOf(lines, prices), atMostUsd: totalOf(linesOf(atMost, prices), prices) };
}

/** What something comes to in the units of the bill. */
export function amountsOf(spent: Spent, use: Use, prices: CloudflarePrices): Amounts {
  const { worker } = spent;
  const all = CLASSES.reduce((sum, of) => combined(sum, spent[of], (a, b) => a + b), NOTHING);
  return {
    workerRequests: worker,
    workerCpuMs: worker * use["worker-cpu-ms"],
    objectRequests: all.upgrades + all.calls + all.alarms + all.frames / prices.framesPerRequest,
    objectGbSeconds: ((events(all) * use["active-ms"]) / 1_000) * prices.objectGb,
    rowsRead: all.rowsRead,
    rowsWritten: billedWrites(all),
    storedGbMonths: 0,
  };
}

function listPrice(amounts: Amounts, { units }: CloudflarePrices): number {
  return UNITS.reduce((usd, unit) => usd + (amounts[unit] / 1e6) * units[unit].usdPerMillion, 0);
}

/** What is billed of these amounts, what is included taken off. */
export function linesOf(amounts: Amounts, { units }: CloudflarePrices): BillLine[] {
  return UNITS.map((unit) => {
    const { included, usdPerMillion } = units[unit];
    const amount = amounts[unit];
    return { unit, amount, included, usd: (Math.max(0, amount - included) / 1e6) * usdPerMillion };
  });
}

/** The plan's price and what goes beyond it. */
export function totalOf(lines: readonly BillLine[], { usdPerMonth }: CloudflarePrices): number {
  return lines.reduce((usd, line) => usd + line.usd, usdPerMonth);
}

/** What is stored when so many months have passed. */
export function storedBytes(
  use: Use,
  { times, threads }: Month,
  { stored, shards, shardsConcerned }: Measured,
): number {
  const months = use["history-months"];
  const changes = times.reaction + times.edit + times.deletion;
  const inThreads =
    threads * stored.thread + months * (times.message * stored.message + changes * stored.change);
  return inThreads + inShards(use, threads, stored, { shards, shardsConcerned });
}

function inShards(
  use: Use,
  threads: number,
  stored: Stored,
  { shards, shardsConcerned }: { shards: number; shardsConcerned: number },
): number {
  return (
    shards * stored.shard +
    use.users * stored.user +
    threads * shardsConcerned * stored.threadInShard +
    use.users * use["threads-per-user"] * stored.membership
  );
}

/**
 * For how many seconds of the month objects would be awake if each stayed so for a while after each event: the most
 * it can be, with what happens spread evenly over threads, shards and the whole month, so that no two whiles overlap
 * more than by chance.
 */
export function awakeAtMost(use: Use, { times, threads }: Month, { actions, shards }: Measured): number {
  const moments = (part: "thread" | "presence") =>
    (Object.keys(ACTIONS) as Action[]).reduce(
      (total, action) => total + times[action] * actions[action][part].objects,
      0,
    );
  const awake = (objects: number, total: number) => {
    const perSecond = total / objects / MONTH_SECONDS;
    return objects * MONTH_SECONDS * (1 - Math.exp(-perSecond * use["idle-seconds"]));
  };
  return awake(threads, moments("thread")) + awake(shards, moments("presence"));
}
