/** The local servers end completely: on any way of ending them, their port is free and no process of them is left. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it } from "vitest";
import { freePort } from "../bench/systems/free-port.ts";

/** Only spent in full on failure. */
const START_TIMEOUT_MS = 300_000;
const END_TIMEOUT_MS = 120_000;
/** Listing processes takes about as long as starting one. */
const POLL_MS = 100;

interface Command {
  /** npm's arguments. */
  args: string[];
  /** Where npm is run. */
  cwd?: string;
}
type Starter = (port: number, other: number, directory: string) => Command | Promise<Command>;

const SERVERS = {
  start: (port, other, directory) => ({
    args: ["start", "--", ...wranglerOptions(port, other, directory)],
  }),
  dev: (port, other, directory) => ({
    args: ["run", "dev", "--", ...wranglerOptions(port, other, directory)],
  }),
  serve: (port, _other, directory) => ({
    args: ["run", "serve", "--", "--port", `${port}`, "--storage", directory],
  }),
  wrangler: async (port, other, directory) => {
    await writePackage(directory);
    return { args: ["run", "wrangler", "--", ...wranglerOptions(port, other, directory)], cwd: directory };
  },
} satisfies Record<string, Starter>;

function wranglerOptions(port: number, other: number, directory: string): string[] {
  return ["--port", `${port}`, "--inspector-port", `${other}`, "--persist-to", directory];
}

/** A package whose script `wrangler` does what `start` and `dev` do once all is built, for the smallest of Workers. */
async function writePackage(directory: string): Promise<void> {
  const files = {
    "package.json": JSON.stringify({ scripts: { wrangler: `exec "${process.execPath}" run.mjs` } }),
    "run.mjs": `import { runWranglerDev } from ${JSON.stringify(pathToFileURL(resolve("src/dev/wrangler.ts")))};
runWranglerDev(process.argv.slice(2));`,
    "wrangler.toml": `name = "small"\nmain = "worker.mjs"\ncompatibility_date = "2026-01-01"`,
    "worker.mjs": "export default { fetch: () => new Response(null, { status: 401 }) };",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
}

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

// Each script by a signal that reaches it through npm alone, so that no shell is in between; `start` by Ctrl-C, too; and every
// way once.
it.each<[keyof typeof SERVERS, keyof typeof WAYS]>([
  ["start", "SIGTERM to npm"],
  ["dev", "SIGINT to npm"],
  ["serve", "SIGKILL to npm"],
  ["serve", "SIGINT to the process group"],
  ["start", "SIGINT to the process group"],
  ["wrangler", "SIGTERM to the process group"],
])("npm run %s, ended by %s, leaves no process and a free port", async (name, way) => {
  const directory = await mkdtemp(join(tmpdir(), "lilypad-ending-"));
  left.push(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const [port, other] = [await freePort(), await freePort()];
  const { args, cwd }: Command = await SERVERS[name](port, other, directory);
  const npm = spawn("npm", args, {
    ...(cwd !== undefined && { cwd }),
    // A process group of its own, as a shell gives it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(npm, "exit");
  await answering(port, npm);
  let started: number[] = [];
  left.push(() => alive(started).forEach((pid) => process.kill(pid, "SIGKILL")));
  // npm, its script, and workerd at least.
  await expect
    .poll(() => (started = descendants(npm.pid ?? 0)).length, { interval: POLL_MS, timeout: END_TIMEOUT_MS })
    .toBeGreaterThanOrEqual(3);

  WAYS[way](npm.pid ?? 0);
  await exited;
  await expect.poll(() => alive(started), { interval: POLL_MS, timeout: END_TIMEOUT_MS }).toEqual([]);
  await expect.poll(() => isFree(port), { interval: POLL_MS, timeout: END_TIMEOUT_MS }).toBe(true);
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
      { interval: POLL_MS, timeout: START_TIMEOUT_MS },
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

interface Process {
  pid: number;
  parent: number;
  state: string;
}

/** A process and everything that it and its children have started. */
function descendants(pid: number, all = processes()): number[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [pid, ...children.flatMap((child) => descendants(child.pid, all))];
}

/** Those that are alive. A zombie is not: it only waits for its parent, which may be an init that never asks. */
function alive(pids: readonly number[]): number[] {
  const all = processes();
  return pids.filter((pid) => all.some((one) => one.pid === pid && !one.state.startsWith("Z")));
}

function processes(): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, state = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state };
  });
}
