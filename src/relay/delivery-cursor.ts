/**
 * The delivery cursor: how far a relay's sockets have been sent to, so that each receives every durable event once and in
 * order. All of them are at the same `rev`, but for a moment those whose welcome went further than what was delivered so
 * far. It is kept in attachments: where a socket began in its own (`from`), and how far all are in that of any one of them,
 * the carrier (`passed`).
 */
import { CLOSE } from "../protocol/errors.ts";
import type { RelayBatch, RelayItem, RelayWelcome } from "../rpc/relay.ts";
import type { Connections } from "../sockets/connections.ts";
import type { RoomSockets } from "../sockets/room-sockets.ts";

type FrameItem = Extract<RelayItem, { frame: string }>;

export class DeliveryCursor {
  readonly #connections: Connections;
  readonly #room: RoomSockets;
  /** Undefined until a first batch has been delivered to a socket. */
  #rev: number | undefined;
  /** The sockets that are further than that, each with how far. */
  readonly #ahead = new Map<WebSocket, number>();
  #carrier: WebSocket | undefined;
  #last: { sessionId: string; number: number } | undefined;

  constructor(connections: Connections, room: RoomSockets) {
    this.#connections = connections;
    this.#room = room;
    for (const socket of connections.all()) this.#restoreFrom(socket);
    for (const socket of connections.all()) this.#place(socket, connections.of(socket).from ?? 0);
  }

  /** The newest rev that was delivered to all, as far as is known. */
  get rev(): number {
    return this.#rev ?? 0;
  }

  /** The same; undefined until a batch has been delivered. */
  get deliveredUpTo(): number | undefined {
    return this.#rev;
  }

  /** A new socket was sent everything up to a rev. */
  opened(socket: WebSocket, rev: number): void {
    this.#connections.update(socket, { from: rev });
    this.#place(socket, rev);
  }

  /** Notes a batch. False where one of the same session was lost before it. */
  follows({ sessionId, number }: RelayBatch): boolean {
    const last = this.#last;
    this.#last = { sessionId, number };
    return last?.sessionId !== sessionId || last.number === number - 1;
  }

  /** From which rev on something is missing before a batch that goes on from `after`; undefined where nothing is. */
  missingBefore(after: number): number | undefined {
    if (this.#rev !== undefined) return after > this.#rev ? this.#rev : undefined;
    // Nothing was delivered yet, so there is nothing to go on from but each socket's own welcome.
    for (const [socket, from] of this.#ahead) if (from < after) this.#disconnect(socket);
    return undefined;
  }

  /** Delivers what was missed; undefined where it is too much: then the clients reconnect to get it. */
  catchUp(missed: RelayWelcome | undefined, after: number): void {
    const rev = missed?.rev ?? after;
    for (const socket of this.#connections.all()) {
      const from = this.#ahead.get(socket);
      if (from === undefined ? !missed : from < rev) this.#disconnect(socket);
    }
    for (const frame of missed?.frames ?? []) {
      this.#room.broadcast(frame, rev, (socket) => this.#ahead.has(socket));
    }
    // Where all were disconnected, what they had says nothing of whoever comes next.
    if (this.#connections.size > 0) this.#advance(rev);
  }

  /** Delivers a frame of a batch to the sockets that do not have it. */
  broadcast({ frame, rev, exceptUserId }: FrameItem): void {
    if (rev === undefined) {
      if (exceptUserId === undefined) this.#room.broadcast(frame);
      else this.#room.broadcastExcept(exceptUserId, frame);
    } else if (rev > (this.#rev ?? -1)) {
      const isAhead = (socket: WebSocket) => (this.#ahead.get(socket) ?? -1) >= rev;
      this.#room.broadcast(frame, rev, this.#ahead.size > 0 ? isAhead : undefined);
    }
  }

  /** A whole batch was delivered. */
  delivered({ rev }: RelayBatch): void {
    if (this.#connections.size > 0 && rev > (this.#rev ?? -1)) this.#advance(rev);
  }

  /** The socket is gone. What it carried for all goes to another. */
  closed(socket: WebSocket): void {
    this.#ahead.delete(socket);
    this.#restoreFrom(socket);
    if (socket === this.#carrier) this.#carrier = undefined;
    if (this.#connections.size === 0) this.#rev = undefined;
    else if (this.#carrier === undefined && this.#rev !== undefined) this.#advance(this.#rev);
  }

  #advance(rev: number): void {
    this.#rev = rev;
    for (const [socket, from] of this.#ahead) if (from <= rev) this.#ahead.delete(socket);
    const [first] = this.#connections.all();
    this.#carrier ??= first;
    if (this.#carrier) this.#connections.update(this.#carrier, { passed: rev });
  }

  #restoreFrom(socket: WebSocket): void {
    const { passed } = this.#connections.of(socket);
    if (passed !== undefined && passed > (this.#rev ?? -1)) {
      this.#rev = passed;
      this.#carrier = socket;
    }
  }

  #place(socket: WebSocket, rev: number): void {
    if (rev > (this.#rev ?? -1)) this.#ahead.set(socket, rev);
  }

  #disconnect(socket: WebSocket): void {
    this.#room.close(socket, CLOSE.restarting, "something was missed");
  }
}
