/**
 * Delivers the thread's events to the host's server, from the thread's own logs and a stored position: in order, one at a
 * time, each at least once. That something is to be delivered is durable with it, by an alarm; the first attempt is made
 * from memory, in the moment after the broadcast. Each further one is made by alarm, so that nothing waits in between.
 */
import { configOf, type Receiver } from "../../config/config.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { DurableEvent } from "../../protocol/events.ts";
import { WEBHOOK_MS } from "../../protocol/limits.ts";
import { failed } from "../../rpc/result.ts";
import { eventEntry } from "../commands.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { ThreadStore } from "../thread-store.ts";
import { dueOfDeletion } from "./deleted-threads.ts";
import { BEFORE_CREATION, nextAfter, type Next } from "./next-delivery.ts";
import { attempt, failedAgain, isGivenUp, logFailure, logSkipped, NO_FAILURES } from "./webhook-attempts.ts";
import { WebhookCursor } from "./webhook-cursor.ts";

/** After a delivery, how long further ones are waited for until the position is stored: a row for all of them. */
const STORE_AFTER_MS = 2_000;
/** Most events that are delivered in a row, and for how long another is begun: then the alarm goes on. A request may have 50 subrequests. */
const MOST_IN_A_ROW = 40;
const ROW_MS = WEBHOOK_MS;
/** After the deletion of a thread of this id was tried, how long until that is looked at again. */
const AFTER_DELETION_MS = 1_000;

export class Webhooks {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #alarm: AlarmScheduler;
  readonly #store: ThreadStore;
  readonly #receiver: Receiver | undefined;
  readonly #cursor: WebhookCursor;
  #delivering: Promise<void> | undefined;
  #aborter = new AbortController();
  /** Runs until delivery begins, and until the position is stored. */
  #beginning: ReturnType<typeof setTimeout> | undefined;
  #storing: ReturnType<typeof setTimeout> | undefined;

