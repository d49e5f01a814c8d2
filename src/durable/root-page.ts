/**
 * A table's first rows lie in its root page. When that is full, SQLite copies them all to another page, and the copies in
 * the root page stay readable whatever becomes of the rows. A row that fills the root page by itself, written before any
 * other, leaves no room for them. Rows that are appended after it, and keep their length, never move.
 */
import { fillerFor } from "./record-length.ts";

/** The key of that row: below every other, in a table with an INTEGER PRIMARY KEY. */
export const ROOT_FILLER_KEY = Number.MIN_SAFE_INTEGER;

/** The longest record that a page of 4,096 bytes holds by itself (https://www.sqlite.org/fileformat2.html#b_tree_pages). */
const WHOLE_PAGE = 4_061;

/** The filler that makes a row fill the root page. `row` makes the row with it. */
export function rootFiller(row: (filler: string) => readonly (string | number | null)[]): string {
  return fillerFor(WHOLE_PAGE, row) ?? "";
}
