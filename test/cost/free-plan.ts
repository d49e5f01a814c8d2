/** What the free plan allows: how many users may live as the workload says before one of its limits is reached. Pure. */
import { billFor, maxActiveSeconds } from "./bill.ts";
import type { CostMeasurement } from "./measurement.ts";
import { DAYS, monthOf } from "./month.ts";
import type { CloudflarePrices, FreeUnit } from "./prices.ts";
import type { Workload } from "./workload.ts";

export interface FreePlanLine {
  unit: FreeUnit;
  /** Of the workload: on a day, or stored in the end. */
  amount: number;
  limit: number;
}

export interface Allowance {
  users: number;
  /** By all of them. */
  messagesPerDay: number;
  /** What is at its limit then. */
  endsWith: FreeUnit;
}

export interface FreePlan {
  lines: FreePlanLine[];
  allows: Allowance;
  /** Were the objects' idle seconds after each event billed as well. */
  allowsAtLeast: Allowance;
}

/** More users than any plan without a price allows. */
const MOST_USERS = 10_000_000;

/** Compares a workload with the limits of the free plan, and computes how many such users it allows. */
export function freePlanFor(
  workload: Workload,
  measured: CostMeasurement,
  prices: CloudflarePrices,
): FreePlan {
  const linesFor = (users: number, isIdleBilled: boolean) =>
    linesOf(withUsers(workload, users), measured, prices, isIdleBilled);
  return {
    lines: linesFor(workload.users, false),
    allows: allowance(workload, (users) => linesFor(users, false)),
    allowsAtLeast: allowance(workload, (users) => linesFor(users, true)),
  };
}

function linesOf(
  workload: Workload,
  measured: CostMeasurement,
  prices: CloudflarePrices,
  isIdleBilled: boolean,
): FreePlanLine[] {
  const month = monthOf(workload, measured.shards);
  const { lines } = billFor(workload, month, measured, prices);
  const amounts = new Map<string, number>(lines.map(({ unit, amount }) => [unit, amount]));
  const perDay = (unit: FreeUnit) => (amounts.get(unit) ?? 0) / DAYS;
  const idleGbSeconds = isIdleBilled
    ? (maxActiveSeconds(workload, month, measured) * prices.objectGb) / DAYS
    : 0;
  const { free } = prices;
  const daily = Object.entries(free.perDay).map(([unit, limit]) => ({
    unit: unit as FreeUnit,
    amount: Math.max(perDay(unit as FreeUnit), unit === "objectGbSeconds" ? idleGbSeconds : 0),
    limit,
  }));
  return [
    ...daily,
    { unit: "storedGbMonths", amount: amounts.get("storedGbMonths") ?? 0, limit: free.storedGb },
  ];
}

/** So many users with the same habits. */
function withUsers(workload: Workload, users: number): Workload {
  const times = users / workload.users;
  return {
    ...workload,
    users,
    "messages-per-day": workload["messages-per-day"] * times,
    "new-threads-per-day": workload["new-threads-per-day"] * times,
  };
}

/** The most users with whom no line is over its limit. Every line rises with the users. */
function allowance(workload: Workload, linesFor: (users: number) => readonly FreePlanLine[]): Allowance {
  const isAllowed = (users: number) => linesFor(users).every(({ amount, limit }) => amount <= limit);
  let [allowed, tooMany] = [0, MOST_USERS];
  while (tooMany - allowed > 1) {
    const users = Math.floor((allowed + tooMany) / 2);
    if (isAllowed(users)) allowed = users;
    else tooMany = users;
  }
  const share = ({ amount, limit }: FreePlanLine) => amount / limit;
  const [most] = [...linesFor(tooMany)].toSorted((a, b) => share(b) - share(a)) as [FreePlanLine];
  return {
    users: allowed,
    messagesPerDay: Math.floor((workload["messages-per-day"] / workload.users) * allowed),
    endsWith: most.unit,
  };
}
