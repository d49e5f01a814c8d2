/**
 * How a message of a run is told in the bytes of a frame: its body begins with a mark that nothing else contains, and
 * the message's number. Finding marks is all the parsing that most frames get.
 */

const DIGITS = 8;
const ZERO = 48;

export class Marks {
  readonly #mark: string;
  readonly #bytes: Buffer;
  readonly #bodyLength: number;
  /** Where marks were found last: the next frame has them there too, most likely. */
  #offset = 0;
  #stride = 1;

  /** `run` tells the messages of this run from those of another; bodies have `bodyLength` characters. */
  constructor(run: string, bodyLength: number) {
    this.#mark = `~${run}:`;
    this.#bytes = Buffer.from(this.#mark);
    this.#bodyLength = bodyLength;
  }

  /** The body of a message. */
  body(n: number): string {
    return `${this.#mark}${String(n).padStart(DIGITS, "0")} `
      .padEnd(this.#bodyLength, "lilypad-")
      .slice(0, this.#bodyLength);
  }

  /** Calls `found` with the number of each message in these bytes, in order; returns how many there were. */
  scan(bytes: Buffer, start: number, end: number, found: (n: number) => void): number {
    let count = 0;
    let at = this.#isAt(bytes, start + this.#offset, end)
      ? start + this.#offset
      : this.#find(bytes, start, end);
    if (at >= 0) this.#offset = at - start;
    while (at >= 0) {
      count++;
      const after = at + this.#bytes.length + DIGITS;
      found(this.#number(bytes, at + this.#bytes.length));
      const guess = at + this.#stride;
      const next = guess >= after && this.#isAt(bytes, guess, end) ? guess : this.#find(bytes, after, end);
      if (next >= 0) this.#stride = next - at;
      at = next;
    }
    return count;
  }

  #isAt(bytes: Buffer, at: number, end: number): boolean {
    const mark = this.#bytes;
    if (at + mark.length + DIGITS > end) return false;
    for (let i = 0; i < mark.length; i++) if (bytes[at + i] !== mark[i]) return false;
    return true;
  }

  #find(bytes: Buffer, from: number, end: number): number {
    const at = bytes.indexOf(this.#bytes, from);
    return at >= 0 && at + this.#bytes.length + DIGITS <= end ? at : -1;
  }

  #number(bytes: Buffer, at: number): number {
    let n = 0;
    for (let i = 0; i < DIGITS; i++) n = n * 10 + (bytes[at + i] ?? ZERO) - ZERO;
    return n;
  }
}
