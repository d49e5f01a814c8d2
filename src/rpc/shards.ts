/** Which Presence shard a user belongs to, and how shards are reached. */
import { configOf } from "../config/config.ts";
import type { Stub } from "./call.ts";
import type { PresenceRpc } from "./presence.ts";

/** The shard of a user: FNV-1a, 32 bits, over UTF-16 units (http://www.isthe.com/chongo/tech/comp/fnv/). */
export function shardOf(userId: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < userId.length; i++) {
    hash = Math.imul(hash ^ userId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % shards;
}

/** The id of a shard's object. */
export function shardId(env: Env, shard: number): DurableObjectId {
  return env.PRESENCE.idFromName(`shard-${shard}`);
}

/** Which shard an object is. */
export function shardNumber({ name }: DurableObjectId): number {
  return Number(name?.replace("shard-", ""));
}

/** A fresh stub of a shard. Stubs are not kept: one that has thrown may be broken for good. */
export function presenceStub(env: Env, shard: number): Stub<PresenceRpc> {
  return env.PRESENCE.get(shardId(env, shard)) as unknown as Stub<PresenceRpc>;
}

/** A fresh stub of the shard that holds this user, or knows where they moved. */
export function presenceStubOf(env: Env, userId: string): Stub<PresenceRpc> {
  return presenceStub(env, shardOf(userId, configOf(env).presenceShards));
}

/** The users by the shard that holds each. */
export function byShard(env: Env, userIds: Iterable<string>): Map<number, string[]> {
  const shards = configOf(env).presenceShards;
  const groups = new Map<number, string[]>();
  for (const id of userIds) {
    const shard = shardOf(id, shards);
    const group = groups.get(shard);
    if (group) group.push(id);
    else groups.set(shard, [id]);
  }
  return groups;
}
