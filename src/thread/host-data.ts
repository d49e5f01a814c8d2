/** What the host keeps with the thread: JSON that Lilypad shows and never looks into. */
import { fillerLike } from "../durable/record-length.ts";
import type { ThreadData } from "../protocol/fields.ts";

export class HostData {
  readonly #sql: SqlStorage;
  /** As stored. */
  #json: string | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    [this.#json] = sql
      .exec<{ data: string }>("SELECT data FROM thread_data")
      .toArray()
      .map(({ data }) => data);
  }

  get current(): ThreadData | undefined {
    return this.#json === undefined ? undefined : (JSON.parse(this.#json) as ThreadData);
  }

  /** Replaces it: a row written, and one that overwrites what was there before. False where it is the same. */
  set(data: ThreadData | null): boolean {
    const before = this.#json;
    const json = data === null ? undefined : JSON.stringify(data);
    if (json === before) return false;
    if (before !== undefined) this.#sql.exec("UPDATE thread_data SET data = ?", fillerLike(before));
    if (json === undefined) this.#sql.exec("DELETE FROM thread_data");
    else
      this.#sql.exec(
        "INSERT INTO thread_data VALUES (1, ?) ON CONFLICT DO UPDATE SET data = excluded.data",
        json,
      );
    this.#json = json;
    return true;
  }
}
