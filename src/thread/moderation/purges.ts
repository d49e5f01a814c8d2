/** Which messages of whom are still to be deleted after a ban: from the newest at that time back to one of a time. */
import type { MessageLog } from "../messages/message-log.ts";

/** In one step at most: messages looked at, and messages deleted. */
const LOOKED_AT = 1_000;
const DELETED = 50;

type PurgeRow = { user_id: string; by_id: string; since: number; next_seq: number };

/** A purge. Ids are of users; `by` may be the host's. */
export interface Purge {
  userId: string;
  by: string;
  /** Milliseconds since the epoch: messages from then on. */
  since: number;
}

export class Purges {
  readonly #sql: SqlStorage;
  readonly #messages: MessageLog;
  /** Undefined until it was read: each alarm asks. */
  #arePending: boolean | undefined;

  constructor(sql: SqlStorage, messages: MessageLog) {
    this.#sql = sql;
    this.#messages = messages;
  }

  /** Of a user with an unfinished one, it begins anew, and goes as far back as the one that goes further: one row written. */
  begin({ userId, by, since }: Purge): void {
    this.#sql.exec(
      `INSERT INTO purges VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       by_id = excluded.by_id, since = min(since, excluded.since), next_seq = excluded.next_seq`,
      userId,
      by,
      since,
      this.#messages.newest.seq,
    );
    this.#arePending = true;
  }

  get arePending(): boolean {
    this.#arePending ??= this.#sql.exec("SELECT 1 FROM purges LIMIT 1").toArray().length > 0;
    return this.#arePending;
  }

  /** The messages to delete next, and for whom; what is left is stored: one row written. Undefined where nothing is to be done. */
  takeStep(): { by: string; seqs: number[] } | undefined {
    const [row] = this.#sql.exec<PurgeRow>("SELECT * FROM purges LIMIT 1").toArray();
    if (!row) {
      this.#arePending = false;
      return undefined;
    }
    const looked = this.#messages.authorsBefore(row.next_seq + 1, LOOKED_AT);
    const inTime = looked.filter(({ at }) => at >= row.since);
    const all = inTime.filter(({ author }) => author === row.user_id).map(({ seq }) => seq);
    const seqs = all.slice(0, DELETED);
    const isOver = inTime.length < LOOKED_AT && seqs.length === all.length;
    const reached = seqs.length < all.length ? seqs.at(-1) : inTime.at(-1)?.seq;
    if (isOver) this.#sql.exec("DELETE FROM purges WHERE user_id = ?", row.user_id);
    else this.#sql.exec("UPDATE purges SET next_seq = ? WHERE user_id = ?", (reached ?? 1) - 1, row.user_id);
    return { by: row.by_id, seqs };
  }
}
