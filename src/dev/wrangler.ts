/** `wrangler dev` as a child that ends together with everything it has started. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onEnd } from "./ending.ts";

/** How long wrangler may take to end after a signal before it is killed. */
const GRACE_MS = 5_000;

/**
 * Runs `wrangler dev` with these arguments until it ends or this process is asked to end, then exits with its code (0
 * after a signal). No process of it survives: wrangler and its children (workerd among them) are a process group of
 * their own, and what is left of the group when wrangler has ended is killed.
 */
export function runWranglerDev(args: readonly string[]): void {
  // Not bin/wrangler.js, which starts this file as a child and does not pass on signals.
  const cli = fileURLToPath(import.meta.resolve("wrangler"));
  const wrangler = spawn(process.execPath, ["--no-warnings", cli, "dev", ...args], {
    stdio: "inherit",
    env: { WRANGLER_SEND_METRICS: "false", ...process.env },
    // Windows has no process groups: there a detached process would get a console window of its own.
    detached: process.platform !== "win32",
  });
  const killGroup = () => {
    try {
      if (wrangler.pid !== undefined) process.kill(-wrangler.pid, "SIGKILL");
    } catch {
      // Nothing is left of it.
    }
  };
  onEnd((signal) => {
    wrangler.kill(signal);
    setTimeout(killGroup, GRACE_MS);
  });
  wrangler.on("exit", (code, signal) => {
    killGroup();
    process.exit(code ?? (signal === null ? 1 : 0));
  });
}
