/**
 * Tabs over Socket.IO: a connected session is a tab of its user at Presence. What a Presence shard and the Socket.IO shards
 * that hold sessions of its users say to each other.
 */
import type { PresenceEvent } from "../protocol/events.ts";
import type { User, UserPresence } from "../protocol/model.ts";
import type { Caller } from "./caller.ts";
import type { Result } from "./result.ts";
import type { Revocation } from "./revocation.ts";

/** A tab, as the shard that holds its session names it. */
export interface SocketIoTabName {
  /** Not the session's id, which is a secret of its client. */
  id: string;
  /** The Socket.IO shard. */
  shard: number;
  /** In which of the shard's lives: a session does not outlive a crash of its shard, which begins another. */
  life: string;
}

/** A tab that was opened. */
export interface OpenedTab {
  /** The profile that counts. */
  user: User;
  /** In how many threads something is unread. */
  unreadThreads: number;
  asOf: BatchCursor;
}

/** A tab that was closed, and when its client was last heard of, in milliseconds since the epoch. */
export interface ClosedTab {
  userId: string;
  tabId: string;
  lastSeenAt: number;
}

/** Whom a tab subscribes to now, those of them whom its user may see. */
export interface Watched {
  presence: UserPresence[];
  asOf: BatchCursor;
}

/** Part of a Presence shard's RPC interface. */
export interface SocketIoTabsRpc {
  /**
   * A user opens a Socket.IO connection: counts it (`rate_limited` where it is one too many), and makes the user known as the
   * credential names them. With `tab` the session is a tab from then on. Returns the profile that counts; shards of older
   * versions return that alone, and know no tabs.
   */
  connecting: (caller: Caller, tab?: SocketIoTabName) => Promise<Result<User | OpenedTab>>;
  /** Tabs were closed, or did not open in the end. Idempotent. */
  tabsClosed: (closed: ClosedTab[]) => Promise<void>;
  /** A Socket.IO shard has crashed: its tabs of other lives are lost. `shards`: by how many shards it sorts users. Idempotent. */
  tabsLost: (shard: number, life: string, shards: number) => Promise<void>;
  /** Replaces whom a tab subscribes to. `rate_limited` where that is one too many, `unavailable` for a tab that is not known. */
  watchFrom: (userId: string, tabId: string, userIds: string[]) => Promise<Result<Watched>>;
}

/** Up to which batch a Presence shard has sent to a Socket.IO shard. An answer with a cursor is older than all later batches. */
export interface BatchCursor {
  /** The memory of the Presence shard: it numbers from 1 in each. */
  memoryId: string;
  no: number;
}

/** What tabs are sent. */
export type TabEvent =
  | Omit<Extract<PresenceEvent, { type: "new_message" }>, "wasUnread">
  | { type: "unread_count"; count: number }
  | Omit<Extract<PresenceEvent, { type: "thread_removed" }>, "wasUnread">
  | Extract<PresenceEvent, { type: "presence" }>
  /** Their user has too many tabs: they are closed, and their clients do not come back by themselves. */
  | { type: "replaced" }
  /** This was revoked of the user: their tabs with such a credential are closed. */
  | { type: "revoked"; userId: string; revocation: Revocation };

/** An event, and which tabs it is for: those of these users, or these alone. */
export interface TabDelivery {
  userIds?: string[];
  tabIds?: string[];
  event: TabEvent;
}

/** What a Presence shard sends to a Socket.IO shard, in order. A batch that comes again is dropped. */
export interface TabBatch {
  presenceShard: number;
  cursor: BatchCursor;
  deliveries: TabDelivery[];
}

/** Part of a Socket.IO shard's RPC interface, for Presence shards. */
export interface TabHolderRpc {
  sendToTabs: (batch: TabBatch) => Promise<void>;
  /** When something was last heard over each of a user's tabs here, by tab id, in milliseconds since the epoch. */
  tabsHeardAt: (userId: string) => Promise<Record<string, number>>;
}
