/** What follows a closed socket: the contract's table of closing codes, and the back-off. Pure. */
import type { CLOSE } from "../../protocol/errors.ts";

// Checked against the table of codes, and not imported from it: a page need not carry the others.
/** The session is over: only a fresh token, or a person, can help. */
export const UNAUTHENTICATED: (typeof CLOSE)["unauthenticated"] = 4001;
const RATE_LIMITED: (typeof CLOSE)["rateLimited"] = 4129;
/** Close code of a server that restarts (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const RESTART_JITTER_MS = 2_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** After 4129: the server counted 10 s of it, so waiting that long clears the count. */
const RATE_LIMITED_MS = 10_000;

/**
 * Exponential back-off with full jitter: anything from nothing to the whole delay, so that many clients
 * that lost the same server do not come back at the same moment.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
}

/**
 * How long to wait after a socket closed with `code`, when `attempt` attempts before it had come to nothing, in
 * milliseconds; undefined where the contract says to stop.
 */
export function waitAfter(
  code: number,
  attempt: number,
  random: () => number = Math.random,
): number | undefined {
  const backoff = backoffMs(attempt, random);
  if (code === GOING_AWAY) return Math.max(random() * RESTART_JITTER_MS, backoff);
  if (code === RATE_LIMITED) return RATE_LIMITED_MS + backoff;
  const ends = code >= 4000 && code < 4100 && code !== UNAUTHENTICATED;
  return ends ? undefined : backoff;
}
