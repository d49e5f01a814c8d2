/**
 * How far each reader may fall behind. The runtime tells nothing of a socket's queue, so what was sent since the last
 * `rev` that a client said it has got is taken to be waiting there: past a limit the reader is let go, and its queue
 * stays bounded. Costs a sum for each frame, and a look at the sockets now and then. An eviction forgets it, which at
 * worst gives a slow reader its allowance again: an object that slept had nothing to send for a while.
 */
import { PACED_BYTES, UNPACED_BYTES } from "../protocol/limits.ts";

/** How much is sent between two looks at who is behind. */
const LOOK_EVERY = PACED_BYTES / 16;
/** How finely it is known what had been sent by a rev. */
const MARK_EVERY = PACED_BYTES / 256;

export class Pacing {
  /** What each socket was sent since this object woke; lengths of text stand for bytes. */
  #sent = 0;
  #lookedAt = 0;
  /** How much had been sent when the newest rev was this one, rising; so many as it takes to know who is within `PACED_BYTES`. */
  #marks: { rev: number; sent: number }[] = [];
  /** Up to where each socket is known to have read. */
  readonly #got = new WeakMap<WebSocket, number>();

  /** A new socket has nothing before it. Its welcome is not counted: that is bounded by itself. */
  opened(socket: WebSocket): void {
    this.#got.set(socket, this.#sent);
  }

  /** Every socket was sent so much, up to this rev. True when it is time to look at who is behind. */
  sent(length: number, rev: number): boolean {
    this.#sent += length;
    if (this.#sent - (this.#marks.at(-1)?.sent ?? 0) >= MARK_EVERY) {
      this.#marks.push({ rev, sent: this.#sent });
      this.#marks = this.#marks.filter(({ sent }) => this.#sent - sent <= 2 * PACED_BYTES);
    }
    return this.#sent - this.#lookedAt >= LOOK_EVERY;
  }

  /** The client behind this socket says that it has everything up to a rev. */
  got(socket: WebSocket, rev: number): void {
    const mark = this.#marks.findLast((at) => at.rev <= rev);
    if (mark) this.#got.set(socket, Math.max(mark.sent, this.#got.get(socket) ?? 0));
  }

  /** Those of the sockets that are too far behind. */
  tooSlow(sockets: readonly WebSocket[], isPaced: (socket: WebSocket) => boolean): WebSocket[] {
    this.#lookedAt = this.#sent;
    return sockets.filter((socket) => {
      const behind = this.#sent - (this.#got.get(socket) ?? 0);
      return behind > PACED_BYTES && (isPaced(socket) || behind > UNPACED_BYTES);
    });
  }
}
