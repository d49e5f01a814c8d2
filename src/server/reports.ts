/** Reports of messages, as the host sees and resolves them. */
import type { Report, ReportPage, ReportState } from "../protocol/reports.ts";
import { queryString } from "./query-string.ts";
import type { Send } from "./request.ts";

/**
 * What is done about a report: nothing; the message is deleted; or its author is timed out, or banned from the thread, until then
 * (ms since the Unix epoch), not in direct threads. `note` is at most 1,000 characters, for the audit log.
 */
export type Resolution =
  | { action: "dismiss" | "delete"; note?: string }
  | { action: "timeout"; until: number; note?: string }
  | { action: "ban"; until?: number; note?: string };

export interface ReportRange {
  /** `nextCursor` of the page before. */
  cursor?: string;
  limit?: number;
  /** Only those that are open, or resolved. */
  state?: ReportState;
}

export class Reports {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** The reports of all threads, newest first, at most 40 on a page; 20 if `limit` is absent. */
  list(range: ReportRange = {}): Promise<ReportPage> {
    return this.#send({ method: "GET", path: `/api/reports${queryString(range)}` });
  }

  /** Resolves a report of the list. Rejects with `conflict` where that was done before. */
  resolve({ threadId, no }: Pick<Report, "threadId" | "no">, resolution: Resolution): Promise<Report> {
    const path = `/api/threads/${encodeURIComponent(threadId)}/reports/${no}`;
    return this.#send({ method: "POST", path, body: resolution, isOnce: true });
  }
}
