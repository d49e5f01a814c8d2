/** Timers that may not be running: browsers, workers and Node each type an id that is none in their own way. */

export type Timer = ReturnType<typeof setTimeout>;

/** Stops a timeout, if there is one. */
export function stopTimer(timer: Timer | undefined): void {
  if (timer !== undefined) clearTimeout(timer);
}

/** Stops an interval, if there is one. */
export function stopInterval(timer: ReturnType<typeof setInterval> | undefined): void {
  if (timer !== undefined) clearInterval(timer);
}
