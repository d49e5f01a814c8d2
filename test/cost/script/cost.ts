/**
 * `npm run cost -- --users 10000 --messages-per-day 100000 --thread-size 20`: what a month of such a workload costs on
 * Cloudflare, from operations counted in this run.
 */
import { readFile } from "node:fs/promises";
import { billFor } from "../bill.ts";
import { freePlanFor } from "../free-plan.ts";
import { monthOf } from "../month.ts";
import { pricesFrom } from "../prices.ts";
import { WorkloadError } from "../workload.ts";
import { HELP, requestIn } from "./command-line.ts";
import { measureWorkload } from "./measure.ts";
import { reportOf } from "./report.ts";

const USAGE_EXIT_CODE = 2;

async function main(): Promise<void> {
  const options = requestIn(process.argv.slice(2));
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
