/** Sends the server how far the user has read: only the newest position, and at most once a second. */
import { stopTimer, type Timer } from "../timer.ts";

const INTERVAL_MS = 1_000;

export class ReadMarker {
  readonly #send: (seq: number) => boolean;
  /** The newest message read here, whether the server knows it or not. */
  #readSeq = 0;
  /** The newest message that the server knows was read. */
  #knownSeq = 0;
  #sentAt = -Infinity;
  #timer: Timer | undefined;

  /** `send` returns false if the marker could not be sent. */
  constructor(send: (seq: number) => boolean) {
    this.#send = send;
  }

  /** Everything up to `seq` was read. */
  read(seq: number): void {
    this.#readSeq = Math.max(this.#readSeq, seq);
    this.#schedule();
  }

  /** What the server knows, as its `welcome` says; a newer marker is sent again. */
  known(seq: number): void {
    this.#knownSeq = seq;
    this.#schedule();
  }

  /** Drops what was read: the thread is of another epoch, or another user has signed in. */
  forget(): void {
    this.#readSeq = 0;
  }

  /** Sends a marker that is waiting, and stops. */
  close(): void {
    stopTimer(this.#timer);
    this.#flush();
  }

  #schedule(): void {
    if (this.#readSeq <= this.#knownSeq) return;
    const delayMs = Math.max(0, this.#sentAt + INTERVAL_MS - performance.now());
    this.#timer ??= setTimeout(() => this.#flush(), delayMs);
  }

  #flush(): void {
    this.#timer = undefined;
    if (this.#readSeq <= this.#knownSeq || !this.#send(this.#readSeq)) return;
    this.#knownSeq = this.#readSeq;
    this.#sentAt = performance.now();
  }
}
