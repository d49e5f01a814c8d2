/** Removes those who stopped typing from the state: the server only says when they type. */
import type { Store } from "../store/store.ts";
import { stopTimer, type Timer } from "../timer.ts";
import { expireTyping } from "./room-reducer.ts";
import type { RoomState } from "./room-state.ts";

const CHECK_MS = 500;

export class TypingExpiry {
  readonly #store: Store<RoomState>;
  #timer: Timer | undefined;

  constructor(store: Store<RoomState>) {
    this.#store = store;
  }

  /** Checks regularly from now on, until nobody is typing. */
  start(): void {
    this.#timer ??= setTimeout(() => this.#check(), CHECK_MS);
  }

  close(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    this.#timer = undefined;
    const state = expireTyping(this.#store.getSnapshot(), performance.now());
    // Before the new state is announced: a listener that closes the room then leaves no timer behind.
    if (state.typing.length > 0) this.start();
    this.#store.set(state);
  }
}
