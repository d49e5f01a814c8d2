/** Catching up: the two logs merged into the events that a client missed, each with what it is about as that is now. */
import type { DurableEvent } from "../../protocol/events.ts";
import { replayChange } from "../commands.ts";
import type { StoredThread } from "../stored-thread.ts";

/** The durable events after a rev, in order. Reads at most as many rows of each log as there were events. */
export function eventsSince(thread: StoredThread, rev: number): DurableEvent[] {
  const chats = thread.messages
    .since(rev, thread.rev - rev)
    .map((made): DurableEvent => ({ type: "chat", rev: made.rev, message: made.message }));
  const changes = thread.changes.since(rev).map((change) => replayChange(change, thread));
  return [...chats, ...changes].toSorted((a, b) => a.rev - b.rev);
}
