/** Tells the server how far one has read: the newest only, and at most once a second. */
import { stopTimer, type Timer } from "./timer.ts";

const INTERVAL_MS = 1_000;

export class ReadMarker {
  readonly #send: (seq: number) => boolean;
  /** The newest that was read here, whether or not the server knows. */
  #read = 0;
  #told = 0;
  #lastSent = 0;
  #timer: Timer | undefined;

  /** `send` answers whether there was a socket to send it on. */
  constructor(send: (seq: number) => boolean) {
    this.#send = send;
  }

  /** Everything up to `seq` was seen. */
  read(seq: number): void {
    if (seq <= this.#read) return;
    this.#read = seq;
    this.#schedule();
  }

  /** What the server knows, from a welcome or a `read` event: what it does not know yet is told again. */
  known(seq: number): void {
    this.#told = seq;
    this.#schedule();
  }

  /** What was read names nothing any more: the thread is of another epoch. */
  forget(): void {
    this.#read = 0;
    this.#told = 0;
  }

  /** Tells what is not told yet, and ends. */
  close(): void {
    stopTimer(this.#timer);
    this.#flush();
  }

  #schedule(): void {
    if (this.#read <= this.#told || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#lastSent + INTERVAL_MS - Date.now());
    this.#timer = setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#read <= this.#told || !this.#send(this.#read)) return;
    this.#told = this.#read;
    this.#lastSent = Date.now();
  }
}
