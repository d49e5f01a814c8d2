/**
 * When a refusal is not enough: a client that sends bad commands one after another, or goes on after being rate limited, is
 * closed. The same for every transport.
 */
import type { Failure } from "../protocol/errors.ts";
import { BAD_COMMANDS_IN_A_ROW, RATE_LIMITED_ANSWERS, RATE_LIMITED_WINDOW_MS } from "../protocol/limits.ts";

/** How many bad commands came in a row: kept by whoever keeps sockets, through an eviction. */
export interface RefusedInARow<S> {
  of: (socket: S) => number;
  set: (socket: S, refused: number) => void;
}

/** Why a client is to be closed. */
export type Misconduct = "bad commands" | "went on";

export class Refusals<S extends object> {
  readonly #inARow: RefusedInARow<S>;
  /** Recent `rate_limited` replies. In memory alone: a socket that was quiet for long enough for an eviction starts anew. */
  readonly #limited = new WeakMap<S, { count: number; since: number }>();

  constructor(inARow: RefusedInARow<S>) {
    this.#inARow = inARow;
  }

  /** A command was valid: resets the count of consecutive bad ones. */
  accepted(socket: S): void {
    if (this.#inARow.of(socket) > 0) this.#inARow.set(socket, 0);
  }

  /** A command was refused: whether that was one too many, and of what. */
  refused(socket: S, { code }: Failure, now: number): Misconduct | undefined {
    if (code === "bad_request" || code === "too_large") {
      const refused = this.#inARow.of(socket) + 1;
      this.#inARow.set(socket, refused);
      return refused >= BAD_COMMANDS_IN_A_ROW ? "bad commands" : undefined;
    }
    this.accepted(socket);
    return code === "rate_limited" && this.#wentOn(socket, now) ? "went on" : undefined;
  }

  #wentOn(socket: S, now: number): boolean {
    const seen = this.#limited.get(socket);
    const window = seen && now - seen.since < RATE_LIMITED_WINDOW_MS ? seen : { count: 0, since: now };
    window.count += 1;
    this.#limited.set(socket, window);
    return window.count >= RATE_LIMITED_ANSWERS;
  }
}
