/** The cookie that carries the session token. */
import { configOf } from "../config/config.ts";

/**
 * `__Host-` binds the cookie to this very host over https. Plain http cannot have it, and anyone on the way could read
 * or replace what it has: so outside development there is no cookie over http at all. Cookies are the same for every port:
 * in development the host application is on localhost too, and its own cookie may well be named `session`.
 */
function cookieName(request: Request, env: Env): string | undefined {
  if (new URL(request.url).protocol === "https:") return "__Host-session";
  return configOf(env).development ? "lilypad-session" : undefined;
}

/** The session token that a request's cookie carries. */
export function sessionCookieOf(request: Request, env: Env): string | undefined {
  const name = cookieName(request, env);
  if (name === undefined) return undefined;
  const cookies = request.headers.get("cookie")?.split(";") ?? [];
  return cookies
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.slice(`${name}=`.length);
}

/** Has the answer keep a session in its cookie, or with no session clear the cookie. */
export function setSessionCookie(
  { headers }: Response,
  session: { token: string; expiresAt: number } | null,
  { request, env, now }: { request: Request; env: Env; now: number },
): void {
  const name = cookieName(request, env);
  if (name === undefined) return;
  const maxAge = session ? Math.max(0, Math.floor((session.expiresAt - now) / 1000)) : 0;
  const secure = name.startsWith("__Host-") ? "; Secure" : "";
  const attributes = `Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure}`;
  headers.set("set-cookie", `${name}=${session?.token ?? ""}; ${attributes}`);
}
