/** The one shape in which the client shows state: an immutable snapshot, and word when it is replaced. */
import { Listeners, safely } from "./listeners.ts";

/**
 * A snapshot that can be read at any time, and watched. It is replaced, never changed in place. Its functions need no
 * `this`: they can be handed to React's `useSyncExternalStore` as they are, and the whole is a Svelte store.
 */
export interface Readable<T> {
  /** The present snapshot; the same object until something changes. */
  readonly getSnapshot: () => T;
  /** Calls `listener` with the present snapshot, and again with each that takes its place; returns what ends that. */
  readonly subscribe: (listener: (snapshot: T) => void) => () => void;
}

/** A `Readable` that its owner may set. */
export class Store<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Listeners<T>();

  constructor(value: T) {
    this.#value = value;
  }

  readonly getSnapshot = (): T => this.#value;

  // Told the present value, not the one told of: a listener before it may have led to another.
  readonly subscribe = (listener: (value: T) => void): (() => void) => {
    const unsubscribe = this.#listeners.add(() => listener(this.#value));
    safely(() => listener(this.#value));
    return unsubscribe;
  };

  set(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    this.#listeners.tell(value);
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  /** Forgets who listens: for an owner that is closed. */
  clear(): void {
    this.#listeners.clear();
  }
}
