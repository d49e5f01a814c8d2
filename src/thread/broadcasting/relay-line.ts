/**
 * The line from a thread to one of its relays: what is to be passed on goes in order, one batch at a time, and what
 * comes while one is under way goes together in the next. Nothing is kept for a relay that does not answer: it asks for
 * what it missed when it hears of a later batch.
 */
import type { Batch, Crowd, Passed } from "../../rpc/relay.ts";

/** What may wait for a relay that is slow to answer, in UTF-16 units of frames. Beyond it the relay is to catch up by itself. */
const WAITING_LENGTH = 8 * 1024 * 1024;

export interface RelayLineOptions {
  /** The thread's rev as the line begins. */
  rev: number;
  pass: (batch: Batch) => Promise<Crowd>;
  /** The relay has answered. */
  onCrowd: (crowd: Crowd) => void;
  /** A batch may be lost: `nudge` is to be called in a while. */
  onLoss: () => void;
}

export class RelayLine {
  /** Of this line, from its beginning in this object's memory. */
  readonly life = crypto.randomUUID();
  readonly #options: RelayLineOptions;
  #items: Passed[] = [];
  #length = 0;
  /** The rev that the next batch goes on from, and the one it comes to. */
  #after: number;
  #rev: number;
  #number = 0;
  #isPassing = false;
  #isHeard = false;
  /** Somebody came to the relay while a batch was under way: what it answers of how many are there may be older. */
  #cameMeanwhile = false;
  crowd: Crowd = { sockets: 0, users: 0 };

  constructor(options: RelayLineOptions) {
    this.#options = options;
    this.#after = options.rev;
    this.#rev = options.rev;
  }

  /** Whether the relay is known to have all that was passed so far in this life of the object. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /** A socket comes to the relay. */
  enters(): void {
    this.#cameMeanwhile = true;
  }

  push(item: Passed): void {
    if ("frame" in item) {
      this.#length += item.frame.length;
      this.#rev = item.rev ?? this.#rev;
    }
    this.#items.push(item);
    if (this.#length > WAITING_LENGTH) this.#take();
    void this.#pass();
  }

  /** Sees to it that the relay knows how far the thread is, where that is not certain. */
  nudge(): void {
    if (!this.#isHeard) void this.#pass();
  }

  async #pass(): Promise<void> {
    if (this.#isPassing) return;
    this.#isPassing = true;
    try {
      let batch: Batch;
      do {
        batch = this.#take();
        this.#isHeard = false;
        this.#cameMeanwhile = false;
        const crowd = await this.#options.pass(batch);
        this.#isHeard = true;
        // The relay says by itself how many there are when that has changed.
        if (!this.#cameMeanwhile) this.#options.onCrowd(crowd);
        // Also where all that came meanwhile was too much, and was taken out: the relay is to see that it missed it.
      } while (this.#items.length > 0 || this.#number > batch.number);
    } catch {
      // Told where it was called. What waits goes as a batch that never comes: by the number and the rev of the next one
      // the relay sees that it missed something, also where it has taken in the one whose call failed.
      this.#take();
      this.#options.onLoss();
    } finally {
      this.#isPassing = false;
    }
  }

  /** Takes what waits out of the line. */
  #take(): Batch {
    const batch = {
      life: this.life,
      number: ++this.#number,
      after: this.#after,
      rev: this.#rev,
      items: this.#items,
    };
    this.#after = this.#rev;
    this.#items = [];
    this.#length = 0;
    return batch;
  }
}
