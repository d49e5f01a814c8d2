/** Users of whom Presence has to be notified, until it has confirmed that it was: a row each, in a table of their own. */
export class UnconfirmedUsers {
  readonly #sql: SqlStorage;
  readonly #table: "untold_members" | "unconfirmed_inviters";
  /** Who came since Presence was last about to be notified. */
  readonly #added = new Set<string>();
  /** Presence has confirmed everyone. False where memory does not know. */
  #allConfirmed: boolean;

  /** `isEmpty`: nobody is in it, as far as that is known. */
  constructor(sql: SqlStorage, table: "untold_members" | "unconfirmed_inviters", { isEmpty = false } = {}) {
    this.#allConfirmed = isEmpty;
    this.#sql = sql;
    this.#table = table;
  }

  /** Something about this user has changed that Presence has to know: a row written, where none is there. */
  add(userId: string): void {
    this.#added.add(userId);
    this.#allConfirmed = false;
    this.#sql.exec(`INSERT INTO ${this.#table} VALUES (?) ON CONFLICT DO NOTHING`, userId);
  }

  all(): string[] {
    return this.#sql
      .exec<{ user_id: string }>(`SELECT user_id FROM ${this.#table}`)
      .toArray()
      .map((row) => row.user_id);
  }

  /** The same, to notify Presence now: who is added from here on stays unconfirmed whatever is answered. */
  take(): string[] {
    if (this.#allConfirmed) return [];
    this.#added.clear();
    const unconfirmed = this.all();
    this.#allConfirmed = unconfirmed.length === 0;
    return unconfirmed;
  }

  /** Presence has confirmed these. */
  confirm(userIds: Iterable<string>): void {
    for (const userId of userIds) {
      if (!this.#added.has(userId)) this.#sql.exec(`DELETE FROM ${this.#table} WHERE user_id = ?`, userId);
    }
  }
}
