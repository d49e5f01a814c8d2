/** How often a user may do what costs more than it asks. */
import type { Config } from "../config/config.ts";
import { TokenBuckets } from "../durable/token-bucket.ts";
import { LilypadError } from "../protocol/errors.ts";
import {
  NEW_THREADS_PER_MINUTE,
  READS_PER_SECOND,
  SEARCHES_PER_MINUTE,
  WATCHES_AT_ONCE,
  WATCHES_PER_SECOND,
} from "../protocol/limits.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Each method counts one more by this user, and throws `rate_limited` where it is one too many. */
export class Rates {
  readonly #newThreads: TokenBuckets;
  readonly #searches: TokenBuckets;
  readonly #reads: TokenBuckets;
  readonly #watches: TokenBuckets;

  constructor({ rateLimits }: Pick<Config, "rateLimits">) {
    const atOnce = (tokens: number, refill: { tokens: number; perMs: number }) =>
      new TokenBuckets(rateLimits ? tokens : 0, refill);
    const perPeriod = (tokens: number, perMs: number) => atOnce(tokens, { tokens, perMs });
    this.#newThreads = perPeriod(NEW_THREADS_PER_MINUTE, MINUTE_MS);
    this.#searches = perPeriod(SEARCHES_PER_MINUTE, MINUTE_MS);
    this.#reads = perPeriod(READS_PER_SECOND, SECOND_MS);
    this.#watches = atOnce(WATCHES_AT_ONCE, { tokens: WATCHES_PER_SECOND, perMs: SECOND_MS });
  }

  newThread(userId: string): void {
    admit(this.#newThreads, userId);
  }

  search(userId: string): void {
    admit(this.#searches, userId);
  }

  read(userId: string): void {
    admit(this.#reads, userId);
  }

  watch(userId: string): void {
    admit(this.#watches, userId);
  }
}

function admit(rate: TokenBuckets, userId: string): void {
  const retryAfterMs = rate.take(userId, Date.now());
  if (retryAfterMs > 0)
    throw new LilypadError("rate_limited", "Too many of these. Wait a moment.", { retryAfterMs });
}
