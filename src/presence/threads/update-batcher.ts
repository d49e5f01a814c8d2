/**
 * Batches the updates of different threads that arrive close together: they are applied in one synchronous stretch, so
 * that what they write is one commit instead of one each. An update that comes alone is applied at once.
 */

/** How long updates are collected: far less than a thread lets pass between two of its own. */
const BATCH_MS = 25;
/** So long after an update was applied, the next one counts as alone again. */
const BUSY_MS = 50;

export class UpdateBatcher {
  #batch: Promise<void> | undefined;
  #appliedAt = -Infinity;

  /** Resolves when an update is to be applied: for all of a batch in one stretch, in the order in which they arrived. */
  async turn(): Promise<void> {
    if (!this.#batch && Date.now() - this.#appliedAt >= BUSY_MS) this.#appliedAt = Date.now();
    else await (this.#batch ??= this.#nextBatch());
  }

  #nextBatch(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#batch = undefined;
        this.#appliedAt = Date.now();
        resolve();
      }, BATCH_MS);
    });
  }
}
