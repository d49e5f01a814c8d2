/** The bill as people read it, and what it rests on. */
import type { Bill } from "../bill.ts";
import { billedWrites, type Spent } from "../counts.ts";
import type { HostedQuote } from "../hosted.ts";
import type { Measured } from "../measured.ts";
import type { BilledUnit, CloudflarePrices } from "../prices.ts";
import { OPTIONS, type Use } from "../use.ts";
import { number, table, usd } from "./table.ts";

const UNIT_NAMES: Record<BilledUnit, string> = {
  workerRequests: "requests to the Worker",
  workerCpuMs: "Worker CPU, ms",
  objectRequests: "requests to objects",
  objectGbSeconds: "object duration, GB-s",
  rowsRead: "rows read",
  rowsWritten: "rows written",
  storedGbMonths: "stored, GB-months",
};

export interface Report {
  use: Use;
  measured: Measured;
  bill: Bill;
  hosted: HostedQuote[];
}

export function reportOf({ use, measured, bill, hosted }: Report, prices: CloudflarePrices): string {
  return [
    `A month of: ${useLine(use)}`,
    "What each action costs, as counted in this run, and what a month of it comes to (USD as if nothing were included)",
    actionTable(bill, measured),
    `The bill: Cloudflare ${prices.plan}, prices of ${prices.read}`,
    billTable(bill, prices),
    assumptions(use, bill, measured, prices),
    "What hosted services list for as many users a month",
    hostedTable(hosted),
    sources(hosted),
  ].join("\n\n");
}

function useLine(use: Use): string {
  const names = Object.keys(OPTIONS) as (keyof Use)[];
  return names.map((name) => `--${name} ${use[name]}`).join(" ");
}

function actionTable({ actions }: Bill, measured: Measured): string {
  const rows = actions.map(({ action, name, times, once, usd: cost }) => {
    const spent: Spent = measured.actions[action];
    return [
      name,
      number(times),
      number(once.workerRequests),
      number(once.objectRequests),
      number(billedWrites(spent.thread)),
      number(billedWrites(spent.presence)),
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
    "read",
    "requests/month",
    "written/month",
    "USD",
  ];
  return table(headings, rows);
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
  return table(["unit", "a month", "included", "billed", "price", "USD"], [...rows, ...total]);
}

function assumptions(
  use: Use,
  bill: Bill,
  { shards, shardsConcerned }: Measured,
  prices: CloudflarePrices,
): string {
  return [
    `Prices: ${prices.pages.join(" and ")} (${prices.copy}).`,
    `Duration: an object is billed while it handles an event, taken as ${use["active-ms"]} ms each, and not while it is idle and may hibernate,`,
    `as the page says. "At most" is with ${use["idle-seconds"]} s of idling billed after each event as well, all spread evenly over the month: ${usd(bill.atMostUsd)} USD.`,
    `Worker CPU: ${use["worker-cpu-ms"]} ms a request. Both times are assumptions; all counts are not. ${prices.framesPerRequest} incoming WebSocket messages are one request.`,
    `Users are spread over ${shards} shards; a thread's members are of ${shardsConcerned}, as chance has it on average. Messages come one by one`,
    `(--burst ${use.burst}); in a stream they cost less. Storage is that of ${use["history-months"]} months of such use. Not in it: taxes, log storage, a frame for\neach 64 KiB that a client gets, and the page's files, which are free.`,
  ].join("\n");
}

function hostedTable(hosted: readonly HostedQuote[]): string {
  const rows = hosted.map(({ name, plan, usd: price }) => [
    plan === undefined ? name : `${name}, ${plan}`,
    price === undefined ? "not known" : usd(price),
  ]);
  return table(["service", "USD a month"], rows);
}

function sources(hosted: readonly HostedQuote[]): string {
  return hosted
    .map(({ name, page, read, via, note, why }) => {
      const said = [why, note].filter((text) => text !== undefined).join("; ");
      const from = via
        ? `${page}, as copied by ${via.page} on ${via.date}, read ${read}`
        : `${page}, read ${read}`;
      return `${name}: ${from}${said === "" ? "" : ` (${said})`}`;
    })
    .join("\n");
}
