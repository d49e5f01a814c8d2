/** Holding a user to a rate. */
import type { TokenBuckets } from "../durable/token-bucket.ts";
import { LilypadError } from "../protocol/errors.ts";

/** Counts one more of something by this user; throws `rate_limited` where it is one too many. */
export function admit(rate: TokenBuckets, userId: string): void {
  const retryAfterMs = rate.take(userId, Date.now());
  if (retryAfterMs > 0)
    throw new LilypadError("rate_limited", "Too many of these. Wait a moment.", { retryAfterMs });
}
