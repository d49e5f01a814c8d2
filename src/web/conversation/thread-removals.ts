/** What the user has removed in each thread, and can still restore. */
import type { Listeners } from "../../client/store/listeners.ts";
import { HeldRemovals } from "../../view/removals/held-removals.ts";

/** Those of a thread that is left are carried out. */
export class ThreadRemovals {
  readonly #byThread = new Map<string, HeldRemovals>();

  /** `leaving` is notified before the session ends. */
  constructor(leaving: Listeners<void>) {
    leaving.add(() => {
      for (const removals of this.#byThread.values()) removals.carryOut();
    });
  }

  /** The same object each time. */
  of(threadId: string): HeldRemovals {
    let removals = this.#byThread.get(threadId);
    if (!removals) this.#byThread.set(threadId, (removals = new HeldRemovals()));
    return removals;
  }
}
