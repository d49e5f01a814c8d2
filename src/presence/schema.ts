/** The schema of one shard of users. A row written is the dearest thing there is: no table has an index it has not earned. */

export const PRESENCE_MIGRATIONS: readonly string[] = [
  `
  -- Everyone of this shard who has signed in. Looked up by id alone.
  CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    avatar_url TEXT,
    -- When the user's last socket closed; null before that.
    last_seen_at INTEGER,
    -- 1 while those who watch this user believe them online, 2 while some of them may not. Written for watched users alone.
    told_online INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;

  -- What a user is found by: the search keys of name and id. Written when a profile changes.
  CREATE TABLE user_keys (
    key TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (key, user_id)
  ) WITHOUT ROWID;

  -- What each member of this shard sees of a thread: the one row that a notification writes.
  CREATE TABLE threads (
    thread_id TEXT PRIMARY KEY,
    rev INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT,
    created_at INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    -- The newest message's time, else created_at: the order of a user's list.
    active_at INTEGER NOT NULL,
    -- JSON of the contract's LastMessage; null before the first message.
    last TEXT,
    -- JSON of the two users of a direct thread.
    pair TEXT,
    -- JSON { userId: seq }: markers that the users' own messages moved, kept here at no row for each sender.
    senders TEXT NOT NULL
  ) WITHOUT ROWID;

  -- Who of this shard belongs to what, and what they have read apart from their own messages.
  CREATE TABLE user_threads (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    read_seq INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id)
  ) WITHOUT ROWID;
  -- Finds the members to tell of a message. Written when one joins or leaves, never by a message or a marker.
  CREATE INDEX user_threads_by_thread ON user_threads (thread_id);

  -- Whom each tab of this shard's users watches, as JSON: survives the memory that an eviction loses.
  CREATE TABLE tab_watches (
    user_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    watched TEXT NOT NULL,
    PRIMARY KEY (user_id, connection_id)
  ) WITHOUT ROWID;

  -- Which of this shard's users somebody of any shard watches, as JSON: one row a watcher, not one a pair.
  CREATE TABLE watchers (
    watcher_id TEXT PRIMARY KEY,
    watched TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- Where users went when the number of shards was raised (moving.ts): no row until then, and one since.
  CREATE TABLE departure (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- The number of shards before and after.
    shards_before INTEGER NOT NULL,
    shards_after INTEGER NOT NULL,
    -- Of those whose place is elsewhere by now, users with an id up to this one have left, in SQLite's order of texts;
    left_up_to TEXT NOT NULL,
    -- and of those up to this one, nothing is kept here any more.
    gone_up_to TEXT NOT NULL
  );
  `,
  `
  -- Keys know one sigma since (search-key.ts).
  UPDATE OR REPLACE user_keys SET key = replace(key, 'ς', 'σ') WHERE instr(key, 'ς') > 0;
  `,
  `
  -- That the newest message was deleted is said by its deletedAt since, and no longer by an empty preview.
  UPDATE threads SET last = json_set(last, '$.deletedAt', json_extract(last, '$.at'))
  WHERE json_extract(last, '$.preview') = '';
  `,
];
