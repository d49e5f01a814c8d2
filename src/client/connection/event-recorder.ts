/** Records the events that overtake a response: what the response contains may be from before them. */
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
