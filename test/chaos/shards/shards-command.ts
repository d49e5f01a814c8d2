/** `npm run shards`, started as an operator starts it, without npm. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Server } from "../support/server.ts";

export const OPERATOR_SECRET = "the-secret-of-an-administrator-0123";

export interface ShardsOutcome {
  code: number | null;
  /** How many users it reports as moved. */
  moved: number;
  output: string;
}

export function startShardsCommand(server: Server, from: number, to: number): ChildProcess {
  const args = ["src/cli/shards.ts", "--url", server.url, "--from", `${from}`, "--to", `${to}`];
  return spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ADMIN_SECRET: OPERATOR_SECRET },
  });
}

/** Resolves when the command has ended. */
export async function shardsOutcome(command: ChildProcess): Promise<ShardsOutcome> {
  let output = "";
  const append = (chunk: Buffer) => (output += chunk.toString());
  command.stdout?.on("data", append);
  command.stderr?.on("data", append);
  const [code] = (await once(command, "close")) as [number | null];
  return { code, moved: Number(/in place: (\d+)/.exec(output)?.[1] ?? 0), output };
}
