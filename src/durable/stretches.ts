/**
 * Splits long work into stretches of a few milliseconds, between which the object serves others. It runs one thing at a
 * time, so whatever one request can make long would otherwise hold everyone whom the object serves.
 */

/** Rows read in one stretch: about a millisecond. */
const ROWS_AT_ONCE = 2_000;

export class Stretches {
  #rows = 0;

  /** So many rows were read. Returns whether the stretch is over: then `pause` before more is read. */
  read(rows: number): boolean {
    this.#rows += rows;
    if (this.#rows < ROWS_AT_ONCE) return false;
    this.#rows = 0;
    return true;
  }
}

/** Lets the object do what else has come meanwhile. */
export function pause(): Promise<void> {
  return scheduler.wait(0);
}
