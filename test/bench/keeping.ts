/** What was started is ended, however the run ends: each thing is kept here from before it is there until it is stopped. */

/** Something that runs until it is stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}

export class Keeping {
  readonly #kept = new Set<Promise<Stoppable>>();
  #isOver = false;

  /** Whether all was stopped, so that what fails now fails of that. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Starts something, lets it be used, and stops it. */
  async during<S extends Stoppable, T>(start: () => Promise<S>, use: (started: S) => Promise<T>): Promise<T> {
    if (this.#isOver) throw new Error("it was stopped");
    const starting = start();
    this.#kept.add(starting);
    try {
      return await use(await starting);
    } finally {
      this.#kept.delete(starting);
      await (await starting.catch(() => undefined))?.stop();
    }
  }

  /** Stops everything there is, and starts nothing any more. */
  async stopAll(): Promise<void> {
    this.#isOver = true;
    await Promise.allSettled([...this.#kept].map(async (starting) => (await starting).stop()));
  }
}
