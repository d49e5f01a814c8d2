/**
 * In whose name a request is made: of a user, by their own credential or by the host's server token that names them, or of
 * the host itself. Whichever a route takes, it asks here.
 */
import { requireUnrevoked, requireUnbanned } from "../auth/revocation-check.ts";
import { authenticate, bearerOf } from "../auth/authenticate.ts";
import { isServerToken, noSession, verifyServerToken } from "../auth/server-token.ts";
import { configOf } from "../config/config.ts";
import { LilypadError } from "../protocol/errors.ts";
import { isHost, SYSTEM_ID } from "../protocol/system-user.ts";
import type { Caller } from "../rpc/caller.ts";
import { profilesOf } from "./known-users.ts";
import { countRequest } from "./request-limits.ts";

/** Who makes a request. The host itself is the user `SYSTEM_ID` (`isHost`). */
export interface SignedIn extends Caller {
  /** By a server token: no rate of a user limits it. */
  byServer: boolean;
}

/**
 * A user or the host. Throws `unauthenticated`, or `rate_limited` where a user asks too often. `check` is of what the request
 * names, and comes before any object is called for a user.
 */
export async function signedIn(request: Request, env: Env, check?: () => unknown): Promise<SignedIn> {
  const credential = await authenticate(request, env);
  if (credential.by === "user") {
    const { by: _, ...verified } = credential;
    try {
      check?.();
    } catch (error) {
      await countRequest(request, env, verified.user.id);
      throw error;
    }
    // First, so that what was revoked does not use up the rate of the user whom it names.
    const caller = await requireUnrevoked(env, verified);
    await countRequest(request, env, caller.user.id);
    return { ...caller, byServer: false };
  }
  const { userId, expiresAt } = credential;
  if (userId === undefined)
    return { user: { id: SYSTEM_ID, name: configOf(env).systemName }, expiresAt, byServer: true };
  const [user] = await profilesOf(env, [userId]);
  if (!user)
    throw new LilypadError(
      "unauthenticated",
      "The token is not valid: its sub is no user who is known here.",
    );
  await requireUnbanned(env, userId);
  return { user, expiresAt, byServer: true };
}

/** A user, not the host itself: to that it is `forbidden`. */
export async function signedInUser(request: Request, env: Env, check?: () => unknown): Promise<SignedIn> {
  const who = await signedIn(request, env, check);
  if (isHost(who.user))
    throw new LilypadError("forbidden", "Only a user can do that: name one as the token's sub.");
  return who;
}

/** A user by their own credential: no session and no socket is made of a server token, to which it is `forbidden`. */
export async function signedInThemself(request: Request, env: Env, check?: () => unknown): Promise<Caller> {
  const { byServer, ...caller } = await signedIn(request, env, check);
  if (byServer) throw noSession();
  return caller;
}

/**
 * The same for an upgrade that the user's own shard takes: whether the credential was revoked it finds out by itself, at no
 * further call.
 */
export async function signedInForPresence(request: Request, env: Env): Promise<Caller> {
  const credential = await authenticate(request, env);
  if (credential.by === "server") throw noSession();
  const { by: _, ...caller } = credential;
  await countRequest(request, env, caller.user.id);
  return caller;
}

/** The host itself. To users it is `forbidden`, whatever they ask for. */
export async function signedInHost(request: Request, env: Env): Promise<SignedIn> {
  const who = await signedIn(request, env);
  if (!isHost(who.user))
    throw new LilypadError("forbidden", "Only the host application's server can do that.");
  return who;
}

/** A server token is for servers: with one, a request that a browser marks with its page's origin is `forbidden`. */
export async function checkNoPage(request: Request, env: Env): Promise<void> {
  if (request.headers.has("origin") && (await hasServerToken(request, env)))
    throw new LilypadError("forbidden", "A server token is not to be used in a browser.");
}

/** What concerns a session is a user's own: `forbidden` to a server token. */
export async function checkOwnSession(request: Request, env: Env): Promise<void> {
  if (await hasServerToken(request, env)) throw noSession();
}

/** Whether a request carries a server token that is valid. What is wrong with another is for its route to say. */
async function hasServerToken(request: Request, env: Env): Promise<boolean> {
  try {
    const token = bearerOf(request);
    if (token === undefined || !isServerToken(env, token)) return false;
    await verifyServerToken(env, token);
    return true;
  } catch {
    return false;
  }
}
