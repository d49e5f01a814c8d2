/** Runs `npm run chaos -- …` without npm, for the tests that run each program in a short form. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Resolves with the exit code and everything that was printed. */
export async function runChaos(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["test/chaos/chaos.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const append = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on("data", append);
  child.stderr.on("data", append);
  // `close`, not `exit`: by then all output has been read.
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
