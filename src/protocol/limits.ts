/**
 * Every limit of the contract, each in this one place. Lengths are UTF-16 units unless the name says
 * bytes; times are milliseconds unless the name says otherwise.
 */

/** Longest message body. */
export const BODY_LENGTH = 10_000;
/** Largest `data` of a thread, in bytes of its compact JSON. */
export const THREAD_DATA_BYTES = 4_096;
/** Largest `data` of a message, in bytes of its compact JSON. */
export const MESSAGE_DATA_BYTES = 2_048;
/** The same of a user. */
export const USER_DATA_BYTES = 1_024;
/** Largest frame a client may send, in bytes of UTF-8. Above it the socket is closed with 4009. */
export const CLIENT_FRAME_BYTES = 64 * 1024;
/** Largest frame the server sends, in bytes of UTF-8. */
export const SERVER_FRAME_BYTES = 512 * 1024;
/** Largest HTTP request body, in bytes. */
export const REQUEST_BYTES = 64 * 1024;
/** Most commands in one client frame. */
export const BATCH = 100;
/** Longest emoji, in bytes of UTF-8. */
export const EMOJI_BYTES = 64;
/** Most distinct emoji on one message. */
export const REACTIONS_PER_MESSAGE = 20;
/** User ids listed with a reaction; the count goes on. */
export const REACTION_USER_IDS = 50;
/** Socket.IO: how often the server pings, and how long it waits for the pong. */
export const SOCKETIO_PING_MS = 50_000;
export const SOCKETIO_PONG_MS = 20_000;
/** Socket.IO: within this time a client connects to the namespace, and completes an upgrade. */
export const SOCKETIO_CONNECT_MS = 10_000;
/** Socket.IO: largest POST body and WebSocket message, in bytes. */
export const SOCKETIO_PAYLOAD_BYTES = 64 * 1024;
/** Socket.IO: binary attachments of an event, which is refused for having any; an event with more ends the session. */
export const SOCKETIO_ATTACHMENTS = 8;
/** Socket.IO: packets of a connection that do nothing, such as a refused CONNECT; one with more is closed. */
export const SOCKETIO_IDLE_PACKETS = 20;
/** Socket.IO: the same of Engine.IO's packets, but messages, between two pings: an upgrade's, and a pong. */
export const ENGINE_PACKETS_BETWEEN_PINGS = 20;
/** Socket.IO: rooms that a socket is in at once. */
export const SOCKETIO_ROOMS = 500;
/** Socket.IO: for so long after its connection was lost a client gets its session back. */
export const SOCKETIO_RECOVERY_MS = 2 * 60_000;
/** Socket.IO: events that a user emits, at once and then a second. */
export const SOCKETIO_EVENTS_AT_ONCE = 600;
export const SOCKETIO_EVENTS_PER_SECOND = 50;
/** Socket.IO: longest name of a reaction, such as a picture's address. */
export const REACTION_NAME_LENGTH = 512;
/** Socket.IO: objects that hold the sessions. */
export const SOCKETIO_SHARDS = 4;
/** How often a client pings. */
export const PING_MS = 30_000;
/** How long one `typing` shows. */
export const TYPING_MS = 5_000;
/** At most one `typing` of a user is relayed in this time. */
export const TYPING_RELAY_MS = 3_000;

export const USER_ID_LENGTH = 128;
export const DISPLAY_NAME_LENGTH = 100;
export const THREAD_NAME_LENGTH = 100;
export const TOPIC_LENGTH = 250;
/** Longest pause that slow mode asks for between two messages of a member. */
export const SLOW_MODE_MS = 6 * 60 * 60 * 1000;
export const AVATAR_URL_LENGTH = 2_048;
export const COMMAND_ID_LENGTH = 64;
/** Longest message preview in a notification or a thread list. */
export const PREVIEW_LENGTH = 140;

/** Most `memberIds` when a thread is created. */
export const MEMBER_IDS = 100;
/** How many members a list of threads names of a group without a name: enough to show anyone three others. */
export const TITLE_MEMBERS = 4;
/** Most people whom a user blocks. */
export const BLOCKS = 1_000;
/** The largest group whose members are contacts of each other, by the number of members. */
export const CONTACT_GROUP_MEMBERS = 50;
/** Members listed in a `Thread`, and users in a welcome's `online`. */
export const MEMBERS_SHOWN = 200;
/** Threads in a presence `welcome`. */
export const WELCOME_THREADS = 500;
/** Page sizes: of messages, members and threads alike. */
export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 200;
/** Threads in `GET /api/chat_threads`, and how many of them, those most recently active, come with a page of messages. */
export const CHAT_LIST_THREADS = 200;
export const CHAT_LIST_WHOLE_THREADS = 20;
/** Bodies and reactions on a page of messages, in UTF-16 units: beyond it the page has fewer messages than asked for. */
export const PAGE_LENGTH = 512 * 1024;
/** Most durable events a resume replays, and how long they may be together, in UTF-16 units; further behind gets a snapshot. */
export const RESUME_EVENTS = 1_000;
export const RESUME_LENGTH = 1024 * 1024;
/** The same of a room where a Socket.IO session is recovered: its client has no way to ask for what lies between. */
export const RECOVERY_EVENTS = 5_000;
export const RECOVERY_LENGTH = 4 * 1024 * 1024;
/** A message that is sent again without `since` is recognised among this many newest messages. */
export const DEDUPLICATION_WINDOW = 1_000;

