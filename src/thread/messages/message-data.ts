/**
 * What authors attached to their messages, in a table of its own: a message without data pays nothing for it, when it is
 * written or read. Rows are appended and keep their length, so that what is erased is overwritten where it lies.
 */
import { fillerLike } from "../../durable/record-length.ts";
import { ROOT_FILLER_KEY, rootFiller } from "../../durable/root-page.ts";

/** A row of `message_data`. */
export type DataRow = { seq: number; data: string };

export class MessageDataTable {
  readonly #sql: SqlStorage;
  /** The first and the last message with data, null where none has: nothing is looked for outside. */
  #bounds: { first: number; last: number } | null | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** One row written, and one more before a thread's first. Messages come in order of seq. */
  insert(seq: number, data: string): void {
    const bounds = this.#loadBounds();
    if (!bounds) this.#fillRootPage();
    this.#sql.exec("INSERT INTO message_data (seq, data) VALUES (?, ?)", seq, data);
    this.#bounds = { first: bounds?.first ?? seq, last: seq };
  }

  /** JSON of a message's data, or what has overwritten it. One row read where any message near it has some. */
  of(seq: number): string | null {
    return this.between(seq, seq, "ASC").next().value?.data ?? null;
  }

  /** The rows of these messages. */
  between(from: number, to: number, order: "ASC" | "DESC"): Iterator<DataRow, undefined> {
    const bounds = this.#loadBounds();
    if (!bounds || to < bounds.first || from > bounds.last) return noRows();
    return rowsOf(
      this.#sql.exec<DataRow>(
        `SELECT seq, data FROM message_data WHERE seq BETWEEN ? AND ? ORDER BY seq ${order}`,
        from,
        to,
      ),
    );
  }

  /** Overwrites a message's data, where it has some. */
  erase(seq: number): void {
    const data = this.of(seq);
    if (data !== null)
      this.#sql.exec("UPDATE message_data SET data = ? WHERE seq = ?", fillerLike(data), seq);
  }

  #loadBounds(): { first: number; last: number } | null {
    if (this.#bounds === undefined) {
      const [first] = this.#edge("ASC");
      const [last] = this.#edge("DESC");
      this.#bounds = first && last ? { first: first.seq, last: last.seq } : null;
    }
    return this.#bounds;
  }

  #edge(order: "ASC" | "DESC"): { seq: number }[] {
    return this.#sql
      .exec<{ seq: number }>(`SELECT seq FROM message_data WHERE seq > 0 ORDER BY seq ${order} LIMIT 1`)
      .toArray();
  }

  #fillRootPage(): void {
    this.#sql.exec(
      "INSERT INTO message_data (seq, data) VALUES (?, ?) ON CONFLICT DO NOTHING",
      ROOT_FILLER_KEY,
      rootFiller((filler) => [null, filler]),
    );
  }
}

function* noRows(): Generator<never, undefined> {}

function* rowsOf(rows: Iterable<DataRow>): Generator<DataRow, undefined> {
  yield* rows;
}
