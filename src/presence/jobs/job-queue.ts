/**
 * Jobs that call threads of this shard's users, in a table of their own: each is stored until it is done, so that an eviction
 * or a crash delays it and no more. The job of a user who moves goes on in the other shard.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";

export interface JobQueueParts {
  sql: SqlStorage;
  alarm: AlarmScheduler;
  /** Whether a user is still in this shard. */
  isHere: (userId: string) => boolean;
}

export interface JobDuty {
  /** For the log. */
  name: string;
  /** Does some of what is due: as much as may be called in one invocation. */
  run: (now: number) => Promise<void>;
  /**
   * What is more urgent. The platform bounds the calls of one invocation, for all of them together: where one of these is due,
   * the calls are left to it.
   */
  after?: MoreUrgent;
}

export type MoreUrgent = readonly Pick<JobQueue<JobRow>, "isDue">[];

/** What the rows of such a table have. */
export type JobRow = { user_id: string; due_at: number };

export class JobQueue<Job extends JobRow> {
  readonly #parts: JobQueueParts;
  readonly #table: string;

  /** Registers the duty. The table is named in the schema. */
  constructor(table: "block_jobs" | "profile_jobs" | "revocation_jobs", parts: JobQueueParts, duty: JobDuty) {
    this.#parts = parts;
    this.#table = table;
    const { name, run, after = [] } = duty;
    parts.alarm.register({
      name,
      run: (now) => (after.some((queue) => queue.isDue(now)) ? undefined : run(now)),
      dueAt: () => this.#next()?.due_at,
    });
  }

  /** Those of users who are here, in the order in which they are due. */
  all(): Job[] {
    const jobs = this.#parts.sql.exec<Job>(`SELECT * FROM ${this.#table} ORDER BY due_at`);
    return jobs.toArray().filter(({ user_id }) => this.#parts.isHere(user_id));
  }

  /** The first of a user's. */
  of(userId: string): Job | undefined {
    const jobs = this.#parts.sql.exec<Job>(`SELECT * FROM ${this.#table} WHERE user_id = ?`, userId);
    return jobs.toArray()[0];
  }

  isHere(userId: string): boolean {
    return this.#parts.isHere(userId);
  }

  isDue(now: number): boolean {
    return (this.#next()?.due_at ?? Infinity) <= now;
  }

  /** One that was stored is due then. */
  wakeBy(dueAt: number): void {
    this.#parts.alarm.wakeBy(dueAt);
  }

  /** To be called when the object starts and knows its alarm: goes on with what was interrupted, whatever became of that. */
  resume(now: number): void {
    const next = this.#next();
    if (next) this.wakeBy(Math.max(now, next.due_at));
  }

  #next(): Job | undefined {
    return this.all()[0];
  }
}
