/** Notifies the others in the room that the user is typing: not at each key, but often enough to show without a break. */
import { TYPING_MS, TYPING_RELAY_MS } from "../../protocol/limits.ts";

/**
 * Halfway between the shortest interval that the server relays and the time that one notification shows: on a network
 * whose delay varies, none is dropped and the display does not flicker.
 */
const INTERVAL_MS = (TYPING_RELAY_MS + TYPING_MS) / 2;

export class TypingNotifier {
  readonly #send: () => boolean;
  #sentAt = -Infinity;

  /** `send` returns false if the notification could not be sent. */
  constructor(send: () => boolean) {
    this.#send = send;
  }

  /** The user pressed a key. */
  typed(): void {
    const now = performance.now();
    if (now - this.#sentAt >= INTERVAL_MS && this.#send()) this.#sentAt = now;
  }

  /** The user sent the message: the next key begins another one. */
  sent(): void {
    this.#sentAt = -Infinity;
  }
}
