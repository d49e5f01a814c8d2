/** How far the host's server was sent what happened in the thread: a row, where it is sent anything. */
import { NO_FAILURES, type Failures } from "./webhook-attempts.ts";

/** The newest event that was delivered or passed: its rev, -1 before the thread's creation; and the newest message up to it. */
export interface WebhookPosition {
  rev: number;
  seq: number;
  /** The number of the newest report that was delivered. */
  report: number;
}

type CursorRow = { rev: number; seq: number; report_no: number; failures: number; retry_at: number };

export class WebhookCursor {
  readonly #sql: SqlStorage;
  /** Null where nothing is stored, undefined where that was not looked up. */
  #current: (WebhookPosition & Failures) | null | undefined;
  #isStored = true;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Undefined where nothing was to be delivered yet. The schema is there. */
  get current(): (WebhookPosition & Failures) | undefined {
    if (this.#current === undefined) {
      const [row] = this.#sql
        .exec<CursorRow>("SELECT rev, seq, report_no, failures, retry_at FROM webhooks")
        .toArray();
      this.#current = row
        ? {
            rev: row.rev,
            seq: row.seq,
            report: row.report_no,
            failures: row.failures,
            retryAt: row.retry_at,
          }
        : null;
    }
    return this.#current ?? undefined;
  }

  /** Begins at a position: one row written. */
  begin(position: WebhookPosition): void {
    this.#current = { ...position, ...NO_FAILURES };
    this.store();
  }

  /** Moves on, in memory alone: an event that is delivered twice after a crash has the id it had. */
  passed({ rev, seq, report }: WebhookPosition, { failures, retryAt }: Failures): void {
    this.#current = { rev, seq, report, failures, retryAt };
    this.#isStored = false;
  }

  /** Delivery failed, or has to wait: one row written. */
  waits({ failures, retryAt }: Failures): void {
    if (!this.current) return;
    this.#current = { ...this.current, failures, retryAt };
    this.store();
  }

  /** Stores where it moved to: one row written, where it moved. */
  storeIfMoved(): void {
    if (!this.#isStored) this.store();
  }

  store(): void {
    if (!this.#current) return;
    const { rev, seq, report, failures, retryAt } = this.#current;
    this.#sql.exec(
      `INSERT INTO webhooks (only, rev, seq, report_no, failures, retry_at) VALUES (1, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET rev = excluded.rev, seq = excluded.seq, report_no = excluded.report_no,
       failures = excluded.failures, retry_at = excluded.retry_at`,
      rev,
      seq,
      report,
      failures,
      retryAt,
    );
    this.#isStored = true;
  }

  /** The storage is about to be erased. */
  forget(): void {
    this.#current = undefined;
    this.#isStored = true;
  }
}
