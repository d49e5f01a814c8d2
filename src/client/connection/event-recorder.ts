/** Records the events that overtake a response: what the response contains may be from before them. */
import { RequestError } from "../http/request-error.ts";
import type { Listeners } from "../store/listeners.ts";

/**
 * Runs a request; resolves to its result and the events that arrived while it was under way. Rejects where the listeners were
 * cleared meanwhile: what is open by now may be another user's.
 */
export type RecordEvents<Event> = <T>(request: () => Promise<T>) => Promise<[T, readonly Event[]]>;

/** Records the events that these listeners are notified of. */
export function createEventRecorder<Event>(listeners: Listeners<Event>): RecordEvents<Event> {
  return async (request) => {
    const events: Event[] = [];
    const { clearings } = listeners;
    const stop = listeners.add((event) => events.push(event));
    try {
      const result = await request();
      if (listeners.clearings !== clearings) throw new RequestError("offline", "It was closed meanwhile.");
      return [result, events];
    } finally {
      stop();
    }
  };
}
