/** Users by their ids, wherever they are kept. */
import { callObject } from "../rpc/call.ts";
import { byShard, presenceStub } from "../rpc/shards.ts";
import { unknownUser } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";
import { SYSTEM_ID } from "../protocol/names.ts";

/** The profiles of those who are known, never of the host itself, in the order asked for: one call to each shard concerned. */
export async function profilesOf(env: Env, userIds: readonly string[]): Promise<User[]> {
  const people = userIds.filter((id) => id !== SYSTEM_ID);
  const found = await Promise.all(
    [...byShard(env, people)].map(([shard, ids]) =>
      callObject(
        () => presenceStub(env, shard),
        (presence): Promise<User[]> => presence.profiles(ids),
      ),
    ),
  );
  const byId = new Map(found.flat().map((user) => [user.id, user]));
  return userIds.flatMap((id) => byId.get(id) ?? []);
}

/** The profiles of all of them; `not_found` with the ids of those whom Lilypad does not know. */
export async function knownUsers(env: Env, userIds: readonly string[]): Promise<User[]> {
  const users = await profilesOf(env, userIds);
  const known = new Set(users.map((user) => user.id));
  const unknown = userIds.filter((id) => !known.has(id));
  if (unknown.length > 0) throw unknownUser(...unknown);
  return users;
}
