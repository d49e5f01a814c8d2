/**
 * The sockets of a room, or of the part of a large room that a relay holds. The open sockets say themselves who is
 * here: a user comes with their first socket and goes with their last, and neither is stored.
 */
import { CLOSE, type CloseCode } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";
import type { Caller } from "../rpc/caller.ts";
import type { Connections } from "./connections.ts";
import { Pacing } from "./flow-control.ts";

/** A socket that was not heard of for so long has vanished without closing: it missed three pings. */
const SILENT_MS = 105_000;
/** How often, at most, an awake room looks for such sockets. */
const SWEEP_MS = 30_000;

/** Who is to know of comings and goings. */
export interface Comings {
  came: (user: User) => void;
  went: (userId: string) => void;
}

export class Room {
  readonly #connections: Connections;
  readonly #comings: Comings;
  readonly #pacing = new Pacing();
  /** Who has an open socket; after an eviction the sockets say it. */
  readonly #online: Set<string>;
  /** Who was just told to have left: another socket of theirs may be closing too. */
  readonly #left = new Set<string>();
  #sweptAt = 0;
  #rev = 0;

  constructor(connections: Connections, comings: Comings) {
    this.#connections = connections;
    this.#comings = comings;
    this.#online = new Set(connections.open().map((socket) => connections.of(socket).userId));
  }

  /** How many users have a socket here. */
  get onlineCount(): number {
    return this.#online.size;
  }

  /** How many sockets there are, those included whose closing is not known yet. */
  get size(): number {
    return this.#connections.size;
  }

  /** The users in the room, at most so many. */
  online(atMost: number): string[] {
    return [...this.#online.keys().take(atMost)];
  }

  /** Takes a socket in, says so if its user was not here, and closes the user's stalest socket if there are too many. */
  enter(request: Request, caller: Caller, now: number): { socket: WebSocket; response: Response } {
    const { user } = caller;
    const accepted = this.#connections.accept(request, caller, now);
    this.#pacing.opened(accepted.socket);
    const extra = this.#connections.oneTooMany(user.id, accepted.socket);
    if (extra) this.close(extra, CLOSE.replaced, "too many sockets of this user");
    const isNew = !this.#online.has(user.id);
    this.#online.add(user.id);
    this.#left.delete(user.id);
    if (isNew) this.#comings.came(user);
    return accepted;
  }

  /** Closes a socket from the server's side. */
  close(socket: WebSocket, code: CloseCode, reason: string): void {
    if (this.#connections.close(socket, code, reason)) this.left(socket);
  }

  /** A socket is gone, by whoever's doing: said so if it was its user's last. To be called once a socket. */
  left(socket: WebSocket): void {
    const { userId } = this.#connections.of(socket);
    const others = this.#connections.open(userId).filter((other) => other !== socket);
    // Not asked of `#online`: the close may be what this object woke to, and then its user is not in there.
    if (others.length > 0 || this.#left.has(userId)) return;
    this.#left.add(userId);
    this.#online.delete(userId);
    this.#comings.went(userId);
  }

  /** Closes every socket of a user, or all there are. */
  closeAll(code: CloseCode, reason: string, userId?: string): void {
    for (const socket of this.#connections.open(userId)) this.close(socket, code, reason);
  }

  /** Ends the sessions that are over. */
  endSessions(now: number): void {
    for (const socket of this.#connections.endSessions(now)) this.left(socket);
  }

  /** Lets go of sockets whose sessions are over, and, now and then, of those that vanished without closing. */
  sweep(now: number): void {
    this.endSessions(now);
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    this.#left.clear();
    for (const socket of this.#connections.open()) {
      if (now - this.#connections.heardAt(socket) > SILENT_MS)
        this.close(socket, CLOSE.lost, "not heard of for too long");
    }
  }

  /** What is told within this work goes to each socket as few frames, when it is done. */
  together<T>(work: () => T): T {
    return this.#connections.together(work);
  }

  /** Sends a frame, serialized once, to every socket. `rev` is its newest durable event's, if it has any. */
  broadcast(frame: string, rev?: number, isLeftOut?: (socket: WebSocket) => boolean): void {
    for (const socket of this.#connections.all()) {
      if (!isLeftOut?.(socket)) this.#connections.send(socket, frame);
    }
    this.#rev = rev ?? this.#rev;
    if (this.#pacing.sent(frame.length, this.#rev)) this.#dropTheSlow();
  }

  /** Sends a frame to everyone's sockets but this user's. */
  tellOthers(userId: string, frame: string): void {
    this.broadcast(frame, undefined, (socket) => this.#connections.of(socket).userId === userId);
  }

  /** The client behind a socket says what it has got. */
  got(socket: WebSocket, rev: number): void {
    this.#pacing.got(socket, rev);
  }

  #dropTheSlow(): void {
    const isPaced = (socket: WebSocket) => this.#connections.of(socket).paced ?? false;
    for (const socket of this.#pacing.tooSlow(this.#connections.open(), isPaced)) {
      this.close(socket, CLOSE.tooSlow, "it read too slowly");
    }
  }
}
