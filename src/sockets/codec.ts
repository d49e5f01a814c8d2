/**
 * Frames, both ways: every frame that an object receives or sends is decoded or encoded here. An object is given a codec,
 * so that a transport with other frames needs another codec and nothing else.
 */
import { CLOSE, LilypadError, type CloseCode } from "../protocol/errors.ts";
import type { ThreadEvent } from "../protocol/events.ts";
import { BATCH, CLIENT_FRAME_BYTES, COMMAND_ID_LENGTH, SERVER_FRAME_BYTES } from "../protocol/limits.ts";

/** An event that is JSON already: what is the same for many sockets is serialized once. */
export class EncodedEvent {
  constructor(readonly json: string) {}
}

/** The JSON of an event, whichever way it is given. */
function jsonOf(event: object): string {
  return event instanceof EncodedEvent ? event.json : JSON.stringify(event);
}

export interface Codec {
  /**
   * The commands in a client's frame, not parsed by any schema yet. Throws `FrameError` where the socket is to be
   * closed, and `too_large` for more commands than a frame may hold.
   */
  decode: (frame: string | ArrayBuffer) => unknown[];
  /** Events as frames, in order, each of at most `SERVER_FRAME_BYTES`. Serialized once for however many sockets. */
  encode: (events: readonly object[]) => string[];
  /** Frames of `encode` as one. */
  merge: (frames: readonly string[]) => string;
}

/** A frame that is answered by closing the socket. */
export class FrameError extends Error {
  constructor(
    readonly closeCode: CloseCode,
    message: string,
  ) {
    super(message);
  }
}

/** The contract's own frames: a client sends a command or an array of them as JSON, the server arrays of events. */
export const jsonCodec: Codec = {
  decode(frame) {
    if (typeof frame !== "string")
      throw new FrameError(CLOSE.protocolError, "binary frames are not understood");
    if (isOver(frame, CLIENT_FRAME_BYTES)) throw new FrameError(CLOSE.tooLarge, "the frame is too large");
    let value: unknown;
    try {
      value = JSON.parse(frame);
    } catch {
      throw new FrameError(CLOSE.protocolError, "the frame is not JSON");
    }
    if (!Array.isArray(value)) return [value];
    if (value.length > BATCH) throw new LilypadError("too_large", `A frame holds at most ${BATCH} commands.`);
    return value;
  },

  encode(events) {
    const frames: string[] = [];
    let batch: string[] = [];
    let bytes = 0;
    for (const event of events) {
      const text = jsonOf(event);
      // An upper bound is enough here: it can only make a frame smaller than it might be.
      const size = text.length * BYTES_PER_UNIT + 1;
      if (batch.length > 0 && bytes + size > SERVER_FRAME_BYTES) {
        frames.push(`[${batch.join(",")}]`);
        batch = [];
        bytes = 0;
      }
      batch.push(text);
      bytes += size;
    }
    if (batch.length > 0) frames.push(`[${batch.join(",")}]`);
    return frames;
  },

  merge(frames) {
    const [only = ""] = frames;
    return frames.length === 1 ? only : `[${frames.map((frame) => frame.slice(1, -1)).join(",")}]`;
  },
};

/** The events in a frame that a thread encoded, for a transport with frames of its own. */
export function eventsIn(frame: string): ThreadEvent[] {
  return JSON.parse(frame) as ThreadEvent[];
}

/** At most so many bytes of UTF-8 are in one UTF-16 unit. */
export const BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();

/** The `id` that a reply to this command names, if the command is sound enough to have one. */
export function commandIdOf(command: unknown): string | undefined {
  if (typeof command !== "object" || command === null || !("id" in command)) return undefined;
  return typeof command.id === "string" && command.id.length <= COMMAND_ID_LENGTH ? command.id : undefined;
}

/** As many of the first items, given as JSON, as fit into so many bytes of it. */
export function fitting(items: readonly string[], bytes: number): readonly string[] {
  // Far below it, as most are, their lengths are enough.
  const length = items.reduce((sum, item) => sum + item.length + 1, 0);
  if (length * BYTES_PER_UNIT <= bytes) return items;
  let left = bytes;
  const cut = items.findIndex((item) => {
    left -= encoder.encode(item).length + 1;
    return left < 0;
  });
  return cut === -1 ? items : items.slice(0, cut);
}

/** The JSON of an object that has a key, with another one that holds a list of these items, given as JSON. */
export function withList(object: string, key: string, items: readonly string[]): string {
  return withValue(object, key, `[${items.join(",")}]`);
}

/** The JSON of an object that has a key, with another one of this value, given as JSON. */
export function withValue(object: string, key: string, value: string): string {
  return `${object.slice(0, -1)},"${key}":${value}}`;
}

/** Whether a text is over so many bytes of UTF-8, without encoding the many that cannot be. */
function isOver(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * BYTES_PER_UNIT > bytes && encoder.encode(text).length > bytes;
}
