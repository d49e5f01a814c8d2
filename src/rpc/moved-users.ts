/** What goes along with users who move to another Presence shard: rows of its tables (src/presence/schema.ts). */
import type { ThreadUpdate } from "./thread-update.ts";

/**
 * Some of the rows that a shard has of users who move to another one, by per-user table (src/presence/resharding/user-tables.ts),
 * in an amount that any call can carry. Receiving the same batch twice does no harm.
 */
export interface MovedUsersBatch {
  /** Their threads, each as the thread itself would send it: that they joined, and what they have read. */
  threads: ThreadUpdate[];
  users: UserRow[];
  /** Who subscribes to which of them. */
  watchers: { watcherId: string; userIds: string[] }[];
  /** Whose changed profile is not yet with all their threads. Absent from shards of older versions. */
  profileJobs?: ProfileJobRow[];
  /** What was revoked of them, and whose threads have not all closed their sockets. Absent from shards of older versions. */
  revocations?: RevocationRow[];
  endedSessions?: EndedSessionRow[];
  /** The invitations that they made and that are pending. Absent from shards of older versions. */
  sentInvitations?: SentInvitationRow[];
  revocationJobs?: RevocationJobRow[];
  /** Whom they block, and of which of it their direct thread has yet to know. Absent from shards of older versions. */
  blocks?: BlockRow[];
  blockJobs?: BlockJobRow[];
  /** Whom of them the host has banned. Absent from shards of older versions. */
  hostBans?: HostBanRow[];
  /** Their tabs over Socket.IO, which stay open. Absent from shards of older versions. */
  socketIoTabs?: SocketIoTabRow[];
}

/** A row of a shard's `users` (src/presence/schema.ts). */
export type UserRow = {
  user_id: string;
  name: string;
  avatar_url: string | null;
  /** Milliseconds since the epoch. */
  last_seen_at: number | null;
  /** The status last published to subscribers: 0 offline or none, 1 online, 2 online where it may not have reached all. */
  told_online: number;
  /** When the host gave the user this profile, in milliseconds since the epoch. Absent from shards of older versions. */
  named_at?: number | null;
  /** When the host last put the user, and when they were first known; its data as JSON. Absent from older versions, all three. */
  put_at?: number | null;
  created_at?: number | null;
  data?: string | null;
};

/** A row of a shard's `profile_jobs` (src/presence/schema.ts). */
export type ProfileJobRow = {
  user_id: string;
  sent_up_to: string | null;
  /** Milliseconds since the epoch. */
  due_at: number;
  changed_again: number;
  missed: string;
  retries: number;
};

/** A row of a shard's `blocks`. `at`: milliseconds since the epoch. */
export type BlockRow = { user_id: string; blocked_id: string; at: number };

/** A row of a shard's `block_jobs`. `due_at`: milliseconds since the epoch. */
export type BlockJobRow = {
  user_id: string;
  blocked_id: string;
  version: number;
  due_at: number;
  retries: number;
};

/** A row of a shard's `revocations` (src/presence/schema.ts). */
export type RevocationRow = { user_id: string; before: number };

/** A row of a shard's `sent_invitations` (src/presence/schema.ts). */
export type SentInvitationRow = { user_id: string; thread_id: string; invited_id: string; at: number };

/** A row of a shard's `ended_sessions`. */
export type EndedSessionRow = { user_id: string; session_id: string; until: number };

/** A row of a shard's `host_bans` (src/presence/schema.ts). Times are milliseconds since the epoch. */
export type HostBanRow = { user_id: string; until: number | null; reason: string | null; at: number };

/** A row of a shard's `revocation_jobs`. */
export type RevocationJobRow = {
  user_id: string;
  /** Milliseconds since the epoch, all three. */
  begun_at: number;
  due_at: number;
  again_at: number | null;
  sent_up_to: string | null;
  missed: string;
  retries: number;
};

/** A row of a shard's `socketio_tabs`, and whom the tab subscribes to, as a JSON array. */
export type SocketIoTabRow = {
  user_id: string;
  tab_id: string;
  shard: number;
  life: string;
  /** Milliseconds since the epoch. */
  opened_at: number;
  watched: string | null;
};
