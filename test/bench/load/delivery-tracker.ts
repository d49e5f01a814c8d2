/**
 * Tracks deliveries: every message must reach every socket of its room exactly once, and each sender's messages in the
 * order they were sent. Checked at every socket, by the numbers in the frames.
 */

/** How sockets and messages are distributed: socket `i` is in room `i % rooms`, message `n` is for room `n % rooms`. */
export interface RoomLayout {
  sockets: number;
  rooms: number;
  /** In each room the first so many sockets send, by turns. */
  senders: number;
}

/** Called when the last socket has a message. */
export type DoneListener = (n: number) => void;

export class DeliveryTracker {
  readonly #layout: RoomLayout;
  readonly #done: DoneListener;
  readonly #perRoom: number;
  /** How many sockets each message has still to reach. */
  readonly #remaining: number[] = [];
  /** For each socket and sender: how many of that sender's messages have arrived. */
  readonly #received: Int32Array;
  #deliveries = 0;
  #outstanding = 0;
  #errors = 0;
  readonly errorDetails: string[] = [];

  constructor(layout: RoomLayout, done: DoneListener) {
    this.#layout = layout;
    this.#done = done;
    this.#perRoom = layout.sockets / layout.rooms;
    if (!Number.isInteger(this.#perRoom)) throw new Error("every room must have the same number of sockets");
    this.#received = new Int32Array(layout.sockets * layout.senders);
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  /** Messages that have not reached every socket yet. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Deliveries that were duplicated, out of order or missing. */
  get errors(): number {
    return this.#errors;
  }

  /** How many messages were sent. */
  get sent(): number {
    return this.#remaining.length;
  }

  /** Counts a message as sent; returns its number and the index of the socket that must send it. */
  send(): { n: number; sender: number } {
    const n = this.#remaining.length;
    this.#remaining.push(this.#perRoom);
    this.#outstanding++;
    const { rooms, senders } = this.#layout;
    const inRoom = Math.floor(n / rooms) % senders;
    return { n, sender: inRoom * rooms + (n % rooms) };
  }

  /** Counts a message as received by a socket. */
  deliver(socket: number, n: number): void {
    const { rooms, senders } = this.#layout;
    const ordinal = Math.floor(n / rooms);
    const slot = socket * senders + (ordinal % senders);
    const expected = this.#received[slot] ?? 0;
    const position = Math.floor(ordinal / senders);
    const left = this.#remaining[n];
    if (position !== expected || left === undefined || n % rooms !== socket % rooms) {
      this.#errors++;
      this.#addDetail(
        `socket ${socket} got message ${n}, position ${position} of its sender; expected ${expected}`,
      );
      return;
    }
    this.#received[slot] = expected + 1;
    this.#deliveries++;
    this.#remaining[n] = left - 1;
    if (left > 1) return;
    this.#outstanding--;
    this.#done(n);
  }

  /** Counts every message that has not arrived as an error. */
  close(): void {
    for (const [n, left] of this.#remaining.entries()) {
      if (left === 0) continue;
      this.#errors += left;
      this.#addDetail(`message ${n} did not reach ${left} sockets`);
    }
  }

  #addDetail(text: string): void {
    if (this.errorDetails.length < 10) this.errorDetails.push(text);
  }
}
