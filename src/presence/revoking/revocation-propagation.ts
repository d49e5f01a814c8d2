/**
 * Has every thread of a user close the sockets whose token or cookie was revoked: a job a user, stored with how far it is, so
 * that an eviction or a crash delays it and no more. It goes through the threads twice:
 *
 * 1. The newest ones at once, most recently active first. Where the object dies meanwhile, they begin anew.
 * 2. All of them in the order of their ids, from when every verdict that was kept elsewhere is out of date: a socket that was
 *    let in by one, in a thread that has forgotten the first call since, or that the user had only just joined.
 *
 * Each call says all that was revoked of the user, and may be repeated. Each step is an alarm, and so an invocation of its
 * own: the platform bounds the calls of one invocation.
 */
import { TokenBuckets } from "../../durable/token-buckets.ts";
import { REVOKED_AT_ONCE } from "../../protocol/limits.ts";
import type { RevocationJobRow } from "../../rpc/moved-users.ts";
import { VERDICT_MS, type Revocation } from "../../rpc/revocation.ts";
import { JobQueue, type JobQueueParts } from "../jobs/job-queue.ts";
import { callThreads, THREADS_PER_STEP } from "../jobs/thread-calls.ts";
import { PAST_ALL_THREADS, missedBy, UserThreadIds } from "../jobs/user-thread-ids.ts";
import type { Revocations } from "./revocations.ts";

/** Jobs of which one step takes a part, at most. The threads of a step are those of all of them together. */
const JOBS_PER_STEP = 50;
/** When the second round begins: an upgrade that was let in by the last old verdict has arrived by then. */
const SECOND_ROUND_MS = VERDICT_MS + 1_500;
/** The wait before threads that did not answer are called again, which doubles while none of them does; and how often. */
const RETRY_MS = 1_000;
const RETRY_MOST_MS = 30_000;
const RETRIES = 20;
/** How many a job notes. Above it they are called again before any others. */
const MOST_MISSED = 500;
/** Sessions that a user may end and have a job begin at once for each, and how many a minute from then on. */
const ENDS_AT_ONCE = 5;
const ENDS_PER_MINUTE = 2;

interface FirstRound {
  /** The threads that are yet to be called. */
  left: string[];
  /** Those that did not answer, and were put at the end. */
  calledAgain: Set<string>;
}

interface Step {
  job: RevocationJobRow;
  threadIds: string[];
  /** Of the first round. */
  isNewest: boolean;
  /** Up to which id the threads of the second round were called, where it is one of its steps. */
  sentUpTo: string | null;
}

export class RevocationPropagation {
  readonly jobs: JobQueue<RevocationJobRow>;
  readonly #env: Env;
  readonly #sql: SqlStorage;
  readonly #threadIds: UserThreadIds;
  readonly #revocations: Revocations;
  /** Of each user whose job is in its first round. */
  readonly #first = new Map<string, FirstRound>();
  /** How often a job began: a step that was under way when it began anew counts for nothing. */
  #begun = 0;
  readonly #begunBy = new Map<string, number>();
  readonly #ends = new TokenBuckets(ENDS_AT_ONCE, { tokens: ENDS_PER_MINUTE, perMs: 60_000 });
  readonly #onStep: (userId: string, revocation: Revocation) => void;

  /** `onStep`: a step is about to be taken of the job of a user, of whom this is revoked. */
  constructor(
    env: Env,
    queue: JobQueueParts,
    revocations: Revocations,
    onStep: (userId: string, revocation: Revocation) => void,
  ) {
    this.#env = env;
    this.#sql = queue.sql;
    this.#threadIds = new UserThreadIds(queue.sql);
    this.#revocations = revocations;
    this.#onStep = onStep;
    this.jobs = new JobQueue("revocation_jobs", queue, {
      name: "revoked sessions",
      run: (now) => this.#work(now),
    });
  }

  /** The host revoked what was made for a user, in this very commit. */
  revoked(userId: string, now: number): void {
    this.#begin(userId, now, now);
  }

  /** A user ended a session, in this very commit. Of one who does so in a loop, threads are notified less often. */
  sessionEnded(userId: string, now: number): void {
    const wait = this.#ends.take(userId, now);
    if (wait === 0) this.#begin(userId, now, now);
    else if (this.jobs.of(userId))
      this.#sql.exec("UPDATE revocation_jobs SET again_at = ? WHERE user_id = ?", now + wait, userId);
    else this.#begin(userId, now, now + wait);
  }

  // --- as users move to another shard (resharding/)

  /** The user of a job has moved here, with their threads: it begins anew. */
  addMoved({ user_id }: RevocationJobRow, now: number): void {
    if (!this.jobs.of(user_id)) this.#insert(user_id, now, now);
  }

  remove({ user_id }: RevocationJobRow): void {
    this.#sql.exec("DELETE FROM revocation_jobs WHERE user_id = ?", user_id);
  }

  // --- within

