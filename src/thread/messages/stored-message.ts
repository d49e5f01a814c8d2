/** A message as its table holds it. */
import type { Reaction } from "../../protocol/model.ts";
import type { MessageData } from "../../protocol/fields.ts";

/** A row of `messages`. */
export type StoredMessage = {
  seq: number;
  rev: number;
  touched_rev: number;
  author: string;
  command_id: string;
  body: string;
  at: number;
  reply_to: number | null;
  edited_at: number | null;
  deleted_at: number | null;
  reactions: string | null;
  text_rev: number | null;
};

/** What a message has before anything has happened to it. */
export const UNTOUCHED = { edited_at: null, deleted_at: null, reactions: null, text_rev: null };

/** A row with what other tables hold of its message. */
export type FullStoredMessage = StoredMessage & {
  /** The body that an edit gave it. */
  text: string | null;
  /** JSON of what its author attached, or what has overwritten it. */
  data: string | null;
};

/** A row of `reactions`. */
export type ReactionRow = { seq: number; rev: number; list: string };

/**
 * Spare length in the row of a short message, for the numbers that an edit and a deletion add. It stands where versions
 * before the table `reactions` keep reactions, and is none to them.
 */
export const SPARE = "[]".padEnd(20);
/** What is left of it at least, where a row cannot do without any. */
export const LEAST_SPARE = "[]";

/** What SQLite stores of a row, by column of the table. */
export function recordOf(row: StoredMessage): (string | number | null)[] {
  const { rev, touched_rev, author, command_id, body, at, reply_to, edited_at, deleted_at } = row;
  const { reactions, text_rev } = row;
  return [
    null,
    rev,
    touched_rev,
    author,
    command_id,
    body,
    at,
    reply_to,
    edited_at,
    deleted_at,
    reactions,
    text_rev,
  ];
}

/** What a message says now. What fills a tombstone is nothing that was said. */
export function bodyOf({ deleted_at, text, body }: FullStoredMessage): string {
  return deleted_at === null ? (text ?? body) : "";
}

/** What the author of a message that is not deleted attached to it. */
export function dataOf({ deleted_at, data }: FullStoredMessage): MessageData | undefined {
  return deleted_at === null && data !== null ? (JSON.parse(data) as MessageData) : undefined;
}

/** The reactions to a message that is not deleted. */
export function reactionsOf({ deleted_at, reactions }: StoredMessage): Reaction[] {
  return deleted_at === null && reactions !== null ? (JSON.parse(reactions) as Reaction[]) : [];
}

/** A row with its reactions in place, where it has some. */
export function withReactions<R extends StoredMessage>(row: R, reactions: ReactionRow | undefined): R {
  if (!reactions) return row;
  return {
    ...row,
    reactions: reactions.list,
    touched_rev: Math.max(row.touched_rev, reactions.rev),
  };
}
