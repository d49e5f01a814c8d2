/**
 * Has the direct thread of two people know that one blocks the other, or no longer does, so that it refuses by itself what is
 * not to be sent: a job a pair, stored until the thread has answered, so that a crash or an eviction delays it and no more. It
 * says what holds when it is called. Where there is no such thread there is no job: a new thread is sent the
 * block when it notifies this shard of its member (`ThreadUpdateAnswer.blocks`).
 */
import { callObject } from "../../rpc/call.ts";
import type { BlockJobRow } from "../../rpc/moved-users.ts";
import { directThreadId, threadStub } from "../../rpc/thread.ts";
import { JobQueue, type JobQueueParts, type MoreUrgent } from "../jobs/job-queue.ts";
import type { UserBlocks } from "./user-blocks.ts";

/** When the alarm calls a thread for the first time, if its own call has not been answered by then. */
const FIRST_MS = 5_000;
/** The wait before a thread that did not answer is called again, which doubles, up to a most, without end. */
const RETRY_MS = 5_000;
const RETRY_MOST_MS = 600_000;
/** Threads that are called in one alarm: the calls of one invocation are bounded, and other duties make some. */
const CALLS_PER_ALARM = 10;

export class BlockPropagation {
  readonly jobs: JobQueue<BlockJobRow>;
  readonly #env: Env;
  readonly #sql: SqlStorage;
  readonly #blocks: UserBlocks;
  /** The newest version that was given: they rise, whatever the clock does. */
  #version = 0;

  /** `after`: the jobs that are more urgent. */
  constructor(env: Env, queue: JobQueueParts, blocks: UserBlocks, after: MoreUrgent) {
    this.#env = env;
    this.#sql = queue.sql;
    this.#blocks = blocks;
    this.jobs = new JobQueue("block_jobs", queue, {
      name: "blocks in direct threads",
      run: (now) => this.#work(now),
      after,
    });
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
    this.jobs.wakeBy(now + FIRST_MS);
    const job = this.#job(userId, otherId);
    if (job) await this.#send(job);
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
    const due = this.jobs.all().filter((job) => job.due_at <= now);
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
    if (!this.jobs.isHere(user_id) || this.#job(user_id, blocked_id)?.version !== version) return;
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
    this.jobs.wakeBy(dueAt);
  }

  #job(userId: string, otherId: string): BlockJobRow | undefined {
    return this.#sql
      .exec<BlockJobRow>("SELECT * FROM block_jobs WHERE user_id = ? AND blocked_id = ?", userId, otherId)
      .toArray()[0];
  }
}
