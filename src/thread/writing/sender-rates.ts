/** How often a user may have commands run in this thread, over sockets and HTTP together: by its own rate, and by that of all threads. */
import type { Rate } from "../../config/config.ts";
import { TokenBuckets } from "../../durable/token-buckets.ts";
import { SCANNED_PER_COMMAND } from "../../protocol/limits.ts";
import type { AllThreadsRate } from "../notifying/all-threads-rate.ts";

export class SenderRates {
  readonly #ofThread: TokenBuckets;
  readonly #ofAll: Pick<AllThreadsRate, "admit" | "count">;

  constructor(rate: Rate, ofAll: Pick<AllThreadsRate, "admit" | "count">) {
    this.#ofThread = new TokenBuckets(rate.burst, { tokens: rate.per10s, perMs: 10_000 });
    this.#ofAll = ofAll;
  }

  /** Lets a command through, or throws `rate_limited`. */
  admit(userId: string, now: number): void {
    this.#ofAll.admit(userId, now);
    this.#ofThread.admit(userId, now, "Too many commands at once.");
    this.#ofAll.count(userId, 1, now);
  }

  /** A command that was let through scanned so many messages: that counts as further commands. */
  scanned(userId: string, messages: number, now: number): void {
    if (messages === 0) return;
    const commands = messages / SCANNED_PER_COMMAND;
    this.#ofThread.charge(userId, commands, now);
    this.#ofAll.count(userId, commands, now);
  }
}
