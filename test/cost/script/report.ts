/** The bill as text, with its assumptions. */
import type { Bill } from "../bill.ts";
import { billedWrites, type BilledOperations } from "../counts.ts";
import type { Allowance, FreePlan } from "../free-plan.ts";
import type { CostMeasurement } from "../measurement.ts";
import type { BilledUnit, CloudflarePrices } from "../prices.ts";
import { OPTIONS, type Workload } from "../workload.ts";
import { number, textTable, usd } from "./table.ts";

const UNIT_NAMES: Record<BilledUnit, string> = {
  workerRequests: "requests to the Worker",
  workerCpuMs: "Worker CPU, ms",
  objectRequests: "requests to objects",
  objectGbSeconds: "object duration, GB-s",
  rowsRead: "rows read",
  rowsWritten: "rows written",
  storedGbMonths: "stored, GB-months",
};

export interface CostReport {
  workload: Workload;
  measured: CostMeasurement;
  bill: Bill;
  free: FreePlan;
}

export function reportOf({ workload, measured, bill, free }: CostReport, prices: CloudflarePrices): string {
  return [
    `A month of: ${workloadLine(workload)}`,
    "The operations of each action as counted in this run, and of a month of it (USD as if the plan included nothing)",
    actionTable(bill, measured),
    `The bill: Cloudflare ${prices.plan}, prices of ${prices.read}`,
    billTable(bill, prices),
    `The same on Cloudflare ${prices.free.plan}, whose limits begin anew each day`,
    freePlanTable(free),
    freePlanLines(free, workload, prices),
    assumptions(workload, measured, prices),
  ].join("\n\n");
}

function workloadLine(workload: Workload): string {
  const names = Object.keys(OPTIONS) as (keyof Workload)[];
  return names.map((name) => `--${name} ${workload[name]}`).join(" ");
}

function actionTable({ actions }: Bill, measured: CostMeasurement): string {
  const rows = actions.map(({ action, name, times, once, usd: cost }) => {
    const operations: BilledOperations = measured.actions[action];
    return [
      name,
      number(times),
      number(once.workerRequests),
      number(once.objectRequests),
      number(billedWrites(operations.thread)),
      number(billedWrites(operations.presence)),
      number(billedWrites(operations.socketIo)),
      number(once.rowsRead),
      number(times * once.objectRequests),
      number(times * once.rowsWritten),
      usd(cost),
    ];
  });
  const headings = [
    "action",
    "a month",
    "Worker",
    "objects",
    "written: thread",
    "presence",
    "Socket.IO",
    "read",
    "requests/month",
    "written/month",
    "USD",
  ];
  return textTable(headings, rows);
}

function billTable(bill: Bill, { units, usdPerMonth, plan }: CloudflarePrices): string {
  const rows = bill.lines.map(({ unit, amount, included, usd: cost }) => [
    UNIT_NAMES[unit],
    number(amount),
    number(included),
    number(Math.max(0, amount - included)),
    unit === "storedGbMonths"
      ? `${usd(units[unit].usdPerMillion / 1e6)} each`
      : `${units[unit].usdPerMillion} a million`,
    usd(cost),
  ]);
  const total = [
    [plan, "", "", "", "", usd(usdPerMonth)],
    ["total", "", "", "", "", usd(bill.usd)],
    ["at most", "", "", "", "", usd(bill.atMostUsd)],
  ];
  return textTable(["unit", "a month", "included", "billed", "price", "USD"], [...rows, ...total]);
}

function freePlanTable({ lines }: FreePlan): string {
  const rows = lines.map(({ unit, amount, limit }) => [
    unit === "storedGbMonths" ? "stored in the end, GB" : UNIT_NAMES[unit],
    number(amount),
    number(limit),
    `${number((100 * amount) / limit)} %`,
  ]);
  return textTable(["unit", "a day", "limit", "share"], rows);
}

function freePlanLines(
  { allows, allowsAtLeast }: FreePlan,
  workload: Workload,
  { free }: CloudflarePrices,
): string {
  const line = ({ users, messagesPerDay, endsWith }: Allowance) =>
    `${number(users)} users and ${number(messagesPerDay)} messages a day (${UNIT_NAMES[endsWith]} end first)`;
  return [
    `It allows ${line(allows)},`,
    `or ${line(allowsAtLeast)}, were ${workload["idle-seconds"]} s of idle time after each event billed.`,
    `Not in the table: a request may take ${free.cpuMsPerRequest} ms of CPU there; ${workload["worker-cpu-ms"]} ms are assumed.`,
  ].join("\n");
}

function assumptions(
  workload: Workload,
  { shards, shardsConcerned }: CostMeasurement,
  prices: CloudflarePrices,
): string {
  return [
    `Prices: ${prices.pages.join(" and ")} (${prices.source}).`,
    `Duration: an object is billed while it handles an event, assumed to take ${workload["active-ms"]} ms, and not while it is idle and may`,
    `hibernate. "At most" bills ${workload["idle-seconds"]} s of idle time after each event as well, with all events spread evenly over the month.`,
    `Worker CPU: assumed to take ${workload["worker-cpu-ms"]} ms a request. ${prices.framesPerRequest} incoming WebSocket messages are billed as one request.`,
    `Users are spread over ${shards} shards; a thread's members are in ${shardsConcerned} of them on average. Messages are notified in bursts of`,
    `${workload.burst} (--burst). Storage is that of ${workload["history-months"]} months. Not included: taxes, log storage, a frame for each 64 KiB that a client`,
    "receives, and the page's files, which are free.",
  ].join("\n");
}
