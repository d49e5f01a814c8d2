/** `/api/session`: signing in, asking who one is, signing out. `/api/sign-in`: how one can sign in. */
import { bearerToken, verifyBearer } from "../../auth/authenticate.ts";
import { guest } from "../../auth/guest.ts";
import { setSessionCookie } from "../../auth/session-cookie.ts";
import { issueSession } from "../../auth/session-token.ts";
import { configOf } from "../../config/config.ts";
import { callObject } from "../../rpc/call.ts";
import type { Caller } from "../../rpc/caller.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { guestSignIn, type SignInOptions } from "../../protocol/http.ts";
import { json, noContent } from "../answers.ts";
import type { ApiRouter } from "../api.ts";
import { body, hasBody } from "../request-body.ts";
import { countSignIn } from "../request-limits.ts";
import { noSession, signedInUser } from "../signed-in.ts";

export function sessionRoutes(api: ApiRouter): void {
  api.post("/api/session", async (request, env) => {
    await countSignIn(request, env);
    const now = Date.now();
    const caller = await whoSignsIn(request, env, now);
    // A token that does not say when it was made names its user here, where a session begins, and nowhere else.
    const { user, namedAt = now } = caller;
    const session = await issueSession(env, caller, now);
    await callObject(
      () => presenceStubOf(env, user.id),
      (presence) => presence.signIn(user, namedAt),
    );
    const response = json({ user, expiresAt: session.expiresAt }, 201);
    setSessionCookie(response, session, { request, env, now });
    return response;
  });

  api.get("/api/session", async (request, env) => {
    const { user, expiresAt } = await signedInUser(request, env);
    return json({ user, expiresAt });
  });

  api.delete("/api/session", (request, env) => {
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
  if (authorization !== null) {
    const credential = await verifyBearer(env, bearerToken(authorization));
    if (credential.by === "server") throw noSession();
    return credential;
  }
  if (!hasBody(request))
    throw new LilypadError("unauthenticated", "Signing in takes a token of the host application.");
  if (!configOf(env).guestSignIn) {
    throw new LilypadError("forbidden", "Guests are not let in here: sign in through the host application.");
  }
  const { name } = await body(request, guestSignIn);
  return guest(name, now);
}
