/**
 * Gives the users whose search keys an earlier version wrote their present keys: some at a time, by alarm, so that a shard
 * of any size starts at once. Until it is a user's turn, they are found by what both versions' keys have in common.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { UserSearchIndex } from "./user-search-index.ts";

/** Users in one round: a few thousand rows written at most. */
const USERS_PER_ROUND = 500;

export class UserSearchReindex {
  readonly #storage: DurableObjectStorage;
  readonly #alarm: AlarmScheduler;
  readonly #index: UserSearchIndex;
  /** The users with ids up to this one have their present keys; undefined where all have. */
  #doneUpTo: string | undefined;

  /** Registers its duty. */
  constructor(storage: DurableObjectStorage, alarm: AlarmScheduler) {
    this.#storage = storage;
    this.#alarm = alarm;
    this.#index = new UserSearchIndex(storage.sql);
    const [row] = storage.sql.exec<{ done_up_to: string }>("SELECT done_up_to FROM search_reindex").toArray();
    this.#doneUpTo = row?.done_up_to;
    alarm.register({
      name: "search keys of an earlier version",
      run: () => this.#round(),
      dueAt: (now) => (this.#doneUpTo === undefined ? undefined : now),
    });
  }

  /** To be called when the object starts and knows its alarm: goes on with what is left. */
  resume(now: number): void {
    if (this.#doneUpTo !== undefined) this.#alarm.wakeBy(now);
  }

  #round(): void {
    if (this.#doneUpTo === undefined) return;
    const { sql } = this.#storage;
    const users = sql
      .exec<{ user_id: string; name: string }>(
        "SELECT user_id, name FROM users WHERE user_id > ? ORDER BY user_id LIMIT ?",
        this.#doneUpTo,
        USERS_PER_ROUND,
      )
      .toArray();
    const last = users.length < USERS_PER_ROUND ? undefined : users.at(-1)?.user_id;
    this.#storage.transactionSync(() => {
      for (const { user_id, name } of users) this.#index.refresh(user_id, name);
      if (last === undefined) sql.exec("DELETE FROM search_reindex");
      else sql.exec("UPDATE search_reindex SET done_up_to = ?", last);
    });
    this.#doneUpTo = last;
  }
}
