/** The session cookie: a JWT of Lilypad's own, of its own type and key, so that it is never taken for a host's token nor a host's for it. */
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { configOf } from "../config/config.ts";
import type { Caller } from "../durable/caller.ts";
import { LilypadError } from "../protocol/errors.ts";
import { SESSION_MS } from "../protocol/limits.ts";
import { avatarUrl, displayName, userId } from "../protocol/names.ts";

/** The `typ` of a session's JWT. */
export const SESSION_TYPE = "lilypad-session+jwt";

const claims = z.object({ sub: userId, name: displayName, picture: avatarUrl, exp: z.number() });

/** A session for this user, until `until` (milliseconds since the epoch) and at most 7 days from now. */
export async function createSession(
  env: Env,
  { user, expiresAt: until }: Caller,
  now: number,
): Promise<{ token: string; expiresAt: number }> {
  const exp = Math.floor(Math.min(until, now + SESSION_MS) / 1000);
  const token = await new SignJWT({ name: user.name, ...(user.avatarUrl && { picture: user.avatarUrl }) })
    .setProtectedHeader({ alg: "HS256", typ: SESSION_TYPE })
    .setSubject(user.id)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(exp)
    .sign(configOf(env).sessionSecret);
  return { token, expiresAt: exp * 1000 };
}

/** The user of a session. Throws `unauthenticated`. */
export async function verifySession(env: Env, token: string): Promise<Caller> {
  const { sessionSecret } = configOf(env);
  try {
    const { payload } = await jwtVerify(token, sessionSecret, { algorithms: ["HS256"], typ: SESSION_TYPE });
    const { sub, name, picture, exp } = claims.parse(payload);
    return {
      user: { id: sub, name, ...(picture !== undefined && { avatarUrl: picture }) },
      expiresAt: exp * 1000,
    };
  } catch {
    throw new LilypadError("unauthenticated", "The session has ended. Sign in again.");
  }
}

/** `__Host-` binds the cookie to this very host over https; plain http cannot have it, and is for development alone. */
function cookieName(url: URL): string {
  return url.protocol === "https:" ? "__Host-session" : "session";
}

/** The session token that a request's cookie carries. */
export function sessionCookieOf(request: Request): string | undefined {
  const name = `${cookieName(new URL(request.url))}=`;
  const cookies = request.headers.get("cookie")?.split(";") ?? [];
  return cookies
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(name))
    ?.slice(name.length);
}

/** The Set-Cookie that keeps a session, or with no token ends it. */
export function setSessionCookie(
  url: URL,
  session: { token: string; expiresAt: number } | null,
  now: number,
): string {
  const maxAge = session ? Math.max(0, Math.floor((session.expiresAt - now) / 1000)) : 0;
  const secure = url.protocol === "https:" ? "; Secure" : "";
  return `${cookieName(url)}=${session?.token ?? ""}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}
