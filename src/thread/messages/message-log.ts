/**
 * The messages of the thread: storing them, and pages of them anywhere in the history. Nothing else reads their table,
 * since what one commit adds is written many rows at a time, and before anything is read.
 */
import { LilypadError } from "../../protocol/errors.ts";
import type { MessagePage, MessagesQuery } from "../../protocol/http.ts";
import { PAGE_LENGTH } from "../../protocol/limits.ts";
import type { LastMessage, Message, Reaction } from "../../protocol/model.ts";
import type { Profiles } from "../members/profiles.ts";
import type { MessageRow } from "./message-row.ts";
import { overwriteBody, overwriteWithTombstone } from "./overwriting.ts";
import { previewOf } from "./preview.ts";

/** A message on its way in. */
export interface NewMessage {
  id: string;
  author: string;
  body: string;
  replyTo?: number | undefined;
}

/** Messages added in one commit and not written yet: one after the other by seq and by rev, and of the same moment. */
interface Run {
  seq: number;
  rev: number;
  at: number;
  messages: NewMessage[];
}

/** What an insert binds for each message, by column. */
function columnsOf({ author, id, body, replyTo }: NewMessage) {
  return { author, command_id: id, body, reply_to: replyTo ?? null };
}
const COLUMNS = Object.keys(columnsOf({ author: "", id: "", body: "" }));
/** What it binds once for all: the first seq, the first rev, and the time. */
const SHARED_PARAMETERS = 3;
/** Most bound parameters that the platform allows in a statement. */
const MOST_PARAMETERS = 100;
/** Most messages that one statement writes. */
export const ROWS_PER_INSERT = Math.floor((MOST_PARAMETERS - SHARED_PARAMETERS) / COLUMNS.length);

export class MessageLog {
  readonly #sql: SqlStorage;
  readonly #profiles: Profiles;
  #newest: { seq: number; rev: number };
  #unwritten: Run | undefined;

  constructor(sql: SqlStorage, profiles: Profiles) {
    this.#sql = sql;
    this.#profiles = profiles;
    const [row] = sql
      .exec<{ seq: number; rev: number }>("SELECT seq, rev FROM messages ORDER BY seq DESC LIMIT 1")
      .toArray();
    this.#newest = row ?? { seq: 0, rev: 0 };
  }

  /** The newest message's seq, 0 with none, and the rev of the event that made it. */
  get newest(): { seq: number; rev: number } {
    return this.#newest;
  }

  /** Stores a message: one row written, by `write` at the latest. */
  add(message: NewMessage, rev: number, at: number): Message {
    const seq = this.#newest.seq + 1;
    if (this.#unwritten && (rev !== this.#newest.rev + 1 || at !== this.#unwritten.at)) this.write();
    this.#unwritten ??= { seq, rev, at, messages: [] };
    this.#unwritten.messages.push(message);
    this.#newest = { seq, rev };
    const untouched = { touched_rev: rev, edited_at: null, deleted_at: null, reactions: null };
    return this.#message({ seq, rev, at, ...columnsOf(message), ...untouched });
  }

  /** Writes what was added: to be done before a transaction ends. With one statement a message, that was a fifth of the time under load. */
  write(): void {
    if (!this.#unwritten) return;
    const { seq, rev, at, messages } = this.#unwritten;
    this.#unwritten = undefined;
    for (let from = 0; from < messages.length; from += ROWS_PER_INSERT) {
      const rows = messages.slice(from, from + ROWS_PER_INSERT);
      this.#sql.exec(
        INSERTS[rows.length] ?? "",
        seq + from,
        rev + from,
        at,
        ...rows.flatMap((message) => Object.values(columnsOf(message))),
      );
    }
  }

  /** A message, or `not_found`. */
  get(seq: number): Message {
    return this.#message(this.#row(seq));
  }

  #row(seq: number): MessageRow {
    const [row] = this.#exec<MessageRow>("SELECT * FROM messages WHERE seq = ?", seq).toArray();
    if (!row) throw new LilypadError("not_found", "There is no such message.");
    return row;
  }

  has(seq: number): boolean {
    return seq >= 1 && seq <= this.#newest.seq;
  }

  /** Whether this is the newest message. */
  isNewest(seq: number): boolean {
    return seq === this.#newest.seq;
  }

