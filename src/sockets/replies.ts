/** Replies to commands, and when a refusal is not enough and the socket is closed. */
import { CLOSE, type CloseCode, type Failure } from "../protocol/errors.ts";
import type { Ack } from "../protocol/events.ts";
import { BAD_COMMANDS_IN_A_ROW, RATE_LIMITED_ANSWERS, RATE_LIMITED_WINDOW_MS } from "../protocol/limits.ts";
import { failed, type Result } from "../rpc/result.ts";
import { FrameError } from "./codec.ts";
import type { Connections } from "./connections.ts";

type CloseSocket = (socket: WebSocket, code: CloseCode, reason: string) => void;

export class Replies {
  readonly #connections: Connections;
  readonly #close: CloseSocket;
  /** Recent `rate_limited` replies. In memory alone: a socket that was quiet for long enough for an eviction starts anew. */
  readonly #limited = new WeakMap<WebSocket, { count: number; since: number }>();

  /** `close` is the object's own way of closing a socket, which also notifies those who should know. */
  constructor(connections: Connections, close: CloseSocket) {
    this.#connections = connections;
    this.#close = close;
  }

  /** Replies to the command named `id`: with its acknowledgement or its failure. */
  reply(socket: WebSocket, id: string | undefined, result: Result<Ack>): void {
    if (!result.ok) return this.#refuse(socket, id, result.failure, Date.now());
    this.accepted(socket);
    this.#connections.send(socket, [{ type: "ack", id, ...result.value }]);
  }

  /** A command was valid: resets the count of consecutive bad ones. */
  accepted(socket: WebSocket): void {
    if (this.#connections.of(socket).refused > 0) this.#connections.update(socket, { refused: 0 });
  }

  /** A frame could not be decoded: closes the socket where the contract says so. */
  refuseFrame(socket: WebSocket, error: unknown): void {
    if (error instanceof FrameError) this.#close(socket, error.closeCode, error.message);
    else this.reply(socket, undefined, failed(error));
  }

  #refuse(socket: WebSocket, id: string | undefined, failure: Failure, now: number): void {
    this.#connections.send(socket, [{ type: "error", ...failure, ...(id !== undefined && { id }) }]);
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
