/** What the free plan allows, with examples computed by hand. */
import { describe, expect, it } from "vitest";
import { freePlanFor } from "./free-plan.ts";
import json from "./prices.json";
import { pricesFrom } from "./prices.ts";
import { measurementOf, messagesOnly, operationsOf } from "./samples.ts";

const prices = pricesFrom(json);
/** 100 messages a day of each of 1,000 users. */
const workload = messagesOnly({ "active-ms": 0, "history-months": 0, "idle-seconds": 0 });

describe("the free plan", () => {
  it("allows as many users as its first limit does: here rows written", () => {
    // 8 rows a message: 12,500 messages, those of 125 users. Their calls are 50,000.
    const measured = measurementOf({
      message: operationsOf({ thread: { rowsWritten: 8 }, presence: { calls: 4 } }),
    });
    const { lines, allows, allowsAtLeast } = freePlanFor(workload, measured, prices);
    expect(allows).toEqual({ users: 125, messagesPerDay: 12_500, endsWith: "rowsWritten" });
    expect(allowsAtLeast).toEqual(allows);
    expect(lines.find(({ unit }) => unit === "rowsWritten")).toEqual({
      unit: "rowsWritten",
      amount: 800_000,
      limit: 100_000,
    });
  });

  it("allows as many as its first limit does: here requests", () => {
    const measured = measurementOf({
      message: operationsOf({ worker: 1, thread: { rowsWritten: 1 }, presence: { calls: 2 } }),
    });
    const { allows } = freePlanFor(workload, measured, prices);
    expect(allows).toEqual({ users: 500, messagesPerDay: 50_000, endsWith: "objectRequests" });
  });

  it("allows fewer where idle time is billed: at least so many", () => {
    const thread = { rowsWritten: 1, objects: 1 };
    const idle = { ...workload, "idle-seconds": 10 };
    const { allows, allowsAtLeast } = freePlanFor(
      idle,
      measurementOf({ message: operationsOf({ thread }) }),
      prices,
    );
    expect(allows).toEqual({ users: 1_000, messagesPerDay: 100_000, endsWith: "rowsWritten" });
    // 10 s of 128 MB after each of 10,156 messages a day: a little more of them, since some come within the time of others.
    expect(allowsAtLeast.endsWith).toBe("objectGbSeconds");
    expect(allowsAtLeast.messagesPerDay).toBeGreaterThan(10_000);
    expect(allowsAtLeast.messagesPerDay).toBeLessThan(10_800);
  });

  it("ends with what is stored, where each user leaves much of it", () => {
    // 100 bytes a message, 36,000 of a user in a year, and 50 and 25 of the user: 5 GB.
    const measured = measurementOf({});
    const { allows } = freePlanFor(
      { ...workload, "history-months": 12, "threads-per-user": 0 },
      measured,
      prices,
    );
    expect(allows.endsWith).toBe("storedGbMonths");
    expect(allows.users).toBe(Math.floor((5e9 - 8 * 7_000) / (36_000 * 100 + 50)));
  });
});
