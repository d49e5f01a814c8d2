/** A room or presence of the client that is open as long as a component shows it. */
import type { Readable } from "../../client/store/store.ts";
import { Listeners } from "../../client/store/listeners.ts";

/** What a room and presence have in common. */
interface Retainable<State> extends Readable<State> {
  retain(): () => void;
}

/**
 * Opened by the first who subscribes, and not by rendering: a render may be repeated, given up, or run on a server. Left when
 * the last one has unsubscribed; in StrictMode, where that is for a moment only, the connection stays.
 */
export class RetainedStore<State, Source extends Retainable<State>> implements Readable<State> {
  readonly #enter: () => Source;
  readonly #leave: (source: Source, release: () => void) => void;
  readonly #empty: State;
  readonly #listeners = new Listeners<State>();
  #subscribers = 0;
  #entered: { source: Source; unsubscribe: () => void; release: () => void } | undefined;

  /** `enter` opens the source, and `leave` is to release it; `empty` is shown while it is not open. */
  constructor(enter: () => Source, leave: (source: Source, release: () => void) => void, empty: State) {
    this.#enter = enter;
    this.#leave = leave;
    this.#empty = empty;
  }

  readonly getSnapshot = (): State => this.#entered?.source.getSnapshot() ?? this.#empty;

  readonly subscribe = (listener: (state: State) => void): (() => void) => {
    const remove = this.#listeners.add(listener);
    this.#subscribers += 1;
    this.#entered ??= this.#open();
    let isSubscribed = true;
    return () => {
      if (!isSubscribed) return;
      isSubscribed = false;
      remove();
      this.#subscribers -= 1;
      if (this.#subscribers === 0) this.#close();
    };
  };

  /** Calls `use` with the source where it is open. */
  ifOpen<Result>(use: (source: Source) => Result): Result | undefined {
    return this.#entered && use(this.#entered.source);
  }

  /** Calls `use` with the source, which is open while `use` runs and, where that sends something, until it is sent. */
  with<Result>(use: (source: Source) => Result): Result {
    if (this.#entered) return use(this.#entered.source);
    const source = this.#enter();
    const release = source.retain();
    try {
      return use(source);
    } finally {
      this.#leave(source, release);
    }
  }

  #open() {
    const source = this.#enter();
    const release = source.retain();
    return { source, release, unsubscribe: source.subscribe((state) => this.#listeners.notify(state)) };
  }

  #close(): void {
    if (!this.#entered) return;
    const { source, unsubscribe, release } = this.#entered;
    this.#entered = undefined;
    unsubscribe();
    this.#leave(source, release);
  }
}
