/**
 * Edits and deletions overwrite what a message said where its row lies. SQLite does so by itself where a row keeps its
 * length; otherwise it writes the row elsewhere, may move others, and what they said stays readable in the file. So a
 * message's row never changes its length: what an edit says is appended with its change.
 */
import { fillerFor, fillerLike, recordLength } from "../../durable/record-length.ts";
import { LEAST_SPARE, recordOf, type StoredMessage } from "./stored-message.ts";

const utf8 = new TextEncoder();

export class Overwriting {
  readonly #sql: SqlStorage;
  /** Up to this seq, rows were written without `text_rev`. */
  readonly #narrowUpTo: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const [thread] = sql.exec<{ up_to: number | null }>("SELECT narrow_up_to AS up_to FROM thread").toArray();
    this.#narrowUpTo = thread?.up_to ?? 0;
  }

  /** Gives a message another body, which is stored with the change of this rev: one row written, and one if it was edited before. */
  edit(row: StoredMessage, { body, rev, at }: { body: string; rev: number; at: number }): void {
    this.#forgetText(row);
    const [reactions = null] = sparesOf(row.reactions);
    const edited = { ...row, body: "", touched_rev: rev, edited_at: at, text_rev: rev, reactions };
    const room = Math.max(0, this.#lengthOf(row) - recordLength(recordOf(edited)));
    this.#write(row, edited, startOf(body, room));
  }

  /** Makes a message a tombstone: one row written, and one if it was edited. */
  erase(row: StoredMessage, { rev, at }: { rev: number; at: number }): void {
    this.#forgetText(row);
    const tombstone = { ...row, touched_rev: rev, deleted_at: at, reactions: null, text_rev: null };
    this.#write(row, tombstone, "");
  }

  /** Writes a row over the one before, with a body that begins so. One more row where they cannot be made equally long. */
  #write(before: StoredMessage, after: StoredMessage, body: string): void {
    const length = this.#lengthOf(before);
    const fitting = atLength(length, after, body);
    // So it may be with a few bytes that an earlier version wrote, and with the few lengths that no filler gives.
    if (!fitting) this.#put({ ...before, ...(atLength(length, before, "") ?? { body: "" }) });
    this.#put(fitting ?? { ...after, body });
  }

  #put({ seq, body, reactions, touched_rev, edited_at, deleted_at, text_rev }: StoredMessage): void {
    this.#sql.exec(
      `UPDATE messages SET body = ?, reactions = ?, touched_rev = ?, edited_at = ?, deleted_at = ?, text_rev = ?
       WHERE seq = ?`,
      body,
      reactions,
      touched_rev,
      edited_at,
      deleted_at,
      text_rev,
      seq,
    );
  }

  /** Overwrites the body that an earlier edit appended. */
  #forgetText({ text_rev }: StoredMessage): void {
    if (text_rev === null) return;
    const [change] = this.#sql
      .exec<{ body: string | null }>("SELECT body FROM changes WHERE rev = ?", text_rev)
      .toArray();
    if (typeof change?.body !== "string") return;
    this.#sql.exec("UPDATE changes SET body = ? WHERE rev = ?", fillerLike(change.body), text_rev);
  }

  #lengthOf(row: StoredMessage): number {
    const record = recordOf(row);
    const isNarrow = row.seq <= this.#narrowUpTo && row.text_rev === null;
    return recordLength(isNarrow ? record.slice(0, -1) : record);
  }
}

/** A row of this length, with a body that begins so and is filled up. */
function atLength(length: number, row: StoredMessage, start: string): StoredMessage | undefined {
  for (const reactions of sparesOf(row.reactions)) {
    const filled = (filler: string) => ({ ...row, reactions, body: start + filler });
    const filler = fillerFor(length, (text) => recordOf(filled(text)));
    if (filler !== undefined) return filled(filler);
  }
  return undefined;
}

/** What can stand in a row for its reactions. White space does not change them, but the lengths that a filler can give. */
function sparesOf(reactions: string | null): (string | null)[] {
  const isSpare = reactions === null || reactions.trimEnd() === LEAST_SPARE;
  return isSpare ? [null, LEAST_SPARE] : [reactions, `${reactions} `];
}

/** The first characters of a text, as many as surely fit in a row with room for so many bytes: up to four say how long it is. */
function startOf(text: string, room: number): string {
  const { read } = utf8.encodeInto(text, new Uint8Array(Math.max(0, room - 4)));
  return text.slice(0, read);
}
