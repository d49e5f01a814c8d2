/** Who may be told to be typing again: one user's typing is relayed now and then, however often it is said. */
import { TYPING_RELAY_MS } from "../../protocol/limits.ts";

export class Typing {
  readonly #relayedAt = new Map<string, number>();

  /** Whether to relay it this time. */
  isDue(userId: string, now: number): boolean {
    if (now - (this.#relayedAt.get(userId) ?? 0) < TYPING_RELAY_MS) return false;
    // In the order of time, so that those long past are found at the front.
    this.#relayedAt.delete(userId);
    for (const [other, at] of this.#relayedAt) {
      if (now - at < TYPING_RELAY_MS) break;
      this.#relayedAt.delete(other);
    }
    this.#relayedAt.set(userId, now);
    return true;
  }

  /** Whoever left and is back may type at once. */
  left(userId: string): void {
    this.#relayedAt.delete(userId);
  }
}
