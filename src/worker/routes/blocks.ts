/** `/api/blocks`: whom one keeps away. Each user's blocks are with their Presence shard. */
import { z } from "zod";
import { LilypadError } from "../../protocol/errors.ts";
import { pageQuery } from "../../protocol/http.ts";
import { userId } from "../../protocol/fields.ts";
import { parse } from "../../protocol/parse.ts";
import { callForValue } from "../../rpc/call.ts";
import { presenceStubOf } from "../../rpc/shards.ts";
import { json, noContent } from "../responses.ts";
import type { RoutedRequest, ApiRouter } from "../router.ts";
import { query, userIdOf } from "../parameters.ts";
import { signedInUser } from "../signed-in.ts";

const BLOCK = "/api/blocks/:userId";

export function blockRoutes(api: ApiRouter): void {
  api.get("/api/blocks", async (request, env) => {
    const { user } = await signedInUser(request, env);
    const page = query(request, pageQuery);
    return json(
      await callForValue(
        () => presenceStubOf(env, user.id),
        (presence) => presence.blocks(user.id, page),
      ),
    );
  });

  api.put(BLOCK, (request, env) => setBlock(request, env, true));
  api.delete(BLOCK, (request, env) => setBlock(request, env, false));
}

/** Any id but one's own, known or not: that it is not known, nobody learns here. */
async function setBlock(request: RoutedRequest, env: Env, isBlocked: boolean): Promise<Response> {
  const { user } = await signedInUser(request, env);
  const { userId: otherId } = parse(z.object({ userId }), { userId: userIdOf(request) });
  if (otherId === user.id) throw new LilypadError("bad_request", "userId: is your own");
  await callForValue(
    () => presenceStubOf(env, user.id),
    (presence) => presence.setBlock(user.id, otherId, isBlocked),
  );
  return noContent();
}
