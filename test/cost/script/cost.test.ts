/** `npm run cost`, as it is run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Bill } from "../bill.ts";
import type { FreePlan } from "../free-plan.ts";
import type { CostMeasurement } from "../measurement.ts";
import { WorkloadError } from "../workload.ts";
import { requestIn } from "./command-line.ts";

async function cost(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ["test/cost/script/cost.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...output };
}

/** What the script says of a command line before it measures anything. */
function refusalOf(args: string[]): string {
  try {
    requestIn(args);
  } catch (error) {
    if (error instanceof WorkloadError) return error.message;
    throw error;
  }
  return "";
}

describe("an invalid command line", () => {
  it.each([
    [["--users", "0"], "--users must be a whole number from 1"],
    [["--users", "1.5"], "--users must be a whole number"],
    [["--users", "1e3"], "--users must be a whole number"],
    [["--messages-per-day=-5"], "--messages-per-day must be a whole number from 0"],
    [["--thread-size", "1"], "--thread-size must be a whole number from 2 to 1000"],
    [["--daily-active", "1.01"], "--daily-active must be a number from 0 to 1"],
    [["--readers-online", ""], "--readers-online must be a number"],
    [["--user", "5"], "--user"],
    [["--users"], "--users"],
    [["5"], "5"],
  ])("is refused in one line: %j", (args, message) => {
    const refusal = refusalOf(args);
    expect(refusal).toContain(message);
    expect(refusal.split("\n")).toHaveLength(1);
  });

  it("is refused with code 2", async () => {
    const { code, out, err } = await cost("--users", "many");
    expect(err).toContain("npm run cost: --users must be a whole number from 1 to 10000000");
    expect(err.trim().split("\n")).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

it("lists every option with its default", async () => {
  const { code, out } = await cost("--help");
  expect(code).toBe(0);
  for (const option of ["--users", "--messages-per-day", "--thread-size", "--idle-seconds", "--json"])
    expect(out).toContain(option);
});

it("bills the measured operations of a workload", async () => {
  const workload = ["--users", "20000", "--messages-per-day", "2000000", "--thread-size", "4"];
  const { code, out, err } = await cost(...workload, "--json");
  expect(code, err).toBe(0);
  const { measured, bill, free } = JSON.parse(out) as {
    measured: CostMeasurement;
    bill: Bill;
    free: FreePlan;
  };
  const { message } = measured.actions;
  // A row for the message and one for its alarm, and a row in each shard; the rest is for senders' read markers.
  expect(message.thread.rowsWritten + message.thread.alarmsSet).toBeCloseTo(2.04, 1);
  expect(message.presence).toMatchObject({
    calls: measured.shardsConcerned,
    rowsWritten: measured.shardsConcerned,
  });
  const line = bill.actions.find(({ action }) => action === "message");
  const written = message.thread.rowsWritten + message.thread.alarmsSet + message.presence.rowsWritten;
  expect(line).toMatchObject({ times: 60_000_000, once: { rowsWritten: written } });
  expect(bill.usd).toBeGreaterThan(60 * written - 50);
  // So many messages are far beyond the free plan: it allows as large a part of these users as of the rows they write.
  const rows = free.lines.find(({ unit }) => unit === "rowsWritten");
  expect(rows?.limit).toBe(100_000);
  expect(free.allows.endsWith).toBe("rowsWritten");
  expect(free.allows.users / 20_000).toBeCloseTo(100_000 / (rows?.amount ?? 0), 2);
  expect(free.allows.messagesPerDay).toBe(free.allows.users * 100);
});
