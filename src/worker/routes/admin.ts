/** `/api/admin`: for the one who runs Lilypad, who has its `ADMIN_SECRET`. Where there is none there is nothing here. */
import { requireAdmin } from "../../auth/admin.ts";
import { configOf } from "../../config/config.ts";
import type { Result } from "../../rpc/result.ts";
import { callForValue } from "../../rpc/call.ts";
import { presenceStub } from "../../rpc/shards.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { moveUsers, type MovedUsers } from "../../protocol/http.ts";
import { json } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { body } from "../request-body.ts";

export function adminRoutes(api: ApiRouter): void {
  api.post("/api/admin/presence/moves", async (request, env) => {
    await requireAdmin(request, env);
    const { shard, before, after } = await body(request, moveUsers);
    requireMove(env, before, after);
    if (shard >= before)
      throw new LilypadError("bad_request", `shard: there are ${before} to move users from`);
    const step = await callForValue(
      () => presenceStub(env, shard),
      (presence): Promise<Result<MovedUsers>> => presence.moveUsers(before, after),
    );
    return json(step);
  });
}

/** While a deployment is taking place, an earlier one may answer: nobody is to be moved because of it. */
function requireMove(env: Env, before: number, after: number): void {
  const { presenceShards, presenceShardsAfter } = configOf(env);
  if (presenceShards === presenceShardsAfter)
    throw new LilypadError("conflict", "PRESENCE_SHARDS_BEFORE is not set: nobody is to be moved.");
  if (before !== presenceShards || after !== presenceShardsAfter)
    throw new LilypadError(
      "conflict",
      `Users are moved from ${presenceShards} shards to ${presenceShardsAfter}.`,
    );
}
