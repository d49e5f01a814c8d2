/**
 * The entry `lilypad/moderation`: the moderation of a thread, as functions over HTTP. An entry of its own, since most pages
 * that show a chat need none of it.
 */
import type { Link, NewLink } from "../../protocol/links.ts";
import type { AuditPage, Ban, BanPage, PutBan } from "../../protocol/moderation.ts";
import type { Member, Thread, ThreadSettings } from "../../protocol/model.ts";
import type { ReportPage, ReportState, ResolveReport } from "../../protocol/reports.ts";
import type { Client } from "../client.ts";
import { apiPath, queryString } from "../http/url.ts";

/** Each call rejects with a `RequestError`. Times are in milliseconds since the epoch. */
export interface Moderation {
  /** What is absent stays, and `null` removes the topic. */
  changeSettings(threadId: string, settings: Partial<ThreadSettings>): Promise<Thread>;
  /** Until then the member may read, and not write; null ends it. */
  timeOut(threadId: string, userId: string, until: number | null): Promise<Member>;
  /** Removes a user, who is a stranger to the thread until then, or for good; `purgeSeconds` deletes what they wrote lately. */
  ban(threadId: string, userId: string, ban?: PutBan): Promise<Ban>;
  unban(threadId: string, userId: string): Promise<void>;
  bans(threadId: string, page?: { cursor?: string | undefined; limit?: number }): Promise<BanPage>;
  /** Makes a link by which people join the thread. Its code is in this answer alone. */
  createLink(threadId: string, link?: { expiresAt?: number; uses?: number }): Promise<NewLink>;
  links(threadId: string): Promise<readonly Link[]>;
  revokeLink(threadId: string, no: number): Promise<void>;
  /** Reports a message to the thread's moderators; once for each message and user. */
  report(threadId: string, seq: number, report: { reason: string; note?: string }): Promise<void>;
  /** For moderators: those about themselves are left out. */
  reports(
    threadId: string,
    page?: { state?: ReportState; cursor?: string | undefined; limit?: number },
  ): Promise<ReportPage>;
  resolveReport(threadId: string, no: number, resolution: ResolveReport): Promise<void>;
  /** What was done, newest first; `before` the entry of a `no`. */
  audit(threadId: string, page?: { before?: number; limit?: number }): Promise<AuditPage>;
}

/** The calls for a client. */
export function createModeration({ request }: Pick<Client, "request">): Moderation {
  const path = (threadId: string, ...parts: readonly string[]) => apiPath("threads", threadId, ...parts);
  return {
    changeSettings: (threadId, settings) => request("PATCH", path(threadId), settings),
    timeOut: (threadId, userId, timeoutUntil) =>
      request("PUT", path(threadId, "members", userId), { timeoutUntil }),
    ban: (threadId, userId, ban = {}) => request("PUT", path(threadId, "bans", userId), ban),
    unban: (threadId, userId) => request("DELETE", path(threadId, "bans", userId)),
    bans: (threadId, page) => request("GET", path(threadId, "bans") + queryString(page)),
    createLink: (threadId, link = {}) => request("POST", path(threadId, "links"), link),
    links: async (threadId) => (await request<{ links: Link[] }>("GET", path(threadId, "links"))).links,
    revokeLink: (threadId, no) => request("DELETE", path(threadId, "links", String(no))),
    report: (threadId, seq, report) =>
      request("POST", path(threadId, "messages", String(seq), "reports"), report),
    reports: (threadId, page) => request("GET", path(threadId, "reports") + queryString(page)),
    resolveReport: (threadId, no, resolution) =>
      request("POST", path(threadId, "reports", String(no)), resolution),
    audit: (threadId, page) => request("GET", path(threadId, "audit") + queryString(page)),
  };
}
