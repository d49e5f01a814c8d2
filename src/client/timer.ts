/** A timeout that may not be set. The type of its handle differs between browsers, Workers and Node. */
export type Timer = ReturnType<typeof setTimeout>;

/** Cancels a timeout, if one is set. */
export function stopTimer(timer: Timer | undefined): void {
  // Every platform accepts `undefined`; not every platform's types do.
  clearTimeout(timer as Timer);
}
