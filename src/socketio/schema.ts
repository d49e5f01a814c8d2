/** The schema of a Socket.IO shard. */

export const SOCKETIO_MIGRATIONS: readonly string[] = [
  `
  -- The rooms of each session that is in any: one row written for a burst of joins and leaves, one when the session ends.
  CREATE TABLE session_rooms (
    sid TEXT PRIMARY KEY,
    -- JSON: for each room the thread's id, the name by which the session joined it, the socket's id in it, and from which rev on.
    rooms TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
];
