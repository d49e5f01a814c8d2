/** What the host's server alone does with users: making them known, and revoking their tokens and cookies. */
import { callObject } from "../../rpc/call.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { putUser, putUserId, revokeUser, type HostUser } from "../../protocol/http.ts";
import { REVOKED_AHEAD_SECONDS } from "../../protocol/limits.ts";
import { parse } from "../../protocol/parse.ts";
import { accepted, json } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { userIdOf } from "../parameters.ts";
import { body, bodyOrNothing } from "../request-body.ts";
import { signedInHost } from "../signed-in.ts";
import { z } from "zod";

export function hostUserRoutes(api: ApiRouter): void {
  api.put("/api/users/:userId", async (request, env) => {
    await signedInHost(request, env);
    const { userId } = parse(z.object({ userId: putUserId }), { userId: userIdOf(request) });
    const put = await body(request, putUser);
    const user = await callObject(
      () => presenceStubOf(env, userId),
      (presence) => presence.putUser(userId, put),
    );
    return json(user);
  });

  api.post("/api/users/:userId/revoke", async (request, env) => {
    await signedInHost(request, env);
    const userId = userIdOf(request);
    const { before } = await bodyOrNothing(request, revokeUser);
    const time = timeOf(before, Date.now() / 1000);
    await callObject(
      () => presenceStubOf(env, userId),
      (presence) => presence.revoke(userId, time),
    );
    return accepted();
  });
}

/** What the host sees of a user. `not_found` of one who is not known. */
export async function hostUserOf(env: Env, userId: string): Promise<HostUser> {
  const found = await callObject(
    () => presenceStubOf(env, userId),
    (presence) => presence.userRecord(userId),
  );
  if (!found) throw new LilypadError("not_found", `No such user: ${userId}`);
  const { user, ...rest } = found;
  return { ...user, ...rest };
}

/** A token of this very second may be from before now: the next second is the first that is not. */
function timeOf(before: number | undefined, now: number): number {
  if (before === undefined) return Math.floor(now) + 1;
  if (before > now + REVOKED_AHEAD_SECONDS)
    throw new LilypadError(
      "bad_request",
      `before: is more than ${REVOKED_AHEAD_SECONDS} seconds ahead. It is in seconds, as a token's iat is.`,
    );
  return before;
}
