/** The sockets of a measurement, opened by a bounded number at a time, as the answers come. */
import { GOT_EVERY_BYTES } from "../../../src/protocol/limits.ts";
import { DIALECTS, type Dialect, type DialectName } from "./dialects.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { RawSocket, type Address } from "./raw-socket.ts";

/** A socket to be opened. */
export interface Seat extends Address {
  dialect: DialectName;
}

/** Times are from connecting to being in the room. */
export interface Opening extends Latencies {
  sockets: number;
  perS: number;
}

/** Called for each text frame of a socket, by its index. True where the frame carried messages of the run. */
export type MessageListener = (index: number, bytes: Buffer, start: number, end: number) => boolean;

/** Every socket pings once in a round; a part of them at a time, so that no burst of pings is measured. */
const PING_ROUND_MS = 25_000;
const PING_PARTS = 100;

const NO_MESSAGES: MessageListener = () => false;

export class Crowd {
  readonly sockets: RawSocket[] = [];
  readonly dialects: Dialect[] = [];
  /** What went wrong, in words. */
  readonly complaints: string[] = [];
  /** Frames are offered here first. */
  onMessages: MessageListener = NO_MESSAGES;
  onAck: (n: number, index: number) => void = () => {};
  /** A socket was lost. */
  onLost: (why: string) => void = () => {};
  /** Bytes of frames that came to each socket since it last said what it has got. */
  readonly #unsaid: number[] = [];
  readonly #ready: (() => void)[] = [];
  #fail: (error: Error) => void = () => {};
  #part = 0;

  constructor() {
    setInterval(() => this.#pingSome(), PING_ROUND_MS / PING_PARTS).unref();
  }

  /** Opens the seats, at most `concurrency` on their way at once; resolves when every one is in its room. */
  async open(seats: readonly Seat[], concurrency: number): Promise<Opening> {
    const failed = new Promise<never>((_done, fail) => {
      this.#fail = fail;
    });
    const times: number[] = [];
    const from = performance.now();
    let next = 0;
    const openSome = async () => {
      for (let seat = seats[next++]; seat; seat = seats[next++]) {
        const start = performance.now();
        await this.#openOne(seat);
        times.push(performance.now() - start);
      }
    };
    await Promise.race([Promise.all(Array.from({ length: concurrency }, openSome)), failed]);
    this.#fail = () => {};
    const seconds = (performance.now() - from) / 1000;
    return {
      sockets: seats.length,
      perS: seats.length / seconds,
      ...latencies(times),
    };
  }

  /** Breaks every connection off, as a network that fails does. */
  async cut(): Promise<void> {
    for (const socket of this.sockets) socket.close();
    for (const list of [this.sockets, this.dialects, this.#ready, this.#unsaid]) list.length = 0;
  }

  #pingSome(): void {
    this.#part = (this.#part + 1) % PING_PARTS;
    for (let i = this.#part; i < this.sockets.length; i += PING_PARTS) {
      const ping = this.dialects[i]?.ping;
      if (ping !== undefined) this.sockets[i]?.send(ping);
    }
  }

  #openOne(seat: Seat): Promise<void> {
    const index = this.sockets.length;
    return new Promise((ready) => {
      this.#ready[index] = ready;
      this.dialects.push(DIALECTS[seat.dialect]);
      this.sockets.push(
        new RawSocket(
          seat,
          (_opcode, bytes, start, end) => {
            if (!this.onMessages(index, bytes, start, end))
              this.#hear(index, bytes.toString("utf8", start, end));
            this.#unsaid[index] = (this.#unsaid[index] ?? 0) + end - start;
            if (this.#unsaid[index] >= GOT_EVERY_BYTES) this.#sayGot(index, bytes, start, end);
          },
          (why) => {
            this.complaints.push(`socket ${index}: ${why}`);
            this.onLost(why);
            this.#fail(new Error(`socket ${index} was not let in: ${why}`));
          },
        ),
      );
    });
  }

  #sayGot(index: number, bytes: Buffer, start: number, end: number): void {
    this.#unsaid[index] = 0;
    const got = this.dialects[index]?.got?.(bytes, start, end);
    if (got !== undefined) this.sockets[index]?.send(got);
  }

  #hear(index: number, text: string): void {
    const meaning = this.dialects[index]?.hear(text) ?? {};
    if (meaning.reply !== undefined) this.sockets[index]?.send(meaning.reply);
    if (meaning.ready) this.#ready[index]?.();
    if (meaning.error !== undefined) this.complaints.push(`socket ${index}: ${meaning.error}`);
    for (const n of meaning.acks ?? []) this.onAck(n, index);
  }
}
