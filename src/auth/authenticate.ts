/** Who makes a request: the first credential that is present decides, and one that is not valid is refused. */
import type { Caller } from "../rpc/caller.ts";
import { LilypadError } from "../protocol/errors.ts";
import { BEARER_PREFIX } from "../protocol/subprotocol.ts";
import { verifyHostToken } from "./host-token.ts";
import { isServerToken, noSession, verifyServerToken, type ServerToken } from "./server-token.ts";
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

/** What a request is authenticated by: a user's own token or cookie, or the host's server token. */
export type Credential = ({ by: "user" } & Caller) | ({ by: "server" } & ServerToken);

/** The verified credential of a request. Throws `unauthenticated`. */
export async function authenticate(request: Request, env: Env): Promise<Credential> {
  const token = bearerOf(request);
  if (token !== undefined) return verifyBearer(env, token);
  const session = sessionCookieOf(request, env);
  if (session !== undefined) return { by: "user", ...(await verifySession(env, session)) };
  throw new LilypadError("unauthenticated", "Sign in first.");
}

/** The token that a request carries in its Authorization header, or an upgrade as a subprotocol. */
export function bearerOf(request: Request): string | undefined {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return bearerToken(authorization);
  if (!isUpgrade(request)) return undefined;
  const bearer = offeredSubprotocols(request).find((name) => name.startsWith(BEARER_PREFIX));
  return bearer?.slice(BEARER_PREFIX.length);
}

/** Verifies a token in the one meaning that it has. Throws `unauthenticated`. */
export async function verifyBearer(env: Env, token: string): Promise<Credential> {
  return isServerToken(env, token)
    ? { by: "server", ...(await verifyServerToken(env, token)) }
    : { by: "user", ...(await verifyHostToken(env, token)) };
}

/** A user by their own token, of which a session is made. Throws `unauthenticated`, or `forbidden` for a server token. */
export async function verifyUserBearer(env: Env, token: string): Promise<Caller> {
  const credential = await verifyBearer(env, token);
  if (credential.by === "server") throw noSession();
  const { by: _, ...caller } = credential;
  return caller;
}

/** The token of an Authorization header (RFC 6750, section 2.1). */
export function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +([\w~+/.-]+=*)$/i.exec(authorization) ?? [];
  if (token === undefined)
    throw new LilypadError("unauthenticated", "The Authorization header holds no Bearer token.");
  return token;
}
