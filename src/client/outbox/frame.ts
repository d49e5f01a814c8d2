/** How many of the outbox's commands go together. */
import { CLIENT_FRAME_BYTES } from "../../protocol/limits.ts";
import type { OutboxEntry } from "./entry.ts";

/** Most commands in a frame: fewer than the server admits at once, so that its answers pace a long queue. */
export const FRAME_COMMANDS = 10;
/** The most bytes that a UTF-16 unit takes in UTF-8. */
const BYTES_PER_UNIT = 3;

/** The first of these entries that fit into a frame. One that is too large for a frame goes alone. */
export function frameOf(entries: readonly OutboxEntry[]): OutboxEntry[] {
  const frame: OutboxEntry[] = [];
  let bytes = 2;
  for (const entry of entries) {
    bytes += BYTES_PER_UNIT * JSON.stringify(entry.command).length;
    const isFull = bytes > CLIENT_FRAME_BYTES || frame.length === FRAME_COMMANDS;
    if (frame.length > 0 && isFull) break;
    frame.push(entry);
  }
  return frame;
}
