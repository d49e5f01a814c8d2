/** The table of a storm, and its violations. */
import { quantile } from "../../bench/load/quantile.ts";
import type { ProgramReport } from "../support/program.ts";
import type { ReconnectingSocket } from "./reconnecting-socket.ts";

const MIB = 1024 * 1024;
/** Cloudflare's limit for an isolate. */
const ISOLATE_BYTES = 128 * MIB;
/** Violations of single sockets that are listed; the others are counted. */
const LISTED = 10;

export interface StormMeasurements {
  /** When the network came up, by `performance.now()`. */
  upAt: number;
  /** How many messages were sent while the network was down, and the rev of the last one. */
  missed: number;
  missedRev: number;
  /** The rev of the last message of all. */
  lastRev: number;
  /** The isolate's memory, in bytes: without sockets, with all open, at most, and in the end. */
  memory: { before: number; open: number; peak: number; after: number };
}

export function stormReport(sockets: readonly ReconnectingSocket[], storm: StormMeasurements): ProgramReport {
  const { upAt, missed, missedRev, lastRev, memory } = storm;
  const returned = sockets.filter(({ isWelcomed }) => isWelcomed);
  const caughtUp = sockets.filter(({ rev }) => rev === lastRev);
  const returnMs = returned.map(({ welcomedAt }) => welcomedAt - upAt);
  const welcomeMs = returned.map((socket) => socket.welcomeMs);
  const caughtUpMs = sockets.map((socket) => (socket.reachedAt(missedRev) ?? Infinity) - upAt);
  const ms = (values: readonly number[], share: number) => Math.round(quantile(values, share));
  const mib = (bytes: number) => Math.round(bytes / MIB);
  const entries = {
    sockets: sockets.length,
    "messages missed by each": missed,
    returned: returned.length,
    "caught up": caughtUp.length,
    "all returned after (ms)": ms(returnMs, 1),
    "all caught up after (ms)": ms(caughtUpMs, 1),
    "return p50 (ms)": ms(returnMs, 0.5),
    "return p99 (ms)": ms(returnMs, 0.99),
    "connect to welcome p50 (ms)": ms(welcomeMs, 0.5),
    "connect to welcome p99 (ms)": ms(welcomeMs, 0.99),
    "failed attempts": sockets.reduce((sum, { failures }) => sum + failures, 0),
    "memory before (MiB)": mib(memory.before),
    "memory, all open (MiB)": mib(memory.open),
    "memory, peak (MiB)": mib(memory.peak),
    "memory after (MiB)": mib(memory.after),
  };
  const violations: string[] = [];
  if (returned.length < sockets.length)
    violations.push(`${sockets.length - returned.length} sockets have not returned`);
  if (caughtUp.length < sockets.length)
    violations.push(`${sockets.length - caughtUp.length} sockets are not at rev ${lastRev}`);
  const bySocket = sockets.flatMap((socket, i) => socket.violations.map((text) => `socket ${i}: ${text}`));
  violations.push(...bySocket.slice(0, LISTED));
  if (bySocket.length > LISTED) violations.push(`${bySocket.length - LISTED} more of single sockets`);
  if (memory.peak > ISOLATE_BYTES)
    violations.push(
      `the isolate held ${mib(memory.peak)} MiB; Cloudflare's limit is ${mib(ISOLATE_BYTES)} MiB`,
    );
  return { rows: Object.entries(entries).map(([figure, value]) => ({ figure, value })), violations };
}
