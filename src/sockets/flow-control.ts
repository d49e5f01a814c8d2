/**
 * Flow control: how far each reader of a room may fall behind. The runtime discloses nothing of a socket's queue, so what was
 * sent since the last `rev` that a client acknowledged (`got`) is taken to be in it: past a limit the reader is
 * disconnected, and its queue stays bounded. Costs a sum for each frame, and a look at the sockets now and then. An
 * eviction forgets it, which at worst gives a slow reader its allowance again: an object that slept had nothing to send
 * for a while.
 */
import { PACED_BYTES, UNPACED_BYTES } from "../protocol/limits.ts";

/** How much is sent between two looks at who is behind. */
const CHECK_EVERY = PACED_BYTES / 16;
/** How finely it is known what had been sent by a rev. */
const MARK_EVERY = PACED_BYTES / 256;

export class FlowControl {
  /** What each socket was sent since this object woke; lengths of text stand for bytes. */
  #sent = 0;
  #checkedAt = 0;
  /** How much had been sent when the newest rev was this one, rising; as many as it takes to know who is within `PACED_BYTES`. */
  #marks: { rev: number; sent: number }[] = [];
  /** Up to where each socket is known to have read. */
  readonly #received = new WeakMap<WebSocket, number>();

  /** A new socket has nothing before it. Its welcome is not counted: that is bounded by itself. */
  opened(socket: WebSocket): void {
    this.#received.set(socket, this.#sent);
  }

  /** Every socket was sent so much, up to this rev. True when it is time to look at who is behind. */
  sent(length: number, rev: number): boolean {
    this.#sent += length;
    if (this.#sent - (this.#marks.at(-1)?.sent ?? 0) >= MARK_EVERY) {
      this.#marks.push({ rev, sent: this.#sent });
      this.#marks = this.#marks.filter(({ sent }) => this.#sent - sent <= 2 * PACED_BYTES);
    }
    return this.#sent - this.#checkedAt >= CHECK_EVERY;
  }

  /** The client behind this socket acknowledges everything up to a rev. */
  acknowledged(socket: WebSocket, rev: number): void {
    const mark = this.#marks.findLast((at) => at.rev <= rev);
    if (mark) this.#received.set(socket, Math.max(mark.sent, this.#received.get(socket) ?? 0));
  }

  /** Those of the sockets that are too far behind. `isPaced`: its client has promised to acknowledge. */
  tooSlow(sockets: readonly WebSocket[], isPaced: (socket: WebSocket) => boolean): WebSocket[] {
    this.#checkedAt = this.#sent;
    return sockets.filter((socket) => {
      const behind = this.#sent - (this.#received.get(socket) ?? 0);
      return behind > PACED_BYTES && (isPaced(socket) || behind > UNPACED_BYTES);
    });
  }
}
