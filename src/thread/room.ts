/**
 * Who is in the room: the open sockets say it themselves. A user joins with their first socket and leaves with their
 * last; both are told to the others, and neither is stored.
 */
import { CLOSE, type CloseCode } from "../protocol/errors.ts";
import type { ThreadEvent } from "../protocol/events.ts";
import { TYPING_RELAY_MS } from "../protocol/limits.ts";
import type { Caller } from "../durable/caller.ts";
import type { Connections } from "../durable/connections.ts";
import { toFrames } from "../durable/frames.ts";

/** A socket that was not heard of for so long has vanished without closing: it missed three pings. */
const SILENT_MS = 105_000;
/** How often, at most, an awake room looks for such sockets. */
const SWEEP_MS = 30_000;

export class Room {
  readonly #connections: Connections;
  /** Who has an open socket; after an eviction the sockets say it. */
  readonly #online: Set<string>;
  /** Who was just told to have left: another socket of theirs may be closing too. */
  readonly #left = new Set<string>();
  readonly #typedAt = new Map<string, number>();
  /** Sockets heard of by a command since this object woke: clients may forget to ping, and are alive all the same. */
  readonly #heardAt = new WeakMap<WebSocket, number>();
  #sweptAt = 0;

  constructor(connections: Connections) {
    this.#connections = connections;
    this.#online = new Set(connections.open().map((socket) => connections.of(socket).userId));
  }

  get onlineCount(): number {
    return this.#online.size;
  }

  /** The users in the room, at most so many. */
  online(atMost: number): string[] {
    return [...this.#online].slice(0, atMost);
  }

  /** Takes a socket in, tells the others if its user was not here, and closes the user's stalest socket if there are too many. */
  enter(request: Request, caller: Caller, now: number): { socket: WebSocket; response: Response } {
    const { user } = caller;
    const accepted = this.#connections.accept(request, caller, now);
    const extra = this.#connections.oneTooMany(user.id, accepted.socket);
    if (extra) this.close(extra, CLOSE.replaced, "too many sockets of this user");
    if (!this.#online.has(user.id)) this.tellOthers(user.id, { type: "join", user });
    this.#online.add(user.id);
    this.#left.delete(user.id);
    return accepted;
  }

  /** Closes a socket from the server's side. */
  close(socket: WebSocket, code: CloseCode, reason: string): void {
    if (this.#connections.close(socket, code, reason)) this.left(socket);
  }

  /** A socket is gone, by whoever's doing: the others are told if it was its user's last. To be said once a socket. */
  left(socket: WebSocket): void {
    const { userId } = this.#connections.of(socket);
    const others = this.#connections.open(userId).filter((other) => other !== socket);
    // Not asked of `#online`: the close may be what this object woke to, and then its user is not in there.
    if (others.length > 0 || this.#left.has(userId)) return;
    this.#left.add(userId);
    this.#online.delete(userId);
    this.#typedAt.delete(userId);
    this.tellOthers(userId, { type: "leave", userId });
  }

  /** Closes every socket of a user, or all there are. */
  closeAll(code: CloseCode, reason: string, userId?: string): void {
    for (const socket of this.#connections.open(userId)) this.close(socket, code, reason);
  }

  /** Ends the sessions that are over. */
  endSessions(now: number): void {
    for (const socket of this.#connections.endSessions(now)) this.left(socket);
  }

  /** A command came over this socket. */
  heard(socket: WebSocket, now: number): void {
    this.#heardAt.set(socket, now);
  }

  /** Lets go of sockets that vanished without closing; looks only now and then. */
  sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    this.#left.clear();
    for (const socket of this.#connections.open()) {
      const heardAt = Math.max(this.#connections.heardAt(socket), this.#heardAt.get(socket) ?? 0);
      if (now - heardAt > SILENT_MS) this.close(socket, CLOSE.lost, "not heard of for too long");
    }
  }

  /** Sends frames, serialized once, to every open socket. */
  broadcast(frames: readonly string[]): void {
    if (frames.length === 0) return;
    for (const socket of this.#connections.open()) {
      for (const frame of frames) this.#connections.send(socket, frame);
    }
  }

  /** Sends an event to everyone's sockets but this user's. */
  tellOthers(userId: string, event: ThreadEvent): void {
    const [frame = ""] = toFrames([event]);
    for (const socket of this.#connections.open()) {
      if (this.#connections.of(socket).userId !== userId) this.#connections.send(socket, frame);
    }
  }

  /** Relays that a user is typing, at most once in `TYPING_RELAY_MS`. */
  typing(userId: string, now: number): void {
    if (now - (this.#typedAt.get(userId) ?? 0) < TYPING_RELAY_MS) return;
    this.#typedAt.set(userId, now);
    this.tellOthers(userId, { type: "typing", userId });
  }
}
