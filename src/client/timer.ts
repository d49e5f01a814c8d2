/** Timers that may not be running: browsers, workers and Node each type an id that is none in their own way. */

export type Timer = ReturnType<typeof setTimeout>;

/** Stops a timeout or an interval, if there is one: to every platform they are the same. */
export function stopTimer(timer: Timer | undefined): void {
  clearTimeout(timer as Timer);
}
