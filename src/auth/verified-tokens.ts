/**
 * Tokens that were verified a moment ago: a page opens its sockets, and sends its first requests, with one and the same. In
 * the memory of one isolate alone.
 */
import type { JWTPayload } from "jose";

/** How long a signature that was good counts as good: a key that is withdrawn meanwhile is refused after it. */
const KEPT_MS = 10_000;
/** Most tokens that are kept, of a few hundred bytes each, and the length of one, in UTF-16 units. */
const KEPT = 1_000;
const KEPT_LENGTH = 4_096;

interface Verified {
  payload: JWTPayload;
  until: number;
}

/** By the settings that they were verified with. */
const known = new WeakMap<object, Map<string, Verified>>();

/**
 * The claims of a token: of one that is known, or as `verify` finds them. What depends on the time, such as its end, is the
 * caller's to check. What `verify` throws is thrown, and nothing is kept of it.
 */
export async function verifiedOnce(
  settings: object,
  token: string,
  verify: () => Promise<JWTPayload>,
): Promise<JWTPayload> {
  const now = Date.now();
  const tokens = known.get(settings) ?? new Map<string, Verified>();
  known.set(settings, tokens);
  const kept = tokens.get(token);
  if (kept && now < kept.until) return kept.payload;
  const payload = await verify();
  if (tokens.size >= KEPT) tokens.clear();
  if (token.length <= KEPT_LENGTH) tokens.set(token, { payload, until: now + KEPT_MS });
  return payload;
}
