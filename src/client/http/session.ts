/** Who one is, by the session cookie. */
import type { Session } from "../../protocol/http.ts";
import { pathOf, type Ask } from "./request.ts";
import type { RequestError } from "./request-error.ts";

export interface SessionApi {
  /** Who is signed in; undefined for nobody. */
  me(): Promise<Session | undefined>;
  /** Signs in as a guest of this name; refused with `forbidden` where guests are not allowed. */
  signInAsGuest(name: string): Promise<Session>;
  /** Ends the session of this browser. */
  signOut(): Promise<void>;
}

/** The session calls of one client. */
export function createSession(ask: Ask): SessionApi {
  const path = pathOf("session");
  return {
    me: () =>
      ask<Session>("GET", path).catch((error: RequestError) => {
        if (error.code !== "unauthenticated") throw error;
        return undefined;
      }),
    signInAsGuest: (name) => ask("POST", path, { name }),
    signOut: () => ask("DELETE", path),
  };
}
