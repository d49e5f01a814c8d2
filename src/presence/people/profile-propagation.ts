/**
 * Sends a profile that has changed to every thread of its user: a job a user, stored with how far it is, so that an eviction
 * or a crash delays it and no more. The threads of the newest activity come first, and then all in the order of their ids,
 * which stays the same while messages come. A thread that receives a profile twice does no more than broadcast it twice.
 *
 * Each step is an alarm, and so an invocation of its own: the platform bounds the calls of one invocation.
 *
 * A user has one job at a time, and a pause after each, so that whoever changes their name in a loop causes a bounded number
 * of calls: what changes meanwhile waits for the next job, and is sent as it is then.
 */
import { configOf } from "../../config/config.ts";
import type { User } from "../../protocol/model.ts";
import type { ProfileJobRow } from "../../rpc/moved-users.ts";
import { JobQueue, type JobQueueParts, type MoreUrgent } from "../jobs/job-queue.ts";
import { callThreads, THREADS_PER_STEP } from "../jobs/thread-calls.ts";
import { PAST_ALL_THREADS, missedBy, UserThreadIds } from "../jobs/user-thread-ids.ts";
import type { UserDirectory } from "./user-directory.ts";

/** The pause after a job of a user: so long, and so long again for each thread that they have. */
const PAUSE_MS = 10_000;
const PAUSE_MS_PER_THREAD = 100;
/** Most users of whom it is remembered; an object that was evicted had been idle, and forgets it. */
const PAUSES_KEPT = 1_000;
/** The wait before threads that did not answer are called again, which doubles while none of them does; and how often. */
const RETRY_MS = 5_000;
const RETRIES = 10;
/** How many a job notes. Above it they are called again before any others. */
const MOST_MISSED = 500;

/** The threads of one step, and up to which id the profile was sent to all after it: `PAST_ALL_THREADS` where there are no more. */
interface Step {
  threadIds: string[];
  sentUpTo: string;
}

export class ProfilePropagation {
  readonly jobs: JobQueue<ProfileJobRow>;
  readonly #env: Env;
  readonly #sql: SqlStorage;
  readonly #threadIds: UserThreadIds;
  readonly #directory: UserDirectory;
  /** Of each user whose job began in this memory: the threads that it began with. */
  readonly #first = new Map<string, ReadonlySet<string>>();
  /** Before which time no job of a user begins. */
  readonly #pausedUntil = new Map<string, number>();
  /** Whose job is the host's: there is no pause after it. */
  readonly #unpaused = new Set<string>();
  /** Whose profile is on its way to threads right now. */
  #sendingOf: string | undefined;

  /** `after`: the jobs that are more urgent. */
  constructor(env: Env, queue: JobQueueParts, directory: UserDirectory, after: MoreUrgent) {
    this.#env = env;
    this.#sql = queue.sql;
    this.#threadIds = new UserThreadIds(queue.sql);
    this.#directory = directory;
    this.jobs = new JobQueue("profile_jobs", queue, {
      name: "changed profiles",
      run: () => this.#work(),
      after,
    });
  }

