/** Who makes a request: the first credential that is present decides, and one that is not valid is refused. */
import type { Caller } from "../rpc/caller.ts";
import { LilypadError } from "../protocol/errors.ts";
import { BEARER_PREFIX } from "../protocol/subprotocol.ts";
import { verifyHostToken } from "./host-token.ts";
import { sessionCookieOf } from "./session-cookie.ts";
import { verifySession } from "./session-token.ts";

/** The subprotocols that an upgrade offers. */
export function offeredSubprotocols(request: Request): string[] {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}

export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** The verified user of a request, or `unauthenticated`. */
export async function authenticate(request: Request, env: Env): Promise<Caller> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return verifyHostToken(env, bearerToken(authorization));

  if (isUpgrade(request)) {
    const bearer = offeredSubprotocols(request).find((name) => name.startsWith(BEARER_PREFIX));
    if (bearer !== undefined) return verifyHostToken(env, bearer.slice(BEARER_PREFIX.length));
  }

  const session = sessionCookieOf(request, env);
  if (session !== undefined) return verifySession(env, session);
  throw new LilypadError("unauthenticated", "Sign in first.");
}

/** The token of an Authorization header (RFC 6750, section 2.1). */
export function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +([\w~+/.-]+=*)$/i.exec(authorization) ?? [];
  if (token === undefined)
    throw new LilypadError("unauthenticated", "The Authorization header holds no Bearer token.");
  return token;
}
