/** Times what is said of typing: one's own is told while one types, that of others fades. */
import { TYPING_MS, TYPING_RELAY_MS } from "../../protocol/limits.ts";
import { expireTyping } from "./room-reducer.ts";
import type { RoomState } from "./room-state.ts";
import type { Store } from "../store/store.ts";
import { stopTimer, type Timer } from "../timer.ts";

/** How often it is looked who has stopped typing. */
const LOOK_MS = 500;
/**
 * How often one's own typing is told: in the middle between how often it is relayed at most and how long it shows, so
 * that a network that is now slower, now faster, makes nobody seem to stop.
 */
const TELL_MS = (TYPING_RELAY_MS + TYPING_MS) / 2;

export interface TypingClock {
  /** One typed a key. */
  typed(): void;
  /** One sent it: the next key begins something new. */
  sent(): void;
  /** Takes the typing of others away once it was last heard of too long ago. */
  expireLater(): void;
  close(): void;
}

/** `tell` answers whether there was a socket to tell it on. */
export function createTypingClock(store: Store<RoomState>, tell: () => boolean): TypingClock {
  let timer: Timer | undefined;
  let toldAt = -Infinity;

  const expireLater = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      store.update((state) => expireTyping(state, performance.now()));
      if (store.getSnapshot().typing.length > 0) expireLater();
    }, LOOK_MS);
  };
  return {
    typed: () => {
      const now = performance.now();
      if (now - toldAt >= TELL_MS && tell()) toldAt = now;
    },
    sent: () => {
      toldAt = -Infinity;
    },
    expireLater,
    close: () => stopTimer(timer),
  };
}
