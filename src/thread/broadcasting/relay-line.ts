/**
 * The line from a thread to one of its relays: what is to be delivered goes in order, one batch at a time. What is sent in one
 * stretch is one batch, and what comes while one is under way is the next. Nothing is kept for a relay that does not answer: it
 * asks for what it missed when it receives a later batch.
 */
import type { Occupancy, RelayBatch, RelayItem } from "../../rpc/relay.ts";

/** What may wait for a relay that is slow to answer, in UTF-16 units of frames. Beyond it the relay is to catch up by itself. */
const WAITING_LENGTH = 8 * 1024 * 1024;

/** How long an upgrade that was sent on to the relay may take to get there, in milliseconds; then its place is free again. */
const RESERVED_MS = 10_000;

export interface RelayLineOptions {
  /** The thread's rev as the line begins. */
  rev: number;
  deliver: (batch: RelayBatch) => Promise<Occupancy>;
  /** The relay has answered. */
  onOccupancy: (occupancy: Occupancy) => void;
  /** A batch may be lost: `resend` is to be called in a while. */
  onLoss: () => void;
}

export class RelayLine {
  /** Of this line, from its beginning in this object's memory. */
  readonly sessionId = crypto.randomUUID();
  readonly #options: RelayLineOptions;
  #items: RelayItem[] = [];
  #length = 0;
  /** The rev that the next batch goes on from, and the one it comes to. */
  #after: number;
  #rev: number;
  #number = 0;
  #isSending = false;
  #isConfirmed = false;
  /** A socket was opened at the relay while a batch was under way: the occupancy that it answers with may be older. */
  #enteredMeanwhile = false;
  /** When each upgrade was sent on to the relay that has not got there yet. */
  #reserved: number[] = [];
  occupancy: Occupancy = { sockets: 0, users: 0 };

  constructor(options: RelayLineOptions) {
    this.#options = options;
    this.#after = options.rev;
    this.#rev = options.rev;
  }

  /** Whether the relay is known to have everything that was sent so far in this session. */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /**
   * Reserves a place at the relay for an upgrade that is sent on to it, where it takes so many sockets; false where it is
   * full. A report that crosses the upgrade does not free the place.
   */
  reserve(places: number, now: number): boolean {
    this.#reserved = this.#reserved.filter((at) => at > now - RESERVED_MS);
    if (this.occupancy.sockets + this.#reserved.length >= places) return false;
    this.#reserved.push(now);
    return true;
  }

  /** A socket is being opened at the relay, which counts it from here on. */
  entering(): void {
    this.#enteredMeanwhile = true;
    this.#reserved.shift();
    this.occupancy = { ...this.occupancy, sockets: this.occupancy.sockets + 1 };
  }

  /** Sends an item, in order. */
  send(item: RelayItem): void {
    if ("frame" in item) {
      this.#length += item.frame.length;
      this.#rev = item.rev ?? this.#rev;
    }
    this.#items.push(item);
    if (this.#length > WAITING_LENGTH) this.#take();
    void this.#run();
  }

  /** Makes sure that the relay knows how far the thread is, where that is not certain. */
  resend(): void {
    if (!this.#isConfirmed) void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    this.#enteredMeanwhile = false;
    try {
      // All that is sent in one stretch goes together: a message and its acknowledgement.
      await Promise.resolve();
      let batch: RelayBatch;
      do {
        batch = this.#take();
        this.#isConfirmed = false;
        const occupancy = await this.#options.deliver(batch);
        this.#isConfirmed = true;
        // The relay reports by itself when its occupancy has changed.
        if (!this.#enteredMeanwhile) this.#options.onOccupancy(occupancy);
        this.#enteredMeanwhile = false;
        // Also where all that came meanwhile was too much, and was dropped: the relay is to see that it missed it.
      } while (this.#items.length > 0 || this.#number > batch.number);
    } catch {
      // Logged where it was called. What waits counts as a batch that never arrives: by the number and the rev of the next
      // one the relay sees that it missed something, also where it has processed the one whose call failed.
      this.#take();
      this.#options.onLoss();
    } finally {
      this.#isSending = false;
    }
  }

  /** Takes what waits as the next batch. */
  #take(): RelayBatch {
    const batch = {
      sessionId: this.sessionId,
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
