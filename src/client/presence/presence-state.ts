/** What is known outside any one thread: one's threads, what is unread in them, and who is online. */
import type { ThreadSummary, User, UserPresence } from "../../protocol/model.ts";
import type { Connected } from "../connection/connection-state.ts";

/** The two counters that an unread count is made of. Both only rise, so copies can be merged in any order. */
export interface Marks {
  seq: number;
  readSeq: number;
}

export interface PresenceState extends Connected {
  user?: User;
  /** In how many threads something is unread: the number on the badge. */
  unreadThreads: number;
  /** By thread, also of threads not in `threads` yet. */
  marks: Readonly<Record<string, Marks>>;
  /** Most recently active first, as far as they were loaded. */
  threads: readonly ThreadSummary[];
  /** Whether the first page of `threads` has come. */
  threadsLoaded: boolean;
  /** Where the next page of `threads` begins; absent at the end. */
  nextCursor?: string | undefined;
  /** Of watched users. */
  presence: Readonly<Record<string, UserPresence>>;
}

export const EMPTY_PRESENCE: PresenceState = {
  connection: "connecting",
  unreadThreads: 0,
  marks: {},
  threads: [],
  threadsLoaded: false,
  presence: {},
};
