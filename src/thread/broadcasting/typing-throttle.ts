/** Limits how often one user's typing is broadcast, however often it is sent. */
import { TYPING_RELAY_MS } from "../../protocol/limits.ts";

export class TypingThrottle {
  readonly #broadcastAt = new Map<string, number>();

  /** Whether to broadcast it this time. */
  isDue(userId: string, now: number): boolean {
    if (now - (this.#broadcastAt.get(userId) ?? 0) < TYPING_RELAY_MS) return false;
    // In the order of time, so that those long past are found at the front.
    this.#broadcastAt.delete(userId);
    for (const [other, at] of this.#broadcastAt) {
      if (now - at < TYPING_RELAY_MS) break;
      this.#broadcastAt.delete(other);
    }
    this.#broadcastAt.set(userId, now);
    return true;
  }

  /** Whoever left and is back may type at once. */
  left(userId: string): void {
    this.#broadcastAt.delete(userId);
  }
}
