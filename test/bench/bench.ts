/**
 * `npm run bench`: Lilypad beside what one would pick instead, on the same work, in one run on one machine. Prints
 * Markdown; options are in `options.ts`.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Keeping } from "./keeping.ts";
import { measure } from "./measure.ts";
import { optionsFrom } from "./options.ts";
import { chart } from "./report/chart.ts";
import { header } from "./report/header.ts";
import { table } from "./report/tables.ts";
import { targetsTable } from "./report/targets.ts";
import { Results } from "./results.ts";

const keeping = new Keeping();
// Everything that is put on disk is put in here.
const scratch = await mkdtemp(join(tmpdir(), "lilypad-bench-"));
process.env["TMPDIR"] = scratch;

let ending: Promise<never> | undefined;
async function clearAway(code: number): Promise<never> {
  await keeping.stopAll();
  await rm(scratch, { recursive: true, force: true, maxRetries: 10 });
  return process.exit(code);
}
/** Ends everything and this process; the first to ask says with which code. */
function end(code: number): Promise<never> {
  ending ??= clearAway(code);
  return ending;
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(130));

try {
  const options = optionsFrom(process.argv.slice(2));
  const { json, from, chart: drawing, systems, scenarios } = options;
  const results = from === undefined ? new Results() : Results.fromJson(await readFile(from, "utf8"));
  if (from === undefined) {
    await measure(options, keeping, results);
    console.log(header(options, results));
  }
  const shown = scenarios.filter(({ name }) => results.loads(name).length > 0);
  const tables = [targetsTable(results), ...shown.map((scenario) => table(scenario, systems, results))];
  for (const one of tables) console.log(`\n${one}`);
  if (json !== undefined) await writeFile(json, results.toJson());
  if (drawing !== undefined) await writeFile(drawing, chart(results));
  const failed = results.all.some(({ complaints }) => complaints.length > 0);
  await end(failed ? 1 : 0);
} catch (error) {
  if (!keeping.isOver) console.error(error instanceof Error ? error.message : error);
  await end(1);
}
