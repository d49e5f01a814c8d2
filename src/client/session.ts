/** Who one is, by the session cookie. */
import type { Session } from "../protocol/http.ts";
import { ask, type HttpOptions } from "./http.ts";
import { RequestError } from "./request-error.ts";

export interface SessionApi {
  /** Who is signed in; undefined for nobody. */
  me(): Promise<Session | undefined>;
  /** Signs in as a guest of this name; refused with `forbidden` where guests are not allowed. */
  signInAsGuest(name: string): Promise<Session>;
  /** Ends the session of this browser. */
  signOut(): Promise<void>;
}

/** The session calls, bound to where Lilypad is. */
export function createSession(options: HttpOptions): SessionApi {
  return {
    me: async () => {
      try {
        return await ask<Session>(options, "/api/session");
      } catch (error) {
        if (error instanceof RequestError && error.code === "unauthenticated") return undefined;
        throw error;
      }
    },
    signInAsGuest: (name) => ask(options, "/api/session", { method: "POST", body: { name } }),
    signOut: () => ask(options, "/api/session", { method: "DELETE" }),
  };
}
