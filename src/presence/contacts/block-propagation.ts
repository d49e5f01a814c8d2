/**
 * Has the direct thread of two people know that one blocks the other, or no longer does, so that it refuses by itself what is
 * not to be sent: a job a pair, stored until the thread has answered, so that a crash or an eviction delays it and no more. It
 * says what holds when it is called. Where there is no such thread there is no job: a thread that comes to be hears of the
 * block when it notifies this shard of its member (`ThreadUpdateAnswer.blocks`).
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { callObject } from "../../rpc/call.ts";
import type { BlockJobRow } from "../../rpc/moved-users.ts";
import { directThreadId, threadStub } from "../../rpc/thread.ts";
import type { Blocks } from "./blocks.ts";

/** When the alarm calls a thread for the first time, if its own call has not been answered by then. */
const FIRST_MS = 5_000;
/** The wait before a thread that did not answer is called again, which doubles, up to a most, without end. */
const RETRY_MS = 5_000;
const RETRY_MOST_MS = 600_000;
/** Threads that are called in one alarm: the calls of one invocation are bounded, and other duties make some. */
const CALLS_PER_ALARM = 10;

export class BlockPropagation {
  readonly #env: Env;
  readonly #sql: SqlStorage;
  readonly #alarm: AlarmScheduler;
  readonly #blocks: Blocks;
  /** The newest version that was given: they rise, whatever the clock does. */
  #version = 0;
  /** Whether a user is still in this shard: the job of one who moves goes on in the other. */
  isHere: (userId: string) => boolean = () => true;
  /** Whether threads may be called in the invocation that begins now, or what is more urgent calls them. */
  mayCall: (now: number) => boolean = () => true;

  /** Registers its duty. */
  constructor(sql: SqlStorage, env: Env, alarm: AlarmScheduler, blocks: Blocks) {
    this.#env = env;
    this.#sql = sql;
    this.#alarm = alarm;
    this.#blocks = blocks;
    alarm.register({
      name: "blocks in direct threads",
      run: (now) => (this.mayCall(now) ? this.#work(now) : undefined),
      dueAt: () => this.#jobs()[0]?.due_at,
    });
  }

  /** Whether threads are to be called now: other duties leave the calls of this invocation to it. */
  isDue(now: number): boolean {
    const [next] = this.#jobs();
    return next !== undefined && next.due_at <= now;
  }

  /** The time of a block that is being made or lifted, by which the thread knows the newest: later than all before. */
  nextVersion(now: number): number {
    this.#version = Math.max(now, this.#version + 1);
    return this.#version;
  }

  /**
   * A user blocks another, or does so no longer, since this version: two rows written, one of them when the thread has
   * answered, and an alarm. Resolves when it has, or was called in vain: then it is called again.
   */
  async changed(userId: string, otherId: string, version: number, now: number): Promise<void> {
    this.#sql.exec(
      "INSERT OR REPLACE INTO block_jobs (user_id, blocked_id, version, due_at, retries) VALUES (?, ?, ?, ?, 0)",
      userId,
      otherId,
      version,
      now + FIRST_MS,
    );
    this.#alarm.wakeBy(now + FIRST_MS);
    const job = this.#job(userId, otherId);
    if (job) await this.#send(job);
  }

  /** To be called when the object starts and knows its alarm: goes on with what was interrupted, whatever became of that. */
  resume(now: number): void {
    const [next] = this.#jobs();
    if (next) this.#alarm.wakeBy(Math.max(now, next.due_at));
  }

  // --- as users move to another shard (resharding/)

  /** The user of a job has moved here. */
  addMoved(job: BlockJobRow, now: number): void {
    this.#sql.exec(
      "INSERT INTO block_jobs (user_id, blocked_id, version, due_at, retries) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
      job.user_id,
      job.blocked_id,
      job.version,
      now,
    );
  }

  remove({ user_id, blocked_id }: Pick<BlockJobRow, "user_id" | "blocked_id">): void {
    this.#sql.exec("DELETE FROM block_jobs WHERE user_id = ? AND blocked_id = ?", user_id, blocked_id);
  }

  // --- within

  async #work(now: number): Promise<void> {
    const due = this.#jobs().filter((job) => job.due_at <= now);
    await Promise.all(due.slice(0, CALLS_PER_ALARM).map((job) => this.#send(job)));
  }

  /** Calls the thread of a job, which is over if it answers, and nothing has changed meanwhile. */
  async #send(job: BlockJobRow): Promise<void> {
    const { user_id, blocked_id, version } = job;
    const isBlocked = this.#blocks.has(user_id, blocked_id);
    const id = directThreadId(this.#env, user_id, blocked_id);
    let known: number | undefined;
    try {
      known = await callObject(
        () => threadStub(this.#env, id),
        (thread) => thread.blockChanged(user_id, isBlocked, version),
        { attempts: 1 },
      );
    } catch {
      // Logged where it was called.
    }
    if (!this.isHere(user_id) || this.#job(user_id, blocked_id)?.version !== version) return;
    if (known === undefined) return this.#again(job);
    if (known <= version) return this.remove(job);
    // The clock was set back, and the thread has a later version of what was before: this is newer.
    this.#version = Math.max(this.#version, known);
    await this.changed(user_id, blocked_id, this.nextVersion(Date.now()), Date.now());
  }

  #again({ user_id, blocked_id, retries }: BlockJobRow): void {
    const dueAt = Date.now() + Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** retries);
    this.#sql.exec(
      "UPDATE block_jobs SET due_at = ?, retries = retries + 1 WHERE user_id = ? AND blocked_id = ?",
      dueAt,
      user_id,
      blocked_id,
    );
    this.#alarm.wakeBy(dueAt);
  }

  /** The jobs of this shard's users, in the order in which they are due. */
  #jobs(): BlockJobRow[] {
    const jobs = this.#sql.exec<BlockJobRow>("SELECT * FROM block_jobs ORDER BY due_at");
    return jobs.toArray().filter(({ user_id }) => this.isHere(user_id));
  }

  #job(userId: string, otherId: string): BlockJobRow | undefined {
    return this.#sql
      .exec<BlockJobRow>("SELECT * FROM block_jobs WHERE user_id = ? AND blocked_id = ?", userId, otherId)
      .toArray()[0];
  }
}
