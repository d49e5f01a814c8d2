/** The one shape in which the client shows state: an immutable snapshot, and word when it is replaced. */

/** A snapshot that can be read at any time, and watched. It is replaced, never changed in place. */
export interface Readable<T> {
  /** The present snapshot; the same object until something changes. */
  get(): T;
  /** Calls `listener` after each change; returns what ends that. */
  subscribe(listener: () => void): () => void;
}

/** A `Readable` that its owner may set. */
export class Store<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets who listens: for an owner that is closed. */
  clear(): void {
    this.#listeners.clear();
  }
}
