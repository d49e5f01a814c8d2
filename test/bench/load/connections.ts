/** The sockets of a measurement. */
import { GOT_EVERY_BYTES } from "../../../src/protocol/limits.ts";
import { dialectFor, type Dialect, type DialectName } from "./dialects.ts";
import { latencies, type Latencies } from "./latencies.ts";
import { RawSocket, type Address } from "./raw-socket.ts";

/** Where a socket connects, and what protocol it speaks there. */
export interface SocketTarget extends Address {
  dialect: DialectName;
  /** The room to join, where the address does not say it. */
  room?: string;
}

/** Times are from connecting to having joined the room. */
export interface OpenFigures extends Latencies {
  sockets: number;
  perS: number;
}

/** Called for each text frame of the socket with this index. Returns whether the frame carried messages of the run. */
export type MessageListener = (index: number, bytes: Buffer, start: number, end: number) => boolean;

/** Every socket sends a ping once in a round; a part of them at a time, so that no burst of pings is measured. */
const PING_ROUND_MS = 25_000;
const PING_PARTS = 100;

const NO_MESSAGES: MessageListener = () => false;

export class LoadConnections {
  readonly sockets: RawSocket[] = [];
  readonly dialects: Dialect[] = [];
  /** What went wrong, one sentence each. */
  readonly errorDetails: string[] = [];
  /** Gets every text frame first. */
  onMessages: MessageListener = NO_MESSAGES;
  onAck: (n: number, index: number) => void = () => {};
  /** Called when a socket loses its connection. */
  onLost: (why: string) => void = () => {};
  /** Bytes of frames that each socket received since its last client acknowledgement. */
  readonly #unacknowledged: number[] = [];
  readonly #ready: (() => void)[] = [];
  #fail: (error: Error) => void = () => {};
  #part = 0;

  constructor() {
    setInterval(() => this.#pingSome(), PING_ROUND_MS / PING_PARTS).unref();
  }

  /** Opens sockets, at most `concurrency` connecting at once; resolves when each has joined its room. */
  async open(targets: readonly SocketTarget[], concurrency: number): Promise<OpenFigures> {
    const failed = new Promise<never>((_done, fail) => {
      this.#fail = fail;
    });
    const times: number[] = [];
    const from = performance.now();
    let next = 0;
    const openSome = async () => {
      for (let target = targets[next++]; target; target = targets[next++]) {
        const start = performance.now();
        await this.#openOne(target);
        times.push(performance.now() - start);
      }
    };
    await Promise.race([Promise.all(Array.from({ length: concurrency }, openSome)), failed]);
    this.#fail = () => {};
    const seconds = (performance.now() - from) / 1000;
    return {
      sockets: targets.length,
      perS: targets.length / seconds,
      ...latencies(times),
    };
  }

  /** Drops every connection without a closing handshake. */
  async drop(): Promise<void> {
    for (const socket of this.sockets) socket.close();
    for (const list of [this.sockets, this.dialects, this.#ready, this.#unacknowledged]) list.length = 0;
  }

  #pingSome(): void {
    this.#part = (this.#part + 1) % PING_PARTS;
    for (let i = this.#part; i < this.sockets.length; i += PING_PARTS) {
      const ping = this.dialects[i]?.ping;
      if (ping !== undefined) this.sockets[i]?.send(ping);
    }
  }

  #openOne(target: SocketTarget): Promise<void> {
    const index = this.sockets.length;
    return new Promise((ready) => {
      this.#ready[index] = ready;
      this.dialects.push(dialectFor(target));
      this.sockets.push(
        new RawSocket(
          target,
          (_opcode, bytes, start, end) => {
            if (!this.onMessages(index, bytes, start, end))
              this.#receive(index, bytes.toString("utf8", start, end));
            this.#unacknowledged[index] = (this.#unacknowledged[index] ?? 0) + end - start;
            if (this.#unacknowledged[index] >= GOT_EVERY_BYTES) this.#acknowledge(index, bytes, start, end);
          },
          (why) => {
            this.errorDetails.push(`socket ${index}: ${why}`);
            this.onLost(why);
            this.#fail(new Error(`socket ${index} did not join: ${why}`));
          },
        ),
      );
    });
  }

  #acknowledge(index: number, bytes: Buffer, start: number, end: number): void {
    this.#unacknowledged[index] = 0;
    const frame = this.dialects[index]?.acknowledge?.(bytes, start, end);
    if (frame !== undefined) this.sockets[index]?.send(frame);
  }

  #receive(index: number, text: string): void {
    const meaning = this.dialects[index]?.interpret(text) ?? {};
    if (meaning.reply !== undefined) this.sockets[index]?.send(meaning.reply);
    if (meaning.ready) this.#ready[index]?.();
    if (meaning.error !== undefined) this.errorDetails.push(`socket ${index}: ${meaning.error}`);
    for (const n of meaning.acks ?? []) this.onAck(n, index);
  }
}
