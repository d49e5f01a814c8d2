/** Per-user rate limits of requests that cost far more than they take to send. */
import { configOf } from "../config/config.ts";
import { TokenBuckets } from "../durable/token-buckets.ts";
import { LilypadError } from "../protocol/errors.ts";
import {
  NEW_THREADS_PER_MINUTE,
  READS_PER_SECOND,
  USER_SEARCHES_PER_MINUTE,
  WATCHES_AT_ONCE,
  WATCHES_PER_SECOND,
} from "../protocol/limits.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Each method counts one more of this user, and throws `rate_limited` where it is one too many. */
export class RateLimits {
  readonly #env: Env;
  readonly #newThreads: TokenBuckets;
  readonly #userSearches: TokenBuckets;
  readonly #reads: TokenBuckets;
  readonly #watches: TokenBuckets;

  constructor(env: Env) {
    this.#env = env;
    const perPeriod = (tokens: number, perMs: number) => new TokenBuckets(tokens, { tokens, perMs });
    this.#newThreads = perPeriod(NEW_THREADS_PER_MINUTE, MINUTE_MS);
    this.#userSearches = perPeriod(USER_SEARCHES_PER_MINUTE, MINUTE_MS);
    this.#reads = perPeriod(READS_PER_SECOND, SECOND_MS);
    this.#watches = new TokenBuckets(WATCHES_AT_ONCE, { tokens: WATCHES_PER_SECOND, perMs: SECOND_MS });
  }

  newThread(userId: string): void {
    this.#admit(this.#newThreads, userId);
  }

  userSearch(userId: string): void {
    this.#admit(this.#userSearches, userId);
  }

  read(userId: string): void {
    this.#admit(this.#reads, userId);
  }

  /** `isFirst`: of this tab. All tabs of a user may reconnect at once, and each has to send its subscriptions. */
  watch(userId: string, isFirst: boolean): void {
    this.#admit(this.#watches, userId, isFirst);
  }

  // The settings are read here and not before: a shard must start, and its alarm run, also while they are invalid.
  #admit(rate: TokenBuckets, userId: string, inAnyCase = false): void {
    if (!configOf(this.#env).rateLimits) return;
    const retryAfterMs = rate.take(userId, Date.now());
    if (retryAfterMs > 0 && !inAnyCase)
      throw new LilypadError("rate_limited", "Too many of these. Wait a moment.", { retryAfterMs });
  }
}
