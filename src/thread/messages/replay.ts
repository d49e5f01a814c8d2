/** Catching up: the two logs merged into the events that a client missed, each with what it is about as that is now. */
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import { RESUME_EVENTS } from "../../protocol/limits.ts";
import { replayChange } from "../commands.ts";
import type { StoredThread } from "../stored-thread.ts";
import { isWhole } from "./reactions.ts";

/**
 * The durable events after a rev, in order; undefined where they are longer than that, in UTF-16 units of their JSON. Reads
 * at most as many rows of each log as there were events.
 */
export function eventsSince(thread: StoredThread, rev: number, atMost: number): DurableEvent[] | undefined {
  const events: DurableEvent[] = [];
  let left = atMost;
  for (const event of replayed(thread, rev)) {
    left -= JSON.stringify(event).length;
    if (left < 0) return undefined;
    events.push(event);
  }
  return events.toSorted((a, b) => a.rev - b.rev);
}

/** What a client at a rev missed besides: the profiles that have changed since; undefined where they are too many. */
export function profilesSince(thread: StoredThread, rev: number): ThreadEvent[] | undefined {
  const users = thread.profiles.changedSince(rev, RESUME_EVENTS + 1);
  return users.length > RESUME_EVENTS ? undefined : users.map((user) => ({ type: "user", user }));
}

function* replayed(thread: StoredThread, after: number): Iterable<DurableEvent> {
  for (const { rev, message } of thread.messages.since(after, thread.rev - after))
    yield { type: "chat", rev, message };
  for (const change of thread.changes.since(after)) yield replayChange(change, thread);
}

/** As `eventsSince`, for one reader alone: with what a shared event cannot say. */
export function eventsFor(
  userId: string,
  ...[thread, rev, atMost]: Parameters<typeof eventsSince>
): DurableEvent[] | undefined {
  const events = eventsSince(thread, rev, atMost);
  for (const event of events ?? []) {
    if ("message" in event) event.message = thread.reactions.seenBy(userId, event.message);
  }
  return events;
}

/** Whether an event says the same to every reader: each finds their own reaction by its list. */
export function isShareable(event: DurableEvent): boolean {
  return !("message" in event) || (event.message.reactions ?? []).every(isWhole);
}
