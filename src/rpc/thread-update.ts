/** What a thread sends to the Presence shards of its members, and what they answer. */
import type { Kind, LastMessage, User } from "../protocol/model.ts";

/**
 * What a thread sends to a Presence shard: always the whole present state, so that the newest update is enough and a
 * repeated one does no harm.
 */
export interface ThreadUpdate {
  threadId: string;
  /** The thread's `rev`: an update with a lower one than was seen is late, and is dropped. */
  rev: number;
  kind: Kind;
  name: string | null;
  /** When the thread was created: its place in the list while it has no message. */
  createdAt: number;
  seq: number;
  /** Absent before the first message. */
  last?: LastMessage;
  /** The two of a direct thread; of a group without a name the first of its members, of whom its title is made. */
  pair?: User[];
  /** Of a group without a name. Absent in updates of older versions. */
  memberCount?: number;
  /** By how many shards the thread sorts its members. Absent in updates of older versions. */
  shards?: number;
  /**
   * Whether members are contacts of each other by it: of a direct thread once both have written, of a group of at most 50.
   * Absent in updates of older versions.
   */
  makesContacts?: boolean;
  /**
   * Members of this shard since the last update, with what they have read; one who is known already changes nothing.
   * `contactFrom`: from when on they count as contacts of the others, in milliseconds since the epoch, if not at once.
   * `hiddenUpTo`, of users who move to another shard: up to which message the thread is hidden from them.
   */
  joined: { userId: string; readSeq: number; contactFrom?: number; hiddenUpTo?: number }[];
  /** Former members of this shard, and those who see no invitation any more. */
  left: string[];
  /** Users of this shard who are invited: those whom the update is about. Absent in updates of older versions. */
  invited?: InvitedUser[];
  /**
   * Of users of this shard whose invitations ended: all that are pending now. Absent in updates of older versions.
   */
  inviting?: { userId: string; pending: { userId: string; at: number }[] }[];
  /** Read markers that moved and are stored by the thread; they only rise. */
  readers: Record<string, number>;
  /** Markers that senders' own messages moved: kept with the thread, at no row for each sender. They only rise. */
  senders: Record<string, number>;
  /**
   * How many commands these users sent in the thread since its last update: the one field that is no state, and is added up.
   * Absent in updates of older versions.
   */
  commands?: Record<string, number>;
}

/** An invitation, as the invited sees it. */
export interface InvitedUser {
  userId: string;
  by: User;
  /** Milliseconds since the epoch. */
  at: number;
  /** Who else invited them, after that: the thread does not know whom they block. Absent in updates of older versions. */
  others?: { by: User; at: number }[];
  memberCount: number;
}

/** A shard's answer to an update. Absent from older versions. */
export interface ThreadUpdateAnswer {
  /** Of the users whose commands the update counts, those who are on hold in all threads, and until when (ms since the epoch). */
  holds: Record<string, number>;
  /** Of the users who joined, the profiles that are known here. Absent from older versions. */
  profiles?: User[];
  /** Of a direct thread: who of those who joined blocks the other, since which version. Absent from older versions. */
  blocks?: { userId: string; version: number }[];
}
