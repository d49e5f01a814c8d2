/**
 * Acknowledges what was received, so that the server can distinguish a slow client from one that is gone (its flow control). The
 * `paced` parameter of the socket's path promises this; the acknowledgement is the command `got`.
 */
import { GOT_EVERY_BYTES } from "../../protocol/limits.ts";

export class Receipts {
  readonly #acknowledge: () => void;
  /** The length of the frames received since the last acknowledgement, in UTF-16 units. */
  #unacknowledged = 0;

  constructor(acknowledge: () => void) {
    this.#acknowledge = acknowledge;
  }

  /** A frame of this length, in UTF-16 units, was received and applied. */
  received(frameLength: number): void {
    this.#unacknowledged += frameLength;
    if (this.#unacknowledged < GOT_EVERY_BYTES) return;
    this.#unacknowledged = 0;
    this.#acknowledge();
  }
}
