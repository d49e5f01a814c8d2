/** The variables and secrets that can be set, each with how it is parsed and what it is by default. */
import { z } from "zod";
import {
  PRESENCE_SHARDS,
  PRESENCE_SHARDS_MOST,
  RATE_BURST,
  RATE_PER_10S,
  OPENS_BURST,
  OPENS_PER_10S,
  USER_RATE_BURST,
  USER_RATE_PER_10S,
  RELAY_SOCKETS,
  ROOM_SOCKETS,
  SECRET_BYTES,
  TOKEN_HOURS,
  REACTION_NAME_LENGTH,
} from "../protocol/limits.ts";
import { displayName, emoji } from "../protocol/fields.ts";
import { hostFrom, originFrom } from "./origins.ts";
import { receiverUrl, webhookSecret } from "./receivers.ts";

const bytes = new TextEncoder();

const secret = z
  .string()
  .refine((key) => bytes.encode(key).length >= SECRET_BYTES, `is shorter than ${SECRET_BYTES} bytes`);

/** What a header carries as a bearer token (RFC 6750, section 2.1), as that of an administrator. */
const bearerSecret = z
  .string()
  .regex(/^[\w~+/.-]+=*$/, "has characters that are none of base64 or of hexadecimal digits")
  .pipe(secret);

/** Of origins, issuers, audiences or hosts: any. */
export const ANY = "*";
/** Of hosts: none. */
const NONE = "off";

/** Defaults of the settings of these names. */
const SYSTEM_NAME = "System";
const CONTACT_POLICY = "consent";

const origins = z
  .string()
  .default("")
  .transform((list) =>
    list
      .split(",")
      .map((entry) => entry.trim())
      .filter(Boolean)
      .map((entry) => (entry === ANY ? entry : originFrom(entry))),
  )
  .refine(
    (list) => !list.includes(undefined),
    "has an entry that is no origin, such as https://www.example.com is",
  )
  .transform((list) => list.filter((origin) => origin !== undefined));

/** Hosts of users' pictures, as sources of a content security policy. */
const avatarSources = z.string().transform((list, context) => {
  if (list === NONE) return [];
  if (list === ANY) return ["https:"];
  return list.split(",").flatMap((entry) => {
    const host = hostFrom(entry.trim());
    if (host === undefined)
      context.addIssue({
        code: "custom",
        message: "has an entry that is no host, such as pics.example.com is",
      });
    return host === undefined ? [] : [`https://${host}`];
  });
});

const namesOfEmoji = z.record(z.string().min(1).max(REACTION_NAME_LENGTH), emoji);

/** What Socket.IO clients call reactions, and the emoji that each stands for, as a JSON object. */
const reactionNames = z.string().transform((text, context) => {
  try {
    return new Map(Object.entries(namesOfEmoji.parse(JSON.parse(text))));
  } catch {
    context.addIssue({ code: "custom", message: "is no JSON object of names and emoji" });
    return z.NEVER;
  }
});

const count = z
  .string()
  .regex(/^\d{1,9}$/, "is not a whole number")
  .transform(Number);

const shards = count.pipe(z.number().min(1).max(PRESENCE_SHARDS_MOST));

/** An empty variable counts as one that is not set: wrangler.toml can only override, not remove. */
const text = z
  .string()
  .optional()
  .transform((value) => value?.trim() || undefined);

/** The host application's sign-in page. User info would be sent to it in every visitor's request, a fragment not at all. */
const signInUrl = z
  .url({ protocol: /^https?$/, error: "is no http or https address", abort: true })
  .refine((address) => {
    const { hash, username, password } = new URL(address);
    return hash + username + password === "";
  }, "has a fragment or user info");

function setting<S extends z.ZodType<unknown, string | undefined>>(schema: S) {
  return text.pipe(schema);
}

export const settings = z.object({
  ENVIRONMENT: setting(z.enum(["production", "development"]).default("production")),
  GUEST_SIGN_IN: setting(z.enum(["true", "false"]).default("false")),
  ALLOWED_ORIGINS: setting(origins),
  PRESENCE_SHARDS: setting(shards.default(PRESENCE_SHARDS)),
  PRESENCE_SHARDS_BEFORE: setting(shards.optional()),
  ROOM_SOCKETS: setting(count.default(ROOM_SOCKETS)),
  RELAY_SOCKETS: setting(count.pipe(z.number().min(1)).default(RELAY_SOCKETS)),
  USER_SEARCH: setting(z.enum(["all", "shared", "off"]).optional()),
  CONTACT_POLICY: setting(z.enum(["consent", "open", "host"]).default(CONTACT_POLICY)),
  AVATAR_HOSTS: setting(avatarSources.optional()),
  REACTION_NAMES: setting(reactionNames.optional()),
  RATE_LIMIT_BURST: setting(count.default(RATE_BURST)),
  RATE_LIMIT_PER_10S: setting(count.default(RATE_PER_10S)),
  RATE_LIMIT_USER_BURST: setting(count.default(USER_RATE_BURST)),
  RATE_LIMIT_USER_PER_10S: setting(count.default(USER_RATE_PER_10S)),
  RATE_LIMIT_OPENS_BURST: setting(count.default(OPENS_BURST)),
  RATE_LIMIT_OPENS_PER_10S: setting(count.default(OPENS_PER_10S)),
  RATE_LIMITS: setting(z.enum(["on", "off"]).default("on")),
  AUTH_SECRET: setting(secret.optional()),
  AUTH_SECRET_PREVIOUS: setting(secret.optional()),
  AUTH_JWKS_URL: setting(z.url({ protocol: /^https?$/, error: "is no http or https address" }).optional()),
  AUTH_ISSUER: setting(z.string().optional()),
  AUTH_AUDIENCE: setting(z.string().optional()),
  AUTH_TOKEN_MAX_HOURS: setting(count.pipe(z.number().min(1)).default(TOKEN_HOURS)),
  SIGN_IN_URL: setting(signInUrl.optional()),
  SESSION_SECRET: setting(secret),
  SESSION_SECRET_PREVIOUS: setting(secret.optional()),
  ADMIN_SECRET: setting(bearerSecret.optional()),
  WEBHOOK_URL: setting(receiverUrl.optional()),
  WEBHOOK_SECRET: setting(webhookSecret.optional()),
  BEFORE_SEND_URL: setting(receiverUrl.optional()),
  BEFORE_SEND_FAIL: setting(z.enum(["open", "closed"]).default("open")),
  WORD_FILTER: setting(z.enum(["off", "mask", "refuse"]).default("off")),
  NEW_MEMBER_LINK_HOURS: setting(count.default(0)),
  SERVER_SECRET: setting(secret.optional()),
  SYSTEM_NAME: setting(displayName.default(SYSTEM_NAME)),
});

/** The names of all that can be set. */
export const SETTINGS = Object.keys(settings.shape);
