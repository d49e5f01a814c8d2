/** The user's threads. */
import { useMemo } from "react";
import type { PresenceState, ThreadSummary, User } from "../../client/client.ts";
import { EMPTY_PRESENCE } from "../../client/presence/presence-state.ts";
import { useStores } from "../provider.tsx";
import { areObjectsEqual, useSelected } from "./use-selected.ts";

export interface Threads {
  /** Most recently active first, as far as they were loaded; each with `unread` and `lastMessage`. */
  threads: readonly ThreadSummary[];
  /** Whether the first page has been loaded. */
  loaded: boolean;
  /** Whether there are more. */
  hasMore: boolean;
  /** The signed-in user, once connected. */
  user: User | undefined;
  /** Loads the next page, if there is one. Rejects with a `RequestError`. */
  loadMore: () => Promise<void>;
  /** Loads the list again, as far as it was loaded. Rejects with a `RequestError`. */
  refresh: () => Promise<void>;
}

const listOf = ({ threads, threadsLoaded, nextCursor, user }: PresenceState) => ({
  threads,
  loaded: threadsLoaded,
  hasMore: nextCursor !== undefined,
  user,
});

/** Goes online, and reads the list of the user's threads. */
export function useThreads(): Threads {
  const { presence } = useStores();
  const list = useSelected(presence, EMPTY_PRESENCE, listOf, areObjectsEqual);
  return useMemo(
    () => ({
      ...list,
      loadMore: () => presence.ifOpen((open) => open.loadMoreThreads()) ?? Promise.resolve(),
      refresh: () => presence.ifOpen((open) => open.refreshThreads()) ?? Promise.resolve(),
    }),
    [list, presence],
  );
}
