/** The bindings of wrangler.toml, and the variables and secrets of docs/configuration.md. */
declare namespace Cloudflare {
  interface Env {
    CHAT_THREAD: DurableObjectNamespace<import("./thread/chat-thread.ts").ChatThread>;
    RELAY: DurableObjectNamespace<import("./relay/relay.ts").Relay>;
    SOCKET_IO: DurableObjectNamespace<import("./socketio/socketio-shard.ts").SocketIoShard>;
    PRESENCE: DurableObjectNamespace<import("./presence/presence.ts").Presence>;
    /** The limits of src/worker/request-limits.ts; absent where Lilypad runs on bare workerd: then they are not counted. */
    READ_LIMIT?: RateLimit;
    WRITE_LIMIT?: RateLimit;
    OPEN_LIMIT?: RateLimit;
    NEW_THREAD_LIMIT?: RateLimit;
    CHAT_LIST_LIMIT?: RateLimit;
    SIGN_IN_LIMIT?: RateLimit;
    ANONYMOUS_LIMIT?: RateLimit;

    /** The page's files. Absent where Lilypad runs on bare workerd: then there is no page. */
    ASSETS?: Fetcher;

    ENVIRONMENT?: string;
    GUEST_SIGN_IN?: string;
    ALLOWED_ORIGINS?: string;
    PRESENCE_SHARDS?: string;
    ROOM_SOCKETS?: string;
    RELAY_SOCKETS?: string;
    PRESENCE_SHARDS_BEFORE?: string;
    USER_SEARCH?: string;
    CONTACT_POLICY?: string;
    AVATAR_HOSTS?: string;
    REACTION_NAMES?: string;
    RATE_LIMIT_BURST?: string;
    RATE_LIMIT_PER_10S?: string;
    RATE_LIMIT_USER_BURST?: string;
    RATE_LIMIT_USER_PER_10S?: string;
    RATE_LIMIT_OPENS_BURST?: string;
    RATE_LIMIT_OPENS_PER_10S?: string;
    RATE_LIMITS?: string;
    AUTH_SECRET?: string;
    AUTH_SECRET_PREVIOUS?: string;
    AUTH_JWKS_URL?: string;
    AUTH_ISSUER?: string;
    AUTH_AUDIENCE?: string;
    AUTH_TOKEN_MAX_HOURS?: string;
    SIGN_IN_URL?: string;
    SESSION_SECRET?: string;
    SESSION_SECRET_PREVIOUS?: string;
    ADMIN_SECRET?: string;
    WEBHOOK_URL?: string;
    WEBHOOK_SECRET?: string;
    BEFORE_SEND_URL?: string;
    BEFORE_SEND_FAIL?: string;
    WORD_FILTER?: string;
    NEW_MEMBER_LINK_HOURS?: string;
    SERVER_SECRET?: string;
    SYSTEM_NAME?: string;
  }
}
interface Env extends Cloudflare.Env {}
