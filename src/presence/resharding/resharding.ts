/**
 * Moves users to other shards, when an administrator has raised the number of shards (docs/operating.md).
 *
 * Until all have moved, everybody calls the shard where the number *before* puts a user. That shard alone decides, for each
 * of its users, whether they are here or have moved. Users move some at a time, in the order of their ids, in two steps:
 *
 * 1. Their tabs are closed with 1001, and in the same commit it is written that they have moved (moved-user-record.ts).
 *    From then on nothing of them changes here: calls that concern them are passed on to the target shard (shard-router.ts),
 *    and the Worker is redirected there with an upgrade of theirs.
 * 2. Their rows are delivered in batches. Each batch is taken in by the target shard in one transaction, and then deleted
 *    here. A call that is passed on waits until all batches are delivered, so that it does not overtake them.
 *
 * A crash after step 1 leaves rows of moved users here. They are delivered before any call about those users is passed on,
 * or by the next step of the command. A crash between the two halves of step 2 delivers a batch twice, which changes
 * nothing, since nothing can have happened there in between. The command itself stores nothing: it may be stopped, run
 * again, or run twice at once.
 *
 * A thread's update goes first to this shard and then to the shards that users have moved to, also where the thread knows
 * nothing of a move; it is confirmed when all have it. Once everybody calls shards by the new number, nobody asks here for
 * users who have moved, and the move costs nothing more. Callers that lag behind are passed on until the next move begins.
 */
import { callObject } from "../../rpc/call.ts";
import type { MovedUsers } from "../../protocol/http.ts";
import { EMPTY_BATCH, type BatchPacker } from "./batch-packer.ts";
import { END, type MovedUserRecord } from "./moved-user-record.ts";
import type { MovedUsersBatch } from "../../rpc/moved-users.ts";
import { presenceStub } from "../../rpc/shards.ts";

export interface ReshardingParts {
  movedUsers: MovedUserRecord;
  packer: BatchPacker;
  /** Closes the tabs of users who move, and ends what those subscribe to. */
  disconnect: (userIds: readonly string[]) => void;
}

export class Resharding {
  readonly #env: Env;
  readonly #storage: DurableObjectStorage;
  readonly #parts: ReshardingParts;
  #delivering: Promise<void> | undefined;

  constructor(env: Env, storage: DurableObjectStorage, parts: ReshardingParts) {
    this.#env = env;
    this.#storage = storage;
    this.#parts = parts;
  }

  /** Moves some of the users whom `after` shards put elsewhere. */
  async step(before: number, after: number): Promise<MovedUsers> {
    const { movedUsers, packer, disconnect } = this.#parts;
    movedUsers.begin(before, after);
    await this.delivered();
    if (movedUsers.isComplete) return { moved: 0, done: true };
    await this.#checkTargets();
    // Asked for again, and without a wait in between: another step may have gone on meanwhile.
    const { upTo: above } = movedUsers.undelivered;
    const upTo = packer.nextBound(above);
    const movers = packer.movers({ above, upTo });
    // In one commit: a user whose tabs are closed has moved.
    disconnect(movers);
    movedUsers.markMoved(upTo);
    await this.delivered();
    return { moved: movers.length, done: upTo === END };
  }

  /** Resolves when no rows of moved users are here any more. */
  delivered(): Promise<void> {
    if (!this.#parts.movedUsers.isDeliveryPending) return Promise.resolve();
    this.#delivering ??= this.#deliver().finally(() => {
      this.#delivering = undefined;
    });
    return this.#delivering;
  }

  /** A target shard that cannot take users in, of an older version perhaps, is found out while they are all still here. */
  async #checkTargets(): Promise<void> {
    const { movedUsers, packer } = this.#parts;
    const { upTo: above } = movedUsers.undelivered;
    const movers = packer.movers({ above, upTo: packer.nextBound(above) });
    const targets = new Set(movers.flatMap((userId) => movedUsers.targetOf(userId) ?? []));
    await Promise.all(Array.from(targets, (target) => this.#send(target, EMPTY_BATCH)));
  }

  async #deliver(): Promise<void> {
    const { movedUsers, packer } = this.#parts;
    for (let next = packer.pack(); next; next = packer.pack()) {
      const { target, batch } = next;
      await this.#send(target, batch);
      this.#storage.transactionSync(() => packer.discard(batch));
    }
    movedUsers.markDelivered();
  }

  #send(target: number, batch: MovedUsersBatch): Promise<void> {
    return callObject(
      () => presenceStub(this.#env, target),
      (shard) => shard.receiveMovedUsers(batch),
    );
  }
}
