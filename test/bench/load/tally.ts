/**
 * Who has which message: every message is to reach every socket of its room exactly once, and each sender's in the
 * order they were sent. All sockets are held to that, by the numbers in their frames.
 */

/** How the sockets stand: socket `i` is in room `i % rooms`, and message `n` is for room `n % rooms`. */
export interface Seating {
  sockets: number;
  rooms: number;
  /** In each room the first so many sockets talk, in turn. */
  senders: number;
}

/** Told when the last socket has a message. */
export type DoneListener = (n: number) => void;

export class Tally {
  readonly #seating: Seating;
  readonly #done: DoneListener;
  readonly #perRoom: number;
  /** How many sockets a message has still to reach. */
  readonly #remaining: number[] = [];
  /** For each socket and sender: how many of that sender's messages have come. */
  readonly #heard: Int32Array;
  #deliveries = 0;
  #outstanding = 0;
  #errors = 0;
  readonly complaints: string[] = [];

  constructor(seating: Seating, done: DoneListener) {
    this.#seating = seating;
    this.#done = done;
    this.#perRoom = seating.sockets / seating.rooms;
    if (!Number.isInteger(this.#perRoom))
      throw new Error("every room is to have as many sockets as the others");
    this.#heard = new Int32Array(seating.sockets * seating.senders);
  }

  get deliveries(): number {
    return this.#deliveries;
  }

  /** Messages that some socket has not got yet. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Deliveries that came twice, out of order, or not at all. */
  get errors(): number {
    return this.#errors;
  }

  /** How many messages were sent. */
  get sent(): number {
    return this.#remaining.length;
  }

  /** Counts a message as sent; returns its number, and the index of the socket that is to send it. */
  send(): { n: number; sender: number } {
    const n = this.#remaining.length;
    this.#remaining.push(this.#perRoom);
    this.#outstanding++;
    const { rooms, senders } = this.#seating;
    const inRoom = Math.floor(n / rooms) % senders;
    return { n, sender: inRoom * rooms + (n % rooms) };
  }

  /** A socket has got a message. */
  deliver(socket: number, n: number): void {
    const { rooms, senders } = this.#seating;
    const ordinal = Math.floor(n / rooms);
    const slot = socket * senders + (ordinal % senders);
    const expected = this.#heard[slot] ?? 0;
    const came = Math.floor(ordinal / senders);
    const left = this.#remaining[n];
    if (came !== expected || left === undefined || n % rooms !== socket % rooms) {
      this.#errors++;
      this.#complain(
        `socket ${socket} got message ${n}, its sender's number ${came}, and ${expected} was next`,
      );
      return;
    }
    this.#heard[slot] = expected + 1;
    this.#deliveries++;
    this.#remaining[n] = left - 1;
    if (left > 1) return;
    this.#outstanding--;
    this.#done(n);
  }

  /** Counts what has not come as lost. */
  close(): void {
    for (const [n, left] of this.#remaining.entries()) {
      if (left === 0) continue;
      this.#errors += left;
      this.#complain(`message ${n} did not reach ${left} sockets`);
    }
  }

  #complain(text: string): void {
    if (this.complaints.length < 10) this.complaints.push(text);
  }
}
