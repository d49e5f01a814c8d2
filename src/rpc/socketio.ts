/** What the Worker and the Socket.IO shards say to each other: the requests of Engine.IO, and who makes them. */
import { z } from "zod";
import { SOCKETIO_SHARDS } from "../protocol/limits.ts";
import type { CloseCode } from "../protocol/errors.ts";
import type { Stub } from "./call.ts";
import type { Caller } from "./caller.ts";
import type { Occupancy, RelayBatch } from "./relay.ts";
import type { Result } from "./result.ts";
import type { Revocation } from "./revocation.ts";
import type { TabHolderRpc } from "./socketio-tabs.ts";

/** An answer to a request of Engine.IO. */
export interface EngineAnswer {
  status: number;
  body: string;
}

/** A refusal, numbered as Engine.IO numbers them. */
export interface EngineError {
  status: 400 | 403;
  body: string;
}

function engineError(code: number, message: string): EngineError {
  return { status: 400, body: JSON.stringify({ code, message }) };
}

export const ENGINE_ERROR = {
  unknownTransport: engineError(0, "Transport unknown"),
  unknownSid: engineError(1, "Session ID unknown"),
  badHandshakeMethod: engineError(2, "Bad handshake method"),
  badRequest: engineError(3, "Bad request"),
  unsupportedProtocol: engineError(5, "Unsupported protocol version"),
} as const;

/**
 * Who opens a session, as far as the request says it: each credential that it carried, verified. What counts is decided
 * when the client connects to the namespace, since a token may come with that.
 */
export interface SessionCredentials {
  authorization?: Result<Caller> | undefined;
  cookie?: Result<Caller> | undefined;
}

/** The user of the credential that counts, if it is good. */
export function userIdOfCredentials({ authorization, cookie }: SessionCredentials): string | undefined {
  const first = authorization ?? cookie;
  return first?.ok ? first.value.user.id : undefined;
}

/** The user of the credential that a request carries, or null; undefined from a Worker of an older version, which does not say. */
export type Asker = string | null | undefined;

/** A session that goes over to another connection. */
export interface HandedSession {
  /** Its Socket.IO id. */
  socketId: string;
  generation: number;
  nextSlot: number;
  rooms: HandedRoom[];
  /** The number of this handover. Absent from a shard of an older version, as the next. */
  handover?: number | undefined;
  /** Until when other shards know the session, in milliseconds since the epoch. */
  knownUntil?: number | undefined;
}

/** A room that it is in. */
export interface HandedRoom {
  threadId: string;
  name: string | number;
  /** The thread's, when it was joined. */
  epoch: string;
  slot: number;
  /** The client has everything up to it. */
  rev: number;
}

/** Who takes a session over. */
export interface SessionTaker {
  userId: string;
  /** The last that the client received. */
  offset?: string | undefined;
  /** The connection that it is to be on, and its shard. */
  engineSid: string;
  shard: number;
  /** The handover by which the shard that is asked has the session. What it has of earlier ones is out of date. */
  handover?: number;
  /** A handover by the shard that is asked, of which the one that it went to knows nothing: a crash came between. */
  lostHandover?: number;
}

/** A session is elsewhere: at the shard that it was handed to, by its number and that of the handover. At that shard itself, it is over. */
export interface MovedSession {
  movedTo: number;
  handover?: number | undefined;
}

/** A shard's RPC interface. Upgrades and polls, which may wait, come by `fetch` (`shardRequest`). */
export interface SocketIoRpc extends TabHolderRpc {
  /** For the Worker. Opens a polling session: its handshake. */
  openPolling: (credentials: SessionCredentials) => Promise<EngineAnswer>;
  /** For the Worker. The body of a POST of a polling session. */
  receive: (sid: string, body: string, asker?: Asker) => Promise<EngineAnswer>;
  /** For threads, as a relay's `deliver` and `end`: of one of the rooms that sessions of this shard are in. */
  deliver: (threadId: string, batch: RelayBatch) => Promise<Occupancy>;
  /** For threads that have woken: who is in their room here. */
  usersIn: (threadId: string) => Promise<Occupancy>;
  endRoom: (threadId: string, code: CloseCode, reason: string) => Promise<void>;
  /**
   * For other shards. Hands over the session of a `pid`, also where its connection is still believed open, to a connection of
   * the same user; or says to which shard it went. Undefined where there is no such session, or the offset is none of it.
   * May be repeated by the same taker.
   */
  takeSession: (pid: string, taker: SessionTaker) => Promise<HandedSession | MovedSession | undefined>;
  /** This was revoked of a user, whose sessions with such a credential are closed. Idempotent. */
  revoked: (userId: string, revocation: Revocation) => Promise<void>;
}

/** What an upgrade to a shard is for. */
export type ShardRequest =
  | { type: "open"; credentials: SessionCredentials }
  | { type: "probe"; sid: string; asker?: Asker }
  | { type: "poll"; sid: string; asker?: Asker };

const HEADER = "x-lilypad-socketio";

/** The request for a shard: made anew with nothing of the client's. */
export function shardRequest(asked: ShardRequest): Request {
  const headers = { upgrade: "websocket", [HEADER]: encodeURIComponent(JSON.stringify(asked)) };
  return new Request("https://shard/", { headers });
}

const sid = z.string();
const asker = z.string().nullable().optional();
const shardRequestSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("open"), credentials: z.custom<SessionCredentials>() }),
  z.object({ type: z.literal("probe"), sid, asker }),
  z.object({ type: z.literal("poll"), sid, asker }),
]);

/** What a request that the Worker made asks of its shard. */
export function shardRequestIn(request: Request): ShardRequest {
  return shardRequestSchema.parse(JSON.parse(decodeURIComponent(request.headers.get(HEADER) ?? "")));
}

/** A session's id: its shard, and 128 random bits. */
export function newSid(shard: number): string {
  return shard.toString(36) + randomText();
}

/** 128 random bits, as text. */
export function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The shard of a session; undefined for an id that no shard made. */
export function shardOfSid(text: string): number | undefined {
  return /^[0-9a-z][\w-]{22}$/.test(text) ? shardOfDigit(text.slice(0, 1)) : undefined;
}

/** The shard that a digit of base 36 stands for; undefined where there is none. */
export function shardOfDigit(digit: string): number | undefined {
  const shard = Number.parseInt(digit, 36);
  return shard < SOCKETIO_SHARDS ? shard : undefined;
}

/** The shard of a new session: any. Its user is not known yet. */
export function anyShard(): number {
  return Math.floor(Math.random() * SOCKETIO_SHARDS);
}

/** A fresh stub of a shard. Stubs are not kept: one that has thrown may be broken for good. */
export function socketIoStub(env: Env, shard: number): Stub<SocketIoRpc> {
  return env.SOCKET_IO.get(env.SOCKET_IO.idFromName(`shard-${shard}`)) as unknown as Stub<SocketIoRpc>;
}

/** Which shard an object is. */
export function socketIoShardNumber({ name }: DurableObjectId): number {
  return Number(name?.replace("shard-", ""));
}
