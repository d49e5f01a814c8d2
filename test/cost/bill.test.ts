/** The arithmetic of the bill, with examples computed by hand and Cloudflare's own examples. */
import { describe, expect, it } from "vitest";
import { amountsOf, maxActiveSeconds, billFor, linesOf, storedBytes, totalOf, type Amounts } from "./bill.ts";
import { averageOf } from "./counts.ts";
import { monthOf } from "./month.ts";
import json from "./prices.json";
import { pricesFrom } from "./prices.ts";
import { measurementOf, messagesOnly, operationsOf } from "./samples.ts";
import { workloadFrom } from "./workload.ts";

const prices = pricesFrom(json);

const NO_AMOUNTS: Amounts = {
  workerRequests: 0,
  workerCpuMs: 0,
  objectRequests: 0,
  objectGbSeconds: 0,
  rowsRead: 0,
  rowsWritten: 0,
  storedGbMonths: 0,
};

const lineOf = (amounts: Partial<Amounts>) => totalOf(linesOf({ ...NO_AMOUNTS, ...amounts }, prices), prices);

describe("the price of a unit", () => {
  // developers.cloudflare.com/durable-objects/platform/pricing, examples 1 and 4.
  it("gives the totals of Cloudflare's own examples", () => {
    expect(lineOf({ objectRequests: 1_500_000, objectGbSeconds: 1_000_000 * 0.128 })).toBeCloseTo(5.075, 6);
    expect(lineOf({ objectGbSeconds: 4_320_000 * 0.128 }) - 5).toBeCloseTo(1.91, 2);
  });

  it("is part of the plan up to what is included, and its own beyond", () => {
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
  it("is billed a request per twenty frames, a row per alarm set, and duration per event", () => {
    const message = operationsOf({
      worker: 2,
      thread: { frames: 10, alarms: 1, upgrades: 1, closes: 1, rowsWritten: 1, alarmsSet: 2, rowsRead: 9 },
      presence: { calls: 3, frames: 10, rowsWritten: 3, rowsRead: 30 },
    });
    const amounts = amountsOf(message, workloadFrom({ "active-ms": 10, "worker-cpu-ms": 7 }), prices);
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

  it("measured several times is averaged", () => {
    const twice = [
      operationsOf({ thread: { rowsWritten: 1, calls: 4 } }),
      operationsOf({ thread: { rowsWritten: 2 }, worker: 1 }),
    ];
    expect(averageOf(twice, 2)).toMatchObject({ worker: 0.5, thread: { rowsWritten: 1.5, calls: 2 } });
  });
});

describe("a month", () => {
  it("in which some come over Socket.IO has as many actions of each kind, and heartbeats while anybody is there", () => {
    const { times: plain } = monthOf(workloadFrom({}), 2);
    const { times } = monthOf(workloadFrom({ socketio: 0.25 }), 2);
    const pairs = [
      ["message", "socketIoMessage"],
      ["marker", "socketIoMarker"],
      ["typing", "socketIoTyping"],
      ["pageOpened", "socketIoOpened"],
      ["threadOpened", "socketIoJoined"],
      ["threadLeft", "socketIoLeft"],
      ["pageClosed", "socketIoClosed"],
    ] as const;
    for (const [action, overSocketIo] of pairs) {
      expect(plain[overSocketIo]).toBe(0);
      expect(times[action]).toBeCloseTo(0.75 * plain[action], 6);
      expect(times[overSocketIo]).toBeCloseTo(0.25 * plain[action], 6);
    }
    expect(times.socketIoReconnect).toBeCloseTo(0.25 * (plain.reconnect + plain.tokenExpired), 6);
    // 400 users a day for two hours: 33.3 pages at a time, of which 8.3 use Socket.IO, in 4 objects.
    expect(times.socketIoPong).toBeCloseTo((400 / 12 / 4) * 51_840, 0);
    expect(times.socketIoHeartbeat).toBeCloseTo(4 * 51_840 * (1 - Math.exp(-400 / 12 / 16)), 0);
    expect(plain.socketIoPong + plain.socketIoHeartbeat).toBe(0);
  });

  it("of messages alone costs their number times the price of one, beyond what is included", () => {
    // 3,000,000 messages: 24,000,000 rows written are included, 15,000,000 requests are not.
    const measured = measurementOf({
      message: operationsOf({ thread: { alarms: 1, rowsWritten: 8 }, presence: { calls: 4 } }),
    });
    const workload = messagesOnly({ "active-ms": 0, "history-months": 0 });
    const bill = billFor(workload, monthOf(workload, 8), measured, prices);
    expect(bill.usd).toBeCloseTo(5 + 14 * 0.15, 9);
    // The list price, as if nothing were included: rows and requests.
    expect(bill.actions.find(({ action }) => action === "message")?.usd).toBeCloseTo(24 + 15 * 0.15, 9);
  });

  it("costs more by the price of one row per message where a message writes one more", () => {
    const one = (rowsWritten: number) =>
      measurementOf({ message: operationsOf({ thread: { rowsWritten } }) });
    const workload = messagesOnly({ "messages-per-day": 1_000_000, "active-ms": 0, "history-months": 0 });
    const usd = (rows: number) => billFor(workload, monthOf(workload, 8), one(rows), prices).usd;
    expect(usd(3) - usd(2)).toBeCloseTo(30, 9);
  });

  it("has the number of each action that its workload comes to", () => {
    const workload = workloadFrom({
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
    const month = monthOf(workload, 8);
    // 15,000 active days.
    expect(month.times).toMatchObject({ pageOpened: 60_000, threadOpened: 60_000, historyPage: 30_000 });
    // And 90,000 hours of an open page.
    expect(month.times).toMatchObject({ reconnect: 180_000, tokenExpired: 180_000 });
    // Three of the ten others read each of 1,500 bursts.
    expect(month.times.message).toBe(3_000);
    expect(month.times.marker).toBeCloseTo(4_500, 6);
    expect(month.threads).toBe(455);
    // 125 pages are open on average: each of 8 shards has a user online in all but e^-15.6 of its minutes.
    expect(month.times.statusCheck).toBeCloseTo(8 * 43_200, 0);
  });
});

describe("storage", () => {
  it("is the sum of threads, history, users and memberships", () => {
    const workload = messagesOnly({
      users: 10,
      "threads-per-user": 2,
      "thread-size": 5,
      "messages-per-day": 1,
      "history-months": 2,
    });
    const month = monthOf(workload, 8);
    // 4 threads, 60 messages in two months; 8 shards, 10 users, 4 threads in 2 shards each, 20 memberships.
    const bytes = 4 * 1_000 + 60 * 100 + (8 * 7_000 + 10 * 50 + 4 * 2 * 20 + 20 * 5);
    expect(storedBytes(workload, month, measurementOf({}))).toBe(bytes);
  });
});

describe("the upper bound of the duration", () => {
  const measured = measurementOf({
    message: operationsOf({ thread: { objects: 1 }, presence: { objects: 8 } }),
  });

  it("is each idle time in full where they rarely overlap", () => {
    const workload = messagesOnly({ "messages-per-day": 1, "idle-seconds": 10 });
    // 30 messages in a month: ten seconds of one thread and of eight shards, for each.
    expect(maxActiveSeconds(workload, monthOf(workload, 8), measured)).toBeCloseTo(30 * 10 * 9, 0);
  });

  it("is at most all objects all the time", () => {
    const workload = messagesOnly({ "messages-per-day": 1e9 });
    const { threads, ...month } = monthOf(workload, 8);
    const all = (threads + 8) * 30 * 86_400;
    expect(maxActiveSeconds(workload, { ...month, threads }, measured)).toBeLessThanOrEqual(all);
    expect(maxActiveSeconds(workload, { ...month, threads }, measured)).toBeGreaterThan(0.99 * all);
  });

  it("is above the estimate", () => {
    const workload = messagesOnly();
    const bill = billFor(workload, monthOf(workload, 8), measured, prices);
    expect(bill.atMostUsd).toBeGreaterThan(bill.usd);
  });
});
