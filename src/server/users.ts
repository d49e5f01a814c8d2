/** The users of the host, as it makes them known to Lilypad and ends their sessions. */
import type { HostUser } from "../protocol/http.ts";
import type { User } from "../protocol/model.ts";
import type { Send } from "./request.ts";
import type { Data } from "./threads.ts";

export interface PutUser {
  name: string;
  /** An https address. `null` removes it, absent leaves it. */
  avatarUrl?: string | null;
  /** For the host's own eyes: at most 1,024 bytes as JSON. `null` removes it, absent leaves it. */
  data?: Data | null;
}

export class Users {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Makes a user known who may never have signed in, or changes what others see of them. */
  put(userId: string, user: PutUser): Promise<User> {
    return this.#send({ method: "PUT", path: path(userId), body: user });
  }

  /** Rejects with `not_found` for one who is unknown. */
  get(userId: string): Promise<HostUser> {
    return this.#send({ method: "GET", path: path(userId) });
  }

  /**
   * Ends a user's sessions: tokens and cookies made before `before` (seconds since the Unix epoch, as a token's `iat`; the next
   * whole second if absent) are refused from now on, and open sockets are closed.
   */
  revoke(userId: string, { before }: { before?: number } = {}): Promise<void> {
    return this.#send({ method: "POST", path: `${path(userId)}/revoke`, body: { before } });
  }
}

function path(userId: string): string {
  return `/api/users/${encodeURIComponent(userId)}`;
}
