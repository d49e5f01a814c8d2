/** Lilypad in `wrangler dev`, behind its proxies: for an impression of local development. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { VARS } from "../../chaos/support/server.ts";
import { freePort } from "./free-port.ts";
import { lilypadTargets } from "./lilypad.ts";
import type { ChatServer } from "./chat-server.ts";

export const wranglerDev: ChatServer = {
  name: "wrangler",
  title: "Lilypad in `wrangler dev`",
  start: async () => {
    const directory = await mkdtemp(join(tmpdir(), "lilypad-bench-"));
    const vars = join(directory, "vars");
    await writeFile(
      vars,
      Object.entries(VARS)
        .map((pair) => pair.join("="))
        .join("\n"),
    );
    const port = await freePort();
    const ports = ["--port", String(port), "--inspector-port", String(await freePort())];
    const args = [
      "node_modules/wrangler/bin/wrangler.js",
      "dev",
      ...ports,
      "--persist-to",
      directory,
      "--env-file",
      vars,
    ];
    const child = spawn(process.execPath, args, {
      // A process group of its own, which is killed as a whole.
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
    });
    const exited = once(child, "exit");
    const stop = async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      await exited;
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    };
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise<void>((done) => {
      lines.on("line", (line) => line.includes("Ready on") && done());
    });
    const isReady = await Promise.race([ready.then(() => true), exited.then(() => false)]);
    if (!isReady) {
      await stop();
      throw new Error("wrangler dev ended before it listened");
    }
    const address = { url: `http://127.0.0.1:${port}` };
    return {
      // Several processes share the work, so the usage of one says nothing.
      pid: 0,
      targets: (rooms, perRoom) => lilypadTargets(address, rooms, perRoom),
      stop,
    };
  },
};
