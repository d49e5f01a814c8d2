/** `/api/threads/:threadId/members`: who belongs. */
import { askObject } from "../../rpc/call.ts";
import { pageQuery, putMember } from "../../protocol/http.ts";
import { json, noContent } from "../answers.ts";
import type { ApiRouter } from "../api.ts";
import { inThread } from "../in-thread.ts";
import { profilesOf } from "../known-users.ts";
import { query, userIdOf } from "../parameters.ts";
import { bodyOrNothing } from "../request-body.ts";

const MEMBERS = "/api/threads/:threadId/members";

export function memberRoutes(api: ApiRouter): void {
  api.get(
    MEMBERS,
    inThread(async ({ request, user, thread }) => {
      const page = query(request, pageQuery);
      return json(await askObject(thread, (object) => object.members(user, page)));
    }),
  );

  api.put(
    `${MEMBERS}/:userId`,
    inThread(async ({ request, user, thread, env }) => {
      const userId = userIdOf(request);
      const { role } = await bodyOrNothing(request, putMember);
      // Looked up here, judged there: the thread decides the caller's right before it says anything of the user.
      const [profile] = await profilesOf(env, [userId]);
      return json(await askObject(thread, (object) => object.putMember(user, userId, role, profile ?? null)));
    }),
  );

  api.delete(
    `${MEMBERS}/:userId`,
    inThread(async ({ request, user, thread }) => {
      const userId = userIdOf(request);
      await askObject(thread, (object) => object.removeMember(user, userId));
      return noContent();
    }),
  );
}
