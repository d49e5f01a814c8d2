/** Keeps apart what a response contains and what has happened since: a response may be older than events that overtook it. */
import type { Listeners } from "../store/listeners.ts";

/** Runs a request; resolves to its result and the events that arrived while it was under way. */
export type RecordEvents<Event> = <T>(request: () => Promise<T>) => Promise<[T, readonly Event[]]>;

/** Records the events that these listeners are notified of. */
export function createEventRecorder<Event>(listeners: Listeners<Event>): RecordEvents<Event> {
  return async (request) => {
    const events: Event[] = [];
    const stop = listeners.add((event) => events.push(event));
    try {
      return [await request(), events];
    } finally {
      stop();
    }
  };
}
