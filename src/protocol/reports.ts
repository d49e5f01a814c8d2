/** Reports of messages: bodies, queries and answers. */
import { z } from "zod";
import { futureTime } from "./host-bans.ts";
import { digits, pageQuery } from "./http.ts";
import * as limits from "./limits.ts";
import { user } from "./model.ts";
import { characters, seq, time } from "./fields.ts";
import { isBlank } from "./visible-text.ts";

/** Why a message is reported, such as `spam`: the page's own words for it, or the user's. */
export const reportReason = characters(1, limits.REPORT_REASON_LENGTH)
  .refine((reason) => !isBlank(reason), "is blank")
  .transform((reason) => reason.toWellFormed());
/** What else there is to say, of a report or of what was done about it. */
export const reportNote = characters(0, limits.REPORT_NOTE_LENGTH).transform((note) => note.toWellFormed());

export const postReport = z.object({ reason: reportReason, note: reportNote.nullish() });
export type PostReport = z.infer<typeof postReport>;

export const reportState = z.enum(["open", "resolved"]);
export type ReportState = z.infer<typeof reportState>;

export const report = z.object({
  no: z.int().min(1),
  threadId: z.string(),
  at: time,
  state: reportState,
  seq,
  author: user,
  by: user,
  reason: z.string(),
  note: z.string().optional(),
  body: z.string().optional(),
});
/**
 * A report of message `seq` by one who reads the thread. `body` is what the message said then: while the report is open, and
 * 90 days at most.
 */
export type Report = z.infer<typeof report>;

const note = reportNote.nullish();
export const resolveReport = z.discriminatedUnion("action", [
  /** Nothing is done. */
  z.object({ action: z.literal("dismiss"), note }),
  /** The message is deleted, if it is there. */
  z.object({ action: z.literal("delete"), note }),
  /** Its author, a member, may not write until then. */
  z.object({ action: z.literal("timeout"), until: futureTime, note }),
  /** Its author is kept out until then, for good if absent; the report's reason is the ban's. */
  z.object({ action: z.literal("ban"), until: futureTime.nullish(), note }),
]);
export type ResolveReport = z.infer<typeof resolveReport>;

export const reportsQuery = pageQuery.extend({ state: reportState.optional() });
export type ReportsQuery = z.infer<typeof reportsQuery>;
export const reportPage = z.object({ reports: z.array(report), nextCursor: z.string().optional() });
export type ReportPage = z.infer<typeof reportPage>;

/** Of the host's list. Each thread of a page is asked, so a page has few. */
export const hostReportsQuery = reportsQuery.extend({
  limit: digits.pipe(z.int().min(1).max(limits.HOST_REPORTS_MOST)).default(limits.HOST_REPORTS_DEFAULT),
});
export type HostReportsQuery = z.infer<typeof hostReportsQuery>;

export const reportNo = digits.pipe(z.int().min(1));
/** A cursor of a list of reports: what comes before this number. */
export const beforeNo = digits;
