/**
 * `npm run bench`: Lilypad beside what one would pick instead, on the same work, in one run on one machine. Prints
 * Markdown; options are in `options.ts`.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Keeping } from "./keeping.ts";
import { measure } from "./measure.ts";
import { optionsFrom } from "./options.ts";
import { header } from "./report/header.ts";
import { table } from "./report/tables.ts";
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
  const results = new Results();
  await measure(options, keeping, results);
  console.log(header(options));
  for (const scenario of options.scenarios) console.log(`\n${table(scenario, options.systems, results)}`);
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(results.all, undefined, 1));
  const failed = results.all.some(({ complaints }) => complaints.length > 0);
  await end(failed ? 1 : 0);
} catch (error) {
  if (!keeping.isOver) console.error(error instanceof Error ? error.message : error);
  await end(1);
}
