/** Takes in the rows of users who move here. */
import type { MovedUsersBatch } from "../../rpc/moved-users.ts";
import type { UserTable } from "./user-table.ts";

export class BatchReceiver {
  readonly #storage: DurableObjectStorage;
  readonly #tables: readonly UserTable[];

  constructor(storage: DurableObjectStorage, tables: readonly UserTable[]) {
    this.#storage = storage;
    this.#tables = tables;
  }

  /** Takes a batch in, in one transaction. Idempotent. */
  receive(batch: MovedUsersBatch): void {
    const effects = this.#storage.transactionSync(() => this.#tables.map((table) => table.accept(batch)));
    for (const effect of effects) effect?.();
  }
}
