/** The durable events that are not new messages: a row each, by rev, that says what happened to what. */
import { ROOT_FILLER_KEY, rootFiller } from "../../durable/root-page.ts";
import type { DurableEvent } from "../../protocol/events.ts";

/** New messages are in the message log. */
export type ChangeType = Exclude<DurableEvent["type"], "chat">;

/** What happened to what. What it is like now is read when the change is replayed. */
export interface Change {
  type: ChangeType;
  seq?: number;
  userId?: string;
  emoji?: string;
  /** The id of the command, where it has one. */
  commandId?: string | undefined;
  /**
   * Who added or removed a member; absent where a role changed, and in rows from before. It is stored where other changes
   * have `commandId`: a column more would make rows longer that are overwritten where they lie (overwriting.ts).
   */
  by?: string | undefined;
  /** What an edit says: the one text of a change, which the message's row refers to. */
  body?: string;
}

/**
 * A change as it was logged. `C` is what its event's entry records. `isLast`: no later one has the same message and emoji,
 * so that the reaction is now as it was after this change.
 */
export type LoggedChange<C extends Change = Change> = C & { rev: number; at: number; isLast: boolean };

export class ChangeLog {
  readonly #sql: SqlStorage;
  #newestRev: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#newestRev = sql.exec<{ rev: number | null }>("SELECT max(rev) AS rev FROM changes").one().rev ?? 0;
  }

  get newestRev(): number {
    return this.#newestRev;
  }

  /** Records a change: one row written, and one more before the first that has a body. */
  add(change: Change, rev: number, at: number): void {
    if (change.body !== undefined) this.#fillRootPage();
    this.#sql.exec(
      `INSERT INTO changes (rev, type, seq, user_id, emoji, at, command_id, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      rev,
      change.type,
      change.seq ?? null,
      change.userId ?? null,
      change.emoji ?? null,
      at,
      change.commandId ?? change.by ?? null,
      change.body ?? null,
    );
    this.#newestRev = rev;
  }

  /** The changes after a rev, in order. */
  since(rev: number): LoggedChange[] {
    const rows = this.#sql.exec(
      `SELECT rev, type, seq, user_id AS userId, emoji, at, command_id AS commandId
       FROM changes WHERE rev > ? ORDER BY rev`,
      rev,
    );
    // Each type has the columns that `add` gave it; nothing reads the others.
    const changes = rows.toArray() as unknown as LoggedChange[];
    const subjectOf = ({ seq, emoji }: Change) => `${seq} ${emoji}`;
    const last = new Map(changes.map((change) => [subjectOf(change), change.rev]));
    for (const change of changes) change.isLast = last.get(subjectOf(change)) === change.rev;
    return changes;
  }

  /** The first change after a rev and before another that is no reaction; undefined where there is none. */
  nextDelivered(after: number, before: number): (Change & { rev: number; at: number }) | undefined {
    const [row] = this.#sql
      .exec<{ rev: number; type: ChangeType; seq: number; userId: string; at: number; by: string | null }>(
        `SELECT rev, type, seq, user_id AS userId, at, command_id AS "by" FROM changes
         WHERE rev > ? AND rev < ? AND type NOT IN ('react', 'unreact') ORDER BY rev LIMIT 1`,
        after,
        before,
      )
      .toArray();
    return row && { ...row, by: row.by ?? undefined };
  }

  #fillRootPage(): void {
    const filler = rootFiller((body) => [null, "", null, null, null, 0, null, body]);
    this.#sql.exec(
      "INSERT INTO changes (rev, type, at, body) VALUES (?, '', 0, ?) ON CONFLICT DO NOTHING",
      ROOT_FILLER_KEY,
      filler,
    );
  }
}
