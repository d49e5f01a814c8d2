/** `/api/users` and `/api/presence`: finding people, and whether they are here. */
import { configOf } from "../../config/config.ts";
import { callForValue, callObject } from "../../rpc/call.ts";
import type { FoundUser } from "../../rpc/presence.ts";
import { valueOf, type Refusal } from "../../rpc/result.ts";
import { presenceStubOf, presenceStub } from "../../rpc/shards.ts";
import { LilypadError } from "../../protocol/errors.ts";
import { presenceQuery, userSearchQuery } from "../../protocol/http.ts";
import { USER_SEARCH_RESULTS } from "../../protocol/limits.ts";
import type { User, UserPresence } from "../../protocol/model.ts";
import { isHost } from "../../protocol/system-user.ts";
import { json } from "../responses.ts";
import type { ApiRouter } from "../router.ts";
import { profilesOf } from "../known-users.ts";
import { query, userIdOf } from "../parameters.ts";
import { signedIn, signedInUser } from "../signed-in.ts";
import { hostUserOf } from "./host-users.ts";

export function peopleRoutes(api: ApiRouter): void {
  api.get("/api/users", async (request, env) => {
    const { user, byServer } = await signedInUser(request, env);
    refuseWhereOff(env);
    const { q } = query(request, userSearchQuery);
    const scope = configOf(env).userSearch === "shared" ? "shared" : "all";
    const threadIds = await callForValue(
      () => presenceStubOf(env, user.id),
      (presence) => presence.admitUserSearch(user.id, scope, byServer ? "server" : undefined),
    );
    return json({ users: await search(env, q, scope === "shared" ? threadIds : null) });
  });

  api.get("/api/users/:userId", async (request, env) => {
    const { user } = await signedIn(request, env);
    const userId = userIdOf(request);
    if (isHost(user)) return json(await hostUserOf(env, userId));
    // Of whom the user may not find nothing is read, known or not: so it takes as long.
    const [profile] = (await mayFind(env, user.id, userId)) ? await profilesOf(env, [userId]) : [];
    if (!profile) throw new LilypadError("not_found", `No such user: ${userId}`);
    return json(profile);
  });

  api.get("/api/presence", async (request, env) => {
    const { user } = await signedInUser(request, env);
    const { ids } = query(request, presenceQuery);
    const presence = await callObject(
      () => presenceStubOf(env, user.id),
      (shard): Promise<UserPresence[]> => shard.statusesFor(user.id, ids),
    );
    return json({ presence });
  });
}

function refuseWhereOff(env: Env): void {
  if (configOf(env).userSearch === "off")
    throw new LilypadError("forbidden", "Finding people is turned off here.");
}

/** Users by prefix from every shard that has or may have some, in the order of what matched. */
async function search(env: Env, q: string, among: string[] | null): Promise<User[]> {
  const shards = Array.from({ length: configOf(env).presenceShardsAfter }, (_, shard) => shard);
  const found = await Promise.all(
    shards.map((shard) =>
      callObject(
        () => presenceStub(env, shard),
        (presence): Promise<FoundUser[] | Refusal> => presence.searchUsers(q, among),
      ),
    ),
  );
  const sorted = found
    .flatMap((users: FoundUser[] | Refusal): FoundUser[] => (Array.isArray(users) ? users : valueOf(users)))
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  const byId = new Map(sorted.map(({ user }) => [user.id, user]));
  return [...byId.values()].slice(0, USER_SEARCH_RESULTS);
}

/** Whether a user may be found by their id: anyone where all may, else oneself and one's contacts. */
async function mayFind(env: Env, callerId: string, userId: string): Promise<boolean> {
  if (configOf(env).userSearch === "all" || callerId === userId) return true;
  const contacts = await callObject(
    () => presenceStubOf(env, callerId),
    (presence): Promise<string[]> => presence.contactsOf(callerId, [userId]),
  );
  return contacts.length > 0;
}
