/**
 * How tests wait. A limit is only ever spent on failure, so it is long: no machine is so slow, or so busy, that what is
 * on its way takes until then.
 */

/** How long one awaited event may take, in milliseconds. */
export const PATIENCE_MS = 120_000;

/** Between two looks, in milliseconds. */
const INTERVAL_MS = 5;

/**
 * Repeats a check until it no longer throws, and returns what it returned. Counts its own pauses, not the clock: a test
 * may have set that forward, and a slow machine gets more time. Use it where there is no event to await.
 *
 * @throws what the check threw last, after `PATIENCE_MS` of pauses
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  for (let waited = 0; ; waited += INTERVAL_MS) {
    try {
      return await check();
    } catch (error) {
      if (waited >= PATIENCE_MS) throw error;
    }
    await scheduler.wait(INTERVAL_MS);
  }
}
