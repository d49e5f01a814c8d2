/** Those who listen to something. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  /** Adds one, a function of its own each time; returns what takes it away. */
  add(listener: (value: T) => void): () => void {
    this.#all.add(listener);
    return () => void this.#all.delete(listener);
  }

  tell(value: T): void {
    // Those who listen now: one who comes to listen while they are told is not told of this.
    for (const listener of new Set(this.#all)) if (this.#all.has(listener)) safely(() => listener(value));
  }

  clear(): void {
    this.#all.clear();
  }
}

/** What a listener throws is its owner's to hear of, and keeps neither the client nor other listeners from going on. */
export function safely(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
