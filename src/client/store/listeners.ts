/** The functions to call with each new value of something. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();
  #clearings = 0;

  /** How often all listeners were removed. */
  get clearings(): number {
    return this.#clearings;
  }

  /** Adds a listener and returns a function that removes it. A function that is added twice is called twice. */
  add(listener: (value: T) => void): () => void {
    // A function of its own for each call, since a set holds each function once.
    const added = (value: T) => listener(value);
    this.#listeners.add(added);
    return () => void this.#listeners.delete(added);
  }

  /** Calls all who are listening now: not one that is added by a listener, nor one that is removed by a listener. */
  notify(value: T): void {
    for (const listener of new Set(this.#listeners)) {
      if (this.#listeners.has(listener)) callListener(listener, value);
    }
  }

  /** Removes all listeners. */
  clear(): void {
    this.#clearings += 1;
    this.#listeners.clear();
  }
}

/** Calls a listener. What it throws is reported as an uncaught error; the client and the other listeners go on. */
export function callListener<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
