/** Times what is said of typing: one's own is told as often as the server relays it, that of others fades. */
import { TYPING_RELAY_MS } from "../protocol/limits.ts";
import { expireTyping } from "./room-reducer.ts";
import type { RoomState } from "./room-state.ts";
import type { Store } from "./store.ts";
import { stopTimer, type Timer } from "./timer.ts";

export class TypingClock {
  readonly #store: Store<RoomState>;
  readonly #tell: () => boolean;
  #timer: Timer | undefined;
  #toldAt = 0;

  /** `tell` answers whether there was a socket to tell it on. */
  constructor(store: Store<RoomState>, tell: () => boolean) {
    this.#store = store;
    this.#tell = tell;
  }

  /** One typed a key. */
  typed(): void {
    const now = Date.now();
    if (now - this.#toldAt < TYPING_RELAY_MS) return;
    if (this.#tell()) this.#toldAt = now;
  }

  /** One sent it: the next key begins something new. */
  sent(): void {
    this.#toldAt = 0;
  }

  /** Takes the typing of others away once it was last heard of too long ago. */
  expireLater(): void {
    stopTimer(this.#timer);
    const { typing } = this.#store.get();
    if (typing.length === 0) return;
    const next = Math.min(...typing.map(({ until }) => until));
    this.#timer = setTimeout(
      () => {
        this.#store.update((state) => expireTyping(state, Date.now()));
        this.expireLater();
      },
      Math.max(0, next - Date.now()) + 1,
    );
  }

  close(): void {
    stopTimer(this.#timer);
  }
}
