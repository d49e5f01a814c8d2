/**
 * Deduplicates the two notifications of a new pair. When a thread makes two users visible to each other, the status of one
 * is sent to the other from both sides, since either one's shard may be the last to learn of the thread. The second of
 * both says nothing new, and is dropped.
 */
import type { UserPresence } from "../../protocol/model.ts";

/** The two notifications come within moments of each other. */
const KEPT_MS = 10_000;
/** Above this many, all are forgotten: a notification is then sent twice, which does no harm. */
const KEPT = 10_000;

export class PairDeduplication {
  readonly #sentAt = new Map<string, number>();

  /** True the first time that this status is to be sent to this tab because of this thread. */
  isFirst(
    threadId: string,
    tabId: string,
    { userId, status, lastSeenAt }: UserPresence,
    now: number,
  ): boolean {
    const key = JSON.stringify([threadId, tabId, userId, status, lastSeenAt]);
    const sentAt = this.#sentAt.get(key);
    if (sentAt !== undefined && now - sentAt < KEPT_MS) return false;
    if (this.#sentAt.size >= KEPT) this.#sentAt.clear();
    this.#sentAt.set(key, now);
    return true;
  }
}
