/**
 * Delivers `thread.deleted`, a thread's last event. Nothing of a deleted thread stays in its own object, so another object
 * of the same class keeps the deletion until it is delivered: the one that is named after the thread. A thread that is made
 * anew under the same id waits for it.
 */
import { configOf, type Receiver } from "../../config/config.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { callObject } from "../../rpc/call.ts";
import type { DeletedThread, DeletedThreadRpc } from "../../rpc/deleted-thread.ts";
import { deletedThreadStub } from "../../rpc/deleted-thread.ts";
import {
  attempt,
  deliveryId,
  failedAgain,
  isGivenUp,
  logFailure,
  logSkipped,
  type Delivery,
} from "./webhook-attempts.ts";

type DeletionRow = {
  no: number;
  epoch: string;
  thread_id: string;
  key: string | null;
  at: number;
  failures: number;
  retry_at: number;
};

/** For a thread that is being deleted: keeps that outside it, to be delivered. May be repeated. */
export async function keepDeletion(env: Env, thread: DeletedThread): Promise<void> {
  await callObject(
    () => deletedThreadStub(env, thread.threadId),
    (object) => object.keepDeletion(thread),
  );
}

/** When the deletion of an earlier thread of this id is tried next; null where none is pending. */
export function dueOfDeletion(env: Env, threadId: string): Promise<number | null> {
  return callObject(
    () => deletedThreadStub(env, threadId),
    (object) => object.deletionDue(),
  );
}

export class DeletedThreads implements DeletedThreadRpc {
  readonly #storage: DurableObjectStorage;
  readonly #alarm: AlarmScheduler;
  readonly #receiver: Receiver | undefined;
  #delivering: Promise<void> | undefined;
  /** Whether there is a table; undefined until that was looked at, which reads a row for each table and index. */
  #hasTable: boolean | undefined;

  /** Registers its duty: to deliver what is kept. */
  constructor(storage: DurableObjectStorage, env: Env, alarm: AlarmScheduler) {
    this.#storage = storage;
    this.#alarm = alarm;
    this.#receiver = configOf(env).webhooks;
    alarm.register({ name: "deleted threads", run: () => this.#deliver() });
  }

  async keepDeletion({ threadId, epoch, key, at }: DeletedThread): Promise<void> {
    const { sql } = this.#storage;
    // The object holds no thread and never will: it has no schema but this.
    sql.exec(
      `CREATE TABLE IF NOT EXISTS deletions (
         no INTEGER PRIMARY KEY, epoch TEXT NOT NULL, thread_id TEXT NOT NULL, key TEXT, at INTEGER NOT NULL,
         failures INTEGER NOT NULL, retry_at INTEGER NOT NULL
       )`,
    );
    this.#hasTable = true;
    if (this.#kept().some((kept) => kept.epoch === epoch)) return;
    sql.exec(
      "INSERT INTO deletions (epoch, thread_id, key, at, failures, retry_at) VALUES (?, ?, ?, ?, 0, 0)",
      epoch,
      threadId,
      key ?? null,
      at,
    );
    this.#alarm.wakeBy(Date.now());
  }

  async deletionDue(): Promise<number | null> {
    const [first] = this.#kept();
    return first?.retry_at ?? null;
  }

  async #deliver(): Promise<void> {
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = undefined;
    });
    await this.#delivering;
  }

  async #deliverAll(): Promise<void> {
    for (let [first] = this.#kept(); first; [first] = this.#kept()) {
      if (first.retry_at > Date.now()) return this.#alarm.wakeBy(first.retry_at);
      if (!(await this.#isOver(first))) return;
      this.#storage.sql.exec("DELETE FROM deletions WHERE no = ?", first.no);
      if (this.#kept().length === 0) {
        this.#alarm.cleared();
        this.#hasTable = false;
        await this.#storage.deleteAll();
      }
    }
  }

  /** Whether a deletion was delivered, or is skipped. While webhooks are switched off it waits, as if nobody answered. */
  async #isOver(row: DeletionRow): Promise<boolean> {
    const delivery = deliveryOf(row);
    const { accepted, reason } = this.#receiver
      ? await attempt(this.#receiver, delivery)
      : { accepted: false, reason: "WEBHOOK_URL is not set" };
    if (accepted) return true;
    const now = Date.now();
    if (isGivenUp(delivery, now)) {
      logSkipped(delivery, reason);
      return true;
    }
    const again = failedAgain({ failures: row.failures, retryAt: row.retry_at }, now);
    logFailure(delivery, again, reason);
    this.#storage.sql.exec(
      "UPDATE deletions SET failures = ?, retry_at = ? WHERE no = ?",
      again.failures,
      again.retryAt,
      row.no,
    );
    this.#alarm.wakeBy(again.retryAt);
    return false;
  }

  /** In order. Nothing, in an object that holds a thread, or never kept any. */
  #kept(): DeletionRow[] {
    const { sql } = this.#storage;
    const named = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'deletions'";
    this.#hasTable ??= sql.exec(named).toArray().length > 0;
    if (!this.#hasTable) return [];
    return sql.exec<DeletionRow>("SELECT * FROM deletions ORDER BY no").toArray();
  }
}

function deliveryOf({ epoch, thread_id, key, at }: DeletionRow): Delivery {
  const about = { at, threadId: thread_id, ...(key !== null && { key }) };
  return { id: deliveryId(epoch, "deleted"), event: { type: "thread.deleted", ...about, data: {} } };
}
