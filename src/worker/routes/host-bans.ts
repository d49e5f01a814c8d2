/** `/api/bans`: whom the host has banned from everything. Each user's ban is with their Presence shard. */
import { z } from "zod";
import { configOf } from "../../config/config.ts";
import { putHostBan, type HostBanPage, type HostBanView } from "../../protocol/host-bans.ts";
import { pageQuery, type PageQuery } from "../../protocol/http.ts";
import { SHARDS_PER_PAGE } from "../../protocol/limits.ts";
import { personId } from "../../protocol/fields.ts";
import { parse } from "../../protocol/parse.ts";
import { callObject } from "../../rpc/call.ts";
import type { HostBanRecord } from "../../rpc/presence.ts";
import { presenceStub, presenceStubOf } from "../../rpc/shards.ts";
import { json, noContent } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { query, userIdOf } from "../parameters.ts";
import { bodyOrNothing } from "../request-body.ts";
import { signedInHost } from "../signed-in.ts";

/** The shard that is asked next, and the user in it after whom. */
const pageCursor = z
  .string()
  .regex(/^\d{1,4}:/, "is not a cursor of this list")
  .transform((cursor) => ({
    shard: Number.parseInt(cursor, 10),
    after: cursor.slice(cursor.indexOf(":") + 1),
  }));

export function hostBanRoutes(api: ApiRouter): void {
  api.put("/api/bans/:userId", async (request, env) => {
    await signedInHost(request, env);
    const { userId } = parse(z.object({ userId: personId }), { userId: userIdOf(request) });
    const { until, reason } = await bodyOrNothing(request, putHostBan);
    const ban = await callObject(
      () => presenceStubOf(env, userId),
      (presence): Promise<HostBanRecord> =>
        presence.banUser(userId, { until: until ?? undefined, reason: reason ?? undefined }),
    );
    return json(shown(ban));
  });

  api.delete("/api/bans/:userId", async (request, env) => {
    await signedInHost(request, env);
    const userId = userIdOf(request);
    await callObject(
      () => presenceStubOf(env, userId),
      (presence) => presence.liftBan(userId),
    );
    return noContent();
  });

  api.get("/api/bans", async (request, env) => {
    await signedInHost(request, env);
    return json(await banPage(env, query(request, pageQuery)));
  });
}

/** One shard after the other, in each in the order of ids. */
async function banPage(env: Env, { cursor, limit }: PageQuery): Promise<HostBanPage> {
  const shards = configOf(env).presenceShardsAfter;
  let { shard, after } = parse(z.object({ cursor: pageCursor }), { cursor: cursor ?? "0:" }).cursor;
  const bans: HostBanView[] = [];
  const end = Math.min(shards, shard + SHARDS_PER_PAGE);
  while (shard < end && bans.length < limit) {
    const missing = limit - bans.length;
    const found = await callObject(
      () => presenceStub(env, shard),
      (presence): Promise<HostBanRecord[]> => presence.hostBans(after, missing + 1),
    );
    bans.push(...found.slice(0, missing).map(shown));
    if (found.length > missing) {
      after = bans.at(-1)?.user.id ?? after;
      break;
    }
    shard += 1;
    after = "";
  }
  return { bans, ...(shard < shards && { nextCursor: `${shard}:${after}` }) };
}

function shown({ user, until, reason, at }: HostBanRecord): HostBanView {
  return {
    user,
    ...(until !== undefined && { until }),
    ...(reason !== undefined && { reason }),
    by: "host",
    at,
  };
}
