/** Being online: one socket a tab, on every page. Feeds the badge and the list of threads. */
import type { PresenceEvent } from "../../protocol/events.ts";
import { WATCHED_USERS } from "../../protocol/limits.ts";
import type { ThreadSummary } from "../../protocol/model.ts";
import type { Api } from "../http/api.ts";
import { Live, type Shared } from "../connection/connected-store.ts";
import { isUnlisted, reducePresence, withPage, withSeen } from "./presence-reducer.ts";
import { EMPTY_PRESENCE, type PresenceState } from "./presence-state.ts";
import { stopTimer, type Timer } from "../timer.ts";

/** The server takes one `watch` a second, and what it refuses is not told again; a list that is scrolled changes more often. */
const WATCH_INTERVAL_MS = 1_000;
/** Several unknown threads at once (an import, say) are one reason to ask for the list. */
const REFRESH_DELAY_MS = 300;
const REFRESH_AGAIN_MS = 5_000;

export class PresenceClient extends Live<PresenceState, PresenceEvent> {
  readonly #api: Api;
  #watched: readonly string[] = [];
  #watchTimer: Timer | undefined;
  /** When the server takes the next one. */
  #watchFrom = 0;
  #refreshTimer: Timer | undefined;
  /** How many pages of the list were loaded. */
  #pages = 1;
  #loadingMore = false;

  constructor(shared: Shared) {
    super(EMPTY_PRESENCE, shared);
    this.#api = shared.api;
    this.reconnect();
  }

  /** Asks to be told whether these users are online; replaces those asked for before. */
  watch(userIds: readonly string[]): void {
    const wanted = [...new Set(userIds)].slice(0, WATCHED_USERS).toSorted();
    if (wanted.join() === this.#watched.join()) return;
    this.#watched = wanted;
    this.#watchTimer ??= setTimeout(() => {
      this.#watchTimer = undefined;
      this.#watchFrom = performance.now() + WATCH_INTERVAL_MS;
      this.#sendWatched();
    }, this.#watchFrom - performance.now());
  }

  /** A room says that one has seen everything up to `seq`: shown at once, confirmed by the server's `read`. */
  seen(threadId: string, seq: number): void {
    this.store.update((state) => withSeen(state, threadId, seq));
  }

  /** Asks for the list again, as far as it was loaded. */
  async refreshThreads(): Promise<void> {
    await this.#load(undefined, this.#pages);
  }

  /** Loads the list's next page; does nothing while one is loading or none is left. */
  async loadMoreThreads(): Promise<void> {
    const { nextCursor } = this.getSnapshot();
    if (!nextCursor || this.#loadingMore) return;
    this.#loadingMore = true;
    try {
      await this.#load(nextCursor, 1);
      this.#pages += 1;
    } finally {
      this.#loadingMore = false;
    }
  }

  /** Goes offline: no timer, listener or socket is left. */
  override close(): void {
    super.close();
    stopTimer(this.#watchTimer);
    stopTimer(this.#refreshTimer);
  }

  protected path(): string {
    return "/api/presence/socket";
  }

  protected take(event: PresenceEvent): boolean {
    const before = this.getSnapshot();
    this.store.set(reducePresence(before, event));
    if (event.type === "welcome") {
      // A new socket watches nobody: only a list that has somebody on it is news.
      if (this.#watched.length > 0) this.#sendWatched();
      this.#refreshSoon(0);
    } else if (isUnlisted(before, event)) {
      this.#refreshSoon(REFRESH_DELAY_MS);
    }
    return true;
  }

  /** Takes in so many pages from `cursor` on, in one piece, and then what was heard meanwhile. */
  async #load(cursor: string | undefined, pages: number): Promise<void> {
    const [list, heard] = await this.meanwhile(async () => {
      const threads: ThreadSummary[] = [];
      let nextCursor = cursor;
      let left = pages;
      do {
        const page = await this.#api.threads({ cursor: nextCursor });
        threads.push(...page.threads);
        nextCursor = page.nextCursor;
        left -= 1;
      } while (nextCursor && left > 0);
      return { threads, nextCursor };
    });
    // What came to pass while one was away was not heard: a list from before that is asked for again.
    if (heard.some(({ type }) => type === "welcome")) return this.#load(cursor, pages);
    const place = cursor ? "next" : "first";
    this.store.update((state) => heard.reduce(reducePresence, withPage(state, list, place)));
  }

  #sendWatched(): void {
    this.connection.send({ type: "watch", userIds: this.#watched });
  }

  #refreshSoon(delayMs: number): void {
    if (this.connection.closed) return;
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = undefined;
      // A failed refresh leaves the list as it was until the next one. Offline, the next welcome asks again.
      this.refreshThreads().catch(() => {
        if (this.connection.state === "open") this.#refreshSoon(REFRESH_AGAIN_MS);
      });
    }, delayMs);
  }
}
