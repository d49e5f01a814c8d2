/** The RPC interface of the object that knows which reports there are in all threads, for the host's list of them. */
import type { ReportState } from "../protocol/reports.ts";
import type { Stub } from "./call.ts";

/** That there is a report, and no more: what it says is asked of its thread. */
export interface KnownReport {
  no: number;
  /** Milliseconds since the epoch. */
  at: number;
  isOpen: boolean;
}

/** A report on a page of the list. */
export type ListedReport = {
  /** Its place in the list, which rises with each report that becomes known. */
  id: number;
  threadId: string;
  no: number;
};

export interface HostReportsRpc {
  /** Makes reports of a thread known, as they are now. Idempotent. */
  putReports: (threadId: string, reports: KnownReport[]) => Promise<void>;
  /** The thread is gone, and its reports with it. Idempotent. */
  forgetReports: (threadId: string) => Promise<void>;
  /** Those before a place, newest first, at most so many. */
  listReports: (before: number, limit: number, state?: ReportState) => Promise<ListedReport[]>;
}

/** A fresh stub of the one object. Its name is no thread's. */
export function hostReportsStub(env: Env): Stub<HostReportsRpc> {
  const id = env.CHAT_THREAD.idFromName(JSON.stringify({ host: "reports" }));
  return env.CHAT_THREAD.get(id) as unknown as Stub<HostReportsRpc>;
}
