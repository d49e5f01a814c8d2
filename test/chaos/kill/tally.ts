/** What a run counts, one tally a kind of kill, and what it finds broken. */
import type { Row } from "../support/script.ts";

export class Tally {
  rounds = 0;
  sent = 0;
  acknowledged = 0;
  /** Sent, and neither acknowledged nor known to be refused when the process was killed. */
  underWay = 0;
  /** Of those, the ones that turned out to be stored: only their acknowledgement was lost. */
  ackLost = 0;
  missing = 0;
  storedTwice = 0;
  seqGaps = 0;
  resumes = 0;
  resumesWithGaps = 0;
  /** For each tab and thread: that it knows of the newest message, and what is unread. */
  newsOwed = 0;
  /** Of those, the ones that a tab lacked after a restart with nothing left to be sent: only an alarm can bring them. */
  newsByAlarm = 0;
  newsMissing = 0;
  slowestNewsMs = 0;
  slowestRestartMs = 0;

  add(other: Tally): void {
    this.rounds += other.rounds;
    this.sent += other.sent;
    this.acknowledged += other.acknowledged;
    this.underWay += other.underWay;
    this.ackLost += other.ackLost;
    this.missing += other.missing;
    this.storedTwice += other.storedTwice;
    this.seqGaps += other.seqGaps;
    this.resumes += other.resumes;
    this.resumesWithGaps += other.resumesWithGaps;
    this.newsOwed += other.newsOwed;
    this.newsByAlarm += other.newsByAlarm;
    this.newsMissing += other.newsMissing;
    this.slowestNewsMs = Math.max(this.slowestNewsMs, other.slowestNewsMs);
    this.slowestRestartMs = Math.max(this.slowestRestartMs, other.slowestRestartMs);
  }

  row(killed: string): Row {
    return {
      killed,
      rounds: this.rounds,
      sent: this.sent,
      acknowledged: this.acknowledged,
      "under way": this.underWay,
      "ack lost": this.ackLost,
      missing: this.missing,
      "stored twice": this.storedTwice,
      "seq gaps": this.seqGaps,
      resumes: this.resumes,
      "with gaps": this.resumesWithGaps,
      "news owed": this.newsOwed,
      "by alarm": this.newsByAlarm,
      "news missing": this.newsMissing,
      "slowest news ms": Math.round(this.slowestNewsMs),
      "slowest restart ms": Math.round(this.slowestRestartMs),
    };
  }
}

/** What broke a promise, each thing once. */
export class Findings {
  readonly #found = new Set<string>();

  /** True the first time this is found. */
  add(violation: string): boolean {
    const isNew = !this.#found.has(violation);
    this.#found.add(violation);
    return isNew;
  }

  get all(): string[] {
    return [...this.#found];
  }

  get any(): boolean {
    return this.#found.size > 0;
  }
}
