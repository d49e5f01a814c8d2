/** How a Socket.IO shard that an earlier version stored gets the schema of today (schema.ts): steps that are never changed, only followed. */

export const SOCKETIO_MIGRATIONS: readonly string[] = [
  `
  -- The rooms of each session that is in any: one row written for a burst of joins and leaves, one when the session ends.
  CREATE TABLE session_rooms (
    sid TEXT PRIMARY KEY,
    -- JSON: for each room the thread's id, the name by which the session joined it, the socket's id in it, and from which rev on.
    rooms TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- Each session from CONNECT until it is over for good: one row written for a burst of joins and leaves, one when its connection
  -- is lost or recovered, one when it ends. It takes the place of session_rooms, which the version before this one reads.
  CREATE TABLE sessions (
    -- The secret by which its client comes back.
    pid TEXT PRIMARY KEY,
    -- JSON: StoredSession (recovery/stored-session.ts).
    session TEXT NOT NULL
  ) WITHOUT ROWID;
  DELETE FROM session_rooms;
  `,
  `
  -- The Presence shards that may have tabs of this shard's sessions, and of which life of this shard (online/closed-tabs.ts): a
  -- row as the first tab opens, and one once there are no sessions any more. \`shards\`: by how many shards users were sorted.
  CREATE TABLE presence_shards (
    presence_shard INTEGER NOT NULL,
    life TEXT NOT NULL,
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
];
