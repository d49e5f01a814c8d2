/** The command line of `npm run cost`. */
import { parseArgs } from "node:util";
import { OPTIONS, workloadOptionLines, WorkloadError, workloadOf, type Workload } from "../workload.ts";

export const HELP = `npm run cost -- [options]

Computes what a month of a workload costs on Cloudflare: performs every action once in this code, counts the billed
operations, and multiplies them by how often the action happens and by Cloudflare's prices (test/cost/prices.json).
Takes about 20 s.

${workloadOptionLines().join("\n")}

  --json    print everything as JSON
  --help    print this`;

/** The workload and format that the command line asks for, or `"help"`. Throws `WorkloadError`. */
export function requestIn(args: string[]): { workload: Workload; json: boolean } | "help" {
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
