/** Being online: one socket in each tab, on every page. It feeds the badge and the list of threads. */
import type { PresenceEvent } from "../../protocol/events.ts";
import { ConnectedStore, type ConnectedStoreOptions } from "../connection/connected-store.ts";
import type { Api } from "../http/api.ts";
import { apiPath } from "../http/url.ts";
import { isUnlisted, reducePresence, withSeen } from "./presence-reducer.ts";
import { EMPTY_PRESENCE, type PresenceState } from "./presence-state.ts";
import { ThreadListLoader } from "./thread-list-loader.ts";
import { WatchedUsers } from "./watched-users.ts";

/** How long a message in a thread that is not listed waits for others: an import, say, writes in many. */
const REFRESH_DELAY_MS = 300;

export interface PresenceOptions extends ConnectedStoreOptions {
  api: Api;
}

export class PresenceClient extends ConnectedStore<PresenceState, PresenceEvent> {
  readonly #threadList: ThreadListLoader;
  readonly #watchedUsers: WatchedUsers;

  constructor(options: PresenceOptions) {
    super(EMPTY_PRESENCE, options);
    const { store, connection, recordEvents } = this;
    this.#threadList = new ThreadListLoader({
      api: options.api,
      store,
      recordEvents,
      isConnected: () => connection.state === "open",
    });
    this.#watchedUsers = new WatchedUsers((userIds) => connection.send({ type: "watch", userIds }));
    this.reconnect();
  }

  /** Follows whether these users are online, in `presence` of the snapshot; at most 500, in place of those before. */
  watch(userIds: readonly string[]): void {
    this.#watchedUsers.set(userIds);
  }

  /** The user has read the thread up to `seq` in a room of this client: counted at once, before the server confirms it. */
  seen(threadId: string, seq: number): void {
    this.store.update((state) => withSeen(state, threadId, seq));
  }

  /** Loads the list of threads again, as far as it was loaded. Rejects with a `RequestError`. */
  refreshThreads(): Promise<void> {
    return this.#threadList.refresh();
  }

  /**
   * Loads the next page of the list. Does nothing while one is loading, or if there is none. Rejects with a
   * `RequestError`.
   */
  loadMoreThreads(): Promise<void> {
    return this.#threadList.loadMore();
  }

  /** Goes offline, whoever else uses it: no timer, listener or socket is left. */
  override close(): void {
    super.close();
    this.#watchedUsers.close();
    this.#threadList.close();
  }

  protected socketPath(): string {
    return apiPath("presence", "socket");
  }

  protected apply(event: PresenceEvent): boolean {
    const before = this.getSnapshot();
    this.store.set(reducePresence(before, event));
    if (event.type === "welcome") {
      this.#watchedUsers.connected();
      this.#threadList.refreshSoon(0);
    }
    if (isUnlisted(before, event)) this.#threadList.refreshSoon(REFRESH_DELAY_MS);
    return true;
  }
}
