/** What an engine is given: its settings, and the layer above. */
import type { Packet } from "./packets.ts";
import type { EngineSession, EngineSessionRecord } from "./engine-session.ts";

/** Why a session ended, as Socket.IO names it. */
export type CloseReason =
  | "transport close"
  | "transport error"
  | "parse error"
  | "ping timeout"
  | "forced close";

export interface EngineOptions {
  /** Begins every session id made here (`newSid`). */
  shard: number;
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** Sessions whose ping is due within this time are pinged with those that are due. */
  pingTogetherMs: number;
  /** Largest POST body and WebSocket message, in bytes. */
  maxPayload: number;
  /** How long a client may take from the first packet of an upgrade to the last. */
  upgradeTimeoutMs: number;
  /** Most packets of a session between two pings, messages aside. One that sends more is ended. */
  packetsBetweenPings: number;
  /** Whether sockets outlive the object's memory. A hibernatable one that is closed outside its own handler closes late. */
  hibernates: boolean;
}

/** The layer above. */
export interface EngineEvents<D> {
  onOpen: (session: EngineSession<D>) => void;
  onMessage: (session: EngineSession<D>, message: Packet) => void;
  onClose: (session: EngineSession<D>, reason: CloseReason) => void;
  /** A session's connection closed while the object slept: what is kept of it is all that is left. */
  onClosedAsleep?: (record: EngineSessionRecord<D>) => void;
}
