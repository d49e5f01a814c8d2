/**
 * How long SQLite's record of a row is (https://www.sqlite.org/fileformat2.html#record_format). A row whose record keeps its
 * length is overwritten where it lies. Any other is written anew, and what it held before stays readable in the file.
 */

/** What an erased text is replaced by. */
const FILLER = " ";

const utf8 = new TextEncoder();

/** The length in bytes of a record of these values. A row's INTEGER PRIMARY KEY is in it as NULL. */
export function recordLength(values: readonly (string | number | null)[]): number {
  const fields = values.map(fieldLength);
  // The header's own length is one byte, as long as it is below 128.
  const header = fields.reduce((sum, { type }) => sum + varintLength(type), 1);
  return fields.reduce((sum, { bytes }) => sum + bytes, header);
}

/** The filler that gives a row this length, where there is one. `row` makes the row with it. */
export function fillerFor(
  length: number,
  row: (filler: string) => readonly (string | number | null)[],
): string | undefined {
  const most = length - recordLength(row(""));
  // The longer a text, the more bytes its own length takes: up to two more than that of an empty one.
  for (let count = most; count >= Math.max(0, most - 2); count--) {
    const filler = FILLER.repeat(count);
    if (recordLength(row(filler)) === length) return filler;
  }
  return undefined;
}

/** As much filler as a text has bytes. */
export function fillerLike(text: string): string {
  return FILLER.repeat(byteLength(text));
}

function byteLength(text: string): number {
  return utf8.encode(text).length;
}

/** A value's type in the header, and how many bytes it has in the body. */
function fieldLength(value: string | number | null): { type: number; bytes: number } {
  if (value === null) return { type: 0, bytes: 0 };
  if (typeof value === "string") {
    const bytes = byteLength(value);
    return { type: 13 + 2 * bytes, bytes };
  }
  if (value === 0 || value === 1) return { type: 8, bytes: 0 };
  // As a whole number in two's complement, of which there are six sizes.
  const bytes = [1, 2, 3, 4, 6].find(
    (size) => value >= -(2 ** (8 * size - 1)) && value < 2 ** (8 * size - 1),
  );
  return { type: 6, bytes: bytes ?? 8 };
}

/** Seven bits a byte. Types of columns are far below the nine-byte form. */
function varintLength(value: number): number {
  return Math.max(1, Math.ceil(Math.log2(value + 1) / 7));
}
