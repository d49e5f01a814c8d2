/** Per-user rate limits: of what costs far more than it takes to send, and of commands in all threads together. */
import { configOf, type Rate } from "../config/config.ts";
import type { Holds } from "../durable/holds.ts";
import { TokenBuckets } from "../durable/token-buckets.ts";
import {
  BLOCKS_PER_MINUTE,
  NEW_THREADS_PER_MINUTE,
  READS_PER_SECOND,
  REPORTS_AT_ONCE,
  REPORTS_PER_HOUR,
  USER_SEARCHES_PER_MINUTE,
  WATCHES_AT_ONCE,
  WATCHES_PER_SECOND,
} from "../protocol/limits.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const perPeriod = (tokens: number, perMs: number) => new TokenBuckets(tokens, { tokens, perMs });

/** Each method but those of commands counts one more of this user, and throws `rate_limited` where it is one too many. */
export class RateLimits {
  readonly #env: Env;
  readonly #holds: Holds;
  readonly #newThreads = perPeriod(NEW_THREADS_PER_MINUTE, MINUTE_MS);
  readonly #userSearches = perPeriod(USER_SEARCHES_PER_MINUTE, MINUTE_MS);
  readonly #reports = new TokenBuckets(REPORTS_AT_ONCE, { tokens: REPORTS_PER_HOUR, perMs: HOUR_MS });
  readonly #blocks = perPeriod(BLOCKS_PER_MINUTE, MINUTE_MS);
  readonly #reads = perPeriod(READS_PER_SECOND, SECOND_MS);
  readonly #watches = new TokenBuckets(WATCHES_AT_ONCE, { tokens: WATCHES_PER_SECOND, perMs: SECOND_MS });
  #commands: TokenBuckets | undefined;
  #opens: TokenBuckets | undefined;

  constructor(env: Env, holds: Holds) {
    this.#env = env;
    this.#holds = holds;
  }

  newThread(userId: string): void {
    this.#admit(this.#newThreads, userId);
  }

  userSearch(userId: string): void {
    this.#admit(this.#userSearches, userId);
  }

  report(userId: string): void {
    this.#admit(this.#reports, userId);
  }

  /** Of somebody by a user, or that it is lifted. */
  block(userId: string): void {
    this.#admit(this.#blocks, userId);
  }

  read(userId: string): void {
    this.#admit(this.#reads, userId);
  }

  /** `isFirst`: of this tab. All tabs of a user may reconnect at once, and each has to send its subscriptions. */
  watch(userId: string, isFirst: boolean): void {
    try {
      this.#admit(this.#watches, userId);
    } catch (error) {
      if (!isFirst) throw error;
    }
  }

  /** A tab is being opened. */
  open(userId: string): void {
    this.#opens ??= bucketsOf(configOf(this.#env).openRate);
    this.#admit(this.#opens, userId);
  }

  /** Counts commands that users sent in a thread. One who sent too many is on hold until they are made up for. */
  countCommands(counts: Record<string, number>): void {
    const now = Date.now();
    for (const [userId, count] of Object.entries(counts)) {
      this.#commands ??= commandBuckets(configOf(this.#env).userRate);
      const wait = this.#commands.charge(userId, count, now);
      if (wait > 0) this.#holds.extend(userId, now + wait, now);
    }
  }

  /** Which of these users are on hold in all threads, and until when. */
  holds(userIds: readonly string[]): Record<string, number> {
    const now = Date.now();
    const remaining = userIds.map((userId) => [userId, this.#holds.remaining(userId, now)] as const);
    return Object.fromEntries(remaining.flatMap(([userId, ms]) => (ms > 0 ? [[userId, now + ms]] : [])));
  }

  // The settings are read here and not before: a shard must start, and its alarm run, also while they are invalid.
  #admit(rate: TokenBuckets, userId: string): void {
    if (configOf(this.#env).rateLimits) rate.admit(userId, Date.now(), "Too many of these. Wait a moment.");
  }
}

/**
 * What threads could not report for a while comes in a lump, and may be counted twice where only an answer was lost: nobody
 * is on hold for longer than it takes to refill two bursts.
 */
function commandBuckets({ burst, per10s }: Rate): TokenBuckets {
  return new TokenBuckets(burst, { tokens: per10s, perMs: 10_000 }, burst);
}

function bucketsOf({ burst, per10s }: Rate): TokenBuckets {
  return new TokenBuckets(burst, { tokens: per10s, perMs: 10_000 });
}
