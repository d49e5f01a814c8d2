/**
 * The sockets of a room, or of the part of a large room that a relay holds, and who is online in it: a user comes with
 * their first socket and goes with their last, and neither is stored.
 */
import { CLOSE, type CloseCode } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";
import type { Caller } from "../rpc/caller.ts";
import { closeCodeOf, refusalBy, type Revocation } from "../rpc/revocation.ts";
import type { Connections } from "./connections.ts";
import { FlowControl } from "./flow-control.ts";
import { RecentRevocations } from "./recent-revocations.ts";

/** A socket that was silent for this long, three missed pings, has vanished without closing. */
const SILENT_MS = 105_000;
/** How often, at most, an awake room looks for such sockets. */
const SWEEP_MS = 30_000;

export interface RoomSocketsOptions {
  /** A user's first socket was opened. */
  onJoin: (user: User) => void;
  /** A user's last socket is gone. */
  onLeave: (userId: string) => void;
}

export class RoomSockets {
  readonly #connections: Connections;
  readonly #options: RoomSocketsOptions;
  readonly #flowControl = new FlowControl();
  readonly #revocations = new RecentRevocations();
  /** Who has an open socket; after an eviction the sockets say it. */
  readonly #online: Set<string>;
  /** Whose leave was reported just now: another socket of theirs may be closing too. */
  readonly #left = new Set<string>();
  #sweptAt = 0;
  #rev = 0;

  constructor(connections: Connections, options: RoomSocketsOptions) {
    this.#connections = connections;
    this.#options = options;
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

  /** Whether a user has a socket here. */
  isOnline(userId: string): boolean {
    return this.#online.has(userId);
  }

  /** Accepts a socket; closes the user's stalest one if there are too many. */
  accept(request: Request, caller: Caller, now: number): { socket: WebSocket; response: Response } {
    const { user } = caller;
    const accepted = this.#connections.accept(request, caller, now);
    const extra = this.#connections.oneTooMany(user.id, accepted.socket);
    if (extra) this.close(extra, CLOSE.replaced, "too many sockets of this user");
    const isNew = !this.#online.has(user.id);
    this.#online.add(user.id);
    this.#left.delete(user.id);
    if (isNew) this.#options.onJoin(user);
    return accepted;
  }

  /** Sends a new socket what comes first: frames of events up to a rev. */
  welcome(socket: WebSocket, frames: readonly string[], rev: number): void {
    for (const frame of frames) this.#connections.sendFrame(socket, frame);
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (this.#flowControl.opened(socket, length, rev)) this.#disconnectSlowReaders();
  }

  /** Closes a socket from the server's side. */
  close(socket: WebSocket, code: CloseCode, reason: string): void {
    if (this.#connections.close(socket, code, reason)) this.#closed(socket);
  }

  /** A client closed its socket, or it broke (1006). */
  answerClose(socket: WebSocket, code: number): void {
    if (this.#connections.answerClose(socket, code)) this.#closed(socket);
  }

  /** A socket is gone, whoever closed it. To be called once a socket. */
  #closed(socket: WebSocket): void {
    const { userId } = this.#connections.of(socket);
    const others = this.#connections.open(userId).filter((other) => other !== socket);
    // Not asked of `#online`: the close may be what this object woke to, and then its user is not in there.
    if (others.length > 0 || this.#left.has(userId)) return;
    this.#left.add(userId);
    this.#online.delete(userId);
    this.#options.onLeave(userId);
  }

  /** Closes every socket of a user, or all there are. */
  closeAll(code: CloseCode, reason: string, userId?: string): void {
    for (const socket of this.#connections.open(userId)) this.close(socket, code, reason);
  }

  /**
   * Closes the sockets of a user whose token or cookie was revoked, or whom the host has banned, and lets none in for a while
   * of whom a kept verdict says otherwise.
   */
  closeRevoked(userId: string, revocation: Revocation, now: number): void {
    this.#revocations.note(userId, revocation, now);
    for (const socket of this.#connections.open(userId)) {
      const refusal = refusalBy(this.#connections.of(socket), revocation, now);
      if (refusal) this.close(socket, closeCodeOf(refusal), refusal.message);
    }
  }

  /** Throws where a caller, whom a verdict of a while ago lets in, was revoked or banned since, as far as is known here. */
  requireUnrevoked({ user, ...credential }: Caller, now: number): void {
    const refusal = this.#revocations.refusal(user.id, credential, now);
    if (refusal) throw refusal;
  }

  /** Closes the sockets whose sessions have ended. */
  endSessions(now: number): void {
    for (const socket of this.#connections.endSessions(now)) this.#closed(socket);
  }

  /** Closes sockets whose sessions have ended, and, now and then, those that vanished without closing. */
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

  /** What is sent within this work goes to each socket as few frames, when it is done. */
  coalesce<T>(work: () => T): T {
    return this.#connections.coalesce(work);
  }

  /** Sends an encoded frame to every socket. `rev` is its newest durable event's, if it has any. */
  broadcast(frame: string, rev?: number, isLeftOut?: (socket: WebSocket) => boolean): void {
    for (const socket of this.#connections.all()) {
      if (!isLeftOut?.(socket)) this.#connections.sendFrame(socket, frame);
    }
    this.#rev = rev ?? this.#rev;
    if (this.#flowControl.sent(frame.length, this.#rev, this.size)) this.#disconnectSlowReaders();
  }

  /** Sends an encoded frame to everyone's sockets but this user's. */
  broadcastExcept(userId: string, frame: string): void {
    this.broadcast(frame, undefined, (socket) => this.#connections.of(socket).userId === userId);
  }

  /** The client behind a socket acknowledges everything up to a rev. */
  acknowledged(socket: WebSocket, rev: number): void {
    this.#flowControl.acknowledged(socket, rev);
  }

  #disconnectSlowReaders(): void {
    const slow = this.#flowControl.tooSlow(this.#connections.open(), (socket) => ({
      isPaced: this.#connections.of(socket).paced ?? false,
      heardAt: () => this.#connections.heardAt(socket),
    }));
    for (const socket of slow) this.close(socket, CLOSE.tooSlow, "it read too slowly");
  }
}
