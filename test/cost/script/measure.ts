/** Measures a workload: runs the measuring test in workerd and reads its result. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { measurementIn, type CostMeasurement } from "../measurement.ts";
import type { Workload } from "../workload.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const VITEST = fileURLToPath(new URL("vitest.mjs", import.meta.resolve("vitest/package.json")));

/** The cost of every action under this workload. Throws with the output where the run has no result. */
export async function measureWorkload(workload: Workload): Promise<CostMeasurement> {
  const child = spawn(process.execPath, [VITEST, "run", "--project", "cost"], {
    cwd: ROOT,
    env: { ...process.env, COST_USE: JSON.stringify(workload), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const append = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on("data", append);
  child.stderr.on("data", append);
  // `close`, not `exit`: by then all output has been read.
  const [code] = (await once(child, "close")) as [number | null];
  const measured = measurementIn(output);
  if (!measured || code !== 0) throw new Error(`measuring failed:\n${output}`);
  return measured;
}
