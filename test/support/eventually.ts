/** How tests wait where there is nothing to await. */
import { WAIT_LIMIT_MS } from "./wait-limit.ts";

/** Between two checks, in milliseconds. */
const SHORTEST_PAUSE_MS = 5;
/** What is waited for long is checked more rarely: a pause is this part of all pauses before it. */
const PAUSE_SHARE = 0.1;

/**
 * Repeats a check until it no longer throws, and returns its result. Use it only where there is no event to await. It
 * counts its own pauses instead of reading the clock, which a test may have set forward.
 *
 * @throws the last error of the check, after `WAIT_LIMIT_MS` of pauses
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  for (let waited = 0; ;) {
    try {
      return await check();
    } catch (error) {
      if (waited >= WAIT_LIMIT_MS) throw error;
    }
    const pause = Math.max(SHORTEST_PAUSE_MS, waited * PAUSE_SHARE);
    await scheduler.wait(pause);
    waited += pause;
  }
}