  /** A user's profile was changed, in this very commit: it is to be sent to their threads. */
  changed(userId: string, now: number): void {
    if (this.#count(userId, 1) === 0) return;
    const job = this.jobs.of(userId);
    // Some thread has, or may have, been sent the profile as it was.
    if (job && (job.sent_up_to !== null || this.#sendingOf === userId))
      this.#sql.exec("UPDATE profile_jobs SET changed_again = 1 WHERE user_id = ?", userId);
    if (job) return;
    const dueAt = Math.max(now, this.#pausedUntil.get(userId) ?? 0);
    this.#begin(userId, dueAt);
    this.jobs.wakeBy(dueAt);
  }

  /** The same where the host changed it, whom no pause holds up. */
  changedByHost(userId: string, now: number): void {
    this.#pausedUntil.delete(userId);
    this.#unpaused.add(userId);
    this.changed(userId, now);
    this.#sql.exec(
      "UPDATE profile_jobs SET due_at = ?1 WHERE user_id = ?2 AND sent_up_to IS NULL AND due_at > ?1",
      now,
      userId,
    );
    if (this.jobs.of(userId)) this.jobs.wakeBy(now);
    else this.#unpaused.delete(userId);
  }

  // --- as users move to another shard (resharding/)

  /** The user of a job has moved here, with their threads: it begins anew. */
  addMoved({ user_id }: ProfileJobRow, now: number): void {
    if (!this.jobs.of(user_id)) this.#begin(user_id, now);
  }

  remove({ user_id }: ProfileJobRow): void {
    this.#sql.exec("DELETE FROM profile_jobs WHERE user_id = ?", user_id);
  }

  // --- within

  /** Takes the next step of jobs that are due, of as many as one invocation may call the threads of. */
  async #work(): Promise<void> {
    let calls = 0;
    for (;;) {
      const [job] = this.jobs.all();
      if (!job || job.due_at > Date.now()) return;
      const step = this.#nextStep(job);
      calls += step.threadIds.length;
      if (calls > THREADS_PER_STEP) return;
      const [user] = this.#directory.profiles([job.user_id]);
      const missed = user ? await this.#send(user, step.threadIds) : [];
      this.#advance(job.user_id, step, missed, Date.now());
    }
  }

  #nextStep(job: ProfileJobRow): Step {
    const { user_id, sent_up_to } = job;
    const missed = missedBy(job);
    if (sent_up_to === PAST_ALL_THREADS || missed.length > MOST_MISSED - THREADS_PER_STEP)
      return { threadIds: missed.slice(0, THREADS_PER_STEP), sentUpTo: sent_up_to ?? "" };
    if (sent_up_to === null) {
      const threadIds = this.#threadIds.newest(user_id, THREADS_PER_STEP);
      this.#first.set(user_id, new Set(threadIds));
      return { threadIds, sentUpTo: threadIds.length < THREADS_PER_STEP ? PAST_ALL_THREADS : "" };
    }
    const threadIds = this.#threadIds.after(user_id, sent_up_to, THREADS_PER_STEP);
    const first = this.#first.get(user_id);
    return {
      threadIds: threadIds.filter((id) => !first?.has(id)),
      sentUpTo:
        threadIds.length < THREADS_PER_STEP ? PAST_ALL_THREADS : (threadIds.at(-1) ?? PAST_ALL_THREADS),
    };
  }

  /** Sends a profile to threads; resolves with those that did not answer. */
  async #send(user: User, threadIds: readonly string[]): Promise<string[]> {
    this.#sendingOf = user.id;
    const missed = await callThreads(this.#env, threadIds, (thread) => thread.profileChanged(user));
    this.#sendingOf = undefined;
    return missed;
  }

  /** A step is done, but for the threads that it missed. The job may have changed or moved meanwhile. */
  #advance(userId: string, { threadIds, sentUpTo }: Step, missedNow: readonly string[], now: number): void {
    const job = this.jobs.of(userId);
    if (!job || !this.jobs.isHere(userId)) return;
    const missed = [...missedBy(job).filter((id) => !threadIds.includes(id)), ...missedNow];
    if (missed.length === 0 && sentUpTo === PAST_ALL_THREADS) return this.#finish(job, now);
    const hasFailed = missedNow.length > 0 && missedNow.length === threadIds.length;
    const isRound = sentUpTo === PAST_ALL_THREADS && job.sent_up_to !== PAST_ALL_THREADS;
    // A round is a call of each thread that was missed, in as many steps as that takes.
    const steps = Math.max(1, Math.ceil(missed.length / THREADS_PER_STEP));
    const rounds = hasFailed ? Math.floor(job.retries / steps) : 0;
    if (rounds >= RETRIES) {
      console.error("a changed profile was not received by some threads, which do not answer");
      return this.#finish(job, now);
    }
    const wait = hasFailed || isRound ? Math.ceil((RETRY_MS * 2 ** rounds) / steps) : 0;
    this.#sql.exec(
      "UPDATE profile_jobs SET sent_up_to = ?, missed = ?, due_at = ?, retries = ? WHERE user_id = ?",
      sentUpTo,
      JSON.stringify(missed),
      now + wait,
      hasFailed ? job.retries + 1 : 0,
      userId,
    );
  }

  #finish({ user_id, changed_again }: ProfileJobRow, now: number): void {
    const { rateLimits } = configOf(this.#env);
    const isPaused = rateLimits && !this.#unpaused.delete(user_id);
    const pausedUntil = isPaused ? now + PAUSE_MS + PAUSE_MS_PER_THREAD * this.#count(user_id) : now;
    this.#first.delete(user_id);
    this.#sql.exec("DELETE FROM profile_jobs WHERE user_id = ?", user_id);
    if (changed_again) return this.#begin(user_id, pausedUntil);
    if (this.#pausedUntil.size >= PAUSES_KEPT) this.#pausedUntil.clear();
    this.#pausedUntil.set(user_id, pausedUntil);
  }

  #begin(userId: string, dueAt: number): void {
    this.#sql.exec(
      `INSERT INTO profile_jobs (user_id, sent_up_to, due_at, changed_again, missed, retries)
       VALUES (?, NULL, ?, 0, '[]', 0)`,
      userId,
      dueAt,
    );
  }

  /** How many threads a user has, or `atMost`. */
  #count(userId: string, atMost = Number.MAX_SAFE_INTEGER): number {
    const some = this.#sql.exec("SELECT 1 FROM user_threads WHERE user_id = ? LIMIT ?", userId, atMost);
    return some.toArray().length;
  }
}
