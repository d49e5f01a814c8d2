/** Processes and servers that are stopped however the run ends: each is registered before it has started. */

/** Something that runs until it is stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}

export class Resources {
  readonly #resources = new Set<Promise<Stoppable>>();
  #isStopped = false;

  /** Whether `stopAll` was called: errors after that are its consequence. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Starts a resource, passes it to `use`, and stops it. */
  async with<S extends Stoppable, T>(start: () => Promise<S>, use: (resource: S) => Promise<T>): Promise<T> {
    if (this.#isStopped) throw new Error("the run was stopped");
    const starting = start();
    this.#resources.add(starting);
    try {
      return await use(await starting);
    } finally {
      this.#resources.delete(starting);
      await (await starting.catch(() => undefined))?.stop();
    }
  }

  /** Stops every resource; no further one can be started. */
  async stopAll(): Promise<void> {
    this.#isStopped = true;
    await Promise.allSettled([...this.#resources].map(async (starting) => (await starting).stop()));
  }
}
