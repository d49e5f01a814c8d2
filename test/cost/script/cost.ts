/**
 * `npm run cost -- --users 10000 --messages-per-day 100000 --thread-size 20`: what a month of such use costs on
 * Cloudflare, from counts taken in this very run, beside what hosted services list for it.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { billFor } from "../bill.ts";
import { quoteFor } from "../hosted.ts";
import { monthOf } from "../month.ts";
import { pricesFrom } from "../prices.ts";
import { OPTIONS, optionLines, UseError, useOf, type Use } from "../use.ts";
import { measure } from "./measure.ts";
import { reportOf } from "./report.ts";

/** The exit code for a command that cannot be carried out as it was given. */
const BAD_USAGE = 2;

const HELP = `npm run cost -- [options]

What a month of some use costs on Cloudflare: every action is done once in the code as it is, what it costs is
counted, and multiplied by how often it happens and by Cloudflare's prices (test/cost/prices.json).

${optionLines().join("\n")}

  --json    everything as JSON
  --help    this`;

interface Asked {
  use: Use;
  json: boolean;
  help: boolean;
}

/** What the command line asks for. Throws `UseError`. */
function asked(args: string[]): Asked {
  const names = Object.keys(OPTIONS) as (keyof Use)[];
  const numbers = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({
      args,
      options: { ...numbers, json: { type: "boolean" }, help: { type: "boolean" } },
    });
    const { json = false, help = false, ...given } = values as { json?: boolean; help?: boolean };
    return { use: useOf(given), json, help };
  } catch (error) {
    // What parseArgs has to say of a command line has a code; anything else is a fault of ours.
    if (error instanceof TypeError && "code" in error) throw new UseError(error.message);
    throw error;
  }
}

async function main(): Promise<void> {
  const { use, json, help } = asked(process.argv.slice(2));
  if (help) return console.log(HELP);
  const prices = pricesFrom(JSON.parse(await readFile(new URL("../prices.json", import.meta.url), "utf8")));
  const measured = await measure(use);
  const month = monthOf(use, measured.shards);
  const bill = billFor(use, month, measured, prices.cloudflare);
  const hosted = prices.hosted.map((service) => quoteFor(service, use, month));
  const report = { use, measured, bill, hosted };
  console.log(json ? JSON.stringify({ ...report, month }, null, 2) : reportOf(report, prices.cloudflare));
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof UseError;
  console.error(isUsage ? `${error.message}\nnpm run cost -- --help tells the options` : error);
  process.exitCode = isUsage ? BAD_USAGE : 1;
}
