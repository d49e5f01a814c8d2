/** Which texts are long, and what of them is shown at first. Pure. */

/** Characters, in UTF-16 units: more than a screen of a phone. */
const LONG_LENGTH = 1_500;
/** Lines, where each is shorter than that. */
const LONG_LINES = 25;

export function isLong(text: string): boolean {
  return text.length > LONG_LENGTH || firstLines(text, LONG_LINES) !== text;
}

/** The beginning of a long text, to the end of a line. It may still be long: its lines may be. */
export function beginningOf(text: string): string {
  return firstLines(text, LONG_LINES);
}

function firstLines(text: string, count: number): string {
  let end = -1;
  for (let line = 0; line < count; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end === -1) return text;
  }
  return text.slice(0, end);
}
