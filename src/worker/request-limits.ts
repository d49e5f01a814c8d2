/**
 * How many requests are let in, before any object is called: of a user, or from an address where there is no user. Counted
 * by the `ratelimits` bindings of wrangler.toml, in each of Cloudflare's locations by itself; without a binding, not at all.
 * docs/limits.md lists these limits with all others.
 */
import { isUpgrade } from "../auth/authenticate.ts";
import { configOf } from "../config/config.ts";
import { LilypadError } from "../protocol/errors.ts";

/** Every binding, and what is said to whom it refuses. */
const REFUSALS = {
  READ_LIMIT: "Too many requests.",
  WRITE_LIMIT: "Too many requests that change something.",
  OPEN_LIMIT: "Too many sockets opened.",
  NEW_THREAD_LIMIT: "Too many new threads.",
  CHAT_LIST_LIMIT: "Too many requests for all chats.",
  SIGN_IN_LIMIT: "Too many sign-ins from this address.",
  ANONYMOUS_LIMIT: "Too many requests from this address that were not signed in.",
} as const;

type RequestLimit = keyof typeof REFUSALS;

/** The period of all bindings, which do not disclose when they will allow the next one. */
const PERIOD_MS = 60_000;

/** Counts a request of this user. */
export function countRequest(request: Request, env: Env, userId: string): Promise<void> {
  return count(env, limitOf(request), userId);
}

/** Counts a thread that a user is about to make. */
export function countNewThread(env: Env, userId: string): Promise<void> {
  return count(env, "NEW_THREAD_LIMIT", userId);
}

/** Counts a request for all of a user's chats, which costs as much as many requests. */
export function countChatList(env: Env, userId: string): Promise<void> {
  return count(env, "CHAT_LIST_LIMIT", userId);
}

/** Counts a Socket.IO session that is opened: of its user, or by the address where nobody is signed in yet. */
export function countSession(request: Request, env: Env, userId: string | undefined): Promise<void> {
  return userId === undefined
    ? countAddress(request, env, "ANONYMOUS_LIMIT")
    : count(env, "OPEN_LIMIT", userId);
}

/** Counts what a polling Socket.IO session sends. */
export function countPost(env: Env, sid: string): Promise<void> {
  return count(env, "WRITE_LIMIT", sid);
}

/** Counts a request for a Socket.IO session that does not exist, by the address that it comes from. */
export function countUnknownSession(request: Request, env: Env): Promise<void> {
  return countAddress(request, env, "ANONYMOUS_LIMIT");
}

/** Counts a sign-in, by the address that it comes from. */
export function countSignIn(request: Request, env: Env): Promise<void> {
  return countAddress(request, env, "SIGN_IN_LIMIT");
}

/**
 * What a request is refused with, for what was thrown: one without a valid credential counts for its address, which is
 * `rate_limited` from some number on.
 */
export async function refusalFor(error: unknown, request: Request, env: Env): Promise<unknown> {
  if (!(error instanceof LilypadError) || error.code !== "unauthenticated") return error;
  try {
    await countAddress(request, env, "ANONYMOUS_LIMIT");
    return error;
  } catch (limited) {
    return limited;
  }
}

function limitOf(request: Request): RequestLimit {
  if (isUpgrade(request)) return "OPEN_LIMIT";
  return request.method === "GET" ? "READ_LIMIT" : "WRITE_LIMIT";
}

async function countAddress(request: Request, env: Env, limit: RequestLimit): Promise<void> {
  const address = request.headers.get("cf-connecting-ip");
  if (address !== null) await count(env, limit, networkOf(address));
}

async function count(env: Env, limit: RequestLimit, key: string): Promise<void> {
  const binding = env[limit];
  if (!binding || !configOf(env).rateLimits) return;
  const { success } = await binding.limit({ key });
  if (!success) throw new LilypadError("rate_limited", REFUSALS[limit], { retryAfterMs: PERIOD_MS });
}

/** What one subscriber has of addresses: an IPv4 address, or an IPv6 network of 64 bits. */
export function networkOf(address: string): string {
  // Within an IPv6 address too (RFC 4291, section 2.5.5.2).
  if (address.includes(".")) return address.slice(address.lastIndexOf(":") + 1);
  if (!address.includes(":")) return address;
  const [start = [], end = []] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - start.length - end.length }, () => "0");
  const network = [...start, ...zeros, ...end].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
