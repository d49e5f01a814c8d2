/**
 * `npm run bench`: measures Lilypad and alternatives to it with the same load, in one run on one machine. Prints
 * Markdown; `--help` explains the options.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onEnd } from "../../src/dev/ending.ts";
import { USAGE_EXIT_CODE, UsageError } from "../chaos/support/command-line.ts";
import { measureAll } from "./measure.ts";
import { benchHelp, benchOptions, type BenchOptions } from "./options.ts";
import { chart } from "./report/chart.ts";
import { header } from "./report/header.ts";
import { scenarioTable } from "./report/tables.ts";
import { targetsTable } from "./report/targets.ts";
import { Resources } from "./resources.ts";
import { Results } from "./results.ts";

const INTERRUPTED = 130;

/** Measures or reads the results, and prints them. Resolves with the exit code. */
async function bench(options: BenchOptions, resources: Resources): Promise<number> {
  const { json, from, chart: chartFile, servers, scenarios } = options;
  const results = from === undefined ? new Results() : Results.fromJson(await readFile(from, "utf8"));
  if (from === undefined) {
    await measureAll(options, resources, results);
    console.log(header(options, results));
  }
  const measured = scenarios.filter(({ name }) => results.loads(name).length > 0);
  const tables = [
    targetsTable(results),
    ...measured.map((scenario) => scenarioTable(scenario, servers, results)),
  ];
  for (const one of tables) console.log(`\n${one}`);
  if (json !== undefined) await writeFile(json, results.toJson());
  if (chartFile !== undefined) await writeFile(chartFile, chart(results));
  return results.all.some(({ errorDetails }) => errorDetails.length > 0) ? 1 : 0;
}

function parsed(): BenchOptions {
  try {
    const options = benchOptions(process.argv.slice(2));
    if (options !== "help") return options;
    console.log(benchHelp());
    return process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`npm run bench: ${error.message} (--help lists the options)`);
    return process.exit(USAGE_EXIT_CODE);
  }
}

const options = parsed();
const resources = new Resources();
// Everything that is written to disk is below this directory.
const scratch = await mkdtemp(join(tmpdir(), "lilypad-bench-"));
process.env["TMPDIR"] = scratch;

let cleaningUp: Promise<never> | undefined;
async function cleanUp(code: number): Promise<never> {
  await resources.stopAll();
  await rm(scratch, { recursive: true, force: true, maxRetries: 10 });
  return process.exit(code);
}
/** Stops everything and exits; the code of the first call counts. */
function exit(code: number): Promise<never> {
  cleaningUp ??= cleanUp(code);
  return cleaningUp;
}
onEnd(() => void exit(INTERRUPTED));

try {
  await exit(await bench(options, resources));
} catch (error) {
  if (!resources.isStopped) console.error(error instanceof Error ? error.message : error);
  await exit(1);
}
