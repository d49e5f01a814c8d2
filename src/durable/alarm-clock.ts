/**
 * The one alarm an object has, shared by whoever needs to be woken. Setting it costs a row written, so it is set
 * only where none is pending that rings early enough.
 */
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

  /** To be said first thing in `alarm()`: the runtime has taken the pending one off. */
  rang(): void {
    this.#pending = null;
  }
}
