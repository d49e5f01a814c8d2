/** What moderators and owners do to moderate a thread, and the log of it. */
import { pageQuery } from "../../protocol/http.ts";
import { auditQuery, putBan } from "../../protocol/moderation.ts";
import { callForValue } from "../../rpc/call.ts";
import { json, noContent } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { inThread } from "../in-thread.ts";
import { query, userIdOf } from "../parameters.ts";
import { bodyOrNothing } from "../request-body.ts";

const BANS = "/api/threads/:threadId/bans";

export function moderationRoutes(api: ApiRouter): void {
  api.get(
    BANS,
    inThread(async ({ request, user, thread }) => {
      const page = query(request, pageQuery);
      return json(await callForValue(thread, (object) => object.query(user, { type: "bans", ...page })));
    }),
  );

  api.put(
    `${BANS}/:userId`,
    inThread(async ({ request, run }) => {
      const userId = userIdOf(request);
      return json(await run({ type: "ban", userId, ...(await bodyOrNothing(request, putBan)) }));
    }),
  );

  api.delete(
    `${BANS}/:userId`,
    inThread(async ({ request, run }) => {
      await run({ type: "lift_ban", userId: userIdOf(request) });
      return noContent();
    }),
  );

  api.get(
    "/api/threads/:threadId/audit",
    inThread(async ({ request, user, thread }) => {
      const page = query(request, auditQuery);
      return json(await callForValue(thread, (object) => object.query(user, { type: "audit", ...page })));
    }),
  );
}
