/** Reports of messages. */
import * as reports from "../../protocol/reports.ts";
import type { Operations } from "./operation.ts";
import { page } from "./page.ts";

const state = {
  schema: reports.reportsQuery.shape.state,
  description: "Only those that are `open`, or `resolved`.",
};

export const reportOperations: Operations = {
  "POST /api/threads/:threadId/messages/:seq/reports": {
    id: "reportMessage",
    tag: "Moderation",
    summary: "Report a message",
    description:
      "Once a message and user: another report of theirs changes nothing, and is answered as the first.",
    allowed: "user",
    body: reports.postReport,
    answers: { 202: ["It is stored, and moderators and the host see it."] },
    errors: ["conflict", "gone"],
  },
  "GET /api/threads/:threadId/reports": {
    id: "listReports",
    tag: "Moderation",
    summary: "List a thread's reports",
    description:
      "Newest first, without those of the caller's own messages. Those of a direct thread are the host's alone.",
    allowed: "user or host",
    query: { state, ...page },
    answers: { 200: ["The reports.", reports.reportPage] },
    errors: ["forbidden"],
  },
  "POST /api/threads/:threadId/reports/:no": {
    id: "resolveReport",
    tag: "Moderation",
    summary: "Resolve a report",
    description:
      "What is done about it has to be the caller's right: where it is refused, the report stays open.",
    allowed: "user or host",
    body: reports.resolveReport,
    answers: { 200: ["The report, resolved.", reports.report] },
    errors: ["forbidden", "conflict"],
  },
  "GET /api/reports": {
    id: "listAllReports",
    tag: "Moderation",
    summary: "List the reports of all threads",
    description: "Newest first, those of direct threads too. At most 40, else 20.",
    allowed: "host",
    query: {
      state,
      cursor: page.cursor,
      limit: {
        schema: reports.hostReportsQuery.shape.limit,
        description: "How many at most: 1 to 40, else 20.",
      },
    },
    answers: { 200: ["The reports.", reports.reportPage] },
  },
};
