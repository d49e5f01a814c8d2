/** The other shards, as one of them calls them. */
import { callObject } from "../rpc/call.ts";
import type { PresencePeerRpc, StatusChange } from "../rpc/presence.ts";
import { presenceStub, shardId } from "../rpc/shards.ts";

/** Ids in one call: an RPC call takes 32 MiB, and a change names every thread of its user. */
const IDS_A_CALL = 50_000;

interface Batch {
  changes: StatusChange[];
  sent: Promise<void>;
}

export class Peers {
  readonly #env: Env;
  readonly #ownId: DurableObjectId;
  readonly #self: PresencePeerRpc;
  /** By shard: the last batch of status changes, and whether it may still be added to. */
  readonly #waiting = new Map<number, Batch>();
  readonly #last = new Map<number, Promise<void>>();

  constructor(env: Env, ownId: DurableObjectId, self: PresencePeerRpc) {
    this.#env = env;
    this.#ownId = ownId;
    this.#self = self;
  }

  /** Asks a shard, this one included: that one without a call, which would be billed. */
  ask<T>(shard: number, question: (doors: PresencePeerRpc) => Promise<T>): Promise<T> {
    if (shardId(this.#env, shard).equals(this.#ownId)) return question(this.#self);
    return callObject<PresencePeerRpc, T>(() => presenceStub(this.#env, shard), question);
  }

  /**
   * Tells a shard of status changes, in the order in which they happened: while one call is on its way, what comes
   * waits and goes as one. Resolves when they were heard.
   */
  tell(shard: number, changes: readonly StatusChange[]): Promise<void> {
    const waiting = this.#waiting.get(shard);
    if (waiting) {
      waiting.changes.push(...changes);
      return waiting.sent;
    }
    const batch: Batch = { changes: [...changes], sent: Promise.resolve() };
    batch.sent = this.#send(shard, batch, this.#last.get(shard));
    this.#waiting.set(shard, batch);
    this.#last.set(shard, batch.sent);
    return batch.sent;
  }

  async #send(shard: number, batch: Batch, earlier: Promise<void> | undefined): Promise<void> {
    // That an earlier batch failed was logged and told to those who sent it.
    await earlier?.catch(() => undefined);
    this.#waiting.delete(shard);
    try {
      for (const changes of portions(batch.changes))
        await this.ask(shard, (doors) => doors.statusChanged(changes));
    } finally {
      if (this.#last.get(shard) === batch.sent) this.#last.delete(shard);
    }
  }
}

/** The changes in order, in portions of so many ids that a call can carry. */
function portions(changes: readonly StatusChange[]): StatusChange[][] {
  const all: StatusChange[][] = [];
  let left = 0;
  for (const change of changes) {
    const ids = change.threadIds.length + change.watcherIds.length;
    if (all.length === 0 || ids > left) {
      all.push([]);
      left = IDS_A_CALL;
    }
    all.at(-1)?.push(change);
    left -= ids;
  }
  return all;
}
