/** The heights of a list's rows, as far as they were measured: a row far out of view has no element to measure. */

/** The height in pixels of a row before any was measured. */
const FIRST_GUESS_PX = 60;

export class RowHeights {
  readonly #measured = new Map<string, number>();
  /** For rows that were not measured. Once it is known it stays: otherwise each measurement would move all of them. */
  #guess: number | undefined;

  /** Takes the heights, in pixels, of rows by their keys. Returns whether this changes anything. */
  measure(heights: ReadonlyMap<string, number>): boolean {
    const changed = [...heights].filter(([key, height]) => this.#measured.get(key) !== height);
    for (const [key, height] of changed) this.#measured.set(key, height);
    if (this.#guess === undefined && heights.size > 0) {
      this.#guess = [...heights.values()].reduce((sum, height) => sum + height, 0) / heights.size;
    }
    return changed.length > 0;
  }

  /** The distance of each row's top edge from that of the first row, and after them the height of all. */
  tops(rows: readonly { key: string }[]): number[] {
    const tops = [0];
    let top = 0;
    for (const { key } of rows) {
      top += this.#measured.get(key) ?? this.#guess ?? FIRST_GUESS_PX;
      tops.push(top);
    }
    return tops;
  }
}

/** The row at a distance from the top edge of the first row: the first one where it is above, the last one below. */
export function rowAt(tops: readonly number[], distance: number): number {
  let [first, last] = [0, Math.max(0, tops.length - 2)];
  while (first < last) {
    const middle = Math.ceil((first + last) / 2);
    if ((tops[middle] ?? 0) <= distance) first = middle;
    else last = middle - 1;
  }
  return first;
}
