/** Taking in users who move here: each parcel in one transaction, and as if their threads had told of them. */
import type { Directory } from "../people/directory.ts";
import type { MovedUsersBatch } from "../../rpc/presence.ts";
import { updateOf } from "../threads/thread-row.ts";
import type { Applied, ThreadChanges } from "../threads/thread-updates.ts";
import type { ThreadList } from "../threads/thread-list.ts";
import type { ThreadUpdate } from "../../rpc/presence.ts";
import type { Watchers } from "../status/subscribers.ts";

export class Arrivals {
  readonly #storage: DurableObjectStorage;
  readonly #parts: { directory: Directory; list: ThreadList; changes: ThreadChanges; watchers: Watchers };

  constructor(
    storage: DurableObjectStorage,
    parts: { directory: Directory; list: ThreadList; changes: ThreadChanges; watchers: Watchers },
  ) {
    this.#storage = storage;
    this.#parts = parts;
  }

  /** Takes a parcel in; what its threads have brought that was not known. */
  take({ threads, users, watchers }: MovedUsersBatch): Applied[] {
    const { directory, changes } = this.#parts;
    return this.#storage.transactionSync(() => {
      for (const user of users) directory.admit(user);
      for (const { watcherId, userIds } of watchers) this.#parts.watchers.add(watcherId, userIds);
      return threads.flatMap((update) => {
        const applied = changes.apply(this.#newest(update));
        return applied ? [{ ...applied, isMove: true }] : [];
      });
    });
  }

  /** Whoever comes is to be taken in, also where more is known of the thread here than in what they bring. */
  #newest(update: ThreadUpdate): ThreadUpdate {
    const known = this.#parts.list.get(update.threadId);
    return known && known.rev > update.rev ? updateOf(known, update.joined) : update;
  }
}
