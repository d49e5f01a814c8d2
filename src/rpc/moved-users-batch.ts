/** What one shard sends to another when users move there: everything it has of them, in pieces that any call can carry. */
import type { ThreadUpdate } from "./thread-update.ts";

/** The row of `users`. */
export type UserRow = {
  user_id: string;
  name: string;
  avatar_url: string | null;
  last_seen_at: number | null;
  told_online: number;
};

/** Some of what there is of some users. Taking the same in twice does no harm. */
export interface Parcel {
  /** Their threads, each as the thread itself would tell of it: that they joined, and what they have read. */
  threads: ThreadUpdate[];
  users: UserRow[];
  /** Who watches which of them. */
  watchers: { watcherId: string; userIds: string[] }[];
}

export const EMPTY_PARCEL: Parcel = { threads: [], users: [], watchers: [] };
