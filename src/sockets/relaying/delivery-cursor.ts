/**
 * The delivery cursor: how far a relay's sockets have been sent to, so that each receives every durable event once and in
 * order. All of them are at the same `rev`, but for a moment those whose welcome went further than what was delivered so
 * far. It is kept with the sockets: where a socket began with itself (`from`), and how far all are with any one of them, the carrier
 * (`passed`).
 */
import { CLOSE } from "../../protocol/errors.ts";
import type { RelayBatch, RelayItem, RelayWelcome } from "../../rpc/relay.ts";
import type { LineSockets } from "./line-sockets.ts";

type FrameItem = Extract<RelayItem, { frame: string }>;

export class DeliveryCursor<S> {
  readonly #sockets: LineSockets<S>;
  /** Undefined until a first batch has been delivered to a socket. */
  #rev: number | undefined;
  /** The sockets that are further than that, each with how far. */
  readonly #ahead = new Map<S, number>();
  #carrier: S | undefined;
  #last: { sessionId: string; number: number } | undefined;

  constructor(sockets: LineSockets<S>) {
    this.#sockets = sockets;
    for (const socket of sockets.all()) this.#restoreFrom(socket);
    for (const socket of sockets.all()) this.#place(socket, sockets.positionOf(socket).from ?? 0);
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
  opened(socket: S, rev: number): void {
    this.#sockets.setPosition(socket, { from: rev });
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
    for (const socket of this.#sockets.all()) {
      const from = this.#ahead.get(socket);
      if (from === undefined ? !missed : from < rev) this.#disconnect(socket);
    }
    for (const frame of missed?.frames ?? []) {
      this.#sockets.broadcast(frame, rev, (socket) => this.#ahead.has(socket));
    }
    // Where all were disconnected, what they had says nothing of whoever comes next.
    if (this.#sockets.size > 0) this.#advance(rev);
  }

  /** Delivers a frame of a batch to the sockets that do not have it. */
  broadcast({ frame, rev, exceptUserId }: FrameItem): void {
    if (rev === undefined) {
      if (exceptUserId === undefined) this.#sockets.broadcast(frame);
      else this.#broadcastExcept(exceptUserId, frame);
    } else if (rev > (this.#rev ?? -1)) {
      const isAhead = (socket: S) => (this.#ahead.get(socket) ?? -1) >= rev;
      this.#sockets.broadcast(frame, rev, this.#ahead.size > 0 ? isAhead : undefined);
    }
  }

  /** A whole batch was delivered. */
  delivered({ rev }: RelayBatch): void {
    if (this.#sockets.size > 0 && rev > (this.#rev ?? -1)) this.#advance(rev);
  }

  /** The socket is gone. What it carried for all goes to another. */
  closed(socket: S): void {
    this.#ahead.delete(socket);
    this.#restoreFrom(socket);
    if (socket === this.#carrier) this.#carrier = undefined;
    if (this.#sockets.size === 0) this.#rev = undefined;
    else if (this.#carrier === undefined && this.#rev !== undefined) this.#advance(this.#rev);
  }

  #broadcastExcept(userId: string, frame: string): void {
    this.#sockets.broadcast(frame, undefined, (socket) => this.#sockets.senderOf(socket).userId === userId);
  }

  #advance(rev: number): void {
    this.#rev = rev;
    for (const [socket, from] of this.#ahead) if (from <= rev) this.#ahead.delete(socket);
    const [first] = this.#sockets.all();
    this.#carrier ??= first;
    if (this.#carrier) this.#sockets.setPosition(this.#carrier, { passed: rev });
  }

  #restoreFrom(socket: S): void {
    const { passed } = this.#sockets.positionOf(socket);
    if (passed !== undefined && passed > (this.#rev ?? -1)) {
      this.#rev = passed;
      this.#carrier = socket;
    }
  }

  #place(socket: S, rev: number): void {
    if (rev > (this.#rev ?? -1)) this.#ahead.set(socket, rev);
  }

  #disconnect(socket: S): void {
    this.#sockets.close(socket, CLOSE.restarting, "something was missed");
  }
}
