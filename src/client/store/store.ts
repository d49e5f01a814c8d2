/** The one form in which the client exposes state: an immutable snapshot, and a notification when it is replaced. */
import { callListener, Listeners } from "./listeners.ts";

/**
 * A snapshot that can be read at any time and subscribed to. It is replaced, never changed in place. Its functions need
 * no `this`: they can be passed to React's `useSyncExternalStore` as they are, and the whole object is a Svelte store.
 */
export interface Readable<T> {
  /** Returns the current snapshot: the same object until something changes. */
  readonly getSnapshot: () => T;
  /** Calls `listener` with the current snapshot, and again with each new one. Returns a function that unsubscribes. */
  readonly subscribe: (listener: (snapshot: T) => void) => () => void;
}

/** A `Readable` whose owner sets the snapshot. */
export class Store<T> implements Readable<T> {
  #snapshot: T;
  readonly #listeners = new Listeners<T>();

  constructor(initial: T) {
    this.#snapshot = initial;
  }

  readonly getSnapshot = (): T => this.#snapshot;

  readonly subscribe = (listener: (snapshot: T) => void): (() => void) => {
    // Always the current snapshot: a listener called earlier may have replaced the one being announced.
    const unsubscribe = this.#listeners.add(() => listener(this.#snapshot));
    callListener(listener, this.#snapshot);
    return unsubscribe;
  };

  /** Replaces the snapshot; notifies nobody if it is the same object. */
  set(snapshot: T): void {
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    this.#listeners.notify(snapshot);
  }

  /** Replaces the snapshot with what `change` makes of it. */
  update(change: (snapshot: T) => T): void {
    this.set(change(this.#snapshot));
  }

  /** Removes all listeners, when the owner is closed. */
  clear(): void {
    this.#listeners.clear();
  }
}
