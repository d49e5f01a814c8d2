/**
 * Which reports there are in all threads: kept in one object of this class that holds no thread, so that the host pages through
 * its list without asking every thread. It has their numbers alone. What a report says stays in its thread, and is erased there.
 */
import type { ReportState } from "../../protocol/reports.ts";
import type { HostReportsRpc, KnownReport, ListedReport } from "../../rpc/host-reports.ts";

export class HostReports implements HostReportsRpc {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Three rows written for a new report, two for one that is resolved, none for one that is known so. */
  async putReports(threadId: string, reports: KnownReport[]): Promise<void> {
    // The object holds no thread and never will: it has no schema but this.
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS host_reports (
         id INTEGER PRIMARY KEY, thread_id TEXT NOT NULL, no INTEGER NOT NULL, at INTEGER NOT NULL,
         is_open INTEGER NOT NULL, UNIQUE (thread_id, no)
       );
       CREATE INDEX IF NOT EXISTS host_reports_open ON host_reports (id) WHERE is_open = 1`,
    );
    for (const { no, at, isOpen } of reports)
      this.#sql.exec(
        `INSERT INTO host_reports (thread_id, no, at, is_open) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET is_open = excluded.is_open WHERE is_open <> excluded.is_open`,
        threadId,
        no,
        at,
        Number(isOpen),
      );
  }

  async forgetReports(threadId: string): Promise<void> {
    if (this.#exists()) this.#sql.exec("DELETE FROM host_reports WHERE thread_id = ?", threadId);
  }

  async listReports(before: number, limit: number, state?: ReportState): Promise<ListedReport[]> {
    if (!this.#exists()) return [];
    const ofState = state === undefined ? "" : `AND is_open = ${Number(state === "open")}`;
    return this.#sql
      .exec<ListedReport>(
        `SELECT id, thread_id AS threadId, no FROM host_reports WHERE id < ? ${ofState} ORDER BY id DESC LIMIT ?`,
        before,
        limit,
      )
      .toArray();
  }

  /** False in an object that holds a thread, or never kept any. */
  #exists(): boolean {
    const tables = this.#sql.exec(
      "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'host_reports'",
    );
    return tables.toArray().length > 0;
  }
}
