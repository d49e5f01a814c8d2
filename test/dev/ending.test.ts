/** The local servers end completely: on any way of ending them, their port is free and no process of them is left. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../bench/systems/free-port.ts";

/** Only spent in full on failure. */
const START_TIMEOUT_MS = 300_000;
const END_TIMEOUT_MS = 120_000;

const SERVERS = {
  start: (port: number, other: number, directory: string) =>
    `start -- --port ${port} --inspector-port ${other} --persist-to ${directory}`,
  dev: (port: number, other: number, directory: string) =>
    `run dev -- --port ${port} --inspector-port ${other} --persist-to ${directory}`,
  serve: (port: number, _other: number, directory: string) =>
    `run serve -- --port ${port} --storage ${directory}`,
};

/** To npm alone, as a supervisor or `kill`; or to its process group, as Ctrl-C. */
const WAYS = {
  "SIGTERM to npm": (npm: number) => process.kill(npm, "SIGTERM"),
  "SIGINT to npm": (npm: number) => process.kill(npm, "SIGINT"),
  "SIGKILL to npm": (npm: number) => process.kill(npm, "SIGKILL"),
  "SIGTERM to the process group": (npm: number) => process.kill(-npm, "SIGTERM"),
  "SIGINT to the process group": (npm: number) => process.kill(-npm, "SIGINT"),
};

const left: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of left.splice(0).toReversed()) await remove();
});

it.each<[keyof typeof SERVERS, keyof typeof WAYS]>([
  ["start", "SIGTERM to npm"],
  ["start", "SIGINT to the process group"],
  ["start", "SIGKILL to npm"],
  ["dev", "SIGINT to npm"],
  ["dev", "SIGTERM to the process group"],
  ["serve", "SIGTERM to npm"],
  ["serve", "SIGINT to the process group"],
])("npm run %s, ended by %s, leaves no process and a free port", async (name, way) => {
  const directory = await mkdtemp(join(tmpdir(), "lilypad-ending-"));
  left.push(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const [port, other] = [await freePort(), await freePort()];
  const npm = spawn("npm", SERVERS[name](port, other, directory).split(" "), {
    // A process group of its own, as a shell gives it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(npm, "exit");
  await answering(port, npm);
  const started = descendants(npm.pid ?? 0);
  left.push(() => started.filter(isAlive).forEach((pid) => process.kill(pid, "SIGKILL")));
  // npm, its script, and workerd at least.
  expect(started.length).toBeGreaterThanOrEqual(3);

  WAYS[way](npm.pid ?? 0);
  await exited;
  await expect.poll(() => started.filter(isAlive), { timeout: END_TIMEOUT_MS }).toEqual([]);
  await expect.poll(() => isFree(port), { timeout: END_TIMEOUT_MS }).toBe(true);
});

/** Resolves when the server on this port answers. Throws with its output where it ends before. */
async function answering(port: number, npm: ChildProcess): Promise<void> {
  let output = "";
  for (const stream of [npm.stdout, npm.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await expect
    .poll(
      async () => {
        if (npm.exitCode !== null) throw new Error(`npm exited with ${npm.exitCode}:\n${output}`);
        const response = await fetch(`http://127.0.0.1:${port}/api/session`).catch(() => undefined);
        await response?.arrayBuffer();
        return response?.status;
      },
      { timeout: START_TIMEOUT_MS },
    )
    .toBe(401);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

/** A process and everything that it and its children have started. */
function descendants(pid: number): number[] {
  const children = processes().flatMap((one) => (one.parent === pid ? descendants(one.pid) : []));
  return [pid, ...children];
}

/** A zombie is not alive: it only waits for its parent, which may be an init that never asks. */
function isAlive(pid: number): boolean {
  return processes().some((one) => one.pid === pid && !one.state.startsWith("Z"));
}

function processes(): { pid: number; parent: number; state: string }[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, state = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state };
  });
}
