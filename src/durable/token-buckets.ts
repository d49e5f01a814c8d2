/**
 * Rates of many users, each a token bucket: `burst` at once, then so many in a period. Kept in memory alone: an
 * object that was evicted had been idle, and a full bucket after it is what a patient user would have too.
 */

import { LilypadError } from "../protocol/errors.ts";

interface Bucket {
  /** Below zero where more was charged than there was. */
  tokens: number;
  /** When `tokens` was true, in milliseconds since the epoch. */
  at: number;
}

/** Above this many buckets, those that have filled up again are dropped. */
const KEPT = 1_000;

export class TokenBuckets {
  readonly #burst: number;
  readonly #perMs: number;
  readonly #lowest: number;
  readonly #buckets = new Map<string, Bucket>();

  /** A `burst` of 0, or `tokens` of 0, is no limit. A bucket is at most `maxDeficit` tokens below zero, whatever is charged. */
  constructor(burst: number, refill: { tokens: number; perMs: number }, maxDeficit = Infinity) {
    this.#burst = burst;
    this.#perMs = refill.tokens / refill.perMs;
    this.#lowest = -maxDeficit;
  }

  /** Takes one token, or throws `rate_limited` with when there will be one. */
  admit(key: string, now: number, message: string): void {
    const retryAfterMs = this.take(key, now);
    if (retryAfterMs > 0) throw new LilypadError("rate_limited", message, { retryAfterMs });
  }

  /** Takes one token. 0 where there was one; else the milliseconds until there will be. */
  take(key: string, now: number): number {
    const wait = this.charge(key, 0, now);
    if (wait === 0) this.charge(key, 1, now);
    return wait;
  }

  /** Takes so many tokens, whether they are there or not. Returns the milliseconds until there will be one again. */
  charge(key: string, tokens: number, now: number): number {
    if (this.#burst === 0 || this.#perMs === 0) return 0;
    const bucket = this.#refilled(key, now);
    bucket.tokens = Math.max(this.#lowest, bucket.tokens - tokens);
    return bucket.tokens < 1 ? Math.ceil((1 - bucket.tokens) / this.#perMs) : 0;
  }

  #refilled(key: string, now: number): Bucket {
    const bucket = this.#buckets.get(key);
    if (bucket) {
      bucket.tokens = this.#tokensAt(bucket, now);
      bucket.at = now;
      return bucket;
    }
    if (this.#buckets.size >= KEPT) this.#dropFull(now);
    const fresh = { tokens: this.#burst, at: now };
    this.#buckets.set(key, fresh);
    return fresh;
  }

  #tokensAt(bucket: Bucket, now: number): number {
    return Math.min(this.#burst, bucket.tokens + Math.max(0, now - bucket.at) * this.#perMs);
  }

  #dropFull(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokensAt(bucket, now) >= this.#burst) this.#buckets.delete(key);
    }
  }
}
