/**
 * What goes out to sockets. Each `send` costs the runtime far more than what is in it: it enters the isolate once more
 * when the frame is written (`ensurePumping` in workerd's src/workerd/api/web-socket.c++). So frames that are sent to one
 * socket in one stretch of work go as one.
 */
import { SERVER_FRAME_BYTES } from "../protocol/limits.ts";

/** At most so many bytes of UTF-8 are in one UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** What waits for a socket: frames that fit into one. */
interface Held {
  frames: string[];
  /** Of them all, in UTF-16 units. */
  length: number;
}

export class Outgoing {
  /** What waits for the end of the stretch, by socket; undefined outside of one. */
  #held: Map<WebSocket, Held> | undefined;

  /** Sends a frame, a JSON array of events. A socket that broke meanwhile must not stop the others: its close comes by itself. */
  send(socket: WebSocket, frame: string): void {
    if (!this.#held) return write(socket, [frame]);
    const before = this.#held.get(socket);
    if (before && (before.length + frame.length) * BYTES_PER_UNIT <= SERVER_FRAME_BYTES) {
      before.frames.push(frame);
      before.length += frame.length;
    } else {
      if (before) write(socket, before.frames);
      this.#held.set(socket, { frames: [frame], length: frame.length });
    }
  }

  /** Sends what the work has to send when it is done: to each socket in the same order, in as few frames as it fits in. */
  together<T>(work: () => T): T {
    if (this.#held) return work();
    const held = new Map<WebSocket, Held>();
    this.#held = held;
    try {
      return work();
    } finally {
      this.#held = undefined;
      for (const [socket, { frames }] of held) write(socket, frames);
    }
  }

  /** Sends what waits for this socket: it is about to be closed. */
  flush(socket: WebSocket): void {
    const held = this.#held?.get(socket);
    if (!held) return;
    this.#held?.delete(socket);
    write(socket, held.frames);
  }
}

/** Writes frames that fit into one. */
function write(socket: WebSocket, frames: readonly string[]): void {
  const [only = ""] = frames;
  try {
    socket.send(frames.length === 1 ? only : `[${frames.map((frame) => frame.slice(1, -1)).join(",")}]`);
  } catch {
    // Already closed.
  }
}
