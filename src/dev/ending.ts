/** How the programs here end: on a signal, or when the process that started them is gone, and without leaving children. */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** How often the parent is looked for. */
const PARENT_CHECK_MS = 200;

/**
 * Calls `end` on each SIGINT, SIGTERM and SIGHUP, and with SIGTERM when the parent process has ended: npm runs a script
 * in a shell, and where that shell does not replace itself by the script, only the shell receives npm's signal.
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
