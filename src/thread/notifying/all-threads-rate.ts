/**
 * The rate of a user's commands in all threads together, as far as this thread goes: it counts them for the user's Presence
 * shard, which adds them up (presence/rate-limits.ts) and answers each update with who is on hold. The counts are in memory
 * alone: whoever had an object sleep in between sent nothing meanwhile.
 */
import type { Holds } from "../../durable/holds.ts";
import { LilypadError } from "../../protocol/errors.ts";

/**
 * So many commands of a user go on before Presence has answered; further ones wait for that, so that sending to many threads
 * at once gains little. Such a count is also sent by itself, without waiting for the next notification.
 */
const UNANSWERED = 10;
/** How long they wait at most. */
const WAIT_MS = 1_000;

export class AllThreadsRate {
  readonly #holds: Holds;
  readonly #burst: number;
  /** Commands that Presence was not sent yet. */
  readonly #counts = new Map<string, number>();
  /** Commands that went on since Presence last answered for their user. */
  readonly #unanswered = new Map<string, number>();
  readonly #waiting = new Map<string, Promise<void>>();
  /** Called when a user's count is due. */
  onDue: (now: number) => void = () => {};
  /** Sends Presence the counts that are due; resolves when it has answered. */
  report: () => Promise<void> = async () => {};

  /** `burst`: what a user may send at once in all threads together. Where it is 0 there is no limit, and nothing is counted. */
  constructor(holds: Holds, burst: number) {
    this.#holds = holds;
    this.#burst = burst;
  }

  /** Looks at a command that is about to be applied: undefined lets it go on, a promise when Presence has answered (writing/check-queue.ts). */
  check(userId: string): Promise<void> | undefined {
    if (this.#burst === 0) return undefined;
    const unanswered = (this.#unanswered.get(userId) ?? 0) + 1;
    this.#unanswered.set(userId, unanswered);
    if (unanswered <= UNANSWERED) return undefined;
    const waiting = this.#waiting.get(userId) ?? this.#answer(userId);
    this.#waiting.set(userId, waiting);
    return waiting;
  }

  /** Throws `rate_limited` for a user who is on hold. */
  admit(userId: string, now: number): void {
    const retryAfterMs = this.#holds.remaining(userId, now);
    if (retryAfterMs > 0)
      throw new LilypadError("rate_limited", "Too many commands in all threads together.", { retryAfterMs });
  }

  /** So many commands of a user were let through. */
  count(userId: string, commands: number, now: number): void {
    if (this.#burst === 0) return;
    const count = (this.#counts.get(userId) ?? 0) + commands;
    this.#counts.set(userId, count);
    if (count >= UNANSWERED) this.onDue(now);
  }

  /** Everyone with a count; or those whose count is due. */
  users({ due = false } = {}): string[] {
    return [...this.#counts].flatMap(([userId, count]) => (!due || count >= UNANSWERED ? [userId] : []));
  }

  /** The counts of these users, for an update. */
  take(userIds: readonly string[] = []): Record<string, number> {
    const taken = userIds.map((userId) => [userId, this.#counts.get(userId) ?? 0] as const);
    for (const userId of userIds) this.#counts.delete(userId);
    return Object.fromEntries(taken);
  }

  /**
   * A shard did not answer. Where it was only the answer that was lost, these are counted twice. No more than a burst of each
   * user is kept: while the shard is away they send at the thread's own rate, and are not to be on hold for it afterwards.
   */
  putBack(counts: Record<string, number>): void {
    for (const [userId, count] of Object.entries(counts))
      this.#counts.set(userId, Math.min(this.#burst, (this.#counts.get(userId) ?? 0) + count));
  }

  /** A shard has answered for these counts; `holds` as in `ThreadUpdateAnswer`. */
  answered(counts: Record<string, number>, holds: Record<string, number>, now: number): void {
    for (const userId of Object.keys(counts)) this.#unanswered.delete(userId);
    for (const [userId, until] of Object.entries(holds)) this.#holds.extend(userId, until, now);
  }

  /** Never rejects: a fault in reporting is no reason to refuse a command. */
  async #answer(userId: string): Promise<void> {
    try {
      await Promise.race([this.report(), scheduler.wait(WAIT_MS)]);
    } catch (error) {
      console.error("commands were not reported to Presence", error);
    }
    this.#waiting.delete(userId);
    this.#unanswered.delete(userId);
  }
}
