/** What one Presence shard says to another: a watcher's shard and the watched one's tell each other of no more than their own users. */
import type { UserPresence } from "../protocol/model.ts";

/** Everyone of the called shard whom a user of the calling one watches, in all tabs together; replaces what was said before. */
export interface WatchList {
  watcherId: string;
  userIds: string[];
  /** The watcher's direct and group threads: who is in none of them is not told of. */
  threadIds: string[];
  /** Rises with each list of this watcher, so that one that was overtaken on its way changes nothing. */
  version: number;
  /** By how many shards the caller sorts users. Absent in lists of older versions. */
  shards?: number;
}

/** Which of these users can one see through a thread just joined, and through no other of theirs? */
export type NewlyVisible = Pick<WatchList, "watcherId" | "userIds" | "threadIds">;

/** A user of the calling shard came, went, or may be seen by more than before. */
export interface StatusChange {
  presence: UserPresence;
  /** The user's direct and group threads: a watcher who is in none of them is not told. */
  threadIds: string[];
  /** Of the called shard. */
  watcherIds: string[];
  /** Only for those who share this thread and no other: they could not see the user before it. */
  because?: string;
}

/** The doors of a shard for other shards. */
export interface ShardDoors {
  watch: (list: WatchList) => Promise<UserPresence[]>;
  newlyVisible: (threadId: string, questions: NewlyVisible[]) => Promise<UserPresence[][]>;
  statusChanged: (changes: StatusChange[]) => Promise<void>;
}
