/** How a refused command is answered, and when refusing is not enough and the socket is closed. */
import { CLOSE, failureOf, LilypadError, type CloseCode } from "../protocol/errors.ts";
import { BAD_COMMANDS_IN_A_ROW, RATE_LIMITED_ANSWERS, RATE_LIMITED_WINDOW_MS } from "../protocol/limits.ts";
import type { Connections } from "./connections.ts";
import { FrameError } from "./codec.ts";

type CloseSocket = (socket: WebSocket, code: CloseCode, reason: string) => void;

export class Refusals {
  readonly #connections: Connections;
  readonly #close: CloseSocket;
  /** `rate_limited` answers of late. In memory alone: a socket that went quiet long enough for an eviction starts anew. */
  readonly #limited = new WeakMap<WebSocket, { count: number; since: number }>();

  /** `close` is the object's own way of closing a socket, which also tells those who should know. */
  constructor(connections: Connections, close: CloseSocket) {
    this.#connections = connections;
    this.#close = close;
  }

  /** A command was good: the row of bad ones is broken. */
  accepted(socket: WebSocket): void {
    if (this.#connections.of(socket).refused > 0) this.#connections.update(socket, { refused: 0 });
  }

  /** Answers the command named `id` with what went wrong. Anything but the contract's own errors is logged and told as `internal`. */
  refuse(socket: WebSocket, error: unknown, id: string | undefined, now: number): void {
    if (error instanceof FrameError) return this.#close(socket, error.closeCode, error.message);
    if (!(error instanceof LilypadError)) console.error("internal error", error);
    const failure = failureOf(error);
    const event = { type: "error", ...failure, ...(id !== undefined && { id }) };
    this.#connections.send(socket, JSON.stringify([event]));

    if (failure.code === "bad_request" || failure.code === "too_large") {
      const refused = this.#connections.of(socket).refused + 1;
      this.#connections.update(socket, { refused });
      if (refused >= BAD_COMMANDS_IN_A_ROW) this.#close(socket, CLOSE.protocolError, "too many bad commands");
      return;
    }
    this.accepted(socket);
    if (failure.code === "rate_limited" && this.#wentOn(socket, now)) {
      this.#close(socket, CLOSE.rateLimited, "went on after being rate limited");
    }
  }

  #wentOn(socket: WebSocket, now: number): boolean {
    const seen = this.#limited.get(socket);
    const window = seen && now - seen.since < RATE_LIMITED_WINDOW_MS ? seen : { count: 0, since: now };
    window.count += 1;
    this.#limited.set(socket, window);
    return window.count >= RATE_LIMITED_ANSWERS;
  }
}
