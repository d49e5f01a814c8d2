/**
 * Words of many threads that come close together are taken in at the same moment, so that what they write is one commit
 * and not one each. A lone word never waits.
 */

/** How long words are gathered: far shorter than a thread lets pass between two of its own. */
const GATHER_MS = 25;
/** So long after a word, the next one is a lone one again. */
const BUSY_MS = 50;

export class Gathering {
  #turn: Promise<void> | undefined;
  #takenAt = -Infinity;

  /** Resolves when it is time to take a word in: for all who wait, in one stretch, in the order in which they came. */
  async turn(): Promise<void> {
    if (!this.#turn && Date.now() - this.#takenAt >= BUSY_MS) this.#takenAt = Date.now();
    else await (this.#turn ??= this.#nextTurn());
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#turn = undefined;
        this.#takenAt = Date.now();
        resolve();
      }, GATHER_MS);
    });
  }
}
