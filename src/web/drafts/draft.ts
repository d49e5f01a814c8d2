/** What a user is composing in one thread. Pure. */
import { shorten } from "../../protocol/graphemes.ts";
import { PREVIEW_LENGTH } from "../../protocol/limits.ts";

export interface Draft {
  /** The message in the composer. */
  text: string;
  /** `seq` of the message that it replies to. */
  replyTo?: number | undefined;
  /** The new texts of messages that are being edited, by `seq`. */
  edits: Readonly<Record<number, string>>;
}

/** Nothing is being composed. */
export const EMPTY_DRAFT: Draft = { text: "", edits: {} };

export function isEmpty({ text, replyTo, edits }: Draft): boolean {
  return text === "" && replyTo === undefined && Object.keys(edits).length === 0;
}

/** The beginning of the text, for the list of threads; undefined if there is none. */
export function draftPreview({ text, edits }: Draft): string | undefined {
  const shown = [text, ...Object.values(edits)].find((one) => one.trim() !== "");
  return shown && shorten(shown.trim(), PREVIEW_LENGTH);
}

/** A draft as it is kept, with the time of its last change in milliseconds since the epoch. */
export interface KeptDraft extends Draft {
  at: number;
}

/** Reads what `JSON.stringify` made of a draft; undefined for anything else. */
export function parseDraft(json: string): KeptDraft | undefined {
  try {
    const { text, replyTo, edits, at } = JSON.parse(json) as Partial<Record<keyof KeptDraft, unknown>>;
    if (typeof text !== "string" || typeof at !== "number" || !isTextBySeq(edits)) return undefined;
    return { text, edits, at, replyTo: typeof replyTo === "number" ? replyTo : undefined };
  } catch {
    return undefined;
  }
}

function isTextBySeq(value: unknown): value is Record<number, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((text) => typeof text === "string")
  );
}
