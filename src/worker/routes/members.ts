/** `/api/threads/:threadId/members`: who belongs. */
import { authenticate } from "../../auth/authenticate.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { callForValue, callObject } from "../../rpc/call.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { pageQuery, putMember } from "../../protocol/http.ts";
import { json, noContent } from "../answers.ts";
import type { ApiRequest, ApiRouter } from "../api.ts";
import { inThread } from "../in-thread.ts";
import { profilesOf } from "../known-users.ts";
import { isThreadId, query, userIdOf } from "../parameters.ts";
import { bodyOrNothing } from "../request-body.ts";

const MEMBERS = "/api/threads/:threadId/members";

/** Where a user leaves a thread that is gone, or that they are not in: whether it was still on their list, and no longer is. */
async function removeFromOwnList(request: ApiRequest, env: Env): Promise<boolean> {
  const { user } = await authenticate(request, env);
  const threadId = request.params["threadId"] ?? "";
  if (userIdOf(request) !== user.id || !isThreadId(threadId)) return false;
  return callObject(
    () => presenceStubOf(env, user.id),
    (presence) => presence.removeFromList(user.id, threadId),
  );
}

export function memberRoutes(api: ApiRouter): void {
  api.get(
    MEMBERS,
    inThread(async ({ request, user, thread }) => {
      const page = query(request, pageQuery);
      return json(await callForValue(thread, (object) => object.members(user, page)));
    }),
  );

  api.put(
    `${MEMBERS}/:userId`,
    inThread(async ({ request, run, env }) => {
      const userId = userIdOf(request);
      const { role } = await bodyOrNothing(request, putMember);
      // Looked up here, judged there: the thread decides the caller's right before it discloses anything of the user.
      const [profile = null] = await profilesOf(env, [userId]);
      return json(await run({ type: "put_member", userId, role, profile }));
    }),
  );

  const removeMember = inThread(async ({ request, run }) => {
    await run({ type: "remove_member", userId: userIdOf(request) });
    return noContent();
  });
  api.delete(`${MEMBERS}/:userId`, async (request, env) => {
    try {
      return await removeMember(request, env);
    } catch (error) {
      const isNotFound = error instanceof LilypadError && error.code === "not_found";
      if (isNotFound && (await removeFromOwnList(request, env))) return noContent();
      throw error;
    }
  });
}
