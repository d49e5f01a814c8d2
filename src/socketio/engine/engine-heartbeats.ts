/**
 * Heartbeats: the server pings each session, and ends those that do not answer. One alarm of the object pings all sessions
 * together, and none is set while there are no sessions.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { EngineSession } from "./engine-session.ts";

/**
 * How long after pings, at most, a timer waits for the answers, which keeps the object awake: about as long as costs what
 * another alarm does. Only for those that did not answer by then is there one.
 */
const LOOK_MS = 2_000;

export interface EngineHeartbeatsParts<D> {
  sessions: ReadonlyMap<string, EngineSession<D>>;
  ping: (session: EngineSession<D>) => void;
  /** A session's client did not answer in time. */
  lost: (session: EngineSession<D>) => void;
}

type Options = Pick<EngineOptions, "pingIntervalMs" | "pingTimeoutMs" | "pingTogetherMs">;

export class EngineHeartbeats<D> {
  readonly #alarm: AlarmScheduler;
  readonly #options: Options;
  readonly #parts: EngineHeartbeatsParts<D>;
  /** Since this object woke, those that were pinged and have not answered. */
  readonly #unanswered = new Set<EngineSession<D>>();
  #look: ReturnType<typeof setTimeout> | undefined;

  /** Registers its duty. */
  constructor(alarm: AlarmScheduler, options: Options, parts: EngineHeartbeatsParts<D>) {
    this.#alarm = alarm;
    this.#options = options;
    this.#parts = parts;
    alarm.register({ name: "heartbeats", run: (now) => this.#round(now), dueAt: () => this.#nextRound() });
  }

  /** A session was opened: makes sure that the time of its ping comes. */
  opened({ record }: EngineSession<D>): void {
    this.#alarm.wakeBy(record.pingDueAt);
  }

  /** A session is being pinged: its pong is due. */
  pinged(session: EngineSession<D>, now: number): void {
    const { record } = session;
    const { pingIntervalMs, pingTimeoutMs } = this.#options;
    this.#unanswered.add(session);
    // Where the alarm was a little late, that is not added.
    const late = Math.max(0, Math.min(now - record.pingDueAt, pingTimeoutMs / 4));
    record.pongDueAt ||= now - late + pingTimeoutMs;
    record.pingDueAt = now + pingIntervalMs;
    if (this.#look !== undefined) return;
    this.#look = setTimeout(() => this.#lookForPongs(), Math.min(LOOK_MS, pingTimeoutMs));
  }

  /** Whether the pong is overdue, whenever it is looked for. */
  isLost({ record }: EngineSession<D>, now: number): boolean {
    return record.pongDueAt > 0 && now >= record.pongDueAt;
  }

  /** A client answered. */
  ponged(session: EngineSession<D>, save: () => void): void {
    if (session.record.pongDueAt === 0) return;
    session.record.pongDueAt = 0;
    save();
    this.#answered(session);
  }

  /** A session has ended. */
  ended(session: EngineSession<D>): void {
    this.#answered(session);
  }

  #round(now: number): void {
    for (const session of this.#parts.sessions.values()) {
      const { pingDueAt, pongDueAt } = session.record;
      if (this.isLost(session, now)) this.#parts.lost(session);
      else if (pongDueAt === 0 && pingDueAt <= now + this.#options.pingTogetherMs) this.#parts.ping(session);
    }
  }

  /** The next ping: of pongs that do not come, the timer makes sure. */
  #nextRound(): number | undefined {
    const due = [...this.#parts.sessions.values()].map(({ record }) => record.pingDueAt);
    return due.length > 0 ? due.reduce((a, b) => Math.min(a, b)) : undefined;
  }

  /** Once all have answered, nothing keeps the object awake. */
  #answered(session: EngineSession<D>): void {
    if (!this.#unanswered.delete(session) || this.#unanswered.size > 0) return;
    if (this.#look !== undefined) clearTimeout(this.#look);
    this.#look = undefined;
  }

  #lookForPongs(): void {
    this.#look = undefined;
    const now = Date.now();
    const unanswered = [...this.#unanswered];
    this.#unanswered.clear();
    for (const session of unanswered) {
      if (this.isLost(session, now)) this.#parts.lost(session);
      else this.#alarm.wakeBy(session.record.pongDueAt);
    }
  }
}
