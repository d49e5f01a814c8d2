/**
 * Finds messages in the bytes of a frame without parsing it: each body begins with a mark that nothing else contains,
 * followed by the message's number.
 */
import { randomBytes } from "node:crypto";

const DIGITS = 8;
const ZERO = 48;

/** A random name for a run. */
export function newRun(): string {
  return randomBytes(3).toString("hex");
}

export class MessageMarks {
  readonly #mark: string;
  readonly #bytes: Buffer;
  readonly #bodyLength: number;
  /** Where the last marks were, relative to the frame and to each other: most likely the next ones are there too. */
  #offset = 0;
  #stride = 1;

  /** `run` distinguishes the messages of this run from others'; bodies have `bodyLength` characters. */
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
    let at = this.#next(bytes, start, start + this.#offset, end);
    if (at >= 0) this.#offset = at - start;
    while (at >= 0) {
      count++;
      found(this.#number(bytes, at + this.#mark.length));
      const next = this.#next(bytes, at + this.#bodyLength, at + this.#stride, end);
      if (next >= 0) this.#stride = next - at;
      at = next;
    }
    return count;
  }

  /** The position of the next mark: `guess` if it is there, or else the first one from `from` on; -1 for none. */
  #next(bytes: Buffer, from: number, guess: number, end: number): number {
    if (guess >= from && this.#isAt(bytes, guess, end)) return guess;
    // Not `Buffer.indexOf`, which searches to the end of the buffer, far beyond that of most frames.
    for (let at = from; at < end; at++) if (this.#isAt(bytes, at, end)) return at;
    return -1;
  }

  #isAt(bytes: Buffer, at: number, end: number): boolean {
    const mark = this.#bytes;
    if (bytes[at] !== mark[0] || at + mark.length + DIGITS > end) return false;
    for (let i = 1; i < mark.length; i++) if (bytes[at + i] !== mark[i]) return false;
    return true;
  }

  #number(bytes: Buffer, at: number): number {
    let n = 0;
    for (let i = 0; i < DIGITS; i++) n = n * 10 + (bytes[at + i] ?? ZERO) - ZERO;
    return n;
  }
}
