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
  #last: Promise<void> = Promise.resolve();
  #sentAt = 0;

  /** `send` sends what waits, and resolves with whether more does. It does not reject. */
  constructor(send: () => Promise<boolean>) {
    this.#send = send;
  }

  /** Something waits. The timer keeps the object awake until it is sent. */
  due(): void {
    if (this.#isScheduled || this.#isSending) return;
    this.#isScheduled = true;
    // At most: the clock may have been set back.
    const wait = Math.min(GATHER_MS, this.#sentAt + GATHER_MS - Date.now());
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    const next = () => void this.#next().then(resolve);
    if (wait > 0) setTimeout(next, wait);
    else queueMicrotask(next);
  }

  /** Resolves once the batch that is due, or on its way, has been sent. */
  settled(): Promise<void> {
    return this.#last;
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
