/**
 * The messages of the thread: storing them, and pages of them anywhere in the history. Nothing else reads their table,
 * since what one commit adds is written many rows at a time, and before anything is read.
 */
import { LilypadError } from "../../protocol/errors.ts";
import type { MessagePage, MessagesQuery } from "../../protocol/http.ts";
import { PAGE_LENGTH } from "../../protocol/limits.ts";
import type { LastMessage, Message, Reaction } from "../../protocol/model.ts";
import type { Profiles } from "../members/profiles.ts";
import { bodyOf, dataOf, reactionsOf, UNTOUCHED, type FullStoredMessage } from "./stored-message.ts";
import { columnsOf, MessageTable, type IncomingMessage, type Run } from "./message-table.ts";
import { previewOf } from "./preview.ts";

export class MessageLog {
  readonly #sql: SqlStorage;
  readonly #stored: MessageTable;
  readonly #profiles: Profiles;
  #newest: { seq: number; rev: number };
  #unwritten: Run | undefined;

  constructor(sql: SqlStorage, profiles: Profiles) {
    this.#sql = sql;
    this.#stored = new MessageTable(sql);
    this.#profiles = profiles;
    this.#newest = this.#stored.newest();
  }

  /** The newest message's seq, 0 with none, and the rev of the event that made it. */
  get newest(): { seq: number; rev: number } {
    return this.#newest;
  }

  /** Stores a message: one row written, and one with data, by `write` at the latest. */
  add(message: IncomingMessage, rev: number, at: number): Message {
    const seq = this.#newest.seq + 1;
    if (this.#unwritten && (rev !== this.#newest.rev + 1 || at !== this.#unwritten.at)) this.write();
    this.#unwritten ??= { seq, rev, at, messages: [] };
    this.#unwritten.messages.push(message);
    this.#newest = { seq, rev };
    const { data = null } = message;
    const columns = { ...columnsOf(message), ...UNTOUCHED, text: null, data };
    return this.#message({ seq, rev, at, touched_rev: rev, ...columns });
  }

  /** Writes what was added: to be done before a transaction ends. */
  write(): void {
    if (!this.#unwritten) return;
    const run = this.#unwritten;
    this.#unwritten = undefined;
    this.#stored.insert(run);
  }

  /** A message, or `not_found`. */
  get(seq: number): Message {
    const row = this.#table.full(seq);
    if (!row) throw new LilypadError("not_found", "There is no such message.");
    return this.#message(row);
  }

  has(seq: number): boolean {
    return seq >= 1 && seq <= this.#newest.seq;
  }

  /** Whether this is the newest message. */
  isNewest(seq: number): boolean {
    return seq === this.#newest.seq;
  }

  /** Gives a message the body that the change of this rev holds. */
  edit(seq: number, body: string, rev: number, at: number): void {
    this.#table.edit(seq, { body, rev, at });
  }

  /** Erases what a message said. The row stays as a tombstone: its seq is never given again, nor its id taken for new. */
  erase(seq: number, rev: number, at: number): void {
    this.#table.erase(seq, { rev, at });
  }

  setReactions(seq: number, reactions: readonly Reaction[], rev: number): void {
    this.#table.setReactions({ seq, rev, list: JSON.stringify(reactions) });
  }

  /**
   * A page of history, ascending, and no longer than `PAGE_LENGTH`. Reads as many rows as it shows and one or two more,
   * wherever it lies.
   */
  page(query: MessagesQuery): MessagePage {
    const { limit } = query;
    const newest = this.#newest.seq;
    if (newest === 0) return { messages: [], hasBefore: false, hasAfter: false };
    let from = newest - limit + 1;
    let to = newest;
    let rows: FullStoredMessage[];
    if (query.after !== undefined) {
      from = query.after + 1;
      to = query.after + limit;
      rows = fitting(this.#table.ascending(from, to), PAGE_LENGTH);
    } else if (query.around !== undefined) {
      const middle = Math.min(Math.max(query.around, 1), newest);
      from = Math.max(1, Math.min(middle - Math.floor(limit / 2), newest - limit + 1));
      to = from + limit - 1;
      const below = fitting(this.#table.descending(from, middle - 1), PAGE_LENGTH / 2).toReversed();
      rows = [...below, ...fitting(this.#table.ascending(middle, to), PAGE_LENGTH / 2)];
    } else {
      if (query.before !== undefined) to = Math.min(query.before - 1, newest);
      from = to - limit + 1;
      rows = fitting(this.#table.descending(from, to), PAGE_LENGTH).toReversed();
    }
    return {
      messages: rows.map((row) => this.#message(row)),
      hasBefore: (rows[0]?.seq ?? Math.min(from, newest + 1)) > 1,
      hasAfter: (rows.at(-1)?.seq ?? Math.max(to, 0)) < newest,
    };
  }

  /** The messages made after a rev, each with the rev of the event that made it; `atMost` says how many there can be. */
  *since(rev: number, atMost: number): Iterable<{ rev: number; message: Message }> {
    for (const row of this.#table.ascending(this.#newest.seq - atMost + 1, this.#newest.seq))
      if (row.rev > rev) yield { rev: row.rev, message: this.#message(row) };
  }

  /** The newest message, shortened for a list; nothing before the first. */
  last(): LastMessage | undefined {
    if (this.#newest.seq === 0) return undefined;
    const { seq, author, body, at, deletedAt } = this.get(this.#newest.seq);
    return { seq, author, preview: previewOf(body), at, ...(deletedAt !== undefined && { deletedAt }) };
  }

  /** The author and time of each message before a seq, newest first, at most so many. */
  authorsBefore(seq: number, atMost: number): { seq: number; author: string; at: number }[] {
    return this.#exec<{ seq: number; author: string; at: number }>(
      "SELECT seq, author, at FROM messages WHERE seq > 0 AND seq < ? ORDER BY seq DESC LIMIT ?",
      seq,
      atMost,
    ).toArray();
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

  /** The messages that are stored, with everything that was added among them. */
  get #table(): MessageTable {
    this.write();
    return this.#stored;
  }

  /** Runs a statement on the messages, with everything that was added among them. */
  #exec<R extends Record<string, SqlStorageValue>>(
    statement: string,
    ...values: SqlStorageValue[]
  ): SqlStorageCursor<R> {
    this.write();
    return this.#sql.exec<R>(statement, ...values);
  }

  #message(row: FullStoredMessage): Message {
    const reactions = reactionsOf(row);
    const data = dataOf(row);
    return {
      seq: row.seq,
      rev: row.touched_rev,
      id: row.command_id,
      author: this.#profiles.get(row.author),
      body: bodyOf(row),
      ...(data && { data }),
      at: row.at,
      ...(row.reply_to !== null && { replyTo: row.reply_to }),
      ...(row.edited_at !== null && { editedAt: row.edited_at }),
      ...(row.deleted_at !== null && { deletedAt: row.deleted_at }),
      ...(reactions.length > 0 && { reactions }),
    };
  }
}

/** The first rows, as many as are no longer together, in UTF-16 units of bodies, data and reactions; at least one where there is any. */
function fitting(rows: Iterable<FullStoredMessage>, length: number): FullStoredMessage[] {
  const taken: FullStoredMessage[] = [];
  let left = length;
  for (const row of rows) {
    left -= bodyOf(row).length + (row.data?.length ?? 0) + (row.reactions?.length ?? 0);
    if (left < 0 && taken.length > 0) break;
    taken.push(row);
  }
  return taken;
}
