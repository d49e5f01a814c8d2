/** Takes in the rows of users who move here: each batch in one transaction, threads as if they had sent the update themselves. */
import type { MovedUsersBatch, ThreadUpdate } from "../../rpc/presence.ts";
import type { UserDirectory } from "../people/user-directory.ts";
import type { Subscribers } from "../status/subscribers.ts";
import { updateOf } from "../threads/thread-row.ts";
import type { AppliedUpdate, ThreadUpdates } from "../threads/thread-updates.ts";
import type { UserThreads } from "../threads/user-threads.ts";

export interface BatchReceiverParts {
  directory: UserDirectory;
  userThreads: UserThreads;
  updates: ThreadUpdates;
  subscribers: Subscribers;
}

export class BatchReceiver {
  readonly #storage: DurableObjectStorage;
  readonly #parts: BatchReceiverParts;

  constructor(storage: DurableObjectStorage, parts: BatchReceiverParts) {
    this.#storage = storage;
    this.#parts = parts;
  }

  /** Takes a batch in. Returns what its threads' updates changed. */
  receive({ threads, users, watchers }: MovedUsersBatch): AppliedUpdate[] {
    const { directory, updates, subscribers } = this.#parts;
    return this.#storage.transactionSync(() => {
      for (const user of users) directory.addMoved(user);
      for (const { watcherId, userIds } of watchers) subscribers.add(watcherId, userIds);
      return threads.flatMap((update) => {
        const applied = updates.apply(this.#newest(update));
        return applied ? [{ ...applied, isMove: true }] : [];
      });
    });
  }

  /** Who joins by a batch is to be added also where this shard has a newer state of the thread than the batch. */
  #newest(update: ThreadUpdate): ThreadUpdate {
    const stored = this.#parts.userThreads.get(update.threadId);
    return stored && stored.rev > update.rev ? updateOf(stored, update.joined) : update;
  }
}
