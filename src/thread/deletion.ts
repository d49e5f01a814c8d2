/**
 * The end of a thread, as steps that survive a crash between any two: it is marked, and from then on no door opens;
 * members' shards are told, and erase what they keep of it; the sockets are closed; everything here is erased.
 */
import { configOf } from "../config/config.ts";
import type { AlarmClock } from "../durable/alarm-scheduler.ts";
import { callObject } from "../rpc/call.ts";
import { presenceShard } from "../rpc/shards.ts";
import { CLOSE } from "../protocol/errors.ts";
import type { Notifier } from "./notifying/notifier.ts";
import type { Room } from "../sockets/room-sockets.ts";
import type { Relays } from "./broadcasting/relays.ts";
import type { ThreadStore } from "./thread-store.ts";

/** When the alarm goes on with a deletion that was interrupted. */
const RETRY_MS = 5_000;

export class Deletion {
  readonly #env: Env;
  readonly #threadId: string;
  readonly #clock: AlarmClock;
  readonly #store: ThreadStore;
  readonly #room: Room;
  readonly #relays: Relays;
  readonly #notifier: Notifier;

  constructor(
    env: Env,
    threadId: string,
    parts: { clock: AlarmClock; store: ThreadStore; room: Room; relays: Relays; notifier: Notifier },
  ) {
    this.#env = env;
    this.#threadId = threadId;
    this.#clock = parts.clock;
    this.#store = parts.store;
    this.#room = parts.room;
    this.#relays = parts.relays;
    this.#notifier = parts.notifier;
  }

  /** Marks the thread. What is left to do is done by `finish`, now or by alarm. */
  start(): void {
    this.#store.require().markDeleting();
    this.#clock.wakeBy(Date.now() + RETRY_MS);
  }

  /** To be said when the object starts: a deletion that was interrupted goes on, whatever became of its alarm. */
  resume(): void {
    if (this.#store.current?.isDeleting) this.#clock.wakeBy(Date.now() + RETRY_MS);
  }

  /** Does what is left; where a shard does not answer it throws, and is to be called again. */
  async finish(): Promise<void> {
    const thread = this.#store.current;
    if (!thread) return;
    await this.#notifier.idle();
    const { presenceShards } = configOf(this.#env);
    await Promise.all(
      this.#notifier.shardsConcerned(thread).map((shard) =>
        callObject(
          () => presenceShard(this.#env, shard),
          (presence) => presence.threadDeleted(this.#threadId, presenceShards),
        ),
      ),
    );
    const why = "the thread was deleted";
    this.#room.closeAll(CLOSE.notFound, why);
    await this.#relays.end(this.#threadId, CLOSE.notFound, why);
    this.#clock.rang();
    await this.#store.erase();
  }
}
