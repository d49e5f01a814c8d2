/** The schema of a Socket.IO shard. A written row is the most expensive operation: each table says when one is. */
import type { Schema } from "../durable/migrations.ts";
import { SOCKETIO_MIGRATIONS } from "./migrations.ts";

export const SOCKETIO_SCHEMA: Schema = {
  steps: SOCKETIO_MIGRATIONS,
  present: `
  -- Each session from CONNECT until it is over for good: one row written for a burst of joins and leaves, one when its connection
  -- is lost or recovered, one when it ends.
  CREATE TABLE sessions (
    -- The secret by which its client comes back.
    pid TEXT PRIMARY KEY,
    -- JSON: StoredSession (recovery/stored-session.ts).
    session TEXT NOT NULL
  ) WITHOUT ROWID;

  -- Written by versions before the table "sessions", and no longer. A rollback may run one: it stays.
  CREATE TABLE session_rooms (sid TEXT PRIMARY KEY, rooms TEXT NOT NULL) WITHOUT ROWID;

  -- The Presence shards that may have tabs of this shard's sessions, and of which life of this shard (online/closed-tabs.ts): a
  -- row as the first tab opens, and one once there are no sessions any more.
  CREATE TABLE presence_shards (
    presence_shard INTEGER NOT NULL,
    life TEXT NOT NULL,
    -- By how many shards users were sorted.
    shards INTEGER NOT NULL,
    PRIMARY KEY (presence_shard, life)
  ) WITHOUT ROWID;

  -- Tabs that have closed while their Presence shard did not answer: no row otherwise.
  CREATE TABLE closed_tabs (
    user_id TEXT NOT NULL,
    tab_id TEXT PRIMARY KEY,
    last_seen_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
};
