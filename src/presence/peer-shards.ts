/** The Presence shards, as one of them calls them. */
import { callObject } from "../rpc/call.ts";
import type { PresencePeerRpc, StatusChange } from "../rpc/presence.ts";
import { presenceStub, shardId } from "../rpc/shards.ts";

/** Ids in one call: an RPC call takes 32 MiB, and a status change names every thread of its user. */
const IDS_PER_CALL = 50_000;

/** Status changes that go as one. */
interface ChangeBatch {
  changes: StatusChange[];
  sent: Promise<void>;
}

export class PeerShards {
  readonly #env: Env;
  readonly #ownId: DurableObjectId;
  readonly #self: PresencePeerRpc;
  /** By shard: the batch that waits for the call before it, and may still be added to. */
  readonly #waiting = new Map<number, ChangeBatch>();
  /** By shard: the last batch, waiting or on its way. */
  readonly #last = new Map<number, Promise<void>>();

  /** `self`: the RPC interface of the calling shard, whose id is `ownId`. */
  constructor(env: Env, ownId: DurableObjectId, self: PresencePeerRpc) {
    this.#env = env;
    this.#ownId = ownId;
    this.#self = self;
  }

  /** Calls a shard. The calling one itself without RPC, which would be billed. */
  call<T>(shard: number, call: (peer: PresencePeerRpc) => Promise<T>): Promise<T> {
    if (shardId(this.#env, shard).equals(this.#ownId)) return call(this.#self);
    return callObject<PresencePeerRpc, T>(() => presenceStub(this.#env, shard), call);
  }

  /**
   * Publishes status changes to a shard, in the order in which they happened: what comes while a call is on its way waits,
   * and goes as one. Resolves when the shard has received them.
   */
  publish(shard: number, changes: readonly StatusChange[]): Promise<void> {
    const waiting = this.#waiting.get(shard);
    if (waiting) {
      waiting.changes.push(...changes);
      return waiting.sent;
    }
    const batch: ChangeBatch = { changes: [...changes], sent: Promise.resolve() };
    batch.sent = this.#send(shard, batch, this.#last.get(shard));
    this.#waiting.set(shard, batch);
    this.#last.set(shard, batch.sent);
    return batch.sent;
  }

  async #send(shard: number, batch: ChangeBatch, earlier: Promise<void> | undefined): Promise<void> {
    // Those who published the earlier batch know where it failed.
    await earlier?.catch(() => undefined);
    this.#waiting.delete(shard);
    try {
      for (const changes of portions(batch.changes))
        await this.call(shard, (peer) => peer.statusChanged(changes));
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
      left = IDS_PER_CALL;
    }
    all.at(-1)?.push(change);
    left -= ids;
  }
  return all;
}
