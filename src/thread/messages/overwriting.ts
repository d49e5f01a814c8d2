/**
 * Edits and deletions overwrite what a message said where its row lies. SQLite does so by itself where a row keeps its
 * length; otherwise it writes the row elsewhere, and the text stays readable in the file.
 */
import { fillerFor, fillerLike, recordLength } from "../../durable/record-length.ts";
import { recordOf, type MessageRow } from "./message-row.ts";

/** Gives a message another body: one row written, or two where it has another length. */
export function overwriteBody(
  sql: SqlStorage,
  row: MessageRow,
  { body, rev, at }: { body: string; rev: number; at: number },
): void {
  const edited = { ...row, body, edited_at: at, touched_rev: rev };
  if (lengthOf(edited) !== lengthOf(row)) overwrite(sql, row);
  sql.exec(
    "UPDATE messages SET body = ?, reactions = ?, edited_at = ?, touched_rev = ? WHERE seq = ?",
    body,
    row.reactions,
    at,
    rev,
    row.seq,
  );
}

/**
 * Makes a message a tombstone, which keeps its length, filled with spaces: one row written. Two for a body of a few bytes,
 * to which the time of its deletion does not fit, and for the few lengths that no filler gives.
 */
export function overwriteWithTombstone(
  sql: SqlStorage,
  row: MessageRow,
  { rev, at }: { rev: number; at: number },
): void {
  const tombstone = { ...row, touched_rev: rev, deleted_at: at, reactions: null };
  const body = fillerFor(lengthOf(row), (filler) => recordOf({ ...tombstone, body: filler }));
  if (body === undefined) overwrite(sql, row);
  sql.exec(
    "UPDATE messages SET body = ?, reactions = NULL, deleted_at = ?, touched_rev = ? WHERE seq = ?",
    body ?? "",
    at,
    rev,
    row.seq,
  );
}

/** Replaces what a message said by as many bytes, before its row is written at another length. */
function overwrite(sql: SqlStorage, { seq, body, reactions }: MessageRow): void {
  sql.exec(
    "UPDATE messages SET body = ?, reactions = ? WHERE seq = ?",
    fillerLike(body),
    reactions === null ? null : fillerLike(reactions),
    seq,
  );
}

function lengthOf(row: MessageRow): number {
  return recordLength(recordOf(row));
}
