/** Work for sockets: of each one after the other, of different ones side by side. */
import { LilypadError } from "../protocol/errors.ts";

/** So much of a socket's work waits, with all it was given: whoever asks for more is to wait by themself. */
const MOST = 8;
const RETRY_AFTER_MS = 1_000;

interface Line {
  last: Promise<unknown>;
  length: number;
}

export class Turns {
  readonly #lines = new WeakMap<WebSocket, Line>();

  /** Runs the work when what this socket asked for before is done, however that ended; `rate_limited` where that is much. */
  take<T>(socket: WebSocket, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(socket) ?? { last: Promise.resolve(), length: 0 };
    if (line.length >= MOST)
      throw new LilypadError("rate_limited", "Too many of these at once.", { retryAfterMs: RETRY_AFTER_MS });
    line.length += 1;
    const turn = line.last.then(work, work).finally(() => {
      line.length -= 1;
    });
    line.last = turn;
    this.#lines.set(socket, line);
    return turn;
  }
}
