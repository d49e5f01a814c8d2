/**
 * What a thread and its relays say to each other. A relay holds a part of a large room's sockets and passes on what the
 * thread gives it; the thread stays the one writer, and decides every right.
 *
 * Down the line go numbered batches. A batch says from which `rev` it goes on: a relay that finds a gap asks for what it
 * missed. Answers are not kept: where one may be lost, with a batch or with the life of the line that owed it,
 * the socket that waits for it is closed, and its client comes back and says it again under the same `id`.
 */
import type { Caller } from "./caller.ts";
import type { Answer } from "./result.ts";
import type { ChangeCommand } from "../protocol/commands.ts";
import type { CloseCode, Failure } from "../protocol/errors.ts";

/** One thing for a relay to do, in order. */
export type Passed =
  /** For every socket; `rev` is the newest event's in it, absent where it is no durable one. */
  | { frame: string; rev?: number; notTo?: string }
  /** For the socket that sent the command `id`; a refusal may be of none. */
  | { to: string; id?: string; ack: { seq?: number; rev: number; at: number } }
  | { to: string; id?: string; failure: Failure }
  | { close: CloseCode; reason: string; to?: string; userId?: string };

export interface Batch {
  /** Of the line: a thread's object that starts anew begins new ones. */
  life: string;
  /** Counts the batches of this life to this relay, from 1. */
  number: number;
  /** The thread's `rev` before this batch, and after it. */
  after: number;
  rev: number;
  items: Passed[];
}

/** How many are at a relay. */
export interface Crowd {
  sockets: number;
  users: number;
}

/** What a socket's client said, for the thread to decide. */
export type Forwarded =
  | ChangeCommand
  | { type: "read"; seq: number }
  | { type: "typing" }
  /** No command of the contract: it goes along, so that its refusal comes in order. */
  | { type: "refused"; about?: string; failure: Failure }
  | { type: "leave" };

export interface FromSocket {
  /** The socket's id at the relay. */
  socket: string;
  userId: string;
  command: Forwarded;
}

/** The frames a new socket begins with, and the rev up to which they tell. */
export interface Entry {
  frames: string[];
  rev: number;
}

/** What a relay missed. */
export interface Missed extends Entry {
  /** Who was removed in it: that their sockets are to be closed was missed too. Absent in answers of older versions. */
  removed?: string[];
}

/** The doors of a relay for its thread. */
export interface RelayDoors {
  pass: (batch: Batch) => Promise<Crowd>;
  end: (code: CloseCode, reason: string) => Promise<void>;
}

/** The doors of a thread for its relays. */
export interface ThreadDoors {
  relayEnters: (relay: number, who: Caller, cursor: string | null) => Promise<Answer<Entry>>;
  /** Answers with the life of the line that will bring the answers. */
  relaySays: (relay: number, said: FromSocket[]) => Promise<string>;
  relayHolds: (relay: number, crowd: Crowd) => Promise<void>;
  /** What a relay missed; undefined where it is too much to replay. */
  relayMissed: (rev: number) => Promise<Missed | undefined>;
}
