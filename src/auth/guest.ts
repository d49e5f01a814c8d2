/** Guests, for development: anyone who says a name. */
import type { Caller } from "../rpc/caller.ts";
import { SESSION_MS } from "../protocol/limits.ts";
import { GUEST_PREFIX } from "../protocol/fields.ts";

/** The guest of this name: the same name is the same user. Names that differ in spaces or commas alone are one. */
export function guest(name: string, now: number): Caller {
  return {
    user: { id: GUEST_PREFIX + name.replaceAll(/[\s,]+/gu, "-"), name },
    expiresAt: now + SESSION_MS,
    namedAt: now,
    issuedAt: Math.floor(now / 1000),
  };
}
