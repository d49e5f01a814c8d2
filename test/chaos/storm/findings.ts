/** What a storm came to: its table, and what broke a promise. */
import type { Report } from "../support/script.ts";
import type { ReturningSocket } from "./returning-socket.ts";

const MIB = 1024 * 1024;
/** What Cloudflare gives an isolate. */
const ISOLATE_BYTES = 128 * MIB;
/** Complaints printed in full; the rest is counted. */
const SHOWN = 10;

export interface Storm {
  /** When the network came back, as `performance.now()` tells it. */
  returnedFrom: number;
  /** How many messages were sent while it was away, and the rev of the last one. */
  missed: number;
  missedRev: number;
  /** The rev of the last message of all. */
  lastRev: number;
  /** The isolate's, in bytes: before any socket was open, with all open, the most, and after. */
  memory: { before: number; open: number; peak: number; after: number };
}

export function findings(sockets: readonly ReturningSocket[], storm: Storm): Report {
  const { returnedFrom, missed, missedRev, lastRev, memory } = storm;
  const back = sockets.filter(({ isBack }) => isBack);
  const caughtUp = sockets.filter(({ rev }) => rev === lastRev);
  const returns = ascending(back.map(({ backAt }) => backAt - returnedFrom));
  const answers = ascending(back.map(({ answerMs }) => answerMs));
  const complete = ascending(
    sockets.map((socket) => (socket.reachedAt(missedRev) ?? Infinity) - returnedFrom),
  );
  const mib = (bytes: number) => Math.round(bytes / MIB);
  const entries = {
    sockets: sockets.length,
    "messages missed by each": missed,
    back: back.length,
    "caught up": caughtUp.length,
    "all back after (ms)": quantile(returns, 1),
    "all caught up after (ms)": quantile(complete, 1),
    "return p50 (ms)": quantile(returns, 0.5),
    "return p99 (ms)": quantile(returns, 0.99),
    "of it the server's p50 (ms)": quantile(answers, 0.5),
    "of it the server's p99 (ms)": quantile(answers, 0.99),
    "attempts that failed": sockets.reduce((sum, { failures }) => sum + failures, 0),
    "memory before (MiB)": mib(memory.before),
    "memory, all open (MiB)": mib(memory.open),
    "memory, peak (MiB)": mib(memory.peak),
    "memory after (MiB)": mib(memory.after),
  };
  const violations: string[] = [];
  if (back.length < sockets.length) violations.push(`${sockets.length - back.length} sockets are not back`);
  if (caughtUp.length < sockets.length) {
    violations.push(`${sockets.length - caughtUp.length} sockets do not stand at rev ${lastRev}`);
  }
  const complaints = sockets.flatMap((socket, i) => socket.complaints.map((text) => `socket ${i}: ${text}`));
  violations.push(...complaints.slice(0, SHOWN));
  if (complaints.length > SHOWN) violations.push(`${complaints.length - SHOWN} more like these`);
  if (memory.peak > ISOLATE_BYTES) {
    violations.push(
      `the isolate held ${mib(memory.peak)} MiB, and Cloudflare ends it at ${mib(ISOLATE_BYTES)}`,
    );
  }
  return { rows: Object.entries(entries).map(([what, value]) => ({ what, value })), violations };
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** The value that this share of all does not exceed, rounded. */
function quantile(ascendingValues: readonly number[], share: number): number {
  return Math.round(ascendingValues[Math.ceil(ascendingValues.length * share) - 1] ?? NaN);
}
