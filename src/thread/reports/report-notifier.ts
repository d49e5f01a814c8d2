/**
 * What follows when a report was filed or resolved: the host's list is brought up to date, and moderators' tabs are sent how many
 * are open. That something is pending is durable with the report; what is sent is always the present state. By alarm, what
 * reports have kept for too long is erased.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { MODERATORS_NOTIFIED } from "../../protocol/limits.ts";
import { callObject } from "../../rpc/call.ts";
import { hostReportsStub } from "../../rpc/host-reports.ts";
import { failed } from "../../rpc/result.ts";
import { byShard, presenceStub } from "../../rpc/shards.ts";
import type { Webhooks } from "../host-server/webhooks.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { ThreadStore } from "../thread-store.ts";

/** Reports in one call to the host's list. */
const REPORTS_PER_CALL = 200;
/** The wait before what failed is tried again, which doubles with each further failure. */
const RETRY_MS = 5_000;
const RETRY_MOST_MS = 10 * 60_000;

export class ReportNotifier {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #alarm: AlarmScheduler;
  readonly #store: ThreadStore;
  readonly #webhooks: Webhooks;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  #failures = 0;

  /** Registers its duty. */
  constructor(
    ctx: DurableObjectState,
    env: Env,
    alarm: AlarmScheduler,
    store: ThreadStore,
    webhooks: Webhooks,
  ) {
    this.#ctx = ctx;
    this.#env = env;
    this.#alarm = alarm;
    this.#store = store;
    this.#webhooks = webhooks;
    alarm.register({
      name: "reports",
      run: (now) => this.#onAlarm(now),
      dueAt: (now) => this.#dueAt(now),
    });
  }

  /** Reports were filed or resolved, in this very commit. */
  changed(now: number): void {
    this.#alarm.wakeForPending(now);
    this.#webhooks.reported(now);
    // Never within the stretch that broadcasts: its frames leave when that is over.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // Where it throws, the alarm goes on.
      this.#ctx.waitUntil(this.#send().catch((error: unknown) => void failed(error)));
    }, 0);
  }

  /** The thread is being deleted: its reports are taken off the host's list. */
  async forget(threadId: string): Promise<void> {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#store.current?.reports.areListed) return;
    await this.#sending?.catch(() => undefined);
    await callObject(
      () => hostReportsStub(this.#env),
      (list) => list.forgetReports(threadId),
    );
  }

  get #thread(): StoredThread | undefined {
    const thread = this.#store.current;
    return thread?.isDeleting === false ? thread : undefined;
  }

  async #onAlarm(now: number): Promise<void> {
    this.#thread?.reports.forgetOld(now);
    await this.#send().catch((error: unknown) => void failed(error));
  }

  #dueAt(now: number): number | undefined {
    const reports = this.#thread?.reports;
    if (!reports?.areListed) return undefined;
    if (!reports.areConfirmed) return now + Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** this.#failures);
    return reports.nextEnd();
  }

  /** One after the other: what is sent later is the newer state. */
  async #send(): Promise<void> {
    const earlier = this.#sending?.catch(() => undefined) ?? Promise.resolve();
    const sending = earlier
      .then(() => this.#sendAll())
      .finally(() => {
        if (this.#sending === sending) this.#sending = undefined;
      });
    this.#sending = sending;
    await sending;
  }

  async #sendAll(): Promise<void> {
    for (let thread = this.#thread; thread && !thread.reports.areConfirmed; thread = this.#thread) {
      const reports = thread.reports.takeUnconfirmed(REPORTS_PER_CALL);
      const { id } = thread.info;
      this.#failures += 1;
      await Promise.all([
        this.#notifyModerators(thread),
        callObject(
          () => hostReportsStub(this.#env),
          (list) => list.putReports(id, reports),
        ),
      ]);
      this.#failures = 0;
      // A thread that was deleted meanwhile has no storage to write this to.
      if (!thread.isDeleting) thread.reports.confirm(reports);
    }
  }

  /** Sends each of them how many are open of those that are not about them. Those of direct threads are the host's alone. */
  async #notifyModerators(thread: StoredThread): Promise<void> {
    if (thread.kind === "direct") return;
    const { id } = thread.info;
    const open = thread.reports.countOpen();
    const moderators = thread.membership.moderators(MODERATORS_NOTIFIED);
    await Promise.all(
      [...byShard(this.#env, moderators)].map(([shard, userIds]) => {
        const counts = Object.fromEntries(userIds.map((userId) => [userId, open.all - open.about(userId)]));
        return callObject(
          () => presenceStub(this.#env, shard),
          (presence) => presence.reportsChanged(id, counts),
        );
      }),
    );
  }
}