/** Most ids in `GET /api/presence?ids=`. */
export const PRESENCE_IDS = 100;
/** Most watched users of one tab. */
export const WATCHED_USERS = 500;
/** Most users that a user search returns, and the length of its `q`; one ideograph or Hangul syllable is enough. */
export const USER_SEARCH_RESULTS = 20;
export const USER_SEARCH_MIN = 2;
export const USER_SEARCH_MAX = 50;

/** Sockets that a thread's own object holds, and then each relay. Defaults of `ROOM_SOCKETS` and `RELAY_SOCKETS`. */
export const ROOM_SOCKETS = 2_000;
export const RELAY_SOCKETS = 4_000;
/** How often, at most, a room that is too large for `join` and `leave` is sent how many are in it. */
export const ONLINE_COUNT_MS = 1_000;
/** Sockets of one user in one object of a thread (its own, or a relay), and in presence. */
export const SOCKETS_PER_USER = 32;
/** Refused commands (`bad_request`, `too_large`) in a row that close a socket with 4000. */
export const BAD_COMMANDS_IN_A_ROW = 10;
/** `rate_limited` answers within `RATE_LIMITED_WINDOW_MS` that close a socket with 4129. */
export const RATE_LIMITED_ANSWERS = 100;
export const RATE_LIMITED_WINDOW_MS = 10_000;

/**
 * How much a room may have sent to a socket beyond what its client says it has got (`got`), in UTF-16 units: over it,
 * the socket is closed with 4108. The second is for clients that never promised to say so (`paced`).
 */
export const PACED_BYTES = 4 * 1024 * 1024;
export const UNPACED_BYTES = 16 * 1024 * 1024;
/**
 * The same for all sockets of an object of a room together, where each may have `GOT_EVERY_BYTES` besides: over it, the
 * slowest are closed with 4108. An object has 128 MB, and what waits for a socket takes up to twice its length.
 */
export const ROOM_QUEUE_BYTES = 32 * 1024 * 1024;
/**
 * How much presence sends to one tab's socket, in UTF-16 units, before it is closed with 4108: a tab acknowledges nothing,
 * and reconnecting to presence costs it little.
 */
export const TAB_BYTES = 1024 * 1024;
/** A paced client says what it has got whenever so much came since it last did, in UTF-16 units. */
export const GOT_EVERY_BYTES = 64 * 1024;

/** Durable commands of a user in a thread: at once, then in each 10 s. Defaults of `RATE_LIMIT_BURST` and `RATE_LIMIT_PER_10S`. */
export const RATE_BURST = 20;
export const RATE_PER_10S = 10;
/** Messages that a search for a repeat (`since`) scans, and that count as one more command of its sender. */
export const SCANNED_PER_COMMAND = 2_000;
/**
 * Durable commands of a user in all threads together: at once, then in each 10 s. Defaults of `RATE_LIMIT_USER_BURST` and
 * `RATE_LIMIT_USER_PER_10S`.
 */
export const USER_RATE_BURST = 100;
export const USER_RATE_PER_10S = 30;
/** Sockets that a user opens in a thread, or in presence: at once, then in each 10 s. Defaults of `RATE_LIMIT_OPENS_BURST` and `RATE_LIMIT_OPENS_PER_10S`. */
export const OPENS_BURST = 40;
export const OPENS_PER_10S = 10;
/** `read` commands of a user, a second and at once. */
export const READS_PER_SECOND = 5;
/** `watch` commands of a user: a second, and at once. */
export const WATCHES_PER_SECOND = 1;
export const WATCHES_AT_ONCE = 10;
/** New threads of a user, a minute. */
export const NEW_THREADS_PER_MINUTE = 20;
/** Invitations by one user that are pending at once, message requests included. */
export const INVITATIONS_PENDING = 50;
/** How old an invitation is no longer pending, and for how long who declined one is not invited again by the same user. */
export const INVITATION_MS = 30 * 24 * 60 * 60 * 1000;
/** Invitations that a user sees, the newest of them. */
export const INVITATIONS_RECEIVED = 1_000;
/** Of those who invite one user into a thread, the first: where that user blocks all of these, they see no invitation into it. */
export const INVITERS_KEPT = 10;
/** Pending invitations of a thread that its moderators see, the newest of them. */
export const INVITATIONS_LISTED = 1_000;
/** Messages in a direct thread before the other accepts it. */
export const REQUEST_MESSAGES = 3;
/** User searches by one user, a minute. */
export const USER_SEARCHES_PER_MINUTE = 60;
/** Blocks that a user makes or lifts, a minute. */
export const BLOCKS_PER_MINUTE = 60;

