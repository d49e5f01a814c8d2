/**
 * When batches are sent to another object: the first at once, with all that happens in the same stretch, and what follows
 * gathered, one batch after the other.
 */

/** From one batch to the next, at least: it keeps a lively pair of objects at four calls a second. */
const GATHER_MS = 250;

export class BatchTiming {
  readonly #send: () => Promise<boolean>;
  #isScheduled = false;
  #isSending = false;
  #sentAt = 0;

  /** `send` sends what waits, and resolves with whether more does. It does not reject. */
  constructor(send: () => Promise<boolean>) {
    this.#send = send;
  }

  /** Something waits. The timer keeps the object awake until it is sent. */
  due(): void {
    if (this.#isScheduled || this.#isSending) return;
    this.#isScheduled = true;
    const wait = this.#sentAt + GATHER_MS - Date.now();
    if (wait > 0) setTimeout(() => void this.#next(), wait);
    else queueMicrotask(() => void this.#next());
  }

  async #next(): Promise<void> {
    this.#isScheduled = false;
    this.#isSending = true;
    const isMore = await this.#send();
    this.#isSending = false;
    this.#sentAt = Date.now();
    if (isMore) this.due();
  }
}
