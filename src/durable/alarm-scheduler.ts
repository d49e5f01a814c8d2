/**
 * The one alarm an object has, shared by its duties: what must be done at some time even if the object is evicted or
 * crashes until then. Setting the alarm is a row written, so it is set only where none is pending that comes early enough.
 */

/** When the alarm comes again after a duty failed. */
const RETRY_MS = 5_000;
/**
 * How long after something became pending the alarm comes for it. Whatever becomes pending until then costs no further
 * alarm: a row written, and a round trip to whoever keeps alarms, which the write then waits for
 * (`startPrecommitAlarmScheduling` in workerd's src/workerd/io/actor-sqlite.c++). And an object, which sleeps after 10 s,
 * need not be woken for an alarm that finds everything sent.
 */
const PENDING_MS = 5_000;
/** While things keep becoming pending, each alarm is twice as far ahead as the one before, up to this: few for a long conversation. */
const PENDING_MOST_MS = 20_000;
/** With nothing pending for so long, they begin anew. */
const PENDING_PAUSE_MS = 10_000;

/** Something that an object does when its alarm comes. Times are milliseconds since the epoch. */
export interface Duty {
  /** For the log. */
  name: string;
  /** Does what is due. Whether anything is, it finds out by itself: the alarm does not say for whom it came. */
  run: (now: number) => void | Promise<void>;
  /** When there is something to do next, or undefined for nothing that is known. Asked after all have run. */
  dueAt?: (now: number) => number | undefined;
}

export class AlarmScheduler {
  readonly #storage: DurableObjectStorage;
  readonly #duties: Duty[] = [];
  #pending: number | null = null;
  /** When something last became pending, and how far ahead the next alarm for it is. */
  #pendingAt = 0;
  #pendingMs = PENDING_MS;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Reads what is pending: once, before anything else of the object runs. */
  async load(): Promise<void> {
    this.#pending = await this.#storage.getAlarm();
  }

  /** Duties begin in the order in which they are registered. */
  register(...duties: Duty[]): void {
    this.#duties.push(...duties);
  }

  /** Makes sure that the alarm comes at this time or before. Durable together with the SQL written in the same stretch. */
  wakeBy(time: number): void {
    if (this.#isSetBy(time)) return;
    this.#pending = time;
    // Not awaited: the output gate holds every frame and reply until it is durable, and a failure resets the object.
    void this.#storage.setAlarm(time);
  }

  /** Wakes for what is pending and will be sent from memory, in case this object dies before. */
  wakeForPending(now: number): void {
    if (now - this.#pendingAt > PENDING_PAUSE_MS) this.#pendingMs = PENDING_MS;
    this.#pendingAt = now;
    const time = now + this.#pendingMs;
    if (this.#isSetBy(time)) return;
    this.wakeBy(time);
    this.#pendingMs = Math.min(PENDING_MOST_MS, this.#pendingMs * 2);
  }

  /** The object's `alarm()`: runs every duty, and sets the alarm for the one that is due first. */
  async alarm(): Promise<void> {
    this.cleared();
    const now = Date.now();
    await Promise.all(this.#duties.map((duty) => this.#run(duty, now)));
    const due = this.#duties.flatMap(({ dueAt }) => dueAt?.(now) ?? []);
    // One call for the earliest of them: each time that the alarm is set is a row written.
    if (due.length > 0) this.wakeBy(Math.min(...due));
  }

  /** No alarm is pending any more: it came, or the storage is about to be erased. */
  cleared(): void {
    this.#pending = null;
  }

  #isSetBy(time: number): boolean {
    return this.#pending !== null && this.#pending <= time;
  }

  /** One that fails does not keep the others from running. */
  async #run({ name, run }: Duty, now: number): Promise<void> {
    try {
      await run(now);
    } catch (error) {
      console.error(`the alarm's duty "${name}" failed`, error);
      this.wakeBy(now + RETRY_MS);
    }
  }
}
