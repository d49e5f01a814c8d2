/** Runs a chaos script as `npm run chaos:…` does, for the tests that run each in a quick form. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs `test/chaos/<name>.ts`; resolves with its exit code and all that it printed. */
export async function runScript(
  name: string,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [`test/chaos/${name}.ts`, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const hear = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  // `close`, not `exit`: by then everything that was printed has come.
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
