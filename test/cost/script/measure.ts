/** Measures a use: runs the measuring test in workerd, and reads what it found. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { measuredIn, type Measured } from "../measured.ts";
import type { Use } from "../use.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const VITEST = fileURLToPath(new URL("vitest.mjs", import.meta.resolve("vitest/package.json")));

/** What every action costs under this use. Throws with all that was printed where the run told of nothing. */
export async function measure(use: Use): Promise<Measured> {
  const child = spawn(process.execPath, [VITEST, "run", "--project", "cost"], {
    cwd: ROOT,
    env: { ...process.env, COST_USE: JSON.stringify(use), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const hear = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  // `close`, not `exit`: by then everything that was printed has come.
  const [code] = (await once(child, "close")) as [number | null];
  const measured = measuredIn(output);
  if (!measured || code !== 0) throw new Error(`measuring failed:\n${output}`);
  return measured;
}