  /** Gives a message another body. */
  edit(seq: number, body: string, rev: number, at: number): void {
    this.write();
    overwriteBody(this.#sql, this.#row(seq), { body, rev, at });
  }

  /** Erases what a message said. The row stays as a tombstone: its seq is never given again, nor its id taken for new. */
  erase(seq: number, rev: number, at: number): void {
    this.write();
    overwriteWithTombstone(this.#sql, this.#row(seq), { rev, at });
  }

  setReactions(seq: number, reactions: readonly Reaction[], rev: number): void {
    this.#exec(
      "UPDATE messages SET reactions = ?, touched_rev = ? WHERE seq = ?",
      reactions.length > 0 ? JSON.stringify(reactions) : null,
      rev,
      seq,
    );
  }

  /**
   * A page of history, ascending, and no longer than `PAGE_LENGTH`. Reads as many rows as it shows and one or two more,
   * wherever it lies.
   */
  page(query: MessagesQuery): MessagePage {
    const { limit } = query;
    const newest = this.#newest.seq;
    let from = newest - limit + 1;
    let to = newest;
    let rows: MessageRow[];
    if (query.after !== undefined) {
      from = query.after + 1;
      to = query.after + limit;
      rows = fitting(this.#rows(from, to), PAGE_LENGTH);
    } else if (query.around !== undefined) {
      const middle = Math.min(Math.max(query.around, 1), newest);
      from = Math.max(1, Math.min(middle - Math.floor(limit / 2), newest - limit + 1));
      to = from + limit - 1;
      const below = fitting(this.#rowsDown(from, middle - 1), PAGE_LENGTH / 2).toReversed();
      rows = [...below, ...fitting(this.#rows(middle, to), PAGE_LENGTH / 2)];
    } else {
      if (query.before !== undefined) to = Math.min(query.before - 1, newest);
      from = to - limit + 1;
      rows = fitting(this.#rowsDown(from, to), PAGE_LENGTH).toReversed();
    }
    return {
      messages: rows.map((row) => this.#message(row)),
      hasBefore: (rows[0]?.seq ?? Math.min(from, newest + 1)) > 1,
      hasAfter: (rows.at(-1)?.seq ?? Math.max(to, 0)) < newest,
    };
  }

  /** The messages made after a rev, each with the rev of the event that made it; `atMost` says how many there can be. */
  *since(rev: number, atMost: number): Iterable<{ rev: number; message: Message }> {
    for (const row of this.#rows(this.#newest.seq - atMost + 1, this.#newest.seq))
      if (row.rev > rev) yield { rev: row.rev, message: this.#message(row) };
  }

  /** The newest message, shortened for a list; nothing before the first. */
  last(): LastMessage | undefined {
    if (this.#newest.seq === 0) return undefined;
    const { seq, author, body, at, deletedAt } = this.get(this.#newest.seq);
    return { seq, author, preview: previewOf(body), at, ...(deletedAt !== undefined && { deletedAt }) };
  }

  /** The author and id of each message after a seq, in order. */
  idsAfter(seq: number): { seq: number; author: string; id: string }[] {
    return this.#exec<{ seq: number; author: string; id: string }>(
      "SELECT seq, author, command_id AS id FROM messages WHERE seq > ? ORDER BY seq",
      seq,
    ).toArray();
  }

  /** The first message of this author and id among those after a seq and up to another; reads all of them where there is none. */
  find(author: string, id: string, after: number, upTo: number): number | undefined {
    const [row] = this.#exec<{ seq: number }>(
      "SELECT seq FROM messages WHERE seq > ? AND seq <= ? AND author = ? AND command_id = ? LIMIT 1",
      after,
      upTo,
      author,
      id,
    ).toArray();
    return row?.seq;
  }

  /** The rev of the event that made a message. */
  revOf(seq: number): number {
    return this.#exec<{ rev: number }>("SELECT rev FROM messages WHERE seq = ?", seq).one().rev;
  }

  /** Each author's newest message after a seq. */
  newestByAuthor(after: number): Map<string, number> {
    const rows = this.#exec<{ author: string; seq: number }>(
      "SELECT author, seq FROM messages WHERE seq > ? ORDER BY seq",
      after,
    );
    return new Map(rows.toArray().map((row) => [row.author, row.seq]));
  }

  #rows(from: number, to: number): Iterable<MessageRow> {
    return this.#exec("SELECT * FROM messages WHERE seq BETWEEN ? AND ? ORDER BY seq", from, to);
  }

  /** The same, from the newest down. */
  #rowsDown(from: number, to: number): Iterable<MessageRow> {
    return this.#exec("SELECT * FROM messages WHERE seq BETWEEN ? AND ? ORDER BY seq DESC", from, to);
  }

  /** Runs a statement on the messages, with everything that was added among them. */
  #exec<R extends Record<string, SqlStorageValue>>(
    statement: string,
    ...values: SqlStorageValue[]
  ): SqlStorageCursor<R> {
    this.write();
    return this.#sql.exec<R>(statement, ...values);
  }

  #message(row: MessageRow): Message {
    return {
      seq: row.seq,
      rev: row.touched_rev,
      id: row.command_id,
      author: this.#profiles.get(row.author),
      // What fills a tombstone is nothing that was said.
      body: row.deleted_at === null ? row.body : "",
      at: row.at,
      ...(row.reply_to !== null && { replyTo: row.reply_to }),
      ...(row.edited_at !== null && { editedAt: row.edited_at }),
      ...(row.deleted_at !== null && { deletedAt: row.deleted_at }),
      ...(row.reactions !== null && { reactions: JSON.parse(row.reactions) as Reaction[] }),
    };
  }
}

/** The first rows, as many as are no longer together, in UTF-16 units of bodies and reactions; at least one where there is any. */
function fitting(rows: Iterable<MessageRow>, length: number): MessageRow[] {
  const taken: MessageRow[] = [];
  let left = length;
  for (const row of rows) {
    left -= row.body.length + (row.reactions?.length ?? 0);
    if (left < 0 && taken.length > 0) break;
    taken.push(row);
  }
  return taken;
}

/** A statement for each number of rows: messages of one time that follow one another from a seq and a rev on. */
const INSERTS = Array.from({ length: ROWS_PER_INSERT + 1 }, (_, rows) => insertOf(rows));

function insertOf(rows: number): string {
  const values = Array.from({ length: rows }, (_, row) => {
    const first = SHARED_PARAMETERS + 1 + row * COLUMNS.length;
    const own = COLUMNS.map((_column, i) => `?${first + i}`);
    return `(?1 + ${row}, ?2 + ${row}, ?2 + ${row}, ?3, ${own.join(", ")})`;
  });
  return `INSERT INTO messages (seq, rev, touched_rev, at, ${COLUMNS.join(", ")}) VALUES ${values.join(", ")}`;
}
