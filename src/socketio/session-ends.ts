/** The ends of sessions: when a user's session is over their transport is closed, and their client signs in again. */
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { SOCKETIO_PING_MS } from "../protocol/limits.ts";
import type { Engine } from "./engine/engine.ts";
import type { ClientSession, SessionData } from "./session-data.ts";

export class SessionEnds {
  readonly #alarm: AlarmScheduler;
  readonly #engine: Engine<SessionData>;
  /** No session ends before. */
  #endsFrom = 0;

  /** Registers the duty. */
  constructor(alarm: AlarmScheduler, engine: Engine<SessionData>) {
    this.#alarm = alarm;
    this.#engine = engine;
    alarm.register({
      name: "ends of sessions",
      run: (now) => this.end(now),
      dueAt: (now) => {
        const ends = [...engine.sessions()].flatMap((session) => endOf(session) ?? []);
        return ends.length > 0 ? near(Math.min(...ends), now) : undefined;
      },
    });
  }

  /** A client has signed in. */
  connected(session: ClientSession, now: number): void {
    const end = endOf(session);
    if (end === undefined) return;
    this.#endsFrom = Math.min(this.#endsFrom, end);
    const soon = near(end, now);
    if (soon !== undefined) this.#alarm.wakeBy(soon);
  }

  hasEnded(session: ClientSession, now: number): boolean {
    return (endOf(session) ?? Infinity) <= now;
  }

  /** Closes what has ended. Looks at no session before one has. */
  end(now: number): void {
    if (now < this.#endsFrom) return;
    this.#endsFrom = Infinity;
    for (const session of this.#engine.sessions()) {
      if (this.hasEnded(session, now)) this.#engine.close(session);
      else this.#endsFrom = Math.min(this.#endsFrom, endOf(session) ?? Infinity);
    }
  }
}

/** When a session ends; undefined of one that nobody has signed in to, or that is being closed. */
function endOf({ data, record }: ClientSession): number | undefined {
  return record.isClosing ? undefined : data.caller?.expiresAt;
}

/** An end that comes before the next heartbeat does. That wakes the object anyway, and looks for ends too. */
function near(end: number, now: number): number | undefined {
  return end - now <= SOCKETIO_PING_MS ? end : undefined;
}
