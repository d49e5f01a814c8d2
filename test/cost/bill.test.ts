/** The arithmetic of the bill, on examples computed by hand and on Cloudflare's own. */
import { describe, expect, it } from "vitest";
import { amountsOf, awakeAtMost, billFor, linesOf, storedBytes, totalOf, type Amounts } from "./bill.ts";
import { averageOf, NOTHING, type Counts, type Spent } from "./counts.ts";
import type { Measured } from "./measured.ts";
import { ACTIONS, monthOf, type Action } from "./month.ts";
import json from "./prices.json";
import { pricesFrom } from "./prices.ts";
import { useFrom, type Use } from "./use.ts";

const prices = pricesFrom(json).cloudflare;

const NO_AMOUNTS: Amounts = {
  workerRequests: 0,
  workerCpuMs: 0,
  objectRequests: 0,
  objectGbSeconds: 0,
  rowsRead: 0,
  rowsWritten: 0,
  storedGbMonths: 0,
};

function spent(part: { worker?: number; thread?: Partial<Counts>; presence?: Partial<Counts> }): Spent {
  return {
    worker: part.worker ?? 0,
    thread: { ...NOTHING, ...part.thread },
    presence: { ...NOTHING, ...part.presence },
    relay: { ...NOTHING },
  };
}

