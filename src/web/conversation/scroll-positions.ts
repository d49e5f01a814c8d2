/**
 * Where the message list stood at each entry of the browser's history, so that Back and Forward return there. In memory
 * alone, as the messages are.
 */
import type { HeldRow } from "../../view/message-list/virtual-list.ts";

/** As many entries are remembered. */
const MOST_ENTRIES = 100;

/** A row that was in view, its message, and where it was. */
export interface ScrollPosition extends HeldRow {
  /** Undefined where the message was not stored yet. */
  seq: number | undefined;
}

const positions = new Map<string, ScrollPosition>();

/** The position at an entry; undefined where the list was at its bottom, or is new. */
export function scrollPositionAt(entry: string): ScrollPosition | undefined {
  return positions.get(entry);
}

export function rememberScrollPosition(entry: string, position: ScrollPosition | undefined): void {
  positions.delete(entry);
  if (!position) return;
  positions.set(entry, position);
  const [oldest] = positions.keys();
  if (positions.size > MOST_ENTRIES && oldest !== undefined) positions.delete(oldest);
}
