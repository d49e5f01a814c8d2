/** Programs that tests run to their end, TypeScript's compiler among them. */
import { spawnSync, type SpawnSyncOptions } from "node:child_process";
import { resolve } from "node:path";

export interface Output {
  status: number | null;
  output: string;
}

/** Runs a program. Compilers print what is wrong to either stream: both are the output. */
export function outputOf(command: string, args: readonly string[], options: SpawnSyncOptions): Output {
  const { status, stdout, stderr } = spawnSync(command, args, { ...options, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

/** Runs the compiler in a directory. It is written in Go, and ends before it needs what collecting garbage would free. */
export function compile(args: readonly string[], directory: string): Output {
  const compiler = resolve("node_modules/typescript/bin/tsc");
  const env = { ...process.env, GOGC: "off" };
  return outputOf(process.execPath, [compiler, ...args], { cwd: directory, env });
}
