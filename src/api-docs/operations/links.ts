/** Invitation links. */
import * as links from "../../protocol/links.ts";
import { thread } from "../../protocol/model.ts";
import type { Operations } from "./operation.ts";

export const linkOperations: Operations = {
  "POST /api/threads/:threadId/links": {
    id: "createLink",
    tag: "Members",
    summary: "Make an invitation link",
    description: "Its `code` is shown here alone. Whoever has it may join, but for the banned.",
    allowed: "user or host",
    body: links.postLink,
    isBodyOptional: true,
    answers: { 201: ["The link, and its code.", links.newLink] },
    errors: ["forbidden", "conflict"],
  },
  "GET /api/threads/:threadId/links": {
    id: "listLinks",
    tag: "Members",
    summary: "List a thread's invitation links",
    description: "Newest first, at most 100: those that were not revoked.",
    allowed: "user or host",
    answers: { 200: ["The links, without their codes.", links.linkList] },
    errors: ["forbidden"],
  },
  "DELETE /api/threads/:threadId/links/:no": {
    id: "revokeLink",
    tag: "Members",
    summary: "Revoke an invitation link",
    allowed: "user or host",
    answers: { 204: ["It lets nobody in any more."] },
    errors: ["forbidden"],
  },
  "POST /api/links/:code": {
    id: "redeemLink",
    tag: "Members",
    summary: "Join a thread by an invitation link",
    description: "A link that is void in any way is `not_found`. A member spends no use.",
    allowed: "user",
    answers: { 200: ["The thread, which the caller is a member of.", thread] },
    errors: ["not_found"],
  },
};
