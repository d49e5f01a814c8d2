/**
 * Sends a profile that has changed to every thread of its user: a job a user, stored with how far it is, so that an eviction
 * or a crash delays it and no more. The threads of the newest activity come first, and then all in the order of their ids,
 * which stays the same while messages come. A thread that receives a profile twice does no more than broadcast it twice.
 *
 * A user has one job at a time, and a pause after each, so that whoever changes their name in a loop causes a bounded number
 * of calls: what changes meanwhile waits for the next job, and is sent as it is then.
 */
import { configOf } from "../../config/config.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { User } from "../../protocol/model.ts";
import { callObject } from "../../rpc/call.ts";
import type { ProfileJobRow } from "../../rpc/presence.ts";
import { threadStub } from "../../rpc/thread.ts";
import type { UserDirectory } from "./user-directory.ts";

/** Threads that are called at once. */
const THREADS_PER_STEP = 50;
/** How long is worked on jobs at a stretch: the alarm's other duties may be waiting for it. */
const WORK_MS = 1_000;
/** The pause after a job of a user: so long, and so long again for each thread that they have. */
const PAUSE_MS = 10_000;
const PAUSE_MS_PER_THREAD = 100;
/** Most users of whom it is remembered; an object that was evicted had been idle, and forgets it. */
const PAUSES_KEPT = 1_000;
/** The first wait after threads did not answer, which doubles; how often they are called again, and how many a job notes. */
const RETRY_MS = 5_000;
const RETRIES = 10;
const MOST_MISSED = 500;
/** Sorts after every thread id. */
const END = "~";

/** The threads of one step, and up to which id the profile is sent after it: `END` where they are the last ones. */
interface Step {
  threadIds: string[];
  sentUpTo: string;
}

export class ProfilePropagation {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #sql: SqlStorage;
  readonly #alarm: AlarmScheduler;
  readonly #directory: UserDirectory;
  /** Of each user whose job began in this memory: the threads that it began with. */
  readonly #first = new Map<string, ReadonlySet<string>>();
  /** Before which time no job of a user begins. */
  readonly #pausedUntil = new Map<string, number>();
  #working: Promise<void> | undefined;
  /** Whose profile is on its way to threads right now. */
  #sendingOf: string | undefined;
  /** Whether a user is still in this shard: the job of one who moves goes on in the other. */
  isHere: (userId: string) => boolean = () => true;

  /** Registers its duty. */
  constructor(ctx: DurableObjectState, env: Env, alarm: AlarmScheduler, directory: UserDirectory) {
    this.#ctx = ctx;
    this.#env = env;
    this.#sql = ctx.storage.sql;
    this.#alarm = alarm;
    this.#directory = directory;
    alarm.register({
      name: "changed profiles",
      run: () => this.#work(),
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
    if (dueAt > now) return this.#alarm.wakeBy(dueAt);
    this.#alarm.wakeForPending(now);
    this.#ctx.waitUntil(this.#work());
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

  /** Works on the jobs that are due, for a while; the alarm goes on with what is left. */
  #work(): Promise<void> {
    this.#working ??= this.#workForAWhile().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #workForAWhile(): Promise<void> {
    const until = Date.now() + WORK_MS;
    do {
      const [job] = this.#jobs();
      if (!job || job.due_at > Date.now()) break;
      const [user] = this.#directory.profiles([job.user_id]);
      const step = this.#nextStep(job);
      const missed = user ? await this.#send(user, step.threadIds) : [];
      this.#advance(job.user_id, step, missed, Date.now());
    } while (Date.now() < until);
    this.resume(Date.now());
  }

  #nextStep({ user_id, sent_up_to, missed }: ProfileJobRow): Step {
    if (sent_up_to === END) return { threadIds: JSON.parse(missed) as string[], sentUpTo: END };
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
    const results = await Promise.allSettled(
      threadIds.map((id) =>
        callObject(
          () => threadStub(this.#env, this.#env.CHAT_THREAD.idFromString(id)),
          (thread) => thread.profileChanged(user),
        ),
      ),
    );
    this.#sendingOf = undefined;
    return threadIds.filter((_id, i) => results[i]?.status === "rejected");
  }

  /** A step is done, but for the threads that it missed. The job may have changed or moved meanwhile. */
  #advance(userId: string, { threadIds, sentUpTo }: Step, missedNow: readonly string[], now: number): void {
    const job = this.#job(userId);
    if (!job || !this.isHere(userId)) return;
    const isRetry = job.sent_up_to === END;
    const missed = isRetry ? missedNow : [...(JSON.parse(job.missed) as string[]), ...missedNow];
    if (missed.length === 0 && sentUpTo === END) return this.#finish(job, now);
    const hasFailed = missedNow.length > 0 && missedNow.length === threadIds.length;
    const goesOn = isRetry || (!hasFailed && missed.length <= MOST_MISSED);
    if (goesOn)
      this.#sql.exec(
        "UPDATE profile_jobs SET sent_up_to = ?, missed = ? WHERE user_id = ?",
        sentUpTo,
        JSON.stringify(missed),
        userId,
      );
    if (!goesOn || sentUpTo === END) this.#postpone(job, now);
  }

  #postpone(job: ProfileJobRow, now: number): void {
    if (job.retries >= RETRIES) {
      console.error("a changed profile was not received by some threads, which do not answer");
      return this.#finish(job, now);
    }
    this.#sql.exec(
      "UPDATE profile_jobs SET due_at = ?, retries = retries + 1 WHERE user_id = ?",
      now + RETRY_MS * 2 ** job.retries,
      job.user_id,
    );
  }

  #finish({ user_id, changed_again }: ProfileJobRow, now: number): void {
    const { rateLimits } = configOf(this.#env);
    const pausedUntil = rateLimits ? now + PAUSE_MS + PAUSE_MS_PER_THREAD * this.#count(user_id) : now;
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
