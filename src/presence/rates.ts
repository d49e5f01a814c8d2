/** How often a user may do what costs more than it asks. */
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
  readonly #newThreads = perPeriod(NEW_THREADS_PER_MINUTE, MINUTE_MS);
  readonly #searches = perPeriod(SEARCHES_PER_MINUTE, MINUTE_MS);
  readonly #reads = perPeriod(READS_PER_SECOND, SECOND_MS);
  readonly #watches = new TokenBuckets(WATCHES_AT_ONCE, { tokens: WATCHES_PER_SECOND, perMs: SECOND_MS });

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

function perPeriod(tokens: number, perMs: number): TokenBuckets {
  return new TokenBuckets(tokens, { tokens, perMs });
}

function admit(rate: TokenBuckets, userId: string): void {
  const retryAfterMs = rate.take(userId, Date.now());
  if (retryAfterMs > 0)
    throw new LilypadError("rate_limited", "Too many of these. Wait a moment.", { retryAfterMs });
}
