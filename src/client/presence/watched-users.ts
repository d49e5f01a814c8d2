/** Sends the server the list of users whose status is followed, at most once a second. */
import { WATCHED_USERS } from "../../protocol/limits.ts";
import { stopTimer, type Timer } from "../timer.ts";

/**
 * The server accepts one `watch` a second and a few more at once, and one that it refuses is lost. A list that is
 * scrolled changes more often.
 */
const INTERVAL_MS = 1_000;

export class WatchedUsers {
  readonly #send: (userIds: readonly string[]) => void;
  #userIds: readonly string[] = [];
  #nextAt = 0;
  #timer: Timer | undefined;

  /** `send` does nothing while the connection is not open. */
  constructor(send: (userIds: readonly string[]) => void) {
    this.#send = send;
  }

  /** Replaces the users that are followed, the first 500 of these. */
  set(userIds: readonly string[]): void {
    const wanted = [...new Set(userIds)].slice(0, WATCHED_USERS).toSorted();
    if (wanted.join() === this.#userIds.join()) return;
    this.#userIds = wanted;
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#nextAt - performance.now()));
  }

  /** A new connection follows nobody. */
  connected(): void {
    if (this.#userIds.length > 0) this.#send(this.#userIds);
  }

  close(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
    this.#userIds = [];
  }

  #flush(): void {
    this.#timer = undefined;
    this.#nextAt = performance.now() + INTERVAL_MS;
    this.#send(this.#userIds);
  }
}
