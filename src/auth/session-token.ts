/** The token in the session cookie: a JWT of Lilypad's own, of its own type and key, so that it is never accepted as a host's token nor a host's as one. */
import { SignJWT } from "jose";
import { z } from "zod";
import { configOf } from "../config/config.ts";
import type { Caller } from "../rpc/caller.ts";
import { LilypadError } from "../protocol/errors.ts";
import { SESSION_MS } from "../protocol/limits.ts";
import type { User } from "../protocol/model.ts";
import { avatarUrl, displayName, GUEST_PREFIX, looksLikeGuest, personId } from "../protocol/fields.ts";
import { verifyWithSecrets } from "./shared-secrets.ts";
import { verifiedOnce } from "./verified-tokens.ts";

/** The `typ` of a session's JWT. */
export const SESSION_TYPE = "lilypad-session+jwt";

/** Longest token: browsers drop a cookie whose name and value are over 4,096 bytes together (RFC 6265bis, section 5.6). */
const TOKEN_LENGTH = 4096 - "__Host-session".length;

/** `iat` is that of the host's token, if it had one; `sid` is absent from cookies of earlier versions. */
const claims = z.object({
  sub: personId,
  name: displayName,
  picture: avatarUrl,
  exp: z.number(),
  iat: z.number().optional(),
  sid: z.string().optional(),
});

/**
 * A new session for a caller, until their credential ends and at most 7 days from now. It counts as made when that credential
 * was: what revokes the one revokes the other.
 */
export async function issueSession(
  env: Env,
  { user, expiresAt: until, issuedAt }: Caller,
  now: number,
): Promise<{ token: string; expiresAt: number }> {
  const exp = Math.floor(Math.min(until, now + SESSION_MS) / 1000);
  const session = { exp, iat: issuedAt, sid: crypto.randomUUID() };
  const token = await sign(env, user, session);
  // Only a long picture outside ASCII, which takes more bytes than characters, comes to that.
  const fits = token.length <= TOKEN_LENGTH;
  return {
    token: fits ? token : await sign(env, { id: user.id, name: user.name }, session),
    expiresAt: exp * 1000,
  };
}

function sign(
  env: Env,
  user: User,
  { iat, ...session }: { exp: number; iat: number | undefined; sid: string },
): Promise<string> {
  const ofUser = { sub: user.id, name: user.name, ...(user.avatarUrl && { picture: user.avatarUrl }) };
  return new SignJWT({ ...ofUser, ...session, ...(iat !== undefined && { iat }) })
    .setProtectedHeader({ alg: "HS256", typ: SESSION_TYPE })
    .sign(configOf(env).sessionSecrets[0]);
}

/** A caller by their session. */
export type SessionCaller = Caller & { sessionId: string };

/** The user of a session. That it has not been ended since is not known here. Throws `unauthenticated`. */
export async function verifySession(env: Env, token: string): Promise<SessionCaller> {
  const { sessionSecrets, guestSignIn } = configOf(env);
  try {
    const payload = await verifiedOnce(sessionSecrets, token, async () => {
      return (await verifyWithSecrets(token, sessionSecrets, { typ: SESSION_TYPE })).payload;
    });
    const { sub, name, picture, exp, iat, sid } = claims.parse(payload);
    if (exp * 1000 <= Date.now()) throw new Error("it has ended");
    const isGuest = guestSignIn && sub.startsWith(GUEST_PREFIX);
    if (looksLikeGuest(sub) && !isGuest) throw new Error("no guest, or guests are no longer let in");
    return {
      user: { id: sub, name, ...(picture !== undefined && { avatarUrl: picture }) },
      expiresAt: exp * 1000,
      ...(iat !== undefined && { issuedAt: iat }),
      sessionId: sid ?? (await idWithoutClaim(token)),
    };
  } catch {
    throw new LilypadError("unauthenticated", "The session has ended. Sign in again.");
  }
}

/**
 * The session of a cookie of an earlier version: its cookie is what distinguishes it from others. Without the signature, whose last
 * character has more than one spelling.
 */
async function idWithoutClaim(token: string): Promise<string> {
  const signed = token.slice(0, token.lastIndexOf("."));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(signed));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
