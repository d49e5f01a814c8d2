/** The rows of messages, with their data, reactions and edits, which lie in tables of their own: rows of messages keep their length. */
import { ROOT_FILLER_KEY, rootFiller } from "../../durable/root-page.ts";
import { recordOf, SPARE, UNTOUCHED, withReactions } from "./stored-message.ts";
import type { FullStoredMessage, StoredMessage, ReactionRow } from "./stored-message.ts";
import { MessageDataTable, type DataRow } from "./message-data.ts";
import { Overwriting } from "./overwriting.ts";

/** A message on its way in. */
export interface IncomingMessage {
  id: string;
  author: string;
  body: string;
  /** JSON of what its author attached. */
  data?: string | undefined;
  replyTo?: number | undefined;
}

/** Messages added in one commit and not written yet: one after the other by seq and by rev, and of the same moment. */
export interface Run {
  seq: number;
  rev: number;
  at: number;
  messages: IncomingMessage[];
}

/** What an insert binds for each message, by column. */
export function columnsOf({ author, id, body, replyTo }: IncomingMessage) {
  return { author, command_id: id, body, reply_to: replyTo ?? null };
}
const COLUMNS = Object.keys(columnsOf({ author: "", id: "", body: "" }));
/** What it binds once for all: the first seq, the first rev, and the time. */
const SHARED_PARAMETERS = 3;
/** Most bound parameters that the platform allows in a statement. */
const MOST_PARAMETERS = 100;
/** Most messages that one statement writes. */
export const ROWS_PER_INSERT = Math.floor((MOST_PARAMETERS - SHARED_PARAMETERS) / COLUMNS.length);

/** A message's row, with the body that an edit gave it. What an earlier version edited since is in the row itself. */
const EDITED_ROWS = `
  SELECT messages.*, changes.body AS text FROM messages
  LEFT JOIN changes ON changes.rev = messages.text_rev AND changes.at = messages.edited_at`;
type EditedRow = Omit<FullStoredMessage, "data">;

