/**
 * Notifies Presence of what its users should know of this thread, from memory, in the moment after the broadcast. That a
 * notification is pending is durable before anyone sees the message: in the same commit an alarm is set, where none is
 * pending, to send it where the object died before it did. What is sent is always the whole present state: so sending once
 * too often does no harm, and nothing needs to be written when it has been sent.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { User } from "../../protocol/model.ts";
import { callObject } from "../../rpc/call.ts";
import type { ThreadUpdate, ThreadUpdateAnswer } from "../../rpc/thread-update.ts";
import { failed } from "../../rpc/result.ts";
import { byShard, presenceStub } from "../../rpc/shards.ts";
import type { Reservations } from "../consent/reservations.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { ThreadStore } from "../thread-store.ts";
import type { AllThreadsRate } from "./all-threads-rate.ts";
import { updatesByShard, type Pending } from "./shard-updates.ts";

/** After one notification, what comes within this time is sent together. */
const COALESCE_MS = 2_000;
/** Most readers of whom it is remembered what was sent; of one who is forgotten it is sent once more. */
const KEPT = 2_000;
/** Back-off after a shard did not answer: doubling, with full jitter, without end: what is pending stays so until it is confirmed. */
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 60_000;

export class Notifier {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #alarm: AlarmScheduler;
  readonly #store: ThreadStore;
  readonly #commands: AllThreadsRate;
  readonly #reservations: Reservations;
  #headPending = false;
  /** Something that those see who are invited. */
  #invitedPending = false;
  /** Whether this object's memory goes back to before what may be pending. After an eviction it does not: then the alarm alone knows. */
  #remembers = false;
  /** Markers that moved since they were sent. */
  #senders = new Map<string, number>();
  #readers = new Map<string, number>();
  #confirmedReaders = new Map<string, number>();
  #headSentAt = 0;
  #failures = 0;
  #sending: Promise<void> | undefined;
  /** Runs until what is pending is sent. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Called with the profiles of users who joined, as Presence has them. */
  onProfiles: (users: readonly User[]) => void = () => {};

