/** Frames, both ways: what a client sent as commands, and events packed for it. */
import { CLOSE, LilypadError, type CloseCode } from "../protocol/errors.ts";
import { BATCH, CLIENT_FRAME_BYTES, SERVER_FRAME_BYTES } from "../protocol/limits.ts";

const encoder = new TextEncoder();

/** A frame that the contract answers by closing the socket. */
export class FrameError extends Error {
  constructor(
    readonly closeCode: CloseCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether a text is over so many bytes of UTF-8, without encoding the many that cannot be. */
function isOver(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && encoder.encode(text).length > bytes;
}

/**
 * The commands in a client's frame, not yet parsed by any schema. Throws `FrameError` where the socket must be
 * closed, and `too_large` for more commands than a frame may hold.
 */
export function commandsIn(frame: string | ArrayBuffer): unknown[] {
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
}

/** The `id` that an answer to this command names, if the command is sound enough to have one. */
export function idOf(command: unknown): string | undefined {
  if (typeof command !== "object" || command === null || !("id" in command)) return undefined;
  return typeof command.id === "string" && command.id.length <= 64 ? command.id : undefined;
}

/** Events as text frames: JSON arrays, in order, each of at most `SERVER_FRAME_BYTES`. Serialized once for however many sockets. */
export function toFrames(events: readonly object[]): string[] {
  const frames: string[] = [];
  let batch: string[] = [];
  let bytes = 0;
  for (const event of events) {
    const text = JSON.stringify(event);
    // An upper bound is enough here: it can only make a frame smaller than it might be.
    const size = text.length * 3 + 1;
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
}

/** As many of the first items as fit into so many bytes of JSON. */
export function fitting<T>(items: readonly T[], bytes: number): T[] {
  // Far below it, as most are, one look is enough.
  if (!isOver(JSON.stringify(items), bytes)) return [...items];
  let left = bytes;
  const cut = items.findIndex((item) => {
    left -= encoder.encode(JSON.stringify(item)).length + 1;
    return left < 0;
  });
  return items.slice(0, cut === -1 ? items.length : cut);
}