export class MessageTable {
  readonly #sql: SqlStorage;
  readonly #overwriting: Overwriting;
  readonly #data: MessageDataTable;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#overwriting = new Overwriting(sql);
    this.#data = new MessageDataTable(sql);
  }

  /** The newest message's seq and rev, 0 with none. */
  newest(): { seq: number; rev: number } {
    const [row] = this.#sql
      .exec<{ seq: number; rev: number }>("SELECT seq, rev FROM messages ORDER BY seq DESC LIMIT 1")
      .toArray();
    return row ?? { seq: 0, rev: 0 };
  }

  /** Writes messages: a row each, one more where it has data, and one before a thread's first. With one statement a message, that was a fifth of the time under load. */
  insert({ seq, rev, at, messages }: Run): void {
    if (seq === 1) this.#fillRootPage();
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
    for (const [i, { data }] of messages.entries()) if (data !== undefined) this.#data.insert(seq + i, data);
  }

  /** One message's row: two rows read, and one if it was edited, and with data. */
  full(seq: number): FullStoredMessage | undefined {
    const [row] = this.#sql.exec<EditedRow>(`${EDITED_ROWS} WHERE messages.seq = ?`, seq).toArray();
    if (!row) return undefined;
    const [reactions] = this.#sql.exec<ReactionRow>("SELECT * FROM reactions WHERE seq = ?", seq).toArray();
    return withReactions({ ...row, data: this.#data.of(seq) }, reactions);
  }

  /** Rows by seq. Reads each, one for each of those that have data or reactions or were edited, and one or two more. */
  ascending(from: number, to: number): Generator<FullStoredMessage, undefined> {
    return merged(
      this.#sql.exec<EditedRow>(
        `${EDITED_ROWS} WHERE messages.seq BETWEEN ? AND ? ORDER BY messages.seq`,
        from,
        to,
      ),
      this.#sql.exec<ReactionRow>("SELECT * FROM reactions WHERE seq BETWEEN ? AND ? ORDER BY seq", from, to),
      this.#data.between(from, to, "ASC"),
    );
  }

  /** The same, from the newest down. */
  descending(from: number, to: number): Generator<FullStoredMessage, undefined> {
    return merged(
      this.#sql.exec<EditedRow>(
        `${EDITED_ROWS} WHERE messages.seq BETWEEN ? AND ? ORDER BY messages.seq DESC`,
        from,
        to,
      ),
      this.#sql.exec<ReactionRow>(
        "SELECT * FROM reactions WHERE seq BETWEEN ? AND ? ORDER BY seq DESC",
        from,
        to,
      ),
      this.#data.between(from, to, "DESC"),
    );
  }

  /** Gives a message the body that the change of this rev holds. */
  edit(seq: number, edit: { body: string; rev: number; at: number }): void {
    this.#overwriting.edit(this.#own(seq), edit);
  }

  /** Makes a message a tombstone, without data and reactions. */
  erase(seq: number, deletion: { rev: number; at: number }): void {
    this.#overwriting.erase(this.#own(seq), deletion);
    this.#sql.exec("DELETE FROM reactions WHERE seq = ?", seq);
    this.#data.erase(seq);
  }

  /** One row written. It stays without any reactions, too: the rev of a message never falls. */
  setReactions({ seq, rev, list }: ReactionRow): void {
    this.#sql.exec(
      `INSERT INTO reactions (seq, rev, list) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET rev = excluded.rev, list = excluded.list`,
      seq,
      rev,
      list,
    );
  }

  /** A message's own row. */
  #own(seq: number): StoredMessage {
    return this.#sql.exec<StoredMessage>("SELECT * FROM messages WHERE seq = ?", seq).one();
  }

  #fillRootPage(): void {
    const filler = columnsOf({ author: "", id: "", body: "" });
    const row = { seq: ROOT_FILLER_KEY, rev: 0, touched_rev: 0, at: 0, ...filler, ...UNTOUCHED };
    this.#sql.exec(
      `INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at) VALUES (?, 0, 0, '', '', ?, 0)
       ON CONFLICT DO NOTHING`,
      row.seq,
      rootFiller((body) => recordOf({ ...row, body })),
    );
  }
}

/** Rows with their reactions and data, all in the same order. */
function* merged(
  rows: Iterable<EditedRow>,
  reactions: Iterator<ReactionRow>,
  data: Iterator<DataRow>,
): Generator<FullStoredMessage, undefined> {
  const reactionsOf = inStep(reactions);
  const dataOf = inStep(data);
  for (const row of rows) yield withReactions({ ...row, data: dataOf(row)?.data ?? null }, reactionsOf(row));
}

/** Finds the row of a message in further rows, which are in the same order, and not of every message. */
function inStep<R extends { seq: number }>(rows: Iterator<R>): (message: { seq: number }) => R | undefined {
  let next = rows.next();
  return ({ seq }) => {
    const own = next.done !== true && next.value.seq === seq ? next.value : undefined;
    if (own) next = rows.next();
    return own;
  };
}

/** A statement for each number of rows: messages of one time that follow one another from a seq and a rev on. */
const INSERTS = Array.from({ length: ROWS_PER_INSERT + 1 }, (_, rows) => insertOf(rows));

function insertOf(rows: number): string {
  const values = Array.from({ length: rows }, (_, row) => {
    const first = SHARED_PARAMETERS + 1 + row * COLUMNS.length;
    const own = COLUMNS.map((_column, i) => `?${first + i}`);
    const body = own[COLUMNS.indexOf("body")];
    const spare = `iif(length(${body}) < ${SPARE.length}, '${SPARE}', NULL)`;
    return `(?1 + ${row}, ?2 + ${row}, ?2 + ${row}, ?3, ${own.join(", ")}, ${spare})`;
  });
  return `INSERT INTO messages (seq, rev, touched_rev, at, ${COLUMNS.join(", ")}, reactions) VALUES ${values.join(", ")}`;
}
