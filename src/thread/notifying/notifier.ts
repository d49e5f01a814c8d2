/**
 * Tells Presence what its users should know of this thread, from memory, in the moment after the room. That something
 * is owed is durable before anyone hears of the message: in the same commit an alarm is set, where none is pending, to
 * tell it where the object died before it did. What is told is always the whole present state: so telling once too
 * often does no harm, and nothing needs to be written when it has been told.
 */
import { configOf } from "../../config/config.ts";
import type { AlarmClock } from "../../durable/alarm-scheduler.ts";
import { callObject } from "../../rpc/call.ts";
import { byShard, presenceShard } from "../../rpc/shards.ts";
import type { ThreadUpdate } from "../../rpc/thread-update.ts";
import type { Thread } from "../thread.ts";
import type { ThreadStore } from "../thread-store.ts";

/** After one telling, what comes within this time is told together. */
const COALESCE_MS = 1_000;
/** Of so many who read it is remembered what was told of them; forgotten, it is told once more. */
const KEPT = 2_000;
/** Back-off after a shard did not answer: doubling, with full jitter, without end: the debt stands until it is paid. */
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 60_000;

export class Notifier {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #clock: AlarmClock;
  readonly #store: ThreadStore;
  #headOwed = false;
  /** Whether this object's memory goes back to before what may be owed. After an eviction it does not: then the alarm alone knows. */
  #remembers = false;
  /** Markers that moved since they were told. */
  #senders = new Map<string, number>();
  #readers = new Map<string, number>();
  #toldReaders = new Map<string, number>();
  #toldAt = 0;
  #failures = 0;
  #telling: Promise<void> | undefined;
  /** Runs until what is owed is told. */
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(ctx: DurableObjectState, env: Env, clock: AlarmClock, store: ThreadStore) {
    this.#ctx = ctx;
    this.#env = env;
    this.#clock = clock;
    this.#store = store;
  }

  /** The newest message, the name, or who belongs has changed: to be told at once, or in a moment if there was a telling just now. */
  owe(now: number): void {
    this.#headOwed = true;
    this.#clock.wakeForOwed(now);
    // Never within the stretch that told the room: its frames leave when that is over, and nothing should hold them.
    this.#soon ??= setTimeout(() => this.#ctx.waitUntil(this.tell()), this.#toldAt + COALESCE_MS - now);
  }

  /** A message moved its sender's marker: told with the message. */
  sent(userId: string, seq: number): void {
    this.#senders.set(userId, seq);
  }

