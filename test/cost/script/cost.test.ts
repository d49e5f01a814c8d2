/** `npm run cost`, as it is run. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Bill } from "../bill.ts";
import type { Measured } from "../measured.ts";

async function cost(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ["test/cost/script/cost.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...said };
}

describe("a command line that cannot be understood", () => {
  it.each([
    [["--users", "many"], "--users is to be a whole number from 1 to 10000000"],
    [["--users", "0"], "--users is to be a whole number from 1"],
    [["--users", "1.5"], "--users is to be a whole number"],
    [["--users", "1e3"], "--users is to be a whole number"],
    [["--messages-per-day=-5"], "--messages-per-day is to be a whole number from 0"],
    [["--thread-size", "1"], "--thread-size is to be a whole number from 2 to 1000"],
    [["--daily-active", "1.01"], "--daily-active is to be a number from 0 to 1"],
    [["--readers-online", ""], "--readers-online is to be a number"],
    [["--user", "5"], "--user"],
    [["--users"], "--users"],
    [["5"], "5"],
  ])("is refused with what is wrong, and code 2: %j", async (args, words) => {
    const { code, out, err } = await cost(...args);
    expect(err).toContain(words);
    expect(err).not.toContain("    at ");
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

it("tells every option and what it is if not given", async () => {
  const { code, out } = await cost("--help");
  expect(code).toBe(0);
  for (const option of ["--users", "--messages-per-day", "--thread-size", "--idle-seconds", "--json"])
    expect(out).toContain(option);
});

it("bills what it has counted, for a use of some size", async () => {
  const use = ["--users", "20000", "--messages-per-day", "2000000", "--thread-size", "4"];
  const { code, out, err } = await cost(...use, "--json");
  expect(code, err).toBe(0);
  const { measured, bill } = JSON.parse(out) as { measured: Measured; bill: Bill };
  const { message } = measured.actions;
  // A row for the message, and its alarm; and a row in each shard. Senders' markers are the rest.
  expect(message.thread.rowsWritten + message.thread.alarmsSet).toBeCloseTo(2.04, 1);
  expect(message.presence).toMatchObject({
    calls: measured.shardsConcerned,
    rowsWritten: measured.shardsConcerned,
  });
  const line = bill.actions.find(({ action }) => action === "message");
  const written = message.thread.rowsWritten + message.thread.alarmsSet + message.presence.rowsWritten;
  expect(line).toMatchObject({ times: 60_000_000, once: { rowsWritten: written } });
  expect(bill.usd).toBeGreaterThan(60 * written - 50);
});
