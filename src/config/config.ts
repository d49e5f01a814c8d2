/**
 * The deployment's configuration, made once of its settings. A setting that is missing or wrong becomes one clear
 * error on the first request that needs it, never a crash at start.
 */
import type { z } from "zod";
import { LilypadError } from "../protocol/errors.ts";
import { productionFaults, serverSecretFaults } from "./production.ts";
import { receiverFaults, webhookKey } from "./receivers.ts";
import { ANY, settings } from "./settings.ts";

const bytes = new TextEncoder();
const HOUR_MS = 60 * 60_000;

/** How much a user may do: at once, and then in each 10 s. 0 is no limit. */
export interface Rate {
  burst: number;
  per10s: number;
}

/** An address of the host's that is sent to, and the key that signs what is sent. */
export interface Receiver {
  url: string;
  key: Uint8Array;
}

export interface Config {
  development: boolean;
  /** Guests exist only in development. */
  guestSignIn: boolean;
  /** Origins answered besides the request's own; `anyOrigin` in development alone. */
  allowedOrigins: ReadonlySet<string>;
  anyOrigin: boolean;
  /** By how many shards everybody looks for users: while they move, the number before it. */
  presenceShards: number;
  /** By how many shards users are being spread, if that is another number: a multiple. */
  presenceShardsAfter: number;
  /** How many sockets a thread's own object holds before relays take the next ones, and how many a relay takes. */
  roomSockets: number;
  relaySockets: number;
  userSearch: "all" | "shared" | "off";
  /** Who may write to whom, and see whom: contacts (`consent`), all who share a thread (`open`), or as the host says. */
  contactPolicy: "consent" | "open" | "host";
  /** Where the page may load pictures of users from, as sources of a content security policy. */
  avatarSources: readonly string[];
  /** What Socket.IO clients call reactions, and the emoji that each stands for. */
  reactionNames: ReadonlyMap<string, string>;
  /** Of durable commands in a thread, of those in all threads together, and of sockets opened at an object. */
  rate: Rate;
  userRate: Rate;
  openRate: Rate;
  /** False in development alone, where somebody measures: nothing a user does is limited by rate. */
  rateLimits: boolean;
  auth: {
    /** The current one first; empty where none is set. */
    secrets: readonly Uint8Array[];
    jwksUrl: string | undefined;
    /** Undefined where that of a token is not checked. */
    issuer: string | undefined;
    audience: string | undefined;
    /** For how long a token may be valid at most; unlimited in development. */
    tokenMaxMs: number;
  };
  /** Where the page leads people who are not signed in: of https, in development of http too. */
  signInUrl: string | undefined;
  /** The current one, which signs, first. */
  sessionSecrets: readonly [Uint8Array, ...Uint8Array[]];
  /** Without it nobody is an administrator. */
  adminSecret: Uint8Array | undefined;
  /** Where each thread's events are delivered; without it none is. */
  webhooks: Receiver | undefined;
  /** Who is asked before a message or an edit is stored; `failsClosed`: what has no answer is refused. */
  beforeSend: (Receiver & { failsClosed: boolean }) | undefined;
  /** What becomes of messages with a word of the list, and for how long new members may post no links; 0 is not at all. */
  filters: { words: "off" | "mask" | "refuse"; newMemberLinksMs: number };
  /** Verifies the server tokens of the host; without it there is no server API. */
  serverSecret: Uint8Array | undefined;
  /** By what name the host itself is shown. */
  systemName: string;
}

const parsed = new WeakMap<object, Config>();
/** Where what is wrong was logged: each request looks again. */
const logged = new WeakSet();

/** The configuration of this deployment. Throws `unavailable`, naming each setting that is missing or wrong and never its value. */
export function configOf(env: Env): Config {
  const known = parsed.get(env);
  if (known) return known;
  try {
    const config = parseConfig(env);
    parsed.set(env, config);
    return config;
  } catch (error) {
    if (!logged.has(env)) console.error(String(error));
    logged.add(env);
    throw error;
  }
}

