/** Signing in and out by the session cookie. */
import type { Session, SignInOptions } from "../../protocol/http.ts";
import type { RequestError } from "./request-error.ts";
import type { HttpRequest } from "./request.ts";
import { apiPath } from "./url.ts";

export interface SessionApi {
  /** Returns who is signed in; undefined for nobody. */
  me(): Promise<Session | undefined>;
  /** Signs in as a guest of this name; rejects with `forbidden` where guests are not allowed. */
  signInAsGuest(name: string): Promise<Session>;
  /**
   * Signs this browser in with a token of the host application: the cookie lasts until the token expires, at most 7 days.
   * Rejects with `unauthenticated` where the token is not valid.
   */
  signIn(token: string): Promise<Session>;
  /** Returns how one can sign in. */
  signInOptions(): Promise<SignInOptions>;
  /** Ends the session of this browser: its cookie, and copies of it, sign in no more. */
  signOut(): Promise<void>;
}

/** The session calls of one client. */
export function createSession(request: HttpRequest): SessionApi {
  const path = apiPath("session");
  return {
    me: () =>
      request<Session>("GET", path).catch((error: RequestError) => {
        if (error.code !== "unauthenticated") throw error;
        return undefined;
      }),
    signInAsGuest: (name) => request("POST", path, { name }),
    signIn: (token) => request("POST", path, undefined, token),
    signInOptions: () => request("GET", apiPath("sign-in")),
    signOut: () => request("DELETE", path),
  };
}
