/** What a run counts for each kill point, and the violations it finds. */
import type { Row } from "../support/program.ts";

export class KillCounts {
  rounds = 0;
  sent = 0;
  acknowledged = 0;
  /** Commands sent that were neither acknowledged nor refused when the process was killed. */
  inFlight = 0;
  /** Those of `inFlight` that turned out to be stored: only the acknowledgement was lost. */
  acksLost = 0;
  missing = 0;
  storedTwice = 0;
  seqGaps = 0;
  resumes = 0;
  resumesWithGaps = 0;
  /** Pairs of a tab and a thread whose newest message and unread count the tab must know. */
  notifications = 0;
  /** Those that arrived only after a restart, with no command left to trigger them: from the alarm alone. */
  notificationsByAlarm = 0;
  notificationsMissing = 0;
  slowestNotificationMs = 0;
  slowestRestartMs = 0;

  add(other: KillCounts): void {
    this.rounds += other.rounds;
    this.sent += other.sent;
    this.acknowledged += other.acknowledged;
    this.inFlight += other.inFlight;
    this.acksLost += other.acksLost;
    this.missing += other.missing;
    this.storedTwice += other.storedTwice;
    this.seqGaps += other.seqGaps;
    this.resumes += other.resumes;
    this.resumesWithGaps += other.resumesWithGaps;
    this.notifications += other.notifications;
    this.notificationsByAlarm += other.notificationsByAlarm;
    this.notificationsMissing += other.notificationsMissing;
    this.slowestNotificationMs = Math.max(this.slowestNotificationMs, other.slowestNotificationMs);
    this.slowestRestartMs = Math.max(this.slowestRestartMs, other.slowestRestartMs);
  }

  row(killed: string): Row {
    return {
      killed,
      rounds: this.rounds,
      sent: this.sent,
      acknowledged: this.acknowledged,
      "in flight": this.inFlight,
      "acks lost": this.acksLost,
      missing: this.missing,
      "stored twice": this.storedTwice,
      "seq gaps": this.seqGaps,
      resumes: this.resumes,
      "with gaps": this.resumesWithGaps,
      notifications: this.notifications,
      "by alarm": this.notificationsByAlarm,
      "not notified": this.notificationsMissing,
      "slowest notification ms": Math.round(this.slowestNotificationMs),
      "slowest restart ms": Math.round(this.slowestRestartMs),
    };
  }
}

/** The violations found, each once. */
export class ViolationLog {
  readonly #violations = new Set<string>();

  /** Adds a violation; returns whether it is new. */
  add(violation: string): boolean {
    const isNew = !this.#violations.has(violation);
    this.#violations.add(violation);
    return isNew;
  }

  get all(): string[] {
    return [...this.#violations];
  }
}
