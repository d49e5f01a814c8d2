/** What follows a closed socket: the contract's table of closing codes, and the back-off. Pure. */
import { CLOSE } from "../protocol/errors.ts";

/** Close code of a server that restarts (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;
const RESTART_JITTER_MS = 2_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** After 4129: the server counted 10 s of it, so waiting that long clears the count. */
const RATE_LIMITED_MS = 10_000;

/** `stop` is for good, `sign_in` until there is a session again, `retry` after a while. */
export type Next = { do: "stop" } | { do: "sign_in" } | { do: "retry"; afterMs: number };

/**
 * Exponential back-off with full jitter: anything from nothing to the whole delay, so that many clients
 * that lost the same server do not come back at the same moment.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
}

/** What to do after a socket closed with `code`, when `attempt` attempts before it had come to nothing. */
export function afterClose(code: number, attempt: number, random: () => number = Math.random): Next {
  if (code === CLOSE.unauthenticated) return { do: "sign_in" };
  if (code >= 4000 && code < 4100) return { do: "stop" };
  if (code === CLOSE.rateLimited) {
    return { do: "retry", afterMs: RATE_LIMITED_MS + backoffMs(attempt, random) };
  }
  if (code === GOING_AWAY) {
    return { do: "retry", afterMs: Math.max(random() * RESTART_JITTER_MS, backoffMs(attempt - 1, random)) };
  }
  return { do: "retry", afterMs: backoffMs(attempt, random) };
}
