/** Names, ids and texts: the leaves that every other schema is made of. */
import { z } from "zod";
import {
  AVATAR_URL_LENGTH,
  BODY_LENGTH,
  COMMAND_ID_LENGTH,
  DISPLAY_NAME_LENGTH,
  EMOJI_BYTES,
  THREAD_NAME_LENGTH,
  USER_ID_LENGTH,
} from "./limits.ts";

/** A text of so many characters, counted as the contract counts them, in UTF-16 units: zod's own checks count code points. */
export function characters(min: number, max: number) {
  return z.string().check(({ value, issues }) => {
    const issue = { origin: "string", inclusive: true, input: value } as const;
    if (value.length < min) issues.push({ ...issue, code: "too_small", minimum: min });
    if (value.length > max) issues.push({ ...issue, code: "too_big", maximum: max });
  });
}

const CONTROL = /\p{Cc}/u;
/** Nothing that anyone would see: white space, and what is shown as nothing (Unicode UAX 44; U+2800 is an empty Braille cell). */
const BLANK = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]+$/u;
/** Bidirectional overrides, embeddings and isolates: they make a name read as another (Unicode TR 36, section 2.5). */
const BIDI_OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/u;

/** Ids that begin so belong to guests alone. */
export const GUEST_PREFIX = "guest-";

/** A user's id: the host application's `sub`, or a guest's. */
export const userId = characters(1, USER_ID_LENGTH)
  .refine(
    (id) => id.isWellFormed() && !CONTROL.test(id) && !id.includes(","),
    "has a control character or a comma",
  )
  // A path cannot name these, percent-encoded or not (WHATWG URL, "double-dot URL path segment").
  .refine((id) => id !== "." && id !== "..", "cannot be named in a path");

function shownName(maxLength: number) {
  return z
    .string()
    .transform((name) => name.trim().normalize("NFC"))
    .pipe(
      characters(1, maxLength)
        .refine(
          (name) => name.isWellFormed() && !CONTROL.test(name) && !BIDI_OVERRIDE.test(name),
          "has a control or bidirectional-override character",
        )
        .refine((name) => !BLANK.test(name), "is blank"),
    );
}

/** A person's name as others see it. */
export const displayName = shownName(DISPLAY_NAME_LENGTH);
/** A group's or public thread's name. */
export const threadName = shownName(THREAD_NAME_LENGTH);

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

/** Names a command to its answer, and a message to its repeats. Unique to its author in the thread. */
export const commandId = characters(1, COMMAND_ID_LENGTH).refine(
  (id) => id.isWellFormed(),
  "is not well-formed Unicode",
);

/** A message's text. A lone surrogate has no UTF-8 form, so it is replaced as every encoder would. */
export const messageBody = characters(1, BODY_LENGTH)
  .refine((body) => !BLANK.test(body), "is blank")
  .transform((body) => body.toWellFormed());

/** One RGI emoji (Unicode TS 51). */
export const emoji = z
  .string()
  .transform((text) => text.normalize("NFC"))
  .pipe(
    z
      .string()
      .regex(/^\p{RGI_Emoji}$/v, "is not one emoji")
      .refine((text) => new TextEncoder().encode(text).length <= EMOJI_BYTES, "is too long"),
  );

/** Names a message within its thread. */
export const seq = z.int().min(1);
/** A read marker: the newest message that was read, 0 for none. */
export const readSeq = z.int().min(0);
/** Counts a thread's durable events. */
export const rev = z.int().min(0);
/** Milliseconds since the Unix epoch. */
export const time = z.int();
