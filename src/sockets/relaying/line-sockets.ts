/** The part of a room's sockets that a relay or a Socket.IO shard holds, whatever a socket is there. */
import type { CloseCode } from "../../protocol/errors.ts";

/** Where a socket is in the thread's events: kept through an eviction. */
export interface Position {
  /** The rev that its own welcome went up to. */
  from?: number;
  /** The rev that was delivered to every socket here; one of them keeps it for all. */
  passed?: number;
}

export interface LineSockets<S> {
  /** How many sockets there are. */
  readonly size: number;
  /** How many users have one. */
  readonly onlineCount: number;
  all: () => Iterable<S>;
  /** The socket with this id, if it is here. */
  withId: (id: string) => S | undefined;
  senderOf: (socket: S) => { id: string; userId: string };
  positionOf: (socket: S) => Position;
  setPosition: (socket: S, change: Position) => void;
  /** Sends an encoded frame to every socket, but those that are left out. `rev` is its newest durable event's. */
  broadcast: (frame: string, rev?: number, isLeftOut?: (socket: S) => boolean) => void;
  sendFrame: (socket: S, frame: string) => void;
  close: (socket: S, code: CloseCode, reason: string) => void;
  /** Closes every socket of a user, or all there are. */
  closeAll: (code: CloseCode, reason: string, userId?: string) => void;
  /** Closes the sockets whose sessions have ended. */
  sweep: (now: number) => void;
  /** What is sent within this work may go as few frames. */
  coalesce: (work: () => void) => void;
  /** Replies to what these sent may be lost. */
  repliesLost: (sockets: readonly S[]) => void;
}
