/**
 * Moving users to other shards, when an administrator has raised their number (README, "Raising PRESENCE_SHARDS").
 *
 * Until all have moved, everybody looks for a user where the number *before* puts them. That shard alone decides,
 * for each user, whether they are here or have left. They leave some at a time, in the order of their ids:
 *
 * 1. Their tabs are closed with 1001, and in the same commit it is written that they have left (departures.ts). From
 *    then on nothing of them changes here: what comes for them is passed on to their new shard (forwarding.ts), and a
 *    tab is told to go there itself (redirect.ts).
 * 2. What is here of them is delivered in parcels; each is taken in there in one transaction, and then erased here.
 *    Whatever is passed on waits until all has arrived, so nothing overtakes it.
 *
 * A crash after 1 leaves rows of users who have left. They are delivered before anything else is said of those users,
 * by whoever asks first, or by the next step of the command. A crash between taking a parcel in and erasing it delivers
 * it twice, which changes nothing, since nothing could happen there in between. The command itself keeps nothing, so it
 * may be stopped, and run again, or twice at once.
 *
 * What a thread tells is heard here first and then by the shards that users have left for, also where the thread knew
 * nothing of a move; it counts as told when all have heard it. When everybody looks for users by the new number, nobody
 * asks here for those who have left, and a move costs nothing more. Callers that lag behind are passed on until the next
 * move begins.
 */
import { callObject } from "../../rpc/call.ts";
import type { MovedUsers } from "../../protocol/http.ts";
import { END, type Departures } from "./moved-users.ts";
import type { Packing } from "./batch-packer.ts";
import { EMPTY_BATCH } from "./empty-batch.ts";
import { type MovedUsersBatch } from "../../rpc/presence.ts";
import { presenceStub } from "../../rpc/shards.ts";
import type { Tabs } from "../status/tabs.ts";
import type { WatchedSets } from "../status/tab-subscriptions.ts";

interface MovingParts {
  departures: Departures;
  packing: Packing;
  tabs: Tabs;
  watchedSets: WatchedSets;
  closeTab: (tab: WebSocket) => void;
}

export class Moving {
  readonly #env: Env;
  readonly #storage: DurableObjectStorage;
  readonly #parts: MovingParts;
  #delivering: Promise<void> | undefined;

  constructor(env: Env, storage: DurableObjectStorage, parts: MovingParts) {
    this.#env = env;
    this.#storage = storage;
    this.#parts = parts;
  }

  /** Moves some more users to where a higher number of shards puts them. */
  async step(before: number, after: number): Promise<MovedUsers> {
    const { departures, packing } = this.#parts;
    departures.begin(before, after);
    await this.delivered();
    if (departures.areOver) return { moved: 0, done: true };
    await this.#seeThatHomesAnswer();
    // Only now, and all at once: another step may have gone on meanwhile.
    const { upTo: above } = departures.span;
    const upTo = packing.nextStop(above);
    const leavers = packing.leavers(above, upTo);
    this.#leave(leavers, upTo);
    await this.delivered();
    return { moved: leavers.length, done: upTo === END };
  }

  /** Resolves when all that was here of those who have left is where they went. */
  delivered(): Promise<void> {
    if (!this.#parts.departures.areUnderWay) return Promise.resolve();
    this.#delivering ??= this.#deliver().finally(() => {
      this.#delivering = undefined;
    });
    return this.#delivering;
  }

  #leave(userIds: readonly string[], upTo: string): void {
    const { departures, tabs, watchedSets, closeTab } = this.#parts;
    for (const userId of userIds) for (const tab of tabs.of(userId)) closeTab(tab);
    // Whom their tabs watch they say again where they go: word from here would undo that.
    watchedSets.forget(userIds);
    departures.leave(upTo);
  }

  /** A shard that cannot take anyone in, of an older version perhaps, is found out while everyone is still here. */
  async #seeThatHomesAnswer(): Promise<void> {
    const { departures, packing } = this.#parts;
    const { upTo: above } = departures.span;
    const leavers = packing.leavers(above, packing.nextStop(above));
    const homes = new Set(leavers.flatMap((userId) => departures.destinationOf(userId) ?? []));
    await Promise.all(Array.from(homes, (home) => this.#send(home, EMPTY_BATCH)));
  }

  async #deliver(): Promise<void> {
    const { departures, packing } = this.#parts;
    for (let next = packing.pack(); next; next = packing.pack()) {
      const { home, parcel } = next;
      await this.#send(home, parcel);
      this.#storage.transactionSync(() => packing.discard(parcel));
    }
    departures.arrived();
  }

  #send(home: number, parcel: MovedUsersBatch): Promise<void> {
    return callObject(
      () => presenceStub(this.#env, home),
      (shard) => shard.receiveMovedUsers(parcel),
    );
  }
}
