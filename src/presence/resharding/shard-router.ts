/**
 * Routes RPC calls about users who may have moved: what concerns those who are here runs on this shard at once, and the
 * rest on the shards that they have moved to. Where nobody ever moved, everything runs here.
 */
import { callObject, type Stub } from "../../rpc/call.ts";
import type { PresenceRpc } from "../../rpc/presence.ts";
import { redirectTo } from "../../rpc/redirect.ts";
import { presenceStub } from "../../rpc/shards.ts";
import type { MovedUserRecord, TargetShard } from "./moved-user-record.ts";
import type { Resharding } from "./resharding.ts";
import { byUser, type Split } from "./splits.ts";

/** The methods that are routed. What is not here asks about no given users, or belongs to moving them. */
type RoutedRpc = Omit<PresenceRpc, "searchUsers" | "hostBans" | "moveUsers" | "receiveMovedUsers">;

/**
 * The routed methods, as they run on this shard: for users who are here. Each does what it does before it first waits, since
 * users may move whenever it waits.
 */
export type LocalRpc = {
  [M in keyof RoutedRpc]: (
    ...args: Parameters<RoutedRpc[M]>
  ) => Awaited<ReturnType<RoutedRpc[M]>> | ReturnType<RoutedRpc[M]>;
};

/** This shard, or another one over RPC. */
type Shard = LocalRpc | Stub<PresenceRpc>;

export class ShardRouter {
  readonly #env: Env;
  readonly #local: LocalRpc;
  readonly #movedUsers: MovedUserRecord;
  readonly #resharding: Resharding;

  constructor(env: Env, local: LocalRpc, movedUsers: MovedUserRecord, resharding: Resharding) {
    this.#env = env;
    this.#local = local;
    this.#movedUsers = movedUsers;
    this.#resharding = resharding;
  }

  /** Whether a user has not moved. */
  isHere(userId: string): boolean {
    return this.#movedUsers.isHere(userId);
  }

  /** The redirect for an upgrade of a user who has moved; undefined for one who is here. */
  redirect(userId: string): Promise<Response> | undefined {
    const target = this.#movedUsers.movedTo(userId);
    if (target === undefined) return undefined;
    return this.#resharding.delivered().then(() => redirectTo("shard", target));
  }

  /** A call about one user. */
  async oneUser<T>(userId: string, call: (shard: Shard) => T | Promise<T>): Promise<T> {
    const target = this.#movedUsers.movedTo(userId);
    return target === undefined ? call(this.#local) : this.#callTarget(target, call);
  }

  /** A call about many users, each of whom is in the result once or not at all. */
  manyUsers<T>(
    userIds: string[],
    call: (shard: Shard, userIds: string[]) => T[] | Promise<T[]>,
  ): Promise<T[]> {
    return this.split(byUser<T>(), userIds, call);
  }

  /** A call whose argument is split by a function of its own (splits.ts). */
  async split<Argument, Result>(
    { parts, join }: Split<Argument, Result>,
    argument: Argument,
    call: (shard: Shard, part: Argument) => Result | Promise<Result>,
  ): Promise<Result> {
    if (!this.#movedUsers.hasMoves) return call(this.#local, argument);
    return join(await this.#callParts(parts(argument, this.#movedUsers), call));
  }

  /** Runs this shard's part without a wait in between, so that who is here still is. */
  #callParts<Argument, Result>(
    parts: Map<TargetShard, Argument>,
    call: (shard: Shard, part: Argument) => Result | Promise<Result>,
  ): Promise<Result[]> {
    const own = parts.get(undefined);
    const results: (Result | Promise<Result>)[] = own === undefined ? [] : [call(this.#local, own)];
    for (const [target, part] of parts)
      if (target !== undefined) results.push(this.#callTarget(target, (shard) => call(shard, part)));
    return Promise.all(results);
  }

  /** A call to the shard that users have moved to waits until all their rows are there. */
  async #callTarget<T>(target: number, call: (shard: Shard) => T | Promise<T>): Promise<T> {
    await this.#resharding.delivered();
    return callObject(
      () => presenceStub(this.#env, target),
      async (shard) => call(shard),
    );
  }
}