  /** Registers its duty: to send what may be pending. The counts of `commands` go along. */
  constructor(
    ctx: DurableObjectState,
    env: Env,
    alarm: AlarmScheduler,
    store: ThreadStore,
    { commands, reservations }: { commands: AllThreadsRate; reservations: Reservations },
  ) {
    this.#ctx = ctx;
    this.#env = env;
    this.#alarm = alarm;
    this.#store = store;
    this.#commands = commands;
    this.#reservations = reservations;
    commands.onDue = (now) => this.#notifySoon(now);
    commands.report = () => this.notifyReaders();
    alarm.register({ name: "pending notifications", run: () => this.#onAlarm() });
  }

  /** The newest message, the name, or who belongs has changed: to be sent at once, or in a moment if something was just now. */
  threadChanged(now: number): void {
    this.#headPending = true;
    this.#alarm.wakeForPending(now);
    this.#notifySoon(now);
  }

  /** The thread's name, or who invited, has changed: those see it who are invited. To be followed by `threadChanged`. */
  invitedSeeChange(): void {
    this.#invitedPending = true;
  }

  /** Somebody is invited, or no more: no member sees that. */
  invitationsChanged(now: number): void {
    this.#alarm.wakeForPending(now);
    this.#notifySoon(now);
  }

  #notifySoon(now: number): void {
    // Never within the stretch that broadcast it: its frames leave when that is over, and nothing should hold them.
    this.#timer ??= setTimeout(
      () => this.#ctx.waitUntil(this.notify()),
      // At most: the clock may have been set back.
      Math.min(COALESCE_MS, this.#headSentAt + COALESCE_MS - now),
    );
  }

  /** A message moved its sender's marker: sent with the message. */
  sent(userId: string, seq: number): void {
    this.#senders.set(userId, seq);
  }

  /** Where a member's marker stands, as stored. No alarm is set for it: a crash delays it until that user reads again. */
  read(userId: string, seq: number): void {
    if ((this.#confirmedReaders.get(userId) ?? 0) < seq) raise(this.#readers, userId, seq);
  }

  /**
   * Sends all that is pending and waits for the answers, so that what one asks next finds it known. What a shard does not
   * confirm stays pending, and is tried again by alarm.
   */
  notify(): Promise<void> {
    return this.#inTurn(() => {
      if (this.#timer !== undefined) clearTimeout(this.#timer);
      this.#timer = undefined;
      return this.#send((thread) => this.#takeAll(thread));
    });
  }

  /**
   * The same for markers that were read to, and counts of commands that are due, to their users' shards alone. What is pending for all shards is due in a
   * moment, and stays so: otherwise each of those who read on would have it sent once more.
   */
  notifyReaders(): Promise<void> {
    return this.#inTurn(() => this.#send((thread) => this.#takeReaders(thread)));
  }

  /** Waits until nothing is being sent: so that no update of a thread arrives after its deletion. */
  async idle(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  /** The thread is gone. What was sent of it says nothing of one that is made anew in this object. */
  forget(): void {
    this.#headPending = false;
    this.#invitedPending = false;
    this.#senders.clear();
    this.#readers.clear();
    this.#confirmedReaders.clear();
    this.#failures = 0;
  }

  /** The shards that know of this thread, or may. */
  shardsConcerned(thread: StoredThread): number[] {
    const { membership, invitations } = thread;
    const { invited, inviters } = invitations.people();
    const others = [...membership.unconfirmed.all(), ...invited, ...inviters];
    return [...new Set([...membership.shards(), ...byShard(this.#env, others).keys()])];
  }

  /** If this object woke for the alarm, something may be pending that only the alarm remembers. */
  async #onAlarm(): Promise<void> {
    const thread = this.#store.current;
    if (!thread || thread.isDeleting) return;
    if (!this.#remembers) this.#headPending = this.#invitedPending = true;
    await this.notify();
  }

  /** One after the other, also where two are asked for in the same moment: each waits for what the other took. */
  async #inTurn(send: () => Promise<void>): Promise<void> {
    const earlier = this.#sending?.catch(() => undefined) ?? Promise.resolve();
    const sending = earlier.then(send).finally(() => {
      if (this.#sending === sending) this.#sending = undefined;
    });
    this.#sending = sending;
    await sending;
  }

  async #send(take: (thread: StoredThread) => Pending): Promise<void> {
    const thread = this.#store.current;
    if (!thread || thread.isDeleting) return;
    const newest = thread.messages.newest.seq;
    const pending = take(thread);
    const updates = updatesByShard(thread, pending, {
      env: this.#env,
      commands: this.#commands,
      reservations: this.#reservations,
    });
    if (updates.size === 0) return;
    if (pending.head) this.#headSentAt = Date.now();
    const results = await Promise.allSettled(
      [...updates].map(async ([shard, update]) => ({ update, blocks: await this.#sendTo(shard, update) })),
    );
    // A thread that was deleted meanwhile has no storage to write this to.
    if (!thread.isDeleting) {
      // In one stretch, so that however many shards have answered, and whoever blocks, it is one commit.
      for (const result of results) if (result.status === "fulfilled") confirm(thread, result.value);
    }
    if (results.every((result) => result.status === "fulfilled")) {
      this.#failures = 0;
      if (pending.head) thread.readMarkers.confirm(newest);
      if (this.#confirmedReaders.size >= KEPT) this.#confirmedReaders.clear();
      for (const [userId, seq] of pending.readers) raise(this.#confirmedReaders, userId, seq);
      return;
    }
    // A shard that did not answer was logged where it was called; a fault of our own is here.
    for (const result of results) if (result.status === "rejected") failed(result.reason);
    this.#putBack(pending);
    const backOff = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** this.#failures++);
    this.#alarm.wakeBy(Date.now() + RETRY_FIRST_MS / 2 + Math.random() * backOff);
  }

  /** Returns who blocks whom, as the shard says. */
  async #sendTo(shard: number, update: ThreadUpdate): Promise<ThreadUpdateAnswer["blocks"]> {
    const { commands = {} } = update;
    const answer = await callObject(
      () => presenceStub(this.#env, shard),
      (presence) => presence.threadChanged(update),
    ).catch((error: unknown) => {
      this.#commands.putBack(commands);
      throw error;
    });
    // A thread that was deleted meanwhile has no storage to note a hold in.
    const holds = this.#store.current?.isDeleting === false ? (answer?.holds ?? {}) : {};
    this.#commands.answered(commands, holds, Date.now());
    this.onProfiles(answer?.profiles ?? []);
    return answer?.blocks;
  }

  #takeAll(thread: StoredThread): Pending {
    const pending = {
      ...this.#takeReaders(thread),
      head: this.#headPending,
      invited: this.#invitedPending,
    };
    this.#remembers ||= pending.head;
    this.#headPending = false;
    this.#invitedPending = false;
    this.#senders = new Map();
    return pending;
  }

  #takeReaders(thread: StoredThread): Pending {
    const readers = this.#readers;
    this.#readers = new Map();
    // The markers of those who sent before an eviction may be pending: then all that are not stored by themselves go along.
    const senders = new Map(this.#remembers ? this.#senders : thread.readMarkers.senders());
    return { head: false, invited: false, senders, readers };
  }

  #putBack(pending: Pending): void {
    this.#headPending ||= pending.head;
    this.#invitedPending ||= pending.invited;
    for (const [userId, seq] of pending.senders) raise(this.#senders, userId, seq);
    for (const [userId, seq] of pending.readers) raise(this.#readers, userId, seq);
  }
}

interface Confirmed {
  update: ThreadUpdate;
  blocks: ThreadUpdateAnswer["blocks"];
}

/** A shard confirms an update. */
function confirm({ membership, invitations, blocks }: StoredThread, confirmed: Confirmed): void {
  for (const { userId, version } of confirmed.blocks ?? []) blocks.set(userId, true, version);
  const { joined, left, invited = [], inviting = [] } = confirmed.update;
  membership.unconfirmed.confirm([...[...joined, ...invited].map(({ userId }) => userId), ...left]);
  invitations.inviters.confirm(inviting.map(({ userId }) => userId));
}

function raise(markers: Map<string, number>, userId: string, seq: number): void {
  markers.set(userId, Math.max(seq, markers.get(userId) ?? 0));
}
