/** When to connect again after a socket has closed: the contract's table of close codes, and the back-off. Pure. */
import { CLOSE } from "../../protocol/errors.ts";

/** Close code of a server that restarts (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const RESTART_JITTER_MS = 2_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** Where the server does not say when: it counts over 10 s, and after a pause of that length its count is back at zero. */
const RATE_LIMITED_DELAY_MS = 10_000;

/** Whether the server wants no further attempt: the user was removed, the thread was deleted, this tab was replaced, … */
export function isFinal(code: number): boolean {
  return code >= 4000 && code < 4100 && code !== CLOSE.unauthenticated;
}

/**
 * How long to wait after a close code that is not final, in milliseconds; `failures` attempts in a row failed before.
 * `retryAfterMs`: what the server asks a client to wait that was rate limited. Many sockets may have been refused at once,
 * and come back over half that time more.
 */
export function reconnectDelayMs(
  code: number,
  failures: number,
  retryAfterMs = RATE_LIMITED_DELAY_MS,
  random: () => number = Math.random,
): number {
  const backoff = backoffMs(failures, random);
  if (code === GOING_AWAY) return Math.max(random() * RESTART_JITTER_MS, backoff);
  if (code === CLOSE.rateLimited) return retryAfterMs * (1 + random() / 2) + backoff;
  return backoff;
}

/**
 * Exponential back-off with full jitter: anything from zero to the whole delay, so that many clients that lost the same
 * server do not return at the same moment.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
}
