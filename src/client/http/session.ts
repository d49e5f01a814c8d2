/** Signing in and out by the session cookie. */
import type { Session } from "../../protocol/http.ts";
import type { RequestError } from "./request-error.ts";
import type { HttpRequest } from "./request.ts";
import { apiPath } from "./url.ts";

export interface SessionApi {
  /** Returns who is signed in; undefined for nobody. */
  me(): Promise<Session | undefined>;
  /** Signs in as a guest of this name; rejects with `forbidden` where guests are not allowed. */
  signInAsGuest(name: string): Promise<Session>;
  /** Signs this browser out. */
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
    signOut: () => request("DELETE", path),
  };
}
