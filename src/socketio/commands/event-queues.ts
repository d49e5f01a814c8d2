/** The events of each session, taken one after the other: each waits until what came before it has been done. */
import { LilypadError } from "../../protocol/errors.ts";
import { SOCKETIO_EVENTS_AT_ONCE } from "../../protocol/limits.ts";
import type { ClientSession } from "../session-data.ts";
import type { Reply } from "./reply.ts";

/** Most events of a session that may wait for those before them. */
const MOST_WAITING = SOCKETIO_EVENTS_AT_ONCE;

export class EventQueues {
  readonly #queues = new WeakMap<ClientSession, { last: Promise<void>; waiting: number }>();
  /** Those of which nothing is done any more: for misconduct, or since they were revoked. */
  readonly #stopped = new WeakSet<ClientSession>();

  /** Does nothing more of what a session emitted. */
  stop(session: ClientSession): void {
    this.#stopped.add(session);
  }

  /** Does the work in its turn. What it throws is the reply. */
  add(session: ClientSession, reply: Reply, work: () => void | Promise<void>): void {
    const queue = this.#queues.get(session) ?? { last: Promise.resolve(), waiting: 0 };
    this.#queues.set(session, queue);
    if (queue.waiting >= MOST_WAITING)
      return reply.failure(
        new LilypadError("rate_limited", "Too many events at once.", { retryAfterMs: 1_000 }),
      );
    queue.waiting += 1;
    queue.last = queue.last
      .then(() => (this.#stopped.has(session) ? undefined : work()))
      .catch((error: unknown) => reply.failure(error))
      .finally(() => {
        queue.waiting -= 1;
      });
  }
}
