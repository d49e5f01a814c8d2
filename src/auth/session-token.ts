/** The token in the session cookie: a JWT of Lilypad's own, of its own type and key, so that it is never accepted as a host's token nor a host's as one. */
import { SignJWT } from "jose";
import { z } from "zod";
import { configOf } from "../config/config.ts";
import type { Caller } from "../rpc/caller.ts";
import { LilypadError } from "../protocol/errors.ts";
import { SESSION_MS } from "../protocol/limits.ts";
import type { User } from "../protocol/model.ts";
import { avatarUrl, displayName, GUEST_PREFIX, looksLikeGuest, personId } from "../protocol/names.ts";
import { verifyWithSecrets } from "./shared-secrets.ts";
import { verifiedOnce } from "./verified-tokens.ts";

/** The `typ` of a session's JWT. */
export const SESSION_TYPE = "lilypad-session+jwt";

/** Longest token: browsers drop a cookie whose name and value are over 4,096 bytes together (RFC 6265bis, section 5.6). */
const TOKEN_LENGTH = 4096 - "__Host-session".length;

const claims = z.object({ sub: personId, name: displayName, picture: avatarUrl, exp: z.number() });

/** A session for this user, until `until` (milliseconds since the epoch) and at most 7 days from now. */
export async function issueSession(
  env: Env,
  { user, expiresAt: until }: Caller,
  now: number,
): Promise<{ token: string; expiresAt: number }> {
  const exp = Math.floor(Math.min(until, now + SESSION_MS) / 1000);
  const token = await sign(env, user, exp);
  // Only a long picture outside ASCII, which takes more bytes than characters, comes to that.
  const fits = token.length <= TOKEN_LENGTH;
  return {
    token: fits ? token : await sign(env, { id: user.id, name: user.name }, exp),
    expiresAt: exp * 1000,
  };
}

function sign(env: Env, user: User, exp: number): Promise<string> {
  return new SignJWT({ name: user.name, ...(user.avatarUrl && { picture: user.avatarUrl }) })
    .setProtectedHeader({ alg: "HS256", typ: SESSION_TYPE })
    .setSubject(user.id)
    .setExpirationTime(exp)
    .sign(configOf(env).sessionSecrets[0]);
}

/** The user of a session. Throws `unauthenticated`. */
export async function verifySession(env: Env, token: string): Promise<Caller> {
  const { sessionSecrets, guestSignIn } = configOf(env);
  try {
    const payload = await verifiedOnce(sessionSecrets, token, async () => {
      return (await verifyWithSecrets(token, sessionSecrets, { typ: SESSION_TYPE })).payload;
    });
    const { sub, name, picture, exp } = claims.parse(payload);
    if (exp * 1000 <= Date.now()) throw new Error("it has ended");
    const isGuest = guestSignIn && sub.startsWith(GUEST_PREFIX);
    if (looksLikeGuest(sub) && !isGuest) throw new Error("no guest, or guests are no longer let in");
    return {
      user: { id: sub, name, ...(picture !== undefined && { avatarUrl: picture }) },
      expiresAt: exp * 1000,
    };
  } catch {
    throw new LilypadError("unauthenticated", "The session has ended. Sign in again.");
  }
}