function parseConfig(env: Env): Config {
  const result = settings.safeParse(env);
  if (!result.success) {
    throw notConfigured(result.error.issues.map((issue) => `${issue.path.join(".")} ${reasonFor(issue)}`));
  }
  const s = result.data;
  const development = s.ENVIRONMENT === "development";
  const guestSignIn = development && s.GUEST_SIGN_IN === "true";
  const rateLimits = !development || s.RATE_LIMITS === "on";
  const rateOf = (burst: number, per10s: number): Rate =>
    rateLimits ? { burst, per10s } : { burst: 0, per10s: 0 };
  const faults = development ? serverSecretFaults(s) : productionFaults(s);
  if (!s.AUTH_SECRET && !s.AUTH_JWKS_URL && !guestSignIn)
    faults.push("AUTH_SECRET or AUTH_JWKS_URL is missing");
  faults.push(...receiverFaults(s, development));
  if (faults.length > 0) throw notConfigured(faults);
  const presenceShards = s.PRESENCE_SHARDS_BEFORE ?? s.PRESENCE_SHARDS;
  // Then each shard's users stay or go to shards that nobody else goes to, and no two shards' users ever mix.
  if (s.PRESENCE_SHARDS % presenceShards !== 0) {
    throw new LilypadError(
      "unavailable",
      'This server is not configured: PRESENCE_SHARDS is not a multiple of PRESENCE_SHARDS_BEFORE. See docs/operating.md, "Raising PRESENCE_SHARDS".',
    );
  }
  const key = webhookKey(s.WEBHOOK_SECRET ?? "");
  const receiverAt = (url: string | undefined) => (url === undefined || !key ? undefined : { url, key });
  const beforeSend = receiverAt(s.BEFORE_SEND_URL);
  return {
    development,
    guestSignIn,
    allowedOrigins: new Set(s.ALLOWED_ORIGINS.filter((origin) => origin !== ANY)),
    anyOrigin: development && s.ALLOWED_ORIGINS.includes(ANY),
    presenceShards,
    presenceShardsAfter: s.PRESENCE_SHARDS,
    roomSockets: s.ROOM_SOCKETS,
    relaySockets: s.RELAY_SOCKETS,
    userSearch: s.USER_SEARCH ?? (development ? "all" : "shared"),
    contactPolicy: s.CONTACT_POLICY,
    reactionNames: s.REACTION_NAMES ?? new Map(),
    avatarSources: s.AVATAR_HOSTS ?? (development ? ["https:"] : []),
    rate: rateOf(s.RATE_LIMIT_BURST, s.RATE_LIMIT_PER_10S),
    userRate: rateOf(s.RATE_LIMIT_USER_BURST, s.RATE_LIMIT_USER_PER_10S),
    openRate: rateOf(s.RATE_LIMIT_OPENS_BURST, s.RATE_LIMIT_OPENS_PER_10S),
    rateLimits,
    auth: {
      secrets: keysOf(s.AUTH_SECRET, s.AUTH_SECRET_PREVIOUS),
      jwksUrl: s.AUTH_JWKS_URL,
      issuer: s.AUTH_ISSUER === ANY ? undefined : s.AUTH_ISSUER,
      audience: s.AUTH_AUDIENCE === ANY ? undefined : s.AUTH_AUDIENCE,
      tokenMaxMs: development ? Infinity : s.AUTH_TOKEN_MAX_HOURS * HOUR_MS,
    },
    signInUrl: s.SIGN_IN_URL,
    sessionSecrets: [bytes.encode(s.SESSION_SECRET), ...keysOf(s.SESSION_SECRET_PREVIOUS)],
    webhooks: receiverAt(s.WEBHOOK_URL),
    beforeSend: beforeSend && { ...beforeSend, failsClosed: s.BEFORE_SEND_FAIL === "closed" },
    filters: { words: s.WORD_FILTER, newMemberLinksMs: s.NEW_MEMBER_LINK_HOURS * HOUR_MS },
    adminSecret: keysOf(s.ADMIN_SECRET)[0],
    serverSecret: keysOf(s.SERVER_SECRET)[0],
    systemName: s.SYSTEM_NAME,
  };
}

function keysOf(...secrets: (string | undefined)[]): Uint8Array[] {
  return secrets.filter((key) => key !== undefined).map((key) => bytes.encode(key));
}

function notConfigured(faults: string[]): LilypadError {
  return new LilypadError(
    "unavailable",
    `This server is not configured: ${faults.join("; ")}. See docs/configuration.md.`,
  );
}

/** zod's own words may quote the value, which may be a secret: only what is said here is shown. */
function reasonFor(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return "is missing";
  return issue.code === "custom" || issue.code === "invalid_format"
    ? issue.message
    : "has a value that is not allowed";
}