  /** Where a member's marker stands, as stored. No alarm is set for it: a crash delays the word until that user reads again. */
  read(userId: string, seq: number): void {
    if ((this.#toldReaders.get(userId) ?? 0) < seq) raise(this.#readers, userId, seq);
  }

  /** The alarm rang: if this object woke for it, something may be owed that only the alarm remembers. */
  rang(): void {
    if (!this.#remembers) this.#headOwed = true;
  }

  /**
   * Tells all that is owed and waits for the answers, so that what one asks next finds it known. What a shard does not
   * confirm stays owed, and is tried again by alarm.
   */
  tell(): Promise<void> {
    return this.#inTurn(() => {
      if (this.#soon !== undefined) clearTimeout(this.#soon);
      this.#soon = undefined;
      return this.#tell((thread) => this.#takeAll(thread));
    });
  }

  /**
   * The same for markers that were read to, in their users' shards alone. What all shards are owed is due in a moment,
   * and stays so: otherwise each of those who read on would have it told once more.
   */
  tellReaders(): Promise<void> {
    return this.#inTurn(() => this.#tell((thread) => this.#takeReaders(thread)));
  }

  /** Waits until nothing is being told: so that no word of a thread arrives after that of its deletion. */
  async idle(): Promise<void> {
    while (this.#telling) await this.#telling;
  }

  /** The shards that know of this thread, or may. */
  shardsConcerned(thread: Thread): number[] {
    const { membership } = thread;
    return [...new Set([...membership.shards(), ...byShard(this.#env, membership.untold()).keys()])];
  }

  /** One after the other, also where two are asked for in the same moment: each waits for what the other took. */
  async #inTurn(tell: () => Promise<void>): Promise<void> {
    const earlier = this.#telling?.catch(() => undefined) ?? Promise.resolve();
    const telling = earlier.then(tell).finally(() => {
      if (this.#telling === telling) this.#telling = undefined;
    });
    this.#telling = telling;
    await telling;
  }

  async #tell(take: (thread: Thread) => Owed): Promise<void> {
    const thread = this.#store.current;
    if (!thread || thread.isDeleting) return;
    const newest = thread.log.newest.seq;
    const owed = take(thread);
    const updates = this.#updates(thread, owed);
    if (updates.size === 0) return;
    if (owed.head) this.#toldAt = Date.now();
    const told = await Promise.allSettled(
      [...updates].map(async ([shard, update]) => {
        await callObject(
          () => presenceShard(this.#env, shard),
          (presence) => presence.threadChanged(update),
        );
        return update;
      }),
    );
    // A thread that was deleted meanwhile has no storage to write this to.
    if (!thread.isDeleting) {
      // In one stretch, so that however many shards have answered, it is one commit.
      for (const result of told) if (result.status === "fulfilled") thread.membership.told(result.value);
    }
    if (told.every((result) => result.status === "fulfilled")) {
      this.#failures = 0;
      if (owed.head) thread.markers.told(newest);
      if (this.#toldReaders.size >= KEPT) this.#toldReaders.clear();
      for (const [userId, seq] of owed.readers) raise(this.#toldReaders, userId, seq);
      return;
    }
    this.#putBack(owed);
    const backOff = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** this.#failures++);
    this.#clock.wakeBy(Date.now() + RETRY_FIRST_MS / 2 + Math.random() * backOff);
  }

  #takeAll(thread: Thread): Owed {
    const owed = { ...this.#takeReaders(thread), head: this.#headOwed };
    this.#remembers ||= owed.head;
    this.#headOwed = false;
    this.#senders = new Map();
    return owed;
  }

  #takeReaders(thread: Thread): Owed {
    const readers = this.#readers;
    this.#readers = new Map();
    // Whoever sent before an eviction may not have been told of: then all that is not stored by itself goes along.
    const senders = new Map(this.#remembers ? this.#senders : thread.markers.senders());
    return { head: false, senders, readers };
  }

  /** What each shard concerned is to hear: all members' shards of a new head, else only those of the users it is about. */
  #updates(thread: Thread, owed: Owed): Map<number, ThreadUpdate> {
    const { membership } = thread;
    const untold = byShard(this.#env, membership.takeUntold());
    const readers = byShard(this.#env, owed.readers.keys());
    const senders = byShard(this.#env, owed.senders.keys());
    const shards = new Set([...(owed.head ? membership.shards() : []), ...untold.keys(), ...readers.keys()]);
    if (shards.size === 0) return new Map();
    const head = { ...headOf(thread), shards: configOf(this.#env).presenceShards };
    return new Map(
      [...shards].map((shard) => {
        const users = untold.get(shard) ?? [];
        const joined = users.flatMap((userId) => {
          const member = membership.get(userId);
          return member ? [{ userId, readSeq: thread.markers.of(member) }] : [];
        });
        const left = users.filter((userId) => !joined.some((member) => member.userId === userId));
        const update: ThreadUpdate = {
          ...head,
          joined,
          left,
          readers: picked(owed.readers, readers.get(shard)),
          senders: picked(owed.senders, senders.get(shard)),
        };
        return [shard, update];
      }),
    );
  }

  #putBack(owed: Owed): void {
    this.#headOwed ||= owed.head;
    for (const [userId, seq] of owed.senders) raise(this.#senders, userId, seq);
    for (const [userId, seq] of owed.readers) raise(this.#readers, userId, seq);
  }
}

interface Owed {
  head: boolean;
  senders: Map<string, number>;
  readers: Map<string, number>;
}

function headOf(thread: Thread): Omit<ThreadUpdate, "shards" | "joined" | "left" | "readers" | "senders"> {
  const { id, kind, name, createdAt } = thread.info;
  const last = thread.log.last();
  return {
    threadId: id,
    rev: thread.rev,
    kind,
    name,
    createdAt,
    seq: thread.log.newest.seq,
    ...(last && { last }),
    ...(kind === "direct" && { pair: thread.pair() }),
  };
}

function picked(markers: Map<string, number>, userIds: readonly string[] = []): Record<string, number> {
  return Object.fromEntries(userIds.map((userId) => [userId, markers.get(userId) ?? 0]));
}

function raise(markers: Map<string, number>, userId: string, seq: number): void {
  markers.set(userId, Math.max(seq, markers.get(userId) ?? 0));
}