  async #work(now: number): Promise<void> {
    const steps: Step[] = [];
    let calls = 0;
    for (const job of this.jobs.all().slice(0, JOBS_PER_STEP)) {
      if (job.due_at > now) break;
      const step = this.#nextStep(job, THREADS_PER_STEP - calls);
      // Nothing is left to call for it in this invocation.
      if (step === undefined) break;
      calls += step.threadIds.length;
      steps.push(step);
    }
    await Promise.all(steps.map((step) => this.#take(step)));
  }

  async #take(step: Step): Promise<void> {
    const { user_id } = step.job;
    const begun = this.#begunBy.get(user_id);
    const revocation = this.#revocations.of(user_id, Date.now());
    this.#onStep(user_id, revocation);
    const missed = await callThreads(this.#env, step.threadIds, (thread) =>
      thread.revoked(user_id, revocation),
    );
    if (begun !== this.#begunBy.get(user_id) || !this.jobs.isHere(user_id)) return;
    if (step.isNewest) this.#advanceFirst(step, missed, Date.now());
    else this.#advanceSecond(step, missed, Date.now());
  }

  /** The next threads of a job, at most so many; undefined where there are some and none may be called. */
  #nextStep(job: RevocationJobRow, atMost: number): Step | undefined {
    const { user_id, sent_up_to } = job;
    const step = (threadIds: string[], sentUpTo: string | null): Step | undefined =>
      threadIds.length > 0 && atMost === 0
        ? undefined
        : { job, threadIds: threadIds.slice(0, atMost), isNewest: sent_up_to === null, sentUpTo };
    if (sent_up_to === null) {
      const first = this.#first.get(user_id) ?? {
        left: this.#threadIds.newest(user_id, REVOKED_AT_ONCE),
        calledAgain: new Set<string>(),
      };
      this.#first.set(user_id, first);
      return step(first.left, null);
    }
    const missed = missedBy(job);
    if (sent_up_to === PAST_ALL_THREADS || missed.length > MOST_MISSED) return step(missed, sent_up_to);
    const next = this.#threadIds.after(user_id, sent_up_to, Math.max(1, atMost));
    return step(next, next.length < atMost ? PAST_ALL_THREADS : (next.at(-1) ?? PAST_ALL_THREADS));
  }

  /** Nothing is written until the first round is over. Whoever did not answer in it is called once more, after the others. */
  #advanceFirst({ job, threadIds }: Step, missed: readonly string[], now: number): void {
    const { user_id, begun_at } = job;
    const first = this.#first.get(user_id);
    const again = missed.filter((id) => first && !first.calledAgain.has(id));
    for (const id of again) first?.calledAgain.add(id);
    if (first) first.left = [...first.left.slice(threadIds.length), ...again];
    if (first && first.left.length > 0) return;
    this.#first.delete(user_id);
    this.#update(user_id, "", [], Math.max(now, begun_at + SECOND_ROUND_MS), 0);
  }

  #advanceSecond({ job, threadIds, sentUpTo }: Step, missedNow: readonly string[], now: number): void {
    const missed = [...missedBy(job).filter((id) => !threadIds.includes(id)), ...missedNow];
    if (missed.length === 0 && sentUpTo === PAST_ALL_THREADS) return this.#finish(job, now);
    const hasFailed = missedNow.length > 0 && missedNow.length === threadIds.length;
    if (hasFailed && job.retries >= RETRIES) {
      console.error("sockets of revoked sessions may be open in threads that do not answer");
      return this.#finish(job, now);
    }
    const wait = missedNow.length > 0 ? Math.min(RETRY_MOST_MS, RETRY_MS * 2 ** job.retries) : 0;
    this.#update(job.user_id, sentUpTo, missed, now + wait, hasFailed ? job.retries + 1 : 0);
  }

  #finish({ user_id, again_at }: RevocationJobRow, now: number): void {
    this.#sql.exec("DELETE FROM revocation_jobs WHERE user_id = ?", user_id);
    this.#begunBy.delete(user_id);
    if (again_at !== null) this.#begin(user_id, now, Math.max(now, again_at));
  }

  /** Begins a job, or begins it anew. */
  #begin(userId: string, now: number, dueAt: number): void {
    this.#insert(userId, now, dueAt);
    this.jobs.wakeBy(dueAt);
  }

  #insert(userId: string, now: number, dueAt: number): void {
    this.#begunBy.set(userId, ++this.#begun);
    this.#first.delete(userId);
    this.#sql.exec(
      `INSERT OR REPLACE INTO revocation_jobs (user_id, begun_at, due_at, sent_up_to, missed, retries, again_at)
       VALUES (?, ?, ?, NULL, '[]', 0, NULL)`,
      userId,
      now,
      dueAt,
    );
  }

  #update(userId: string, sentUpTo: string | null, missed: string[], dueAt: number, retries: number): void {
    this.#sql.exec(
      "UPDATE revocation_jobs SET sent_up_to = ?, missed = ?, due_at = ?, retries = ? WHERE user_id = ?",
      sentUpTo,
      JSON.stringify(missed),
      dueAt,
      retries,
      userId,
    );
  }
}
