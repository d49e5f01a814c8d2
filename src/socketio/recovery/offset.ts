/**
 * What a client has received, as the last argument of each event says it: which session, at which shard, from which generation
 * of its rooms, and for each room that has moved on since, up to which rev.
 */
import { shardOfDigit } from "../../rpc/socketio.ts";

export interface Offset {
  /** The shard that the session was at. */
  shard: number;
  /** Distinguishes sessions. */
  tag: string;
  generation: number;
  /** Of rooms that have moved, by their slots: the rev that was sent last. */
  revs: Map<number, number>;
}

/** Beyond it an offset is none that was made here. */
const OFFSET_LENGTH = 16 * 1024;

/** What distinguishes a session from others: a part of its Socket.IO id. */
export function tagOf(socketId: string): string {
  return socketId.slice(-8);
}

export function formatOffset({ shard, tag, generation, revs }: Offset): string {
  let text = `${shard.toString(36)}${tag}.${generation.toString(36)}`;
  for (const [slot, rev] of revs) text += `.${slot.toString(36)}:${rev.toString(36)}`;
  return text;
}

/** The offset in a text; undefined where it is none. */
export function parseOffset(text: string): Offset | undefined {
  const [, first = "", tag, generation, rest = ""] =
    (text.length <= OFFSET_LENGTH &&
      /^(\w)([\w-]{8})\.([0-9a-z]{1,8})((?:\.[0-9a-z]{1,8}:[0-9a-z]{1,10})*)$/.exec(text)) ||
    [];
  const shard = shardOfDigit(first);
  if (shard === undefined || tag === undefined || generation === undefined) return undefined;
  const pairs = rest
    .split(".")
    .slice(1)
    .map((pair) => pair.split(":").map((digits) => Number.parseInt(digits, 36)));
  const revs = new Map(pairs as [number, number][]);
  if (revs.size < pairs.length) return undefined;
  return { shard, tag, generation: Number.parseInt(generation, 36), revs };
}
