/** Replies to commands. Where a refusal is not enough the socket is closed. */
import { CLOSE, type CloseCode, type Failure } from "../protocol/errors.ts";
import type { Ack } from "../protocol/events.ts";
import { failed, type Result } from "../rpc/result.ts";
import { FrameError } from "./codec.ts";
import type { Connections } from "./connections.ts";
import { Refusals } from "./refusals.ts";

type CloseSocket = (socket: WebSocket, code: CloseCode, reason: string) => void;

export class Replies {
  readonly #connections: Connections;
  readonly #close: CloseSocket;
  readonly #refusals: Refusals<WebSocket>;

  /** `close` is the object's own way of closing a socket, which also notifies those who should know. */
  constructor(connections: Connections, close: CloseSocket) {
    this.#connections = connections;
    this.#close = close;
    this.#refusals = new Refusals({
      of: (socket) => connections.of(socket).refused,
      set: (socket, refused) => connections.update(socket, { refused }),
    });
  }

  /** Replies to the command named `id`: with its acknowledgement or its failure. */
  reply(socket: WebSocket, id: string | undefined, result: Result<Ack>): void {
    if (!result.ok) return this.#refuse(socket, id, result.failure, Date.now());
    this.accepted(socket);
    this.#connections.send(socket, [{ type: "ack", id, ...result.value }]);
  }

  /** A command was valid: resets the count of consecutive bad ones. */
  accepted(socket: WebSocket): void {
    this.#refusals.accepted(socket);
  }

  /** A frame could not be decoded: closes the socket where the contract says so. */
  refuseFrame(socket: WebSocket, error: unknown): void {
    if (error instanceof FrameError) this.#close(socket, error.closeCode, error.message);
    else this.reply(socket, undefined, failed(error));
  }

  #refuse(socket: WebSocket, id: string | undefined, failure: Failure, now: number): void {
    this.#connections.send(socket, [{ type: "error", ...failure, ...(id !== undefined && { id }) }]);
    const misconduct = this.#refusals.refused(socket, failure, now);
    if (misconduct === "bad commands") this.#close(socket, CLOSE.protocolError, "too many bad commands");
    if (misconduct === "went on") this.#close(socket, CLOSE.rateLimited, "went on after being rate limited");
  }
}
