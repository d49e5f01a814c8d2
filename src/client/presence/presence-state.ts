/** What is known outside of any one thread: the user's threads, what is unread in them, and who is online. */
import type { ThreadSummary, User, UserPresence } from "../../protocol/model.ts";
import type { ConnectionStatus } from "../connection/connection-state.ts";

/** The two numbers that make an unread count. Both only rise, so copies can be merged in any order. */
export interface Marks {
  /** The newest message of the thread. */
  seq: number;
  /** The newest message that the user has read. */
  readSeq: number;
}

export interface PresenceState extends ConnectionStatus {
  /** The signed-in user. */
  user?: User;
  /** In how many threads something is unread: the number on the badge. */
  unreadThreads: number;
  /** By thread id, also of threads that are not in `threads` yet. */
  marks: Readonly<Record<string, Marks>>;
  /** Most recently active first, as far as they were loaded. */
  threads: readonly ThreadSummary[];
  /** Invitations and message requests, newest first, as far as the list was loaded: none of them is in `threads`. */
  invitations: readonly ThreadSummary[];
  /** Whether the first page of `threads` has been loaded. */
  threadsLoaded: boolean;
  /** Where the next page of `threads` begins; absent at the end. */
  nextCursor?: string | undefined;
  /** The status of watched users, by user id. */
  presence: Readonly<Record<string, UserPresence>>;
  /** The ids of those whom the user has blocked. */
  blocked: ReadonlySet<string>;
  /** How many reports are open in the threads that the user moderates, by thread id, as far as there are some. */
  reports: Readonly<Record<string, number>>;
}

/** The state before the first `welcome`. */
export const EMPTY_PRESENCE: PresenceState = {
  connection: "connecting",
  unreadThreads: 0,
  marks: {},
  threads: [],
  invitations: [],
  threadsLoaded: false,
  presence: {},
  blocked: new Set(),
  reports: {},
};
