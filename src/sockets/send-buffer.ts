/**
 * Coalesces what is sent to a socket. Each `send` costs the runtime far more than what is in it: it enters the isolate
 * once more when the frame is written (`ensurePumping` in workerd's src/workerd/api/web-socket.c++). So frames that are
 * sent to one socket in one stretch of work go as one.
 */
import { SERVER_FRAME_BYTES } from "../protocol/limits.ts";
import { BYTES_PER_UNIT, type Codec } from "./codec.ts";

/** Frames that wait for a socket, and fit into one. */
interface Buffered {
  frames: string[];
  /** Of them all, in UTF-16 units. */
  length: number;
}

export class SendBuffer {
  readonly #codec: Codec;
  /** What waits for the end of the stretch, by socket; undefined outside of one. */
  #buffered: Map<WebSocket, Buffered> | undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** Sends a frame. A socket that broke meanwhile must not stop the others: its close comes by itself. */
  send(socket: WebSocket, frame: string): void {
    if (!this.#buffered) return this.#write(socket, [frame]);
    const before = this.#buffered.get(socket);
    if (before && (before.length + frame.length) * BYTES_PER_UNIT <= SERVER_FRAME_BYTES) {
      before.frames.push(frame);
      before.length += frame.length;
    } else {
      if (before) this.#write(socket, before.frames);
      this.#buffered.set(socket, { frames: [frame], length: frame.length });
    }
  }

  /** Sends what the work sends when it is done: to each socket in the same order, in as few frames as it fits in. */
  coalesce<T>(work: () => T): T {
    if (this.#buffered) return work();
    const buffered = new Map<WebSocket, Buffered>();
    this.#buffered = buffered;
    try {
      return work();
    } finally {
      this.#buffered = undefined;
      for (const [socket, { frames }] of buffered) this.#write(socket, frames);
    }
  }

  /** Sends what waits for this socket: it is about to be closed. */
  flush(socket: WebSocket): void {
    const buffered = this.#buffered?.get(socket);
    if (!buffered) return;
    this.#buffered?.delete(socket);
    this.#write(socket, buffered.frames);
  }

  /** Writes frames that fit into one. */
  #write(socket: WebSocket, frames: readonly string[]): void {
    try {
      socket.send(this.#codec.merge(frames));
    } catch {
      // Already closed.
    }
  }
}
