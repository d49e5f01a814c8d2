/**
 * Two users whom a new thread brings together are told of each other from both sides, since either side may be the
 * last to learn of the thread. Whichever word comes second says nothing new, and is dropped.
 */
import type { UserPresence } from "../../protocol/model.ts";

/** The two words come within moments of each other. */
const KEPT_MS = 10_000;
const KEPT = 10_000;

export class Introductions {
  readonly #made = new Map<string, number>();

  /** True the first time that this tab is told this state because of this thread. */
  isFirst(
    threadId: string,
    tabId: string,
    { userId, status, lastSeenAt }: UserPresence,
    now: number,
  ): boolean {
    const key = JSON.stringify([threadId, tabId, userId, status, lastSeenAt]);
    const madeAt = this.#made.get(key);
    if (madeAt !== undefined && now - madeAt < KEPT_MS) return false;
    if (this.#made.size >= KEPT) this.#made.clear();
    this.#made.set(key, now);
    return true;
  }
}
