/** Keeping a thread in order. */
import * as moderation from "../../protocol/moderation.ts";
import type { Operations } from "./operation.ts";

const { before, limit } = moderation.auditQuery.shape;

export const moderationOperations: Operations = {
  "GET /api/threads/:threadId/audit": {
    id: "getAudit",
    tag: "Moderation",
    summary: "Read the audit log",
    description: "Newest act first. Owners and the host may.",
    allowed: "user or host",
    query: {
      before: { schema: before, description: "The acts before this `no`; without it the newest." },
      limit: { schema: limit, description: "How many at most: 1 to 200, else 50." },
    },
    answers: { 200: ["The acts.", moderation.auditPage] },
    errors: ["forbidden"],
  },
};
