/** Lilypad as a user runs it: `npm start`, once for all tests in this folder. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TestProject } from "vitest/node";
import { unpackedChromium } from "./chromium.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the server listens, such as `http://localhost:8787`. */
    url: string;
    /** What the server checks tokens with. */
    authSecret: string;
    /** What it checks the host's own tokens with. */
    serverSecret: string;
    /** A directory for what tests write, gone after the run. */
    scratch: string;
    /** The executable of Chromium, where the npm package has one for this machine. */
    chromium: string | undefined;
  }
}

/** How long a cold start may take on a slow machine: it builds the page first. */
const START_MS = 300_000;

/** A port that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Its settings: whatever a developer's own .dev.vars says, and as all the tests' people sign in from one address. */
const settings = {
  ENVIRONMENT: "development",
  GUEST_SIGN_IN: "true",
  ALLOWED_ORIGINS: "*",
  AUTH_SECRET: randomBytes(32).toString("hex"),
  SERVER_SECRET: randomBytes(32).toString("hex"),
  USER_SEARCH: "all",
  CONTACT_POLICY: "open",
  AVATAR_HOSTS: "pics.example",
  RATE_LIMITS: "off",
};

/**
 * By itself wrangler writes down all that each request does, for a page of its own that shows it. That is as much work as
 * a seventh of what the Worker does itself, and no test looks at it.
 */
const withoutTraces = { X_LOCAL_OBSERVABILITY: "false", X_LOCAL_EXPLORER: "false" };

const answers = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(START_MS) }).then(
    () => true,
    () => false,
  );

/** Starts the server for the whole run; what it stores, and what tests write, is gone afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = await unpackedChromium();
  const port = await freePort();
  const scratch = await mkdtemp(join(tmpdir(), "lilypad-e2e-"));
  const url = `http://localhost:${port}`;
  // Not a line for each request: writing them takes a request of its own for each.
  const args = ["start", "--", "--port", String(port), "--log-level", "warn"];
  args.push("--inspector-port", String(await freePort()));
  const vars = Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const child = spawn("npm", [...args, "--persist-to", join(scratch, "storage"), ...vars], {
    // A group of its own, so that wrangler's children end with it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...withoutTraces },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  let failure: string | undefined;
  child.once("exit", (code) => (failure = `exited with ${code}`));
  const timer = setTimeout(() => (failure = "took too long"), START_MS);

  const stop = async () => {
    const exited = child.exitCode === null ? once(child, "exit") : undefined;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    await exited;
    await rm(scratch, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    while (!(await answers(`${url}/robots.txt`))) {
      if (failure !== undefined) throw new Error(`npm start ${failure}:\n${output}`);
      await delay(100);
    }
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
  project.provide("url", url);
  project.provide("authSecret", settings.AUTH_SECRET);
  project.provide("serverSecret", settings.SERVER_SECRET);
  project.provide("scratch", scratch);
  project.provide("chromium", chromium);
  return stop;
}
