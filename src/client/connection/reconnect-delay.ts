/** When to connect again after a socket has closed: the contract's table of close codes, and the back-off. Pure. */
import { CLOSE } from "../../protocol/errors.ts";

/** Close code of a server that restarts (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const RESTART_JITTER_MS = 2_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** The server counts over 10 s: after a pause of that length its count is back at zero. */
const RATE_LIMITED_DELAY_MS = 10_000;

/** Whether the server wants no further attempt: the user was removed, the thread was deleted, this tab was replaced, … */
export function isFinal(code: number): boolean {
  return code >= 4000 && code < 4100 && code !== CLOSE.unauthenticated;
}

/** How long to wait after a close code that is not final, in milliseconds; `failures` attempts in a row failed before. */
export function reconnectDelayMs(code: number, failures: number, random: () => number = Math.random): number {
  const backoff = backoffMs(failures, random);
  if (code === GOING_AWAY) return Math.max(random() * RESTART_JITTER_MS, backoff);
  if (code === CLOSE.rateLimited) return RATE_LIMITED_DELAY_MS + backoff;
  return backoff;
}

/**
 * Exponential back-off with full jitter: anything from zero to the whole delay, so that many clients that lost the same
 * server do not return at the same moment.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
}
