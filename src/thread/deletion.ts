/**
 * Deleting a thread, as steps that survive a crash between any two: it is marked, and from then on exists for nobody;
 * members' shards are notified, and erase what they keep of it; the sockets are closed; where webhooks are delivered, another
 * object keeps the deletion for that; everything here is erased.
 */
import { configOf } from "../config/config.ts";
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { CLOSE } from "../protocol/errors.ts";
import { callObject } from "../rpc/call.ts";
import { presenceStub } from "../rpc/shards.ts";
import type { Broadcaster } from "./broadcasting/broadcaster.ts";
import type { Relays } from "./broadcasting/relays.ts";
import { keepDeletion } from "./host-server/deleted-threads.ts";
import type { Webhooks } from "./host-server/webhooks.ts";
import type { Notifier } from "./notifying/notifier.ts";
import type { ReportNotifier } from "./reports/report-notifier.ts";
import type { StoredThread } from "./stored-thread.ts";
import type { ThreadStore } from "./thread-store.ts";

/** When the alarm goes on with a deletion that was interrupted. */
const RETRY_MS = 5_000;

/** Whose invitations end with a thread. */
function invitersOf({ invitations, request }: StoredThread): string[] {
  return [...invitations.people().inviters, ...(request.pending ? [request.pending.from] : [])];
}

export interface DeletionParts {
  alarm: AlarmScheduler;
  store: ThreadStore;
  broadcaster: Broadcaster;
  relays: Relays;
  notifier: Notifier;
  reports: ReportNotifier;
  webhooks: Webhooks;
}

export class Deletion {
  readonly #env: Env;
  readonly #threadId: string;
  readonly #parts: DeletionParts;
  #finishing: Promise<void> | undefined;

  /** Registers its duty: to finish a deletion that has begun. */
  constructor(env: Env, threadId: string, parts: DeletionParts) {
    this.#env = env;
    this.#threadId = threadId;
    this.#parts = parts;
    parts.alarm.register({ name: "deletion", run: () => this.finishBegun() });
  }

  /** Marks the thread. What is left to do is done by `finishBegun`, now or by alarm. */
  begin(): void {
    this.#parts.store.require().markDeleting();
    this.#wake();
  }

  /** To be called when the object starts: a deletion that was interrupted goes on, whatever became of its alarm. */
  resume(): void {
    if (this.#parts.store.current?.isDeleting) this.#wake();
  }

  /** Does what is left of a deletion that has begun. Where a shard does not answer it throws, and is to be called again. */
  async finishBegun(): Promise<void> {
    // Once at a time: by its key a thread may be made anew as soon as it is gone, and is not to be erased again.
    this.#finishing ??= this.#finish().finally(() => {
      this.#finishing = undefined;
    });
    await this.#finishing;
  }

  async #finish(): Promise<void> {
    const { alarm, store, broadcaster, relays, notifier, reports } = this.#parts;
    const thread = store.current;
    if (!thread?.isDeleting) return;
    await notifier.idle();
    const { presenceShards } = configOf(this.#env);
    const inviters = invitersOf(thread);
    await Promise.all(
      notifier.shardsConcerned(thread).map((shard) =>
        callObject(
          () => presenceStub(this.#env, shard),
          (presence) => presence.threadDeleted(this.#threadId, presenceShards, inviters),
        ),
      ),
    );
    await reports.forget(this.#threadId);
    const reason = "the thread was deleted";
    broadcaster.room.closeAll(CLOSE.notFound, reason);
    await relays.end(this.#threadId, CLOSE.notFound, reason);
    await this.#keepForWebhooks(thread);
    alarm.cleared();
    notifier.forget();
    await store.erase();
  }

  /** Where webhooks are delivered: that the thread was deleted is, after it is gone. */
  async #keepForWebhooks(thread: StoredThread): Promise<void> {
    this.#parts.webhooks.stop();
    if (!configOf(this.#env).webhooks) return;
    const { key, epoch } = thread;
    const about = { threadId: this.#threadId, epoch, at: Date.now() };
    await keepDeletion(this.#env, { ...about, ...(key !== undefined && { key }) });
  }

  #wake(): void {
    this.#parts.alarm.wakeBy(Date.now() + RETRY_MS);
  }
}
