/**
 * How far a relay's sockets have been told: each durable event once, in order, and none left out. All of them are at the
 * same `rev`, but for a moment those whose welcome told more than has been passed on so far. Kept in attachments: a
 * socket's own beginning in its own, and how far all are in that of any one, the carrier.
 */
import type { Connections } from "../sockets/connections.ts";
import { CLOSE } from "../protocol/errors.ts";
import type { Room } from "../sockets/room-sockets.ts";
import type { Batch, Entry, Passed } from "../rpc/relay.ts";

type PassedFrame = Extract<Passed, { frame: string }>;

export class Passage {
  readonly #connections: Connections;
  readonly #room: Room;
  /** Undefined until a first batch has been passed to a socket. */
  #rev: number | undefined;
  /** The sockets that are further than that, each with how far. */
  readonly #ahead = new Map<WebSocket, number>();
  #carrier: WebSocket | undefined;
  #last: { life: string; number: number } | undefined;

  constructor(connections: Connections, room: Room) {
    this.#connections = connections;
    this.#room = room;
    for (const socket of connections.all()) this.#recall(socket);
    for (const socket of connections.all()) this.#place(socket, connections.of(socket).from ?? 0);
  }

  /** The newest rev that all have been told of, as far as is known. */
  get rev(): number {
    return this.#rev ?? 0;
  }

  /** A new socket has been told everything up to a rev. */
  entered(socket: WebSocket, rev: number): void {
    this.#connections.update(socket, { from: rev });
    this.#place(socket, rev);
  }

  /** Whether no batch of the same life was lost before this one, and answers with it. */
  follows({ life, number }: Batch): boolean {
    const last = this.#last;
    this.#last = { life, number };
    return last?.life !== life || last.number === number - 1;
  }

  /** From which rev on something is missing before a batch that goes on from `after`; undefined where nothing is. */
  missingBefore(after: number): number | undefined {
    if (this.#rev !== undefined) return after > this.#rev ? this.#rev : undefined;
    // Nothing was passed on yet, so there is nothing to go on from but each socket's own welcome.
    for (const [socket, from] of this.#ahead) if (from < after) this.#letGo(socket);
    return undefined;
  }

  /** What was missed, or undefined where it is too much: then the clients come back for it. */
  catchUp(missed: Entry | undefined, after: number): void {
    const rev = missed?.rev ?? after;
    for (const socket of this.#connections.all()) {
      const from = this.#ahead.get(socket);
      if (from === undefined ? !missed : from < rev) this.#letGo(socket);
    }
    for (const frame of missed?.frames ?? []) {
      this.#room.broadcast(frame, rev, (socket) => this.#ahead.has(socket));
    }
    // Where all were let go, what they knew is nothing to whoever comes next.
    if (this.#connections.size > 0) this.#passed(rev);
  }

  /** Passes the frames of a batch on, each to whom it is news. */
  broadcast({ frame, rev, notTo }: PassedFrame): void {
    if (rev === undefined) {
      if (notTo === undefined) this.#room.broadcast(frame);
      else this.#room.tellOthers(notTo, frame);
    } else if (rev > (this.#rev ?? -1)) {
      const isAhead = (socket: WebSocket) => (this.#ahead.get(socket) ?? -1) >= rev;
      this.#room.broadcast(frame, rev, this.#ahead.size > 0 ? isAhead : undefined);
    }
  }

  /** A whole batch has been passed on. */
  passed({ rev }: Batch): void {
    if (this.#connections.size > 0 && rev > (this.#rev ?? -1)) this.#passed(rev);
  }

  /** The socket is gone. What it carried for all goes to another. */
  left(socket: WebSocket): void {
    this.#ahead.delete(socket);
    this.#recall(socket);
    if (socket === this.#carrier) this.#carrier = undefined;
    if (this.#connections.size === 0) this.#rev = undefined;
    else if (this.#carrier === undefined && this.#rev !== undefined) this.#passed(this.#rev);
  }

  #passed(rev: number): void {
    this.#rev = rev;
    for (const [socket, from] of this.#ahead) if (from <= rev) this.#ahead.delete(socket);
    const [first] = this.#connections.all();
    this.#carrier ??= first;
    if (this.#carrier) this.#connections.update(this.#carrier, { passed: rev });
  }

  #recall(socket: WebSocket): void {
    const { passed } = this.#connections.of(socket);
    if (passed !== undefined && passed > (this.#rev ?? -1)) {
      this.#rev = passed;
      this.#carrier = socket;
    }
  }

  #place(socket: WebSocket, rev: number): void {
    if (rev > (this.#rev ?? -1)) this.#ahead.set(socket, rev);
  }

  #letGo(socket: WebSocket): void {
    this.#room.close(socket, CLOSE.restarting, "something was missed");
  }
}
