/** Every route. Each is documented in src/api-docs/operations; test/api-docs compares the two. */
import type { ApiRouter } from "../router.ts";
import { firstFrontEndRoutes } from "../first-front-end/routes.ts";
import { adminRoutes } from "./admin.ts";
import { blockRoutes } from "./blocks.ts";
import { consentRoutes } from "./consent.ts";
import { healthRoute } from "./health.ts";
import { hostBanRoutes } from "./host-bans.ts";
import { hostUserRoutes } from "./host-users.ts";
import { linkRoutes } from "./links.ts";
import { memberRoutes } from "./members.ts";
import { messageRoutes } from "./messages.ts";
import { moderationRoutes } from "./moderation.ts";
import { peopleRoutes } from "./people.ts";
import { reportRoutes } from "./reports.ts";
import { sessionRoutes } from "./session.ts";
import { socketRoutes } from "./sockets.ts";
import { threadRoutes } from "./threads.ts";

export function addRoutes(api: ApiRouter): void {
  healthRoute(api);
  adminRoutes(api);
  sessionRoutes(api);
  socketRoutes(api);
  threadRoutes(api);
  memberRoutes(api);
  consentRoutes(api);
  messageRoutes(api);
  moderationRoutes(api);
  peopleRoutes(api);
  blockRoutes(api);
  hostUserRoutes(api);
  hostBanRoutes(api);
  firstFrontEndRoutes(api);
  reportRoutes(api);
  linkRoutes(api);
}
