/** A peer's process: a program in test/bench/peers that prints its port as its first line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface ServerProcess {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** The path of a file in test/bench/peers. */
export function peerFile(name: string): string {
  return fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
}

/** Starts it; resolves when it listens. */
export async function startServer(command: string, args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), exited.then(() => undefined)]);
  if (!first) throw new Error(`${command} ${args.join(" ")} ended before it listened`);
  const { port } = JSON.parse(String(first[0])) as { port: number };
  return {
    pid: child.pid ?? 0,
    port,
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
