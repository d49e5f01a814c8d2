/**
 * `npm run cost -- --users 10000 --messages-per-day 100000 --thread-size 20`: what a month of such a workload costs on
 * Cloudflare, from operations counted in this run.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { billFor } from "../bill.ts";
import { freePlanFor } from "../free-plan.ts";
import { monthOf } from "../month.ts";
import { pricesFrom } from "../prices.ts";
import { OPTIONS, workloadOptionLines, WorkloadError, workloadOf, type Workload } from "../workload.ts";
import { measureWorkload } from "./measure.ts";
import { reportOf } from "./report.ts";

const USAGE_EXIT_CODE = 2;

const HELP = `npm run cost -- [options]

Computes what a month of a workload costs on Cloudflare: performs every action once in this code, counts the billed
operations, and multiplies them by how often the action happens and by Cloudflare's prices (test/cost/prices.json).
Takes about 20 s.

${workloadOptionLines().join("\n")}

  --json    print everything as JSON
  --help    print this`;

/** The workload and format that the command line asks for, or `"help"`. Throws `WorkloadError`. */
function parsed(args: string[]): { workload: Workload; json: boolean } | "help" {
  const names = Object.keys(OPTIONS) as (keyof Workload)[];
  const numbers = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({
      args,
      options: { ...numbers, json: { type: "boolean" }, help: { type: "boolean" } },
    });
    const { json = false, help = false, ...given } = values as { json?: boolean; help?: boolean };
    return help ? "help" : { workload: workloadOf(given), json };
  } catch (error) {
    // parseArgs explains at length; the first sentence says what is wrong.
    if (error instanceof TypeError && "code" in error)
      throw new WorkloadError(error.message.split(/\.\s|\n/, 1)[0]);
    throw error;
  }
}

async function main(): Promise<void> {
  const options = parsed(process.argv.slice(2));
  if (options === "help") return console.log(HELP);
  const { workload, json } = options;
  const prices = pricesFrom(JSON.parse(await readFile(new URL("../prices.json", import.meta.url), "utf8")));
  const measured = await measureWorkload(workload);
  const month = monthOf(workload, measured.shards);
  const bill = billFor(workload, month, measured, prices);
  const report = { workload, measured, bill, free: freePlanFor(workload, measured, prices) };
  console.log(json ? JSON.stringify({ ...report, month }, null, 2) : reportOf(report, prices));
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof WorkloadError;
  console.error(isUsage ? `npm run cost: ${error.message} (--help lists the options)` : error);
  process.exitCode = isUsage ? USAGE_EXIT_CODE : 1;
}
