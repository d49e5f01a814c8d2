/** What a ChatThread tells a Presence shard: always the whole present state, so that the last word is enough and a repeat does no harm. */
import type { Kind, LastMessage, User } from "../protocol/model.ts";

export interface ThreadUpdate {
  threadId: string;
  /** The thread's `rev`: an update with a lower one than was seen is late, and says nothing new. */
  rev: number;
  kind: Kind;
  name: string | null;
  /** When the thread was made: its place in the list while it has no message. */
  createdAt: number;
  seq: number;
  /** Absent before the first message. */
  last?: LastMessage;
  /** The two of a direct thread. */
  pair?: User[];
  /** By how many shards the thread sorts its members. Absent in updates of older versions. */
  shards?: number;
  /** Members of this shard since the last update, with what they have read; a known one again is no news. */
  joined: { userId: string; readSeq: number }[];
  /** Former members of this shard. */
  left: string[];
  /** Read markers that moved and are stored by the thread; they only rise. */
  readers: Record<string, number>;
  /** Markers that senders' own messages moved: kept with the thread, at no row for each sender. They only rise. */
  senders: Record<string, number>;
}
