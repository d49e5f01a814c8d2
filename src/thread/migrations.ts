/** How a thread that an earlier version stored gets the schema of today (schema.ts): steps that are never changed, only followed. */

export const THREAD_MIGRATIONS: readonly string[] = [
  `
  -- The thread itself: one row.
  CREATE TABLE thread (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    kind TEXT NOT NULL,
    name TEXT,
    created_at INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    -- Kept here, since count(*) would read every member whenever a socket opens.
    member_count INTEGER NOT NULL,
    -- Up to this seq senders' read markers are stored in members, and confirmed by Presence; later ones are read
    -- from the messages.
    senders_saved_seq INTEGER NOT NULL,
    -- Set first when the thread is to be deleted; from then on the thread exists for nobody.
    deleting INTEGER NOT NULL
  );

  -- Everyone the thread has to name: members, and authors who have left. Looked up by id alone.
  CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    avatar_url TEXT
  ) WITHOUT ROWID;

  -- Members in the order they joined.
  CREATE TABLE members (
    no INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    read_seq INTEGER NOT NULL,
    joined_at INTEGER NOT NULL,
    -- The Presence shard that holds the user.
    shard INTEGER NOT NULL
  );
  -- Finds the shards concerned without reading every member; written when one joins or leaves, never by a message.
  CREATE INDEX members_by_shard ON members (shard);

  -- One row a message and no index: its event is found by rev from seq, since both rise together.
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    -- The event that made it, and the last one that touched it.
    rev INTEGER NOT NULL,
    touched_rev INTEGER NOT NULL,
    author TEXT NOT NULL,
    command_id TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL,
    reply_to INTEGER,
    edited_at INTEGER,
    deleted_at INTEGER,
    -- JSON of the contract's reactions, as versions before the table "reactions" wrote them; since then spare length
    -- (stored-message.ts).
    reactions TEXT
  );

  -- Reactions beyond the user ids that a message's own row lists.
  CREATE TABLE more_reactions (
    seq INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (seq, emoji, user_id)
  ) WITHOUT ROWID;

  -- Durable events other than new messages: what happened to what. What it is like now is read when it is replayed.
  CREATE TABLE changes (
    rev INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    seq INTEGER,
    user_id TEXT,
    emoji TEXT,
    at INTEGER NOT NULL
  );

  -- Users who joined or left, which their Presence shard has not confirmed yet ("untold" is the former word for that).
  CREATE TABLE untold_members (
    user_id TEXT PRIMARY KEY
  ) WITHOUT ROWID;
  `,
  `
  -- The relays that hold sockets of a large room: written when the first one comes to a relay, and when the last goes.
  CREATE TABLE relays (
    no INTEGER PRIMARY KEY
  );
  `,
  `
  -- By how many Presence shards members are sorted; null until that was looked at.
  ALTER TABLE thread ADD COLUMN shards INTEGER;
  `,
  `
  -- Users whose commands are refused, in all threads, until a time in milliseconds since the epoch (durable/holds.ts):
  -- a row when a hold begins or is prolonged.
  CREATE TABLE IF NOT EXISTS holds (
    user_id TEXT PRIMARY KEY,
    until INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- The id of the command that made a change; null in rows from before this column.
  ALTER TABLE changes ADD COLUMN command_id TEXT;
  `,
  `
  -- The thread's rev when the profile last changed; null while it is the one with which the user came.
  ALTER TABLE users ADD COLUMN changed_rev INTEGER;
  -- Finds the profiles that a client missed without reading every user; written when a user is renamed, never when one comes.
  CREATE INDEX users_by_change ON users (changed_rev) WHERE changed_rev IS NOT NULL;
  `,
  `
  -- Rows that hold what users wrote are appended and keep their length, so that SQLite never moves them: a row that it moves
  -- leaves a copy, which an edit or a deletion does not reach (overwriting.ts). What changes lies elsewhere:
  -- the reactions to a message, in JSON, and the rev of the newest one;
  CREATE TABLE reactions (
    seq INTEGER PRIMARY KEY,
    rev INTEGER NOT NULL,
    list TEXT NOT NULL
  );
  -- the body that an edit gave its message;
  ALTER TABLE changes ADD COLUMN body TEXT;
  -- and that edit's rev. The message's own row has as much of the body as fits in it, which the version before shows.
  ALTER TABLE messages ADD COLUMN text_rev INTEGER;
  -- Up to this seq, rows of messages were written without that column, and those never edited since are as long as that.
  ALTER TABLE thread ADD COLUMN narrow_up_to INTEGER;
  UPDATE thread SET narrow_up_to = (SELECT max(seq) FROM messages);
  `,
  `
  -- What authors attached to their messages, in JSON: a row for each message that has some, appended and overwritten as
  -- bodies are (overwriting.ts).
  CREATE TABLE message_data (
    seq INTEGER PRIMARY KEY,
    data TEXT NOT NULL
  );
  -- How far the host's server was sent what happened here (host-server/): one row, where it is sent anything.
  CREATE TABLE webhooks (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- The rev of the newest event that was delivered, -1 before the thread's creation was, and the newest message's seq.
    rev INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    -- How often delivery failed since it last succeeded, and when it is tried again.
    failures INTEGER NOT NULL,
    retry_at INTEGER NOT NULL
  );
  `,
  `
  -- The host's own name for the thread, which never changes; null where users made it.
  ALTER TABLE thread ADD COLUMN key TEXT;
  -- What the host keeps with the thread, in JSON: one row, in a table of its own, so that the thread's row keeps its length.
  CREATE TABLE thread_data (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    data TEXT NOT NULL
  );
  `,
  `
  -- Every act of moderators, owners and the host, and who joined and left by which act. Appended, never changed.
  CREATE TABLE audit (
    no INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- Ids of users; by_id may be the host's.
    by_id TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT,
    -- JSON.
    detail TEXT
  );
  `,
  `
  -- Of a direct thread: 1 once both have written, which makes them contacts. Written by the second one's first message.
  ALTER TABLE thread ADD COLUMN mutual INTEGER;
  UPDATE thread SET mutual = 1 WHERE kind = 'direct' AND EXISTS (
    SELECT 1 FROM messages WHERE seq > 1 AND author <> (SELECT author FROM messages WHERE seq = 1));
  -- From when on a member is a contact of the others, in milliseconds since the epoch; null where that is from the start.
  ALTER TABLE members ADD COLUMN contact_from INTEGER;
  `,
  `
  -- Reports of messages. Rows are appended and keep their length: what the message said is overwritten where it lies when the
  -- report is resolved, or after 90 days (reports/report-store.ts).
  CREATE TABLE reports (
    no INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    -- Ids of users.
    author TEXT NOT NULL,
    by_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- The thread's, when it was filed.
    rev INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    -- Whether the body is still what the message said.
    is_kept INTEGER NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    -- JSON of who filed it, where that is no member.
    by_profile TEXT,
    body TEXT NOT NULL
  );
  -- Finds whether one has reported a message already. A row for each report, and never for a message.
  CREATE INDEX reports_by_message ON reports (seq);
  -- Counts and lists those that are open without reading the others.
  CREATE INDEX reports_open ON reports (no) WHERE is_open = 1;
  -- Those that the host's list has not confirmed as they are now.
  CREATE TABLE unconfirmed_reports (
    no INTEGER PRIMARY KEY
  );
  -- Finds moderators and owners without reading every member; written when a role changes, never when a member comes.
  CREATE INDEX members_above_member ON members (no) WHERE role <> 'member';
  -- The newest report that was delivered to the host's server.
  ALTER TABLE webhooks ADD COLUMN report_no INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- What moderators set of the thread: one row, once anything was.
  CREATE TABLE settings (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    topic TEXT,
    slow_mode_ms INTEGER NOT NULL,
    locked INTEGER NOT NULL,
    who_posts TEXT NOT NULL
  );
  -- Until when users may not write, also while they are no members.
  CREATE TABLE timeouts (
    user_id TEXT PRIMARY KEY,
    until INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- Invitation links. No number is given twice: the audit log names links by them.
  CREATE TABLE links (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 of the random bits in the link's code, in hexadecimal.
    hash TEXT NOT NULL,
    -- The id of a user, or the host's.
    by_id TEXT NOT NULL,
    -- Milliseconds since the epoch; null where it does not expire.
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    -- How many may come by it, null for any number, and how many have.
    uses INTEGER,
    used INTEGER NOT NULL
  );
  `,
  `
  -- Who of the two in a direct thread blocks the other, or has lifted that, since which version: a row written by each.
  CREATE TABLE direct_blocks (
    user_id TEXT PRIMARY KEY,
    is_blocked INTEGER NOT NULL,
    version INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- Who is invited into a group or a public thread (consent/invitation-store.ts): a row for each who invites them.
  CREATE TABLE invitations (
    user_id TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    -- When; null where it was withdrawn after the user had declined it, and when that was.
    at INTEGER,
    declined_at INTEGER,
    PRIMARY KEY (user_id, invited_by)
  ) WITHOUT ROWID;

  -- Who left, or declined: they are only ever invited.
  CREATE TABLE only_invited (
    user_id TEXT PRIMARY KEY
  ) WITHOUT ROWID;
  -- Of rows from before it was noted who removed a member, that is not known.
  INSERT INTO only_invited
  SELECT DISTINCT user_id FROM changes
  WHERE type = 'member_removed' AND (command_id IS NULL OR command_id = user_id)
    AND user_id NOT IN (SELECT user_id FROM members);

  -- Users whose pending invitations ended, which their Presence shard has not confirmed yet.
  CREATE TABLE untold_inviters (
    user_id TEXT PRIMARY KEY
  ) WITHOUT ROWID;

  -- Of a direct thread with somebody who was no contact (consent/message-request.ts): one row.
  CREATE TABLE message_request (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    from_id TEXT NOT NULL,
    to_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    declined_at INTEGER,
    accepted_at INTEGER
  );
  `,
  `
  -- Who is kept out, until a time or for good. One that is over stays until the user is banned anew.
  CREATE TABLE bans (
    no INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    until INTEGER,
    reason TEXT,
    -- What the user was, which decides who may let them back; null for no member.
    role TEXT,
    -- The id of who banned them, which may be the host's.
    by_id TEXT NOT NULL,
    at INTEGER NOT NULL
  );
  -- What users wrote that is still to be deleted: of messages from next_seq down, as far back as that time.
  CREATE TABLE purges (
    user_id TEXT PRIMARY KEY,
    by_id TEXT NOT NULL,
    since INTEGER NOT NULL,
    next_seq INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  // A rename is no example to follow (CONTRIBUTING.md): no release has the table by its former name.
  `
  ALTER TABLE untold_inviters RENAME TO unconfirmed_inviters;
  `,
];
