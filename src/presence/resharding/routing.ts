/**
 * The doors of a shard whose users may have moved: each hears, at once, what concerns those who are here, and passes
 * the rest on. Where nobody ever left, everybody is here.
 */
import { callObject, type Stub } from "../../rpc/call.ts";
import type { PresenceRpc } from "../../rpc/presence.ts";
import type { UserPresence } from "../../protocol/model.ts";
import type { MovedUserRecord } from "./moved-user-record.ts";
import type { Resharding } from "./resharding.ts";
import { redirectTo } from "../../rpc/redirect.ts";
import type { NewlyVisible, StatusChange, WatchList } from "../../rpc/presence.ts";
import { presenceStub } from "../../rpc/shards.ts";
import type { ThreadUpdate } from "../../rpc/presence.ts";

/** Where something is to be heard: another shard, or undefined for this one. */
type Home = number | undefined;

export class ShardRouter {
  readonly #env: Env;
  readonly #movedUsers: MovedUserRecord;
  readonly #resharding: Resharding;

  constructor(env: Env, movedUsers: MovedUserRecord, resharding: Resharding) {
    this.#env = env;
    this.#movedUsers = movedUsers;
    this.#resharding = resharding;
  }

  /** Where a tab of this user is to be opened, or undefined for here. */
  redirect(userId: string): Promise<Response> | undefined {
    const home = this.#movedUsers.movedTo(userId);
    return home === undefined
      ? undefined
      : this.#resharding.delivered().then(() => redirectTo("shard", home));
  }

  /** What concerns one user. */
  async user<T>(
    userId: string,
    here: () => T | Promise<T>,
    there: (shard: Stub<PresenceRpc>) => Promise<T>,
  ): Promise<T> {
    const home = this.#movedUsers.movedTo(userId);
    return home === undefined ? here() : this.#ask(home, there);
  }

  /** What is asked of many users at once. */
  async users<T>(
    userIds: string[],
    here: (userIds: string[]) => T[],
    there: (shard: Stub<PresenceRpc>, userIds: string[]) => Promise<T[]>,
  ): Promise<T[]> {
    if (!this.#movedUsers.hasMoves) return here(userIds);
    const parts = Map.groupBy(userIds, (userId) => this.#movedUsers.movedTo(userId));
    return (await this.#spread(parts, here, there)).flat();
  }

  async threadChanged(update: ThreadUpdate, here: (update: ThreadUpdate) => void): Promise<void> {
    if (!this.#movedUsers.hasMoves) return here(update);
    const { joined, left, readers, senders } = update;
    const about = [
      ...joined.map(({ userId }) => userId),
      ...left,
      ...Object.keys({ ...readers, ...senders }),
    ];
    const homes = new Map(about.map((userId) => [userId, this.#movedUsers.movedTo(userId)]));
    const parts = this.#toAll(update.shards, homes.values(), (home) => {
      const isTheirs = (userId: string) => homes.get(userId) === home;
      return {
        ...update,
        joined: joined.filter(({ userId }) => isTheirs(userId)),
        left: left.filter(isTheirs),
        readers: only(readers, isTheirs),
        senders: only(senders, isTheirs),
      };
    });
    await this.#spread(parts, here, (shard, part) => shard.threadChanged(part));
  }

  async threadDeleted(threadId: string, shards: number | undefined, here: () => void): Promise<void> {
    const parts = this.#toAll(shards, [], () => threadId);
    await this.#spread(parts, here, (shard, id) => shard.threadDeleted(id, shards));
  }

  async watch(list: WatchList, here: (list: WatchList) => UserPresence[]): Promise<UserPresence[]> {
    if (!this.#movedUsers.hasMoves) return here(list);
    const homes = Map.groupBy(list.userIds, (userId) => this.#movedUsers.movedTo(userId));
    const parts = this.#toAll(list.shards, homes.keys(), (home) => ({
      ...list,
      userIds: homes.get(home) ?? [],
    }));
    return (await this.#spread(parts, here, (shard, part) => shard.watch(part))).flat();
  }

  async newlyVisible(
    threadId: string,
    questions: NewlyVisible[],
    here: (questions: NewlyVisible[]) => UserPresence[][],
  ): Promise<UserPresence[][]> {
    if (!this.#movedUsers.hasMoves) return here(questions);
    // Each home is asked about everyone in the same order, so that the answers fit together again.
    const homes = new Set<Home>([undefined]);
    for (const { userIds } of questions)
      for (const userId of userIds) homes.add(this.#movedUsers.movedTo(userId));
    const parts = new Map(
      Array.from(homes, (home) => [
        home,
        questions.map((question) => ({
          ...question,
          userIds: question.userIds.filter((userId) => this.#movedUsers.movedTo(userId) === home),
        })),
      ]),
    );
    const answers = await this.#spread(parts, here, (shard, part) => shard.newlyVisible(threadId, part));
    return questions.map((_question, i) => answers.flatMap((lists) => lists[i] ?? []));
  }

  async statusChanged(changes: StatusChange[], here: (changes: StatusChange[]) => void): Promise<void> {
    if (!this.#movedUsers.hasMoves) return here(changes);
    const parts = new Map<Home, StatusChange[]>();
    for (const change of changes) {
      const homes = Map.groupBy(change.watcherIds, (watcherId) => this.#movedUsers.movedTo(watcherId));
      for (const [home, watcherIds] of homes)
        parts.set(home, [...(parts.get(home) ?? []), { ...change, watcherIds }]);
    }
    await this.#spread(parts, here, (shard, part) => shard.statusChanged(part));
  }

  /** What everyone is to hear: those here, those of whom it is, and all of whom one who sorts users so does not think. */
  #toAll<P>(shards: number | undefined, homes: Iterable<Home>, part: (home: Home) => P): Map<Home, P> {
    const all = new Set<Home>([undefined, ...homes, ...this.#movedUsers.targetsUnknownTo(shards)]);
    return new Map(Array.from(all, (home) => [home, part(home)]));
  }

  /** Here without a wait in between, so that who is here still is. */
  async #spread<P, T>(
    parts: Map<Home, P>,
    here: (part: P) => T,
    there: (shard: Stub<PresenceRpc>, part: P) => Promise<T>,
  ): Promise<T[]> {
    const own = parts.get(undefined);
    const heard: (T | Promise<T>)[] = own === undefined ? [] : [here(own)];
    for (const [home, part] of parts)
      if (home !== undefined) heard.push(this.#ask(home, (shard) => there(shard, part)));
    return Promise.all(heard);
  }

  async #ask<T>(home: number, question: (shard: Stub<PresenceRpc>) => Promise<T>): Promise<T> {
    await this.#resharding.delivered();
    return callObject(() => presenceStub(this.#env, home), question);
  }
}

function only(
  markers: Record<string, number>,
  isTheirs: (userId: string) => boolean,
): Record<string, number> {
  return Object.fromEntries(Object.entries(markers).filter(([userId]) => isTheirs(userId)));
}
