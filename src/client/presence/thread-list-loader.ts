/** Loads the user's threads over HTTP, page by page, and again when the list may have changed unnoticed. */
import type { PresenceEvent } from "../../protocol/events.ts";
import type { ThreadPage } from "../../protocol/http.ts";
import type { ThreadSummary } from "../../protocol/model.ts";
import type { RecordEvents } from "../connection/event-recorder.ts";
import type { Api } from "../http/api.ts";
import type { Store } from "../store/store.ts";
import { stopTimer, type Timer } from "../timer.ts";
import { reducePresence, withThreadPage } from "./presence-reducer.ts";
import type { PresenceState } from "./presence-state.ts";

/** The pause after a refresh that failed. */
const RETRY_MS = 5_000;

export interface ThreadListLoaderOptions {
  api: Api;
  store: Store<PresenceState>;
  recordEvents: RecordEvents<PresenceEvent>;
  isConnected(): boolean;
}

/** One or more pages, one after the other. */
interface LoadedPages extends ThreadPage {
  pageCount: number;
}

export class ThreadListLoader {
  readonly #options: ThreadListLoaderOptions;
  /** How many pages of the list the state has. */
  #pageCount = 1;
  #isLoadingMore = false;
  #refreshTimer: Timer | undefined;

  constructor(options: ThreadListLoaderOptions) {
    this.#options = options;
  }

  /** Loads the list again, as far as it was loaded. */
  async refresh(): Promise<void> {
    let list: LoadedPages;
    let events: readonly PresenceEvent[];
    do {
      [list, events] = await this.#request(undefined, this.#pageCount);
    } while (isOutdated(events) || this.#isShort(list));
    this.#apply(list, events, "first");
  }

  /** Loads the next page. Does nothing while one is loading, or if there is none. */
  async loadMore(): Promise<void> {
    const { nextCursor } = this.#options.store.getSnapshot();
    if (nextCursor === undefined || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    try {
      let page: LoadedPages;
      let events: readonly PresenceEvent[];
      do {
        [page, events] = await this.#request(nextCursor, 1);
      } while (isOutdated(events));
      this.#apply(page, events, "next");
      this.#pageCount += 1;
    } finally {
      this.#isLoadingMore = false;
    }
  }

  /** Refreshes after this time, unless a refresh is due already. Not while disconnected: the next `welcome` causes one. */
  refreshSoon(delayMs: number): void {
    if (!this.#options.isConnected()) return;
    this.#refreshTimer ??= setTimeout(() => {
      this.#refreshTimer = undefined;
      // The list stays as it is.
      this.refresh().catch(() => this.refreshSoon(RETRY_MS));
    }, delayMs);
  }

  close(): void {
    stopTimer(this.#refreshTimer);
    this.#refreshTimer = undefined;
    this.#pageCount = 1;
  }

  /** Requests this many pages, starting at a cursor; resolves to them and the events that came in the meantime. */
  #request(cursor: string | undefined, pageCount: number): Promise<[LoadedPages, readonly PresenceEvent[]]> {
    const { api, recordEvents } = this.#options;
    return recordEvents(async () => {
      const threads: ThreadSummary[] = [];
      let nextCursor = cursor;
      let loaded = 0;
      do {
        const page = await api.threads({ cursor: nextCursor });
        threads.push(...page.threads);
        nextCursor = page.nextCursor;
        loaded += 1;
      } while (nextCursor !== undefined && loaded < pageCount);
      return { threads, nextCursor, pageCount: loaded };
    });
  }

  /** Whether a further page was loaded meanwhile: this list would end before what is shown, and offer that page again. */
  #isShort({ nextCursor, pageCount }: LoadedPages): boolean {
    return nextCursor !== undefined && pageCount < this.#pageCount;
  }

  /** Adds the pages to the state, and then what has happened since they were requested. */
  #apply(list: ThreadPage, events: readonly PresenceEvent[], place: "first" | "next"): void {
    this.#options.store.update((state) => events.reduce(reducePresence, withThreadPage(state, list, place)));
  }
}

/** Whether a new connection was opened meanwhile: what happened while there was none did not come as events. */
function isOutdated(events: readonly PresenceEvent[]): boolean {
  return events.some(({ type }) => type === "welcome");
}
