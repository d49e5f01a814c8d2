/** The administrator's command, as it is run. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Server } from "../support/server.ts";

export const ADMIN_SECRET = "the-secret-of-an-administrator-0123";

export interface Outcome {
  code: number | null;
  /** How many users it says that it has moved. */
  moved: number;
  output: string;
}

/** Starts `npm run shards`. */
export function startCommand(server: Server, from: number, to: number): ChildProcess {
  const args = ["src/admin/shards.ts", "--url", server.url, "--from", `${from}`, "--to", `${to}`];
  return spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ADMIN_SECRET },
  });
}

/** What came of it. */
export async function outcomeOf(command: ChildProcess): Promise<Outcome> {
  let output = "";
  const hear = (chunk: Buffer) => (output += chunk.toString());
  command.stdout?.on("data", hear);
  command.stderr?.on("data", hear);
  const [code] = (await once(command, "close")) as [number | null];
  return { code, moved: Number(/in place: (\d+)/.exec(output)?.[1] ?? 0), output };
}
