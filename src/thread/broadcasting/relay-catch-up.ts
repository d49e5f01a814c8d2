/** What a relay that missed a batch, or several, delivers instead of it. */
import type { ThreadEvent } from "../../protocol/events.ts";
import { RESUME_EVENTS, RESUME_LENGTH } from "../../protocol/limits.ts";
import { eventEntry } from "../commands.ts";
import { eventsSince, isShareable, profilesSince } from "../messages/replay.ts";
import type { StoredThread } from "../stored-thread.ts";

/** How much a relay may have missed and be sent, in UTF-16 units of JSON. Beyond it, its clients reconnect. */
const RELAY_REPLAY_LENGTH = 8 * RESUME_LENGTH;

/** The events after a rev, and whom they remove; undefined where they are too many, or not the same for every client. */
export function missedByRelay(
  thread: StoredThread,
  rev: number,
): { events: ThreadEvent[]; removed: string[] } | undefined {
  if (thread.isDeleting || thread.rev - rev > RESUME_EVENTS) return undefined;
  const profiles = profilesSince(thread, rev);
  const events = eventsSince(thread, rev, RELAY_REPLAY_LENGTH);
  // The relay sends the same to all. Where that cannot be, its clients reconnect, and each is sent what concerns them.
  if (!profiles || !events?.every(isShareable)) return undefined;
  const removed = events.flatMap((event) => eventEntry(event).disconnects?.(event) ?? []);
  return { events: [...profiles, ...events], removed };
}
