/** How the programs here end: on a signal, or when the process that started them is gone, and without leaving children. */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** How often the parent is looked for. */
const PARENT_CHECK_MS = 200;

/**
 * Calls `end` on each SIGINT, SIGTERM and SIGHUP, and with SIGTERM when the parent process has ended: npm that is killed
 * passes on no signal. (Of other signals npm's child gets them only where the script begins with `exec`: a shell in
 * between would keep them to itself.)
 */
export function onEnd(end: (signal: NodeJS.Signals) => void): void {
  for (const signal of SIGNALS) process.on(signal, end);
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end("SIGTERM");
  }, PARENT_CHECK_MS);
  timer.unref();
}
