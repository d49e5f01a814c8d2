/**
 * What a thread and its relays send each other. A relay holds a part of a large room's sockets and delivers what the
 * thread sends; the thread stays the one writer, and decides every right.
 *
 * To the relay go numbered batches. A batch says from which `rev` it goes on: a relay that finds a gap asks for what it
 * missed. Replies to commands are not stored: where one may be lost, with a batch or with the thread's memory, the socket
 * that waits for it is closed, and its client reconnects and sends the command again under the same `id`.
 */
import type { DurableCommand } from "../protocol/commands.ts";
import type { CloseCode, Failure } from "../protocol/errors.ts";
import type { Ack } from "../protocol/events.ts";
import type { Message, User } from "../protocol/model.ts";
import type { Stub } from "./call.ts";
import type { Caller } from "./caller.ts";
import type { Result } from "./result.ts";
import type { Revocation } from "./revocation.ts";

/** One thing for a relay to do, in order. */
export type RelayItem =
  /** Send to every socket; `rev` is that of the newest durable event in the frame, if there is one. */
  | { frame: string; rev?: number; exceptUserId?: string }
  /**
   * Reply to the socket that sent the command `id`. A failure may name none. `message`: that the command wrote, for a Socket.IO
   * shard alone.
   */
  | { to: string; id?: string; reply: Result<Ack>; message?: Message }
  /** Close one socket, or every socket of a user, or all. */
  | { close: CloseCode; reason: string; to?: string; userId?: string };

export interface RelayBatch {
  /** Identifies the thread's line to this relay: a new one when the thread's object starts, or when the relay was empty in between. */
  sessionId: string;
  /** Counts the batches of this session to this relay, from 1. */
  number: number;
  /** The thread's `rev` before this batch, and after it. */
  after: number;
  rev: number;
  items: RelayItem[];
}

/** With more users at one Socket.IO shard a room counts as large: they are no longer named. */
export const NAMED_USERS = 1_000;

/** How many sockets and users are at a relay. */
export interface Occupancy {
  sockets: number;
  users: number;
  /** Of a Socket.IO shard's own report: who they are, unless they are too many. */
  userIds?: string[];
  /** And who left since the last report that arrived. */
  left?: string[];
}

/** What a socket's client sent, for the thread to decide. */
export type RelayedCommand =
  | DurableCommand
  | { type: "read"; seq: number }
  /** With an `id` it is replied to, as durable commands are; without one its refusal alone is. */
  | { type: "typing"; id?: string }
  | { type: "leave" }
  /** The socket's fresh token names its user so. */
  | { type: "named"; user: User; namedAt: number }
  /** No command of the contract: passed on so that its refusal comes in order. `about` is the `id` it named. */
  | { type: "refused"; about?: string; failure: Failure };

export interface RelayedRequest {
  /** The socket's id at the relay. */
  socket: string;
  userId: string;
  command: RelayedCommand;
}

/** The frames that a new socket begins with, and the rev up to which they go. */
export interface RelayWelcome {
  frames: string[];
  rev: number;
}

/** The events that a relay missed. */
export interface MissedEvents extends RelayWelcome {
  /** Who was removed in them: that their sockets were to be closed was missed too. */
  removed: string[];
}

/** A relay's RPC interface, for its thread. */
export interface RelayRpc {
  /** Delivers a batch; what was missed before it is fetched first. Answers with how many are there. */
  deliver: (batch: RelayBatch) => Promise<Occupancy>;
  /** This was revoked of a user, whose sockets with such a credential are closed. Idempotent. */
  revoked: (userId: string, revocation: Revocation) => Promise<void>;
  /** Closes every socket. */
  end: (code: CloseCode, reason: string) => Promise<void>;
}

/** A thread's RPC interface for its relays. */
export interface RelayHostRpc {
  /** A socket is being opened at a relay: what it begins with, if its user may enter; `asMember`: a session goes on, of a member. */
  admitAtRelay: (
    relay: number,
    who: Caller,
    cursor: string | null,
    asMember?: boolean,
  ) => Promise<Result<RelayWelcome>>;
  /** Takes commands of a relay's sockets. Answers with the id of the session that will bring the replies. */
  runRelayed: (relay: number, requests: RelayedRequest[]) => Promise<string>;
  /** How many are at a relay now. */
  reportOccupancy: (relay: number, occupancy: Occupancy) => Promise<void>;
  /** The events after a rev; undefined where they are too many to replay, or not the same for every reader. */
  eventsForRelay: (rev: number) => Promise<MissedEvents | undefined>;
}

/** A fresh stub of a thread's relay. Stubs are not kept: one that has thrown may be broken for good. */
export function relayStub(env: Env, threadId: string, relay: number): Stub<RelayRpc> {
  return env.RELAY.get(env.RELAY.idFromName(`${threadId}/${relay}`)) as unknown as Stub<RelayRpc>;
}

/** The thread that a relay's object belongs to, and which of its relays it is: its name says it. */
export function relayOwner(id: DurableObjectId): { threadId: string; relay: number } {
  const [threadId = "", relay] = (id.name ?? "").split("/");
  return { threadId, relay: Number(relay) };
}

/** A fresh stub of the thread that a relay belongs to. */
export function relayHostStub(env: Env, threadId: string): Stub<RelayHostRpc> {
  const id = env.CHAT_THREAD.idFromString(threadId);
  return env.CHAT_THREAD.get(id) as unknown as Stub<RelayHostRpc>;
}
