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
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { User } from "../../protocol/model.ts";
import type { ProfileJobRow } from "../../rpc/moved-users.ts";
import { callThreads } from "../thread-calls.ts";
import type { UserDirectory } from "./user-directory.ts";

/**
 * Threads that are called in one step: half of the subrequests that the free plan allows an invocation, in which the alarm's
 * other duties call shards.
 */
const THREADS_PER_STEP = 25;
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
/** Sorts after every thread id. */
const END = "~";

/** The threads of one step, and up to which id the profile was sent to all after it: `END` where there are no more. */
interface Step {
  threadIds: string[];
  sentUpTo: string;
}

export class ProfilePropagation {
  readonly #env: Env;
  readonly #sql: SqlStorage;
  readonly #alarm: AlarmScheduler;
  readonly #directory: UserDirectory;
  /** Of each user whose job began in this memory: the threads that it began with. */
  readonly #first = new Map<string, ReadonlySet<string>>();
  /** Before which time no job of a user begins. */
  readonly #pausedUntil = new Map<string, number>();
  /** Whose job is the host's: there is no pause after it. */
  readonly #unpaused = new Set<string>();
  /** Whose profile is on its way to threads right now. */
  #sendingOf: string | undefined;
  /** Whether a user is still in this shard: the job of one who moves goes on in the other. */
  isHere: (userId: string) => boolean = () => true;
  /** Whether threads may be called in the invocation that begins now, or what is more urgent calls them. */
  mayCall: (now: number) => boolean = () => true;

  /** Registers its duty. */
  constructor(sql: SqlStorage, env: Env, alarm: AlarmScheduler, directory: UserDirectory) {
    this.#env = env;
    this.#sql = sql;
    this.#alarm = alarm;
    this.#directory = directory;
    alarm.register({
      name: "changed profiles",
      run: (now) => (this.mayCall(now) ? this.#work() : undefined),
      dueAt: () => this.#jobs()[0]?.due_at,
    });
  }

  /** A user's profile was changed, in this very commit: it is to be sent to their threads. */
  changed(userId: string, now: number): void {
    if (this.#count(userId, 1) === 0) return;
    const job = this.#job(userId);
    // Some thread has, or may have, been sent the profile as it was.
    if (job && (job.sent_up_to !== null || this.#sendingOf === userId))
      this.#sql.exec("UPDATE profile_jobs SET changed_again = 1 WHERE user_id = ?", userId);
    if (job) return;
    const dueAt = Math.max(now, this.#pausedUntil.get(userId) ?? 0);
    this.#begin(userId, dueAt);
    this.#alarm.wakeBy(dueAt);
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
    if (this.#job(userId)) this.#alarm.wakeBy(now);
    else this.#unpaused.delete(userId);
  }

  /** To be called when the object starts and knows its alarm: goes on with what was interrupted, whatever became of that. */
  resume(now: number): void {
    const [next] = this.#jobs();
    if (next) this.#alarm.wakeBy(Math.max(now, next.due_at));
  }

  // --- as users move to another shard (resharding/)

  /** The jobs of these users. */
  jobsOf(userIds: readonly string[]): ProfileJobRow[] {
    return userIds.flatMap((userId) => this.#job(userId) ?? []);
  }

  /** The user of a job has moved here, with their threads: it begins anew. */
  addMoved({ user_id }: ProfileJobRow, now: number): void {
    if (!this.#job(user_id)) this.#begin(user_id, now);
  }

  remove({ user_id }: ProfileJobRow): void {
    this.#sql.exec("DELETE FROM profile_jobs WHERE user_id = ?", user_id);
  }

  // --- within

  /** Takes the next step of jobs that are due, of as many as one invocation may call the threads of. */
  async #work(): Promise<void> {
    let calls = 0;
    for (;;) {
      const [job] = this.#jobs();
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
    if (sent_up_to === END || missed.length > MOST_MISSED - THREADS_PER_STEP)
      return { threadIds: missed.slice(0, THREADS_PER_STEP), sentUpTo: sent_up_to ?? "" };
    if (sent_up_to === null) {
      const threadIds = this.#newest(user_id);
      this.#first.set(user_id, new Set(threadIds));
      return { threadIds, sentUpTo: threadIds.length < THREADS_PER_STEP ? END : "" };
    }
    const threadIds = this.#after(user_id, sent_up_to);
    const first = this.#first.get(user_id);
    return {
      threadIds: threadIds.filter((id) => !first?.has(id)),
      sentUpTo: threadIds.length < THREADS_PER_STEP ? END : (threadIds.at(-1) ?? END),
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
    const job = this.#job(userId);
    if (!job || !this.isHere(userId)) return;
    const missed = [...missedBy(job).filter((id) => !threadIds.includes(id)), ...missedNow];
    if (missed.length === 0 && sentUpTo === END) return this.#finish(job, now);
    const hasFailed = missedNow.length > 0 && missedNow.length === threadIds.length;
    const isRound = sentUpTo === END && job.sent_up_to !== END;
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

  /** The jobs of this shard's users, in the order in which they are due. */
  #jobs(): ProfileJobRow[] {
    const jobs = this.#sql.exec<ProfileJobRow>("SELECT * FROM profile_jobs ORDER BY due_at");
    return jobs.toArray().filter(({ user_id }) => this.isHere(user_id));
  }

  #job(userId: string): ProfileJobRow | undefined {
    return this.#sql.exec<ProfileJobRow>("SELECT * FROM profile_jobs WHERE user_id = ?", userId).toArray()[0];
  }

  /** How many threads a user has, or `atMost`. */
  #count(userId: string, atMost = Number.MAX_SAFE_INTEGER): number {
    const some = this.#sql.exec("SELECT 1 FROM user_threads WHERE user_id = ? LIMIT ?", userId, atMost);
    return some.toArray().length;
  }

  #newest(userId: string): string[] {
    return this.#threadIds(
      `SELECT thread_id FROM user_threads JOIN threads USING (thread_id)
       WHERE user_id = ? ORDER BY active_at DESC LIMIT ?`,
      userId,
    );
  }

  #after(userId: string, threadId: string): string[] {
    return this.#threadIds(
      "SELECT thread_id FROM user_threads WHERE user_id = ?1 AND thread_id > ?3 ORDER BY thread_id LIMIT ?2",
      userId,
      threadId,
    );
  }

  #threadIds(query: string, userId: string, ...more: string[]): string[] {
    return this.#sql
      .exec<{ thread_id: string }>(query, userId, THREADS_PER_STEP, ...more)
      .toArray()
      .map((row) => row.thread_id);
  }
}

function missedBy({ missed }: ProfileJobRow): string[] {
  return JSON.parse(missed) as string[];
}