  /** Registers its duty, where a receiver is set: to deliver what is pending. */
  constructor(ctx: DurableObjectState, env: Env, alarm: AlarmScheduler, store: ThreadStore) {
    this.#ctx = ctx;
    this.#env = env;
    this.#alarm = alarm;
    this.#store = store;
    this.#receiver = configOf(env).webhooks;
    this.#cursor = new WebhookCursor(ctx.storage.sql);
    if (this.#receiver)
      alarm.register({
        name: "webhooks",
        run: () => this.#onAlarm(),
        dueAt: (now) => this.#retryAt(now),
      });
  }

  /** The thread was created, in this stretch. One row written. */
  created(now: number): void {
    if (!this.#receiver) return;
    this.#cursor.begin(BEFORE_CREATION);
    this.#deliverSoon(now);
  }

  /** These events were stored, in this stretch. One row written by the first ones since there is a receiver. */
  changed(events: readonly DurableEvent[], now: number): void {
    const thread = this.#store.current;
    const first = events.find((event) => eventEntry(event).isDelivered);
    if (!this.#receiver || !thread || !first) return;
    if (!this.#cursor.current) {
      const messages = events.filter(({ type }) => type === "chat").length;
      // What was before is not delivered: the host has asked for nothing then.
      const rev = first.rev - 1;
      const seq = thread.messages.newest.seq - messages;
      this.#cursor.begin({ rev, seq, report: thread.reports.newestAt(rev) });
    }
    this.#deliverSoon(now);
  }

  /** Reports were filed or resolved, in this stretch. One row written by the first one since there is a receiver. */
  reported(now: number): void {
    const thread = this.#store.current;
    if (!this.#receiver || !thread) return;
    const { newest } = thread.reports;
    if (!this.#cursor.current)
      this.#cursor.begin({ rev: thread.rev, seq: thread.messages.newest.seq, report: newest - 1 });
    if (this.#cursor.current && this.#cursor.current.report < newest) this.#deliverSoon(now);
  }

  /** The thread is being deleted: nothing of it is delivered any more, but that. */
  stop(): void {
    this.#aborter.abort();
    this.#aborter = new AbortController();
    for (const timer of [this.#beginning, this.#storing]) if (timer !== undefined) clearTimeout(timer);
    [this.#beginning, this.#storing] = [undefined, undefined];
    this.#cursor.forget();
  }

  #deliverSoon(now: number): void {
    const retryAt = this.#cursor.current?.retryAt ?? 0;
    // The alarm is set already, but where webhooks were switched off meanwhile.
    if (retryAt > now) return this.#alarm.wakeBy(retryAt);
    this.#alarm.wakeForPending(now);
    // Never within the stretch that broadcasts: its frames leave when that is over.
    this.#beginning ??= setTimeout(() => {
      this.#beginning = undefined;
      // Where it throws, the alarm goes on.
      this.#ctx.waitUntil(this.#deliver().catch((error: unknown) => void failed(error)));
    }, 0);
  }

  async #onAlarm(): Promise<void> {
    await this.#deliver();
    if (this.#isDeliverable(this.#store.current)) this.#cursor.storeIfMoved();
  }

  /** When the next attempt is, where one failed. */
  #retryAt(now: number): number | undefined {
    if (!this.#isDeliverable(this.#store.current)) return undefined;
    const retryAt = this.#cursor.current?.retryAt ?? 0;
    return retryAt > now ? retryAt : undefined;
  }

  #isDeliverable(thread: StoredThread | undefined): thread is StoredThread {
    return thread !== undefined && !thread.isDeleting && this.#cursor.current !== undefined;
  }

  /** Delivers what is pending and due, one event at a time, and is not run twice at once. */
  async #deliver(): Promise<void> {
    this.#delivering ??= this.#deliverInARow().finally(() => {
      this.#delivering = undefined;
    });
    await this.#delivering;
  }

  async #deliverInARow(): Promise<void> {
    const { signal } = this.#aborter;
    const until = Date.now() + ROW_MS;
    for (let count = 0; count < MOST_IN_A_ROW && Date.now() < until; count++) {
      const thread = this.#store.current;
      if (!this.#isDeliverable(thread) || signal.aborted) return;
      const { current } = this.#cursor;
      if (!current || current.retryAt > Date.now()) return;
      const next = nextAfter(current, thread);
      if (!next.delivery && next.position.rev >= thread.rev) return this.#storeSoon();
      if (!(await this.#deliverNext(next, signal))) return;
    }
    this.#cursor.storeIfMoved();
    this.#alarm.wakeBy(Date.now());
  }

  /** Delivers one event. False where it failed, and is tried again by alarm. */
  async #deliverNext({ delivery, position }: Next, signal: AbortSignal): Promise<boolean> {
    const failures = this.#cursor.current ?? NO_FAILURES;
    if (!this.#receiver) return false;
    if (!delivery) {
      this.#cursor.passed(position, failures);
      return true;
    }
    if (position.rev === 0 && (await this.#waitsForDeletion(signal))) return false;
    const { accepted, reason } = await attempt(this.#receiver, delivery, signal);
    if (signal.aborted) return false;
    if (accepted) {
      this.#cursor.passed(position, NO_FAILURES);
      return true;
    }
    const now = Date.now();
    if (isGivenUp(delivery, now)) {
      logSkipped(delivery, reason);
      this.#cursor.passed(position, { ...failures, retryAt: 0 });
      return true;
    }
    const again = failedAgain(failures, now);
    logFailure(delivery, again, reason);
    this.#cursor.waits(again);
    this.#alarm.wakeBy(again.retryAt);
    return false;
  }

  /** Whether the deletion of an earlier thread of the same id is not delivered yet. */
  async #waitsForDeletion(signal: AbortSignal): Promise<boolean> {
    const thread = this.#store.current;
    // A thread with a random id has none before it.
    if (!thread || (thread.kind !== "direct" && thread.key === undefined)) return false;
    const dueAt = await dueOfDeletion(this.#env, thread.info.id);
    if (signal.aborted || dueAt === null) return false;
    const retryAt = Math.max(dueAt, Date.now()) + AFTER_DELETION_MS;
    this.#cursor.waits({ failures: 0, retryAt });
    this.#alarm.wakeBy(retryAt);
    return true;
  }

  #storeSoon(): void {
    this.#storing ??= setTimeout(() => {
      this.#storing = undefined;
      this.#cursor.storeIfMoved();
    }, STORE_AFTER_MS);
  }
}
