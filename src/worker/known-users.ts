/** Users by their ids, wherever they are kept. */
import { callObject } from "../rpc/call.ts";
import type { UserData } from "../rpc/presence.ts";
import { byShard, presenceStub, presenceStubOf } from "../rpc/shards.ts";
import { LilypadError, unknownUser } from "../protocol/errors.ts";
import type { User } from "../protocol/model.ts";
import { looksLikeGuest } from "../protocol/fields.ts";
import { SYSTEM_ID } from "../protocol/system-user.ts";

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

/** Those of these users who are contacts of one. */
export function contactsOf(env: Env, userId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return callObject(
    () => presenceStubOf(env, userId),
    (presence): Promise<string[]> => presence.contactsOf(userId, [...ids]),
  );
}

/** The profiles of those of these users whose names a user may know. */
export function profilesFor(env: Env, userId: string, ids: readonly string[]): Promise<User[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return callObject(
    () => presenceStubOf(env, userId),
    (presence): Promise<User[]> => presence.profilesFor(userId, [...ids]),
  );
}

/** Somebody whom the host names: by their id, and by a name in case they are not known yet. */
interface NamedPerson {
  id: string;
  name?: string | undefined;
  avatarUrl?: string | undefined;
}

/**
 * The profiles of all of these, each once. Those who are unknown are made known by the names that they come with, after
 * `mayStill` has let it happen; with no name it is `not_found`, with their ids, and nobody is.
 */
export async function peopleNamed(
  env: Env,
  people: readonly NamedPerson[],
  mayStill: () => Promise<void>,
): Promise<User[]> {
  const byId = new Map<string, NamedPerson>();
  // Of two entries for one person, the first with a name counts.
  for (const person of people) if (byId.get(person.id)?.name === undefined) byId.set(person.id, person);
  const known = new Map((await profilesOf(env, [...byId.keys()])).map((user) => [user.id, user]));
  const unknown = [...byId.values()].filter(({ id }) => !known.has(id));
  const guests = unknown.filter(({ id }) => looksLikeGuest(id));
  if (guests.length > 0)
    throw new LilypadError(
      "bad_request",
      `members: ${guests.map(({ id }) => id).join(", ")}: guests are made known by themselves alone`,
    );
  const named = unknown.flatMap(({ id, name, avatarUrl }): User[] =>
    name === undefined ? [] : [{ id, name, ...(avatarUrl !== undefined && { avatarUrl }) }],
  );
  if (named.length < unknown.length)
    throw unknownUser(...unknown.filter(({ name }) => name === undefined).map(({ id }) => id));
  if (named.length > 0) {
    await mayStill();
    for (const user of await madeKnown(env, named)) known.set(user.id, user);
  }
  return [...byId.keys()].flatMap((id) => known.get(id) ?? []);
}

/** Makes users known who are not; the profiles that count: one call to each shard concerned. */
async function madeKnown(env: Env, users: readonly User[]): Promise<User[]> {
  const byId = new Map(users.map((user) => [user.id, user]));
  const profiles = await Promise.all(
    [...byShard(env, byId.keys())].map(([shard, ids]) =>
      callObject(
        () => presenceStub(env, shard),
        (presence): Promise<User[]> => presence.makeKnown(ids.flatMap((id) => byId.get(id) ?? [])),
      ),
    ),
  );
  return profiles.flat();
}

/** What the host keeps with those of these users that it keeps something with: one call to each shard concerned. */
export async function userDataOf(
  env: Env,
  userIds: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const found = await Promise.all(
    [...byShard(env, userIds)].map(([shard, ids]) =>
      callObject(
        () => presenceStub(env, shard),
        (presence): Promise<UserData[]> => presence.userData(ids),
      ),
    ),
  );
  return new Map(found.flat().map(({ userId, data }) => [userId, data]));
}
