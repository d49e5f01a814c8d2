/** Who connects: the first credential that is present decides, and one that is not valid is refused. */
import { requireUnrevoked } from "../auth/revocation-check.ts";
import { verifyUserBearer } from "../auth/authenticate.ts";
import { LilypadError } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";
import type { Caller } from "../rpc/caller.ts";
import { valueOf } from "../rpc/result.ts";
import type { SessionCredentials } from "../rpc/socketio.ts";

/**
 * The verified user of a connection, named by `connecting` as they are known from now on. Throws `unauthenticated`, or `forbidden`
 * for a server token.
 */
export async function signIn(
  env: Env,
  { authorization, cookie }: SessionCredentials,
  auth: Record<string, unknown> | undefined,
  connecting: (caller: Caller) => Promise<User>,
): Promise<Caller> {
  const caller = await requireUnrevoked(env, await verified(env, { authorization, cookie }, auth?.["token"]));
  if (caller.expiresAt <= Date.now())
    throw new LilypadError("unauthenticated", "The session has ended. Sign in again.");
  return { ...caller, user: await connecting(caller) };
}

async function verified(
  env: Env,
  { authorization, cookie }: SessionCredentials,
  token: unknown,
): Promise<Caller> {
  if (authorization) return valueOf(authorization);
  if (token !== undefined && token !== null) {
    if (typeof token !== "string") throw new LilypadError("unauthenticated", "auth.token is no token.");
    return verifyUserBearer(env, token);
  }
  if (cookie) return valueOf(cookie);
  throw new LilypadError("unauthenticated", "Sign in first.");
}
