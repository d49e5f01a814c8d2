/** A session as it is stored, and as one shard hands it over to another. */
import { z } from "zod";
import type { ClientSession } from "../session-data.ts";

const storedRoom = z.object({
  threadId: z.string(),
  /** The name by which the session joined it. */
  name: z.union([z.string(), z.number()]),
  /** The thread's epoch at the time. */
  epoch: z.string(),
  /** By what the offsets of the session call it. */
  slot: z.int(),
  /** Up to which rev its client surely had everything. An offset says of which rooms it has more. */
  rev: z.int(),
  /** The id of its place in the room, and the rev up to which its welcome went. */
  membershipId: z.string().optional(),
  from: z.int(),
});

export const storedSession = z.object({
  /** The Socket.IO id. */
  socketId: z.string(),
  userId: z.string(),
  /** The Engine.IO session that it is on, or was on last. */
  engineSid: z.string(),
  /** Counts the bursts of joins and leaves that are stored. */
  generation: z.int(),
  /** The slot of the next room. */
  nextSlot: z.int(),
  rooms: z.array(storedRoom),
  /** Its connection was lost, or it went to another shard: when it is forgotten, in milliseconds since the epoch. */
  expiresAt: z.int().optional(),
  /** The shard that it went to. */
  movedTo: z.int().optional(),
  /** How often it was handed over, the one to that shard included. */
  handover: z.int().optional(),
  /** Until when other shards say that it is here, in milliseconds since the epoch. */
  knownUntil: z.int().optional(),
  /** It is over, which is known as long as others say that it is here. */
  isOver: z.boolean().optional(),
});

export type StoredRoom = z.output<typeof storedRoom>;
export type StoredSession = z.output<typeof storedSession>;

/** A session that was connected before an eviction. */
export interface RestoredSession {
  /** Undefined where its connection was lost with it. */
  session: ClientSession | undefined;
  userId: string;
  rooms: StoredRoom[];
}