/** A run in which these actions cost so much, and nothing else anything. */
function run(actions: Partial<Record<Action, Spent>>): Measured {
  const all = (Object.keys(ACTIONS) as Action[]).map((action) => [action, actions[action] ?? spent({})]);
  return {
    actions: Object.fromEntries(all) as Measured["actions"],
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

/** 1,000 users, 100,000 messages a day, and of everything else nothing. */
function quiet(more: Partial<Use> = {}): Use {
  const nothing = {
    "daily-active": 0,
    "readers-online": 0,
    "typing-per-message": 0,
    "reactions-per-message": 0,
  };
  const rest = { "edits-per-message": 0, "deletions-per-message": 0, "new-threads-per-day": 0 };
  return useFrom({ "messages-per-day": 100_000, ...nothing, ...rest, ...more });
}

const lineOf = (amounts: Partial<Amounts>) => totalOf(linesOf({ ...NO_AMOUNTS, ...amounts }, prices), prices);

describe("prices and what is included", () => {
  // developers.cloudflare.com/durable-objects/platform/pricing, examples 1 and 4.
  it("make of Cloudflare's own examples what Cloudflare makes of them", () => {
    expect(lineOf({ objectRequests: 1_500_000, objectGbSeconds: 1_000_000 * 0.128 })).toBeCloseTo(5.075, 6);
    expect(lineOf({ objectGbSeconds: 4_320_000 * 0.128 }) - 5).toBeCloseTo(1.91, 2);
  });

  it("are the plan's price alone up to what is included, and each unit's own beyond", () => {
    const included = Object.fromEntries(
      Object.entries(prices.units).map(([unit, { included: amount }]) => [unit, amount]),
    ) as Amounts;
    expect(lineOf(included)).toBe(5);
    expect(lineOf({ ...included, workerRequests: included.workerRequests + 1e6 })).toBeCloseTo(5.3, 9);
    expect(lineOf({ ...included, workerCpuMs: included.workerCpuMs + 1e6 })).toBeCloseTo(5.02, 9);
    expect(lineOf({ ...included, objectRequests: included.objectRequests + 1e6 })).toBeCloseTo(5.15, 9);
    expect(lineOf({ ...included, objectGbSeconds: included.objectGbSeconds + 1e6 })).toBeCloseTo(17.5, 9);
    expect(lineOf({ ...included, rowsRead: included.rowsRead + 1e9 })).toBeCloseTo(6, 9);
    expect(lineOf({ ...included, rowsWritten: included.rowsWritten + 1e6 })).toBeCloseTo(6, 9);
    expect(lineOf({ ...included, storedGbMonths: included.storedGbMonths + 10 })).toBeCloseTo(7, 9);
  });
});

describe("an action", () => {
  it("comes to requests by twenty frames, rows with the alarms set, and time by its events", () => {
    const message = spent({
      worker: 2,
      thread: { frames: 10, alarms: 1, upgrades: 1, closes: 1, rowsWritten: 1, alarmsSet: 2, rowsRead: 9 },
      presence: { calls: 3, frames: 10, rowsWritten: 3, rowsRead: 30 },
    });
    const amounts = amountsOf(message, useFrom({ "active-ms": 10, "worker-cpu-ms": 7 }), prices);
    // 20 frames are one request; with an alarm, an upgrade and three calls. 26 events of 10 ms at 128 MB.
    expect(amounts).toEqual({
      workerRequests: 2,
      workerCpuMs: 14,
      objectRequests: 6,
      objectGbSeconds: 0.26 * 0.128,
      rowsRead: 39,
      rowsWritten: 6,
      storedGbMonths: 0,
    });
  });

  it("that was done several times is averaged", () => {
    const twice = [
      spent({ thread: { rowsWritten: 1, calls: 4 } }),
      spent({ thread: { rowsWritten: 2 }, worker: 1 }),
    ];
    expect(averageOf(twice, 2)).toMatchObject({ worker: 0.5, thread: { rowsWritten: 1.5, calls: 2 } });
  });
});

describe("a month", () => {
  it("of messages alone is their number, times what one costs, beyond what is included", () => {
    // 3,000,000 messages: 24,000,000 rows written are included, 15,000,000 requests are not.
    const measured = run({
      message: spent({ thread: { alarms: 1, rowsWritten: 8 }, presence: { calls: 4 } }),
    });
    const use = quiet({ "active-ms": 0, "history-months": 0 });
    const bill = billFor(use, monthOf(use, 8), measured, prices);
    expect(bill.usd).toBeCloseTo(5 + 14 * 0.15, 9);
    // Listed as if nothing were included: rows and requests.
    expect(bill.actions.find(({ action }) => action === "message")?.usd).toBeCloseTo(24 + 15 * 0.15, 9);
  });

  it("costs more by just what a needless row in each message costs", () => {
    const one = (rowsWritten: number) => run({ message: spent({ thread: { rowsWritten } }) });
    const use = quiet({ "messages-per-day": 1_000_000, "active-ms": 0, "history-months": 0 });
    const usd = (rows: number) => billFor(use, monthOf(use, 8), one(rows), prices).usd;
    expect(usd(3) - usd(2)).toBeCloseTo(30, 9);
  });

  it("has the times that its use comes to", () => {
    const use = useFrom({
      users: 1_000,
      "daily-active": 0.5,
      "visits-per-day": 2,
      tabs: 2,
      "hours-online": 3,
      "opens-per-day": 4,
      "pages-per-open": 0.5,
      "reconnects-per-hour": 2,
      "token-minutes": 30,
      "messages-per-day": 100,
      "thread-size": 11,
      "readers-online": 0.3,
      burst: 2,
      "threads-per-user": 5,
    });
    const month = monthOf(use, 8);
    // 15,000 days on which somebody comes.
    expect(month.times).toMatchObject({ pageOpened: 60_000, threadOpened: 60_000, historyPage: 30_000 });
    // And 90,000 hours for which a page is open.
    expect(month.times).toMatchObject({ reconnect: 180_000, tokenEnded: 180_000 });
    // Three of the ten others read each of 1,500 bursts.
    expect(month.times.message).toBe(3_000);
    expect(month.times.marker).toBeCloseTo(4_500, 6);
    expect(month.threads).toBe(455);
    // 125 pages are open on average: each of 8 shards has somebody in all but e^-15.6 of its minutes.
    expect(month.times.watchRound).toBeCloseTo(8 * 43_200, 0);
    expect(month.messagesGot).toBeCloseTo(3_000 * 4, 6);
  });
});

describe("storage", () => {
  it("is what the threads, the history, the users and their memberships take", () => {
    const use = quiet({
      users: 10,
      "threads-per-user": 2,
      "thread-size": 5,
      "messages-per-day": 1,
      "history-months": 2,
    });
    const month = monthOf(use, 8);
    // 4 threads, 60 messages in two months; 8 shards, 10 users, 4 threads in 2 shards each, 20 memberships.
    const bytes = 4 * 1_000 + 60 * 100 + (8 * 7_000 + 10 * 50 + 4 * 2 * 20 + 20 * 5);
    expect(storedBytes(use, month, run({}))).toBe(bytes);
  });
});

describe("the most that objects can be awake", () => {
  const measured = run({ message: spent({ thread: { objects: 1 }, presence: { objects: 8 } }) });

  it("is each while in full where whiles seldom meet", () => {
    const use = quiet({ "messages-per-day": 1, "idle-seconds": 10 });
    // 30 messages in a month: ten seconds of one thread and of eight shards, for each.
    expect(awakeAtMost(use, monthOf(use, 8), measured)).toBeCloseTo(30 * 10 * 9, 0);
  });

  it("is never more than all objects all the time", () => {
    const use = quiet({ "messages-per-day": 1e9 });
    const { threads, ...month } = monthOf(use, 8);
    const all = (threads + 8) * 30 * 86_400;
    expect(awakeAtMost(use, { ...month, threads }, measured)).toBeLessThanOrEqual(all);
    expect(awakeAtMost(use, { ...month, threads }, measured)).toBeGreaterThan(0.99 * all);
  });

  it("makes the bill no lower", () => {
    const use = quiet();
    const bill = billFor(use, monthOf(use, 8), measured, prices);
    expect(bill.atMostUsd).toBeGreaterThan(bill.usd);
  });
});
