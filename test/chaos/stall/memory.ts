/** What the stalls have in common: how much the server's memory may grow, and the row that says how much it did. */
import type { ProgramReport, Row } from "../support/program.ts";

export const MIB = 1024 * 1024;
/** The longest body of a message. */
export const BODY_LENGTH = 10_000;
/** From the end of the load to the last memory measurement, for garbage collection. */
export const SETTLE_MS = 3_000;
/** The server's memory may grow by so much apart from what waits. */
const OTHER_GROWTH_MIB = 32;
/** What waits may be in several places at once on its way out, and the allocator keeps some. */
const GROWTH_PER_BYTE = 3;

/** Bytes, all of them. */
export interface Measured {
  scenario: string;
  connections: number;
  /** What would wait if nothing limited it. */
  unread: number;
  /** What may wait. */
  allowed: number;
  before: number;
  peak: number;
  after: number;
}

export function rowOf(measured: Measured): { row: Row; violations: ProgramReport["violations"] } {
  const { scenario, connections, unread, allowed, before, peak, after } = measured;
  const mib = (bytes: number) => Math.round(bytes / MIB);
  const limit = GROWTH_PER_BYTE * allowed + OTHER_GROWTH_MIB * MIB;
  const row = {
    scenario,
    connections,
    "unread MiB": mib(unread),
    "before MiB": mib(before),
    "peak MiB": mib(peak),
    "after MiB": mib(after),
    "may grow by MiB": mib(limit),
  };
  const isOver = peak - before > limit;
  return {
    row,
    violations: isOver ? [`${scenario}: grew by ${mib(peak - before)} MiB, more than ${mib(limit)}`] : [],
  };
}