/** Requests and sockets that the Worker lets in, a minute. The bindings of wrangler.toml enforce it (src/worker/request-limits.ts). */
export const GETS_PER_MINUTE = 600;
export const WRITES_PER_MINUTE = 600;
export const OPENS_PER_MINUTE = 300;
/** Of these, requests of a user for all their chats (`GET /api/chat_threads`). */
export const CHAT_LISTS_PER_MINUTE = 60;
/** From an address: sign-ins, and requests and upgrades without a valid credential. */
export const SIGN_INS_PER_MINUTE = 60;
export const ANONYMOUS_PER_MINUTE = 300;

/** Presence shards unless `PRESENCE_SHARDS` says otherwise, and at most. */
export const PRESENCE_SHARDS = 2;
export const PRESENCE_SHARDS_MOST = 1024;

/** Longest session; a host JWT's earlier `exp` shortens it. */
export const SESSION_MS = 7 * 24 * 60 * 60 * 1000;
/** For how many hours a host JWT may be valid in production. Default of `AUTH_TOKEN_MAX_HOURS`: as long as a session. */
export const TOKEN_HOURS = 7 * 24;
/** How far ahead the `exp` of a server token may be, in milliseconds. */
export const SERVER_TOKEN_MS = 5 * 60 * 1000;
/** Ended sessions of a user that are remembered one by one, those that would last the longest: of further ones, up to when all count as ended. */
export const ENDED_SESSIONS = 100;
/** Threads, those most recently active, in which a revoked user's sockets are closed first. */
export const REVOKED_AT_ONCE = 200;
/** How far ahead of now a revocation's `before` may be, in seconds. */
export const REVOKED_AHEAD_SECONDS = 60;
/** Longest reason of a ban. */
export const BAN_REASON_LENGTH = 200;
/** How far back a ban deletes what its user wrote in the thread, in seconds. */
export const PURGE_SECONDS = 24 * 60 * 60;
/** Shards that one request for the host's bans asks: a page may be shorter than its limit. */
export const SHARDS_PER_PAGE = 20;
/** Longest reason and note of a report. */
export const REPORT_REASON_LENGTH = 100;
export const REPORT_NOTE_LENGTH = 1_000;
/** How long a report that is not resolved keeps what the message said. */
export const REPORT_KEPT_MS = 90 * 24 * 60 * 60 * 1000;
/** Open reports in a thread: by one user, and by all. */
export const OPEN_REPORTS_PER_USER = 20;
export const OPEN_REPORTS = 1_000;
/** Reports by a user in all threads together: at once, then an hour. */
export const REPORTS_AT_ONCE = 20;
export const REPORTS_PER_HOUR = 30;
/** Moderators and owners of a thread who are notified of how many reports are open: those who joined first. */
export const MODERATORS_NOTIFIED = 200;
/** Reports on a page of the host's list, over all threads: at most, and by default. */
export const HOST_REPORTS_MOST = 40;
export const HOST_REPORTS_DEFAULT = 20;
/** Invitation links of a thread that are kept, and most uses of one. */
export const LINKS = 100;
export const LINK_USES = 1_000_000;
/** Who came by a link is no contact of the thread's others for so long. */
export const LINK_CONTACT_MS = 24 * 60 * 60 * 1000;
/** Shortest secret accepted, in bytes. */
export const SECRET_BYTES = 32;

/** A user is published as offline this long after their last tab closed. */
export const OFFLINE_GRACE_MS = 5_000;
/** Longest close reason, in bytes of UTF-8 (RFC 6455, section 5.5: control frames of 125 bytes, 2 for the code). */
export const CLOSE_REASON_BYTES = 123;

/** How long the host's server has to answer a webhook. */
export const WEBHOOK_MS = 5_000;
/** A webhook that failed is tried again after this long, then after twice as long each time, up to the second. */
export const WEBHOOK_RETRY_MS = 1_000;
export const WEBHOOK_RETRY_MOST_MS = 10 * 60 * 1000;
/** An event of this age that cannot be delivered is skipped. */
export const WEBHOOK_KEPT_MS = 24 * 60 * 60 * 1000;
/** How long the host's server has to answer a check before sending, from that request's start. */
export const BEFORE_SEND_MS = 1_500;
/** Most messages and edits of a sender that wait for it in a thread. */
export const BEFORE_SEND_WAITING = 20;
/** Longest reason of a refusal that its sender is shown. */
export const REFUSAL_REASON_LENGTH = 200;
