/** The schema of a Presence shard. Rows written are the dearest unit, and an index adds one to each insert: each has its reason here. */
import type { Schema } from "../durable/migrations.ts";
import { PRESENCE_MIGRATIONS } from "./migrations.ts";

export const PRESENCE_SCHEMA: Schema = {
  steps: PRESENCE_MIGRATIONS,
  present: `
  -- The users of this shard who have signed in. Looked up by id alone.
  CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    avatar_url TEXT,
    -- When the user's last socket closed; null before that.
    last_seen_at INTEGER,
    -- The status last published to subscribers: 0 offline or none, 1 online, 2 online where it may not have reached all of
    -- them (status/online-status.ts). Written for users with subscribers alone.
    told_online INTEGER NOT NULL DEFAULT 0,
    -- When the host gave the user this profile; null where that was before it was noted.
    named_at INTEGER,
    -- When the host last put the user (a name in an earlier credential then counts for nothing), what it keeps with them as
    -- JSON, and when they were first known; null of users from before these columns.
    put_at INTEGER,
    data TEXT,
    created_at INTEGER
  ) WITHOUT ROWID;

  -- The index of the user search: the search keys of each user's name and id (people/user-search-key.ts). Written when a name
  -- changes.
  CREATE TABLE user_keys (
    key TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (key, user_id)
  ) WITHOUT ROWID;

  -- Up to which user id the keys of users who were known before keys were folded are (people/user-search-reindex.ts): one row
  -- until all are, and none where there were no users.
  CREATE TABLE search_reindex (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    done_up_to TEXT NOT NULL
  );

  -- What members of this shard see of a thread: the one row that a thread's update writes.
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
    -- JSON of the users of whom the title is made: the two of a direct thread, the first ones of a group without a name.
    pair TEXT,
    -- JSON { userId: seq }: markers that the users' own messages moved, kept here at no row for each sender.
    senders TEXT NOT NULL,
    -- Of a group without a name, as \`pair\` then has the first of its members; null otherwise.
    member_count INTEGER,
    -- Whether members are contacts of each other by it: 0 or 1; null until the thread's next update (contacts/).
    makes_contacts INTEGER
  ) WITHOUT ROWID;

  -- The memberships of this shard's users, and up to where each has read, their own messages aside.
  CREATE TABLE user_threads (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    read_seq INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id)
  ) WITHOUT ROWID;
  -- Finds the members to notify of a message. Written when one joins or leaves, never by a message or a marker.
  CREATE INDEX user_threads_by_thread ON user_threads (thread_id);

  -- Direct threads that a user does not see in their list while the newest message is none after this one.
  CREATE TABLE hidden_threads (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    up_to_seq INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id)
  ) WITHOUT ROWID;

  -- Members who count as contacts of a thread's others only from a time on, in milliseconds since the epoch: a row for each
  -- who came by a link.
  CREATE TABLE late_contacts (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    contact_from INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id)
  ) WITHOUT ROWID;

  -- The invitations that this shard's users see (invitations/received-invitations.ts); of each thread there is a row of "threads".
  CREATE TABLE invitations (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    -- Who invited them, and their profile as JSON.
    by_id TEXT NOT NULL,
    by_user TEXT NOT NULL,
    at INTEGER NOT NULL,
    member_count INTEGER NOT NULL,
    -- Who else invited them, after "by_id": JSON of profiles and times; null for nobody.
    others TEXT,
    PRIMARY KEY (user_id, thread_id)
  ) WITHOUT ROWID;
  -- Finds those whom a thread's end concerns. Written when one is invited, never by a message.
  CREATE INDEX invitations_by_thread ON invitations (thread_id);

  -- The invitations that this shard's users made and that are pending, which are counted: whoever is invited.
  CREATE TABLE sent_invitations (
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    invited_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id, invited_id)
  ) WITHOUT ROWID;

  -- Whom users block, and since when: that time is the version by which their direct thread knows the newest. Read by user.
  CREATE TABLE blocks (
    user_id TEXT NOT NULL,
    blocked_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
  ) WITHOUT ROWID;

  -- Pairs whose direct thread has yet to know that one blocks the other, or no longer does (contacts/block-propagation.ts): a
  -- row until it has answered.
  CREATE TABLE block_jobs (
    user_id TEXT NOT NULL,
    blocked_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
  ) WITHOUT ROWID;

  -- Whom each tab of this shard's users subscribes to, as a JSON array of user ids: it must survive an eviction.
  CREATE TABLE tab_watches (
    user_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    watched TEXT NOT NULL,
    PRIMARY KEY (user_id, connection_id)
  ) WITHOUT ROWID;

  -- To which of this shard's users a user of any shard subscribes, as a JSON array: one row a subscriber, not one a pair.
  CREATE TABLE watchers (watcher_id TEXT PRIMARY KEY, watched TEXT NOT NULL) WITHOUT ROWID;

  -- Open tabs over Socket.IO (socketio-tabs/): a row written as a session connects, and one as it ends. All are read as the
  -- object starts.
  CREATE TABLE socketio_tabs (
    user_id TEXT NOT NULL,
    tab_id TEXT NOT NULL,
    -- The Socket.IO shard that holds its session, and in which life of that shard.
    shard INTEGER NOT NULL,
    life TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, tab_id)
  ) WITHOUT ROWID;

  -- Users whose changed profile is being sent to their threads (people/profile-propagation.ts): a row until all have it.
  CREATE TABLE profile_jobs (
    user_id TEXT PRIMARY KEY,
    -- The threads with ids up to this one were sent it; null before the first.
    sent_up_to TEXT,
    due_at INTEGER NOT NULL,
    -- The profile has changed since the first thread was sent it.
    changed_again INTEGER NOT NULL,
    -- JSON of the ids of threads that did not answer, and how often they, or all of a step, were waited for.
    missed TEXT NOT NULL,
    retries INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Before which time, in seconds since the epoch, the host revoked a user's tokens and cookies. Kept for ever: those that do
  -- not say when they were made are refused from then on. The user need not be known.
  CREATE TABLE revocations (user_id TEXT PRIMARY KEY, before REAL NOT NULL) WITHOUT ROWID;

  -- Sessions that users have signed out of, as long as a cookie of theirs could be valid: until that time, in ms.
  CREATE TABLE ended_sessions (
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (user_id, session_id)
  ) WITHOUT ROWID;

  -- Users whose threads are yet to close the sockets of either (revoking/revocation-propagation.ts): a row until all have.
  CREATE TABLE revocation_jobs (
    user_id TEXT PRIMARY KEY,
    begun_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    -- When it is to begin anew once it is done; null where it is not.
    again_at INTEGER,
    -- The threads with ids up to this one were called in the second round; null in the first.
    sent_up_to TEXT,
    -- JSON of the ids of threads that did not answer in it, and how often all of a step were waited for.
    missed TEXT NOT NULL,
    retries INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Whom the host has banned from everything: until a time in ms, null for good; why; and since when. The user need not be
  -- known. Read by user alone.
  CREATE TABLE host_bans (
    user_id TEXT PRIMARY KEY,
    until INTEGER,
    reason TEXT,
    at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Users whose commands are refused, in all threads, until a time in milliseconds since the epoch (durable/holds.ts):
  -- a row when a hold begins or is prolonged.
  CREATE TABLE holds (user_id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;

  -- Which users moved when the number of shards was raised (resharding/): no row until then, and one since.
  CREATE TABLE departure (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- The number of shards before and after.
    shards_before INTEGER NOT NULL,
    shards_after INTEGER NOT NULL,
    -- Of the users whom the new number assigns to another shard, those with an id up to this one have moved;
    left_up_to TEXT NOT NULL,
    -- and of those with an id up to this one, no row is here any more. Both in SQLite's order of texts.
    gone_up_to TEXT NOT NULL
  );
  `,
};
