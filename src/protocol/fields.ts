/** The fields that every other schema is made of: ids, names, texts, numbers. */
import { z } from "zod";
import {
  AVATAR_URL_LENGTH,
  BODY_LENGTH,
  COMMAND_ID_LENGTH,
  DISPLAY_NAME_LENGTH,
  EMOJI_BYTES,
  MESSAGE_DATA_BYTES,
  THREAD_DATA_BYTES,
  THREAD_NAME_LENGTH,
  TOPIC_LENGTH,
  USER_DATA_BYTES,
  USER_ID_LENGTH,
} from "./limits.ts";
import { SYSTEM_ID } from "./system-user.ts";
import { invisibleIn, isBlank, visibleIn } from "./visible-text.ts";

/** A text of so many characters, counted as the contract counts them, in UTF-16 units: zod's own checks count code points. */
export function characters(min: number, max: number) {
  return z.string().check(({ value, issues }) => {
    const issue = { origin: "string", inclusive: true, input: value } as const;
    if (value.length < min) issues.push({ ...issue, code: "too_small", minimum: min });
    if (value.length > max) issues.push({ ...issue, code: "too_big", maximum: max });
  });
}

const CONTROL = /\p{Cc}/u;
/** Bidirectional overrides, embeddings and isolates: they make a name read as another (Unicode TR 36, section 2.5). */
const BIDI_OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/u;

/** Ids that begin so belong to guests alone. */
export const GUEST_PREFIX = "guest-";

/** Whether an id begins as guests' do, or looks as if it did: in another case or width, or after something invisible. */
export function looksLikeGuest(id: string): boolean {
  const visible = visibleIn(id.normalize("NFKC"));
  return visible
    .toLowerCase()
    .replaceAll(/\p{Dash}/gu, "-")
    .startsWith(GUEST_PREFIX);
}

/** A user's id: the host application's `sub`, or a guest's. Composed (NFC), so that one id has one spelling. */
export const userId = z
  .string()
  .transform((id) => id.normalize("NFC"))
  .pipe(
    characters(1, USER_ID_LENGTH)
      .refine(
        (id) => id.isWellFormed() && !CONTROL.test(id) && !id.includes(","),
        "has a control character or a comma",
      )
      // A path cannot name these, percent-encoded or not (WHATWG URL, "double-dot URL path segment").
      .refine((id) => id !== "." && id !== "..", "cannot be named in a path"),
  );

/** The id of somebody: a user who can sign in, be a member, or be made known. */
export const personId = userId.refine((id) => id !== SYSTEM_ID, "is the host's own");

/** The host's own name for a thread. As it is given: case and normalization count. */
export const threadKey = characters(1, USER_ID_LENGTH).refine(
  (key) => key.isWellFormed() && !CONTROL.test(key) && !key.includes(","),
  "has a control character or a comma",
);

/** Trimmed, composed (NFC), and with one plain space for white space of any kind and length, which would look alike. */
function shownName(maxLength: number) {
  return z
    .string()
    .transform((name) =>
      name
        .trim()
        .normalize("NFC")
        .replaceAll(/\p{Z}+/gu, " "),
    )
    .pipe(
      characters(1, maxLength).check(({ value, issues }) => {
        const message = faultOf(value);
        if (message !== undefined) issues.push({ code: "custom", message, input: value });
      }),
    );
}

/** Why a name cannot be shown as it is, or undefined. */
function faultOf(name: string): string | undefined {
  if (!name.isWellFormed() || CONTROL.test(name) || BIDI_OVERRIDE.test(name))
    return "has a control or bidirectional-override character";
  if (isBlank(name)) return "is blank";
  const invisible = invisibleIn(name);
  return invisible && `has an invisible character, ${invisible}`;
}

/** A person's name as others see it. */
export const displayName = shownName(DISPLAY_NAME_LENGTH);
/** A group's or public thread's name. */
export const threadName = shownName(THREAD_NAME_LENGTH);
/** What a group or public thread is about. */
export const threadTopic = shownName(TOPIC_LENGTH);

function isAvatarUrl(value: unknown): value is string {
  return (
    typeof value === "string" && value.length <= AVATAR_URL_LENGTH && URL.parse(value)?.protocol === "https:"
  );
}

/** A picture's address. What is not https, or too long, is dropped rather than refused: it is decoration. */
export const avatarUrl = z
  .unknown()
  .transform((value) => (isAvatarUrl(value) ? value : undefined))
  .optional();

/** The same where the host itself says it: one that cannot be shown removes the picture, as `null` does. */
export const putAvatarUrl = z.unknown().transform((value) => (isAvatarUrl(value) ? value : null));

/** Names a command to its answer, and a message to its repeats. Unique to its author in the thread. */
export const commandId = characters(1, COMMAND_ID_LENGTH).refine(
  (id) => id.isWellFormed(),
  "is not well-formed Unicode",
);

/** A message's text. A lone surrogate has no UTF-8 form, so it is replaced as every encoder would. */
export const messageBody = characters(1, BODY_LENGTH)
  .refine((body) => !isBlank(body), "is blank")
  .transform((body) => body.toWellFormed());

/** One emoji (Unicode UTS 51), in any spelling. What is stored and sent is its RGI spelling. */
export const emoji = z
  .string()
  .transform(rgiSpelling)
  .pipe(
    z
      .string()
      .regex(/^\p{RGI_Emoji}$/v, "is not one emoji")
      .refine((text) => new TextEncoder().encode(text).length <= EMOJI_BYTES, "is too long"),
  );

/**
 * An emoji with the presentation selector (U+FE0F) where RGI emoji have one: after each character that is text by default,
 * unless a skin tone follows (UTS 51, "qualified emoji character").
 */
function rgiSpelling(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/[\ufe0e\ufe0f]/g, "")
    .replaceAll(/(?=\p{Emoji})\P{Emoji_Presentation}(?!\p{Emoji_Modifier})/gu, "$&\ufe0f");
}

/**
 * A JSON object of the host's own, which Lilypad keeps and shows and never looks into: at most so many bytes as compact
 * JSON, in UTF-8; `parse` answers a larger one with `too_large`.
 */
export function jsonObject(maxBytes: number) {
  return z.custom<Record<string, unknown>>().check(({ value, issues }) => {
    const input: unknown = value;
    if (typeof input !== "object" || input === null || Array.isArray(input))
      issues.push({ code: "custom", message: "is no JSON object", input });
    else if (bytesOfJson(input) > maxBytes)
      issues.push({ code: "too_big", origin: "string", maximum: maxBytes, inclusive: true, input });
  });
}

function bytesOfJson(value: object): number {
  try {
    return new TextEncoder().encode(JSON.stringify(value)).length;
  } catch {
    // Nested more deeply than the call stack goes, which is thousands of levels.
    return Infinity;
  }
}

/** What an author attaches to a message. */
export const messageData = jsonObject(MESSAGE_DATA_BYTES);
/** What the host keeps with a user. */
export const userData = jsonObject(USER_DATA_BYTES);
export type MessageData = z.infer<typeof messageData>;

/** What the host keeps with a thread. */
export const threadData = jsonObject(THREAD_DATA_BYTES);
export type ThreadData = z.infer<typeof threadData>;

/** Names a message within its thread. */
export const seq = z.int().min(1);
/** A read marker: the newest message that was read, 0 for none. */
export const readSeq = z.int().min(0);
/** Counts a thread's durable events. */
export const rev = z.int().min(0);
/** Milliseconds since the Unix epoch. */
export const time = z.int();
