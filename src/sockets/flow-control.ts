/**
 * Flow control: how far each reader of a room may fall behind, and all of them together. The runtime discloses nothing of a
 * socket's queue, so what was sent since the last `rev` that a client acknowledged (`got`, or a read marker) is taken to be
 * in it: past a limit the reader is disconnected, and the queues stay bounded. Costs a sum for each frame, and a look at the
 * sockets now and then. An eviction forgets it, which at worst gives a slow reader its allowance again: an object that slept
 * had nothing to send for a while.
 */
import { GOT_EVERY_BYTES, PACED_BYTES, ROOM_QUEUE_BYTES, UNPACED_BYTES } from "../protocol/limits.ts";

/** How much is sent to one socket, and to all of them, between two looks at who is behind. */
const CHECK_EVERY = PACED_BYTES / 16;
const CHECK_EVERY_IN_ALL = ROOM_QUEUE_BYTES / 16;
/** How finely it is known what had been sent by a rev. */
const MARK_EVERY = PACED_BYTES / 256;

/** What is known of a socket's reader. */
interface Reader {
  /** How much of what is sent to every socket it has read. */
  received: number;
  /** The length of its welcome, until it acknowledges the rev that the welcome went up to. */
  welcome: number;
  welcomeRev: number;
}

/** What flow control has to know of a socket. */
export interface SocketStatus {
  /** Its client has promised to acknowledge. */
  isPaced: boolean;
  /** When something last came over it, in milliseconds since the epoch. */
  heardAt: () => number;
}

export class FlowControl {
  /** What each socket was sent since this object woke, but for its welcome; lengths of text stand for bytes. */
  #sent = 0;
  /** What the sockets were sent since the last look, each and together, and how much may be until the next. */
  #sinceCheck = { each: 0, inAll: 0 };
  #untilCheck = CHECK_EVERY_IN_ALL;
  /** How much had been sent when the newest rev was this one, rising; as many as it takes to know who is within `PACED_BYTES`. */
  #marks: { rev: number; sent: number }[] = [];
  readonly #readers = new WeakMap<WebSocket, Reader>();

  /** A new socket is sent its welcome, which goes up to this rev. True when it is time to look at who is behind. */
  opened(socket: WebSocket, welcome: number, rev: number): boolean {
    this.#readers.set(socket, { received: this.#sent, welcome, welcomeRev: rev });
    this.#sinceCheck.inAll += welcome;
    return this.#isCheckDue();
  }

  /** So many sockets were sent so much each, up to this rev. True when it is time to look at who is behind. */
  sent(length: number, rev: number, sockets: number): boolean {
    this.#sent += length;
    if (this.#sent - (this.#marks.at(-1)?.sent ?? 0) >= MARK_EVERY) {
      this.#marks.push({ rev, sent: this.#sent });
      this.#marks = this.#marks.filter(({ sent }) => this.#sent - sent <= 2 * PACED_BYTES);
    }
    this.#sinceCheck.each += length;
    this.#sinceCheck.inAll += length * sockets;
    return this.#isCheckDue();
  }

  /** The client behind this socket acknowledges everything up to a rev. */
  acknowledged(socket: WebSocket, rev: number): void {
    const reader = this.#reader(socket);
    const mark = this.#marks.findLast((at) => at.rev <= rev);
    if (mark) reader.received = Math.max(mark.sent, reader.received);
    if (rev >= reader.welcomeRev) reader.welcome = 0;
    this.#readers.set(socket, reader);
  }

  /** Those of the sockets to disconnect: they are too far behind, or all of them together are, and they are the slowest. */
  tooSlow(sockets: readonly WebSocket[], statusOf: (socket: WebSocket) => SocketStatus): WebSocket[] {
    const slow: WebSocket[] = [];
    const queued: { socket: WebSocket; length: number; heardAt: () => number }[] = [];
    for (const socket of sockets) {
      const behind = this.#behind(socket);
      // Nobody acknowledges more often: as much as this says nothing.
      const length = behind - GOT_EVERY_BYTES;
      if (length <= 0) continue;
      const { isPaced, heardAt } = statusOf(socket);
      if (behind > (isPaced ? PACED_BYTES : UNPACED_BYTES)) slow.push(socket);
      else queued.push({ socket, length, heardAt });
    }
    let total = queued.reduce((sum, { length }) => sum + length, 0);
    if (total > ROOM_QUEUE_BYTES) {
      const average = total / queued.length;
      // One that sends commands reads, most likely. Those who have little waiting go last: disconnecting them gains little.
      const order = queued
        .map(({ socket, length, heardAt }) => ({
          socket,
          length,
          isFar: length >= average,
          heardAt: heardAt(),
        }))
        .toSorted((a, b) => Number(b.isFar) - Number(a.isFar) || a.heardAt - b.heardAt);
      for (const { socket, length } of order) {
        if (total <= ROOM_QUEUE_BYTES) break;
        slow.push(socket);
        total -= length;
      }
    }
    this.#sinceCheck = { each: 0, inAll: 0 };
    this.#untilCheck = Math.max(CHECK_EVERY_IN_ALL, ROOM_QUEUE_BYTES - total);
    return slow;
  }

  #isCheckDue(): boolean {
    return this.#sinceCheck.each >= CHECK_EVERY || this.#sinceCheck.inAll >= this.#untilCheck;
  }

  #behind(socket: WebSocket): number {
    const { received, welcome } = this.#reader(socket);
    return this.#sent - received + welcome;
  }

  /** A socket that is older than this object's memory counts from when it woke. */
  #reader(socket: WebSocket): Reader {
    return this.#readers.get(socket) ?? { received: 0, welcome: 0, welcomeRev: 0 };
  }
}
