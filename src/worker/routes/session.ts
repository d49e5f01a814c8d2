/** `/api/session`: signing in, asking who one is, signing out. `/api/sign-in`: how one can sign in. */
import { requireUnrevoked } from "../../auth/revocation-check.ts";
import { bearerToken, verifyUserBearer } from "../../auth/authenticate.ts";
import { guest } from "../../auth/guest.ts";
import { sessionCookieOf, setSessionCookie } from "../../auth/session-cookie.ts";
import { issueSession, verifySession, type SessionCaller } from "../../auth/session-token.ts";
import { configOf } from "../../config/config.ts";
import { callObject } from "../../rpc/call.ts";
import type { User } from "../../protocol/model.ts";
import type { Caller } from "../../rpc/caller.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { guestSignIn, type SignInOptions } from "../../protocol/http.ts";
import { json, noContent } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { body, hasBody } from "../request-body.ts";
import { countRequest, countSignIn } from "../request-limits.ts";
import { checkOwnSession, signedInUser } from "../signed-in.ts";

export function sessionRoutes(api: ApiRouter): void {
  api.post("/api/session", async (request, env) => {
    await countSignIn(request, env);
    const now = Date.now();
    // No session is made of a token that was revoked. One that does not say when it was made names its user here, where a
    // session begins, and nowhere else.
    const caller = await requireUnrevoked(env, await whoSignsIn(request, env, now));
    const known = await callObject(
      () => presenceStubOf(env, caller.user.id),
      (presence): Promise<User | undefined> => presence.signIn(caller.user, caller.namedAt),
    );
    const user = known ?? caller.user;
    const session = await issueSession(env, { ...caller, user }, now);
    const response = json({ user, expiresAt: session.expiresAt }, 201);
    setSessionCookie(response, session, { request, env, now });
    return response;
  });

  api.get("/api/session", async (request, env) => {
    const { user, expiresAt } = await signedInUser(request, env);
    return json({ user, expiresAt });
  });

  api.delete("/api/session", async (request, env) => {
    await checkOwnSession(request, env);
    await endSession(request, env);
    const response = noContent();
    setSessionCookie(response, null, { request, env, now: Date.now() });
    return response;
  });

  api.get("/api/sign-in", (_request, env) => {
    const { guestSignIn: guests, signInUrl } = configOf(env);
    return json({ guests, signInUrl } satisfies SignInOptions);
  });
}

/** A host's user by their token, or with none a guest by their name. */
async function whoSignsIn(request: Request, env: Env, now: number): Promise<Caller> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return verifyUserBearer(env, bearerToken(authorization));
  if (!hasBody(request))
    throw new LilypadError("unauthenticated", "Signing in takes a token of the host application.");
  if (!configOf(env).guestSignIn) {
    throw new LilypadError("forbidden", "Guests are not let in here: sign in through the host application.");
  }
  const { name } = await body(request, guestSignIn);
  return guest(name, now);
}

/** Ends the session of the request's cookie, if it has one that is valid: no copy of the cookie signs in any more. */
async function endSession(request: Request, env: Env): Promise<void> {
  const caller = await inSession(request, env);
  if (!caller) return;
  const { user, sessionId, expiresAt } = caller;
  await countRequest(request, env, user.id);
  await callObject(
    () => presenceStubOf(env, user.id),
    (presence) => presence.endSession(user.id, sessionId, expiresAt),
  );
}

/** Whose session a request's cookie is of; undefined for none, or one that has ended. */
async function inSession(request: Request, env: Env): Promise<SessionCaller | undefined> {
  const cookie = sessionCookieOf(request, env);
  if (cookie === undefined) return undefined;
  try {
    const caller = await verifySession(env, cookie);
    await requireUnrevoked(env, caller);
    return caller;
  } catch (error) {
    if (error instanceof LilypadError && error.code === "unauthenticated") return undefined;
    throw error;
  }
}
