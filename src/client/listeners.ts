/** Those who listen to something. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  /** Adds one; returns what takes it away. The same function may be added twice, and each end on its own. */
  add(listener: (value: T) => void): () => void {
    const own = (value: T) => listener(value);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  tell(value: T): void {
    for (const listener of this.#all) safely(() => listener(value));
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
