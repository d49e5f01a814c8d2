/** Bans of the host's, from everything: the banned cannot sign in, and are in no room. */
import type { HostBanPage, HostBanView } from "../protocol/host-bans.ts";
import { queryString } from "./query-string.ts";
import type { Send } from "./request.ts";
import type { Page } from "./threads.ts";

export interface PutBan {
  /** When it ends, in milliseconds since the Unix epoch; never if absent. */
  until?: number;
  /** At most 200 characters, for the host's own eyes. */
  reason?: string;
}

export class Bans {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Bans a user, whether known or not, or replaces their ban. Within 5 s their requests and sign-ins are `forbidden`, whatever
   * their token, and their sockets are being closed.
   */
  put(userId: string, ban: PutBan = {}): Promise<HostBanView> {
    return this.#send({ method: "PUT", path: path(userId), body: ban });
  }

  /** Lifts a ban, if there is one. */
  lift(userId: string): Promise<void> {
    return this.#send({ method: "DELETE", path: path(userId) });
  }

  /** The bans that are in force. A page may be shorter than asked for: there are others as long as it has `nextCursor`. */
  list(page: Page = {}): Promise<HostBanPage> {
    return this.#send({ method: "GET", path: `/api/bans${queryString(page)}` });
  }
}

function path(userId: string): string {
  return `/api/bans/${encodeURIComponent(userId)}`;
}
