/** What moderators and owners do to keep a thread in order, and the log of it. */
import { auditQuery } from "../../protocol/moderation.ts";
import { callForValue } from "../../rpc/call.ts";
import { json } from "../answers.ts";
import type { ApiRouter } from "../api.ts";
import { inThread } from "../in-thread.ts";
import { query } from "../parameters.ts";

export function moderationRoutes(api: ApiRouter): void {
  api.get(
    "/api/threads/:threadId/audit",
    inThread(async ({ request, user, thread }) => {
      const page = query(request, auditQuery);
      return json(await callForValue(thread, (object) => object.query(user, { type: "audit", ...page })));
    }),
  );
}
