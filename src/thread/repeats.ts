/**
 * Recognises a message that was sent before: the same `id` by the same author. No index pays for it; the newest
 * messages are held in memory, and older ones are scanned in the rare case that a client says how far back to look.
 */
import { REPEAT_WINDOW } from "../protocol/limits.ts";

export class Repeats {
  readonly #sql: SqlStorage;
  /** seq by author and id, oldest first: the newest `REPEAT_WINDOW` messages. */
  #recent: Map<string, number> | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * The seq of the first message of this id by this author, or undefined. Looks at the newest 1,000 messages and,
   * given `since`, at all that came after that rev.
   */
  find(author: string, id: string, since: number | undefined, newest: number): number | undefined {
    const recent = this.#load(newest).get(key(author, id));
    if (recent !== undefined || since === undefined) return recent;
    const windowStart = Math.max(0, newest - REPEAT_WINDOW);
    const after = this.#lastSeqAt(since, windowStart);
    if (after >= windowStart) return undefined;
    const [row] = this.#sql
      .exec<{ seq: number }>(
        "SELECT seq FROM messages WHERE seq > ? AND seq <= ? AND author = ? AND command_id = ? LIMIT 1",
        after,
        windowStart,
        author,
        id,
      )
      .toArray();
    return row?.seq;
  }

  /** A message was stored. */
  sent(author: string, id: string, seq: number): void {
    const recent = this.#load(seq - 1);
    recent.set(key(author, id), seq);
    for (const [oldest, at] of recent) {
      if (at > seq - REPEAT_WINDOW) break;
      recent.delete(oldest);
    }
  }

  #load(newest: number): Map<string, number> {
    if (!this.#recent) {
      const rows = this.#sql.exec<{ seq: number; author: string; command_id: string }>(
        "SELECT seq, author, command_id FROM messages WHERE seq > ? ORDER BY seq",
        newest - REPEAT_WINDOW,
      );
      this.#recent = new Map(rows.toArray().map((row) => [key(row.author, row.command_id), row.seq]));
    }
    return this.#recent;
  }

  /** The newest seq, up to `upTo`, that was there at a rev. By halving: seq and rev rise together. */
  #lastSeqAt(rev: number, upTo: number): number {
    let low = 0;
    let high = upTo;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const row = this.#sql.exec<{ rev: number }>("SELECT rev FROM messages WHERE seq = ?", middle).one();
      if (row.rev <= rev) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** A user id has no control character, so this joins the two without doubt. */
function key(author: string, id: string): string {
  return `${author}\n${id}`;
}
