/**
 * The one alarm an object has, shared by whoever needs to be woken. Setting it costs a row written, so it is set
 * only where none is pending that rings early enough.
 */

/**
 * How long after something is owed to others the alarm rings for it. Whatever becomes owed until then costs no further
 * alarm: a row written, and a word with whoever keeps alarms, which the write then waits for to be confirmed
 * (`startPrecommitAlarmScheduling` in workerd's src/workerd/io/actor-sqlite.c++). And an object, which sleeps after 10 s,
 * need not be woken for an alarm that finds everything told.
 */
const OWED_MS = 5_000;
/** A session that ends within so long is waited for. */
const SESSION_END_MS = 120_000;

export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  #pending: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Learns what is pending: once, before anything else of the object runs. */
  async load(): Promise<void> {
    this.#pending = await this.#storage.getAlarm();
  }

  /** Sees to it that the alarm rings at this time or before. Durable together with the SQL written in the same stretch. */
  wakeBy(time: number): void {
    if (this.#pending !== null && this.#pending <= time) return;
    this.#pending = time;
    // Not awaited: the output gate holds every frame and answer until it is durable, and a failure resets the object.
    void this.#storage.setAlarm(time);
  }

  /** Wakes for what others are owed and are told from memory, in case this object dies before it has told them. */
  wakeForOwed(now: number): void {
    this.wakeBy(now + OWED_MS);
  }

  /**
   * Wakes for the end of a session, where that is near. One that ends later is noticed whenever the object is awake
   * again, before anything is told: until then nothing comes over its socket, and waiting for its end would cost a
   * row written for each lone message, since the alarm that tells of it would have to be put back.
   */
  wakeForEnd(at: number | undefined, now: number): void {
    if (at !== undefined && at - now <= SESSION_END_MS) this.wakeBy(at);
  }

  /** To be said first thing in `alarm()`: the runtime has taken the pending one off. */
  rang(): void {
    this.#pending = null;
  }
}
