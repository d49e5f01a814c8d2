/** Keeping a thread in order. */
import { pageQuery } from "../../protocol/http.ts";
import * as moderation from "../../protocol/moderation.ts";
import type { Operations } from "./operation.ts";

const { before, limit } = moderation.auditQuery.shape;
const page = {
  cursor: { schema: pageQuery.shape.cursor, description: "`nextCursor` of the page before." },
  limit: { schema: pageQuery.shape.limit, description: "How many at most: 1 to 200, else 50." },
};

export const moderationOperations: Operations = {
  "GET /api/threads/:threadId/bans": {
    id: "listBans",
    tag: "Moderation",
    summary: "List who is banned from a thread",
    description: "Newest ban first. Moderators, owners and the host may.",
    allowed: "user or host",
    query: page,
    answers: { 200: ["The bans in force.", moderation.banPage] },
    errors: ["forbidden"],
  },
  "PUT /api/threads/:threadId/bans/:userId": {
    id: "putBan",
    tag: "Moderation",
    summary: "Ban a user from a thread",
    description:
      "They are removed, and kept out until `until`, or for good. Moderators ban members, and who is none; owners and the host " +
      "anyone; nobody themself.",
    allowed: "user or host",
    body: moderation.putBan,
    isBodyOptional: true,
    answers: { 200: ["The ban.", moderation.ban] },
    errors: ["forbidden"],
  },
  "DELETE /api/threads/:threadId/bans/:userId": {
    id: "liftBan",
    tag: "Moderation",
    summary: "Lift a ban from a thread",
    description: "They do not become a member by it.",
    allowed: "user or host",
    answers: { 204: ["They are not banned."] },
    errors: ["forbidden"],
  },
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
