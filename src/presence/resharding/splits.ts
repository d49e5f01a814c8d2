/**
 * How the arguments of RPC calls about several users are split by the shards that hold those users, and how the results
 * become one again.
 */
import type { User, UserPresence } from "../../protocol/model.ts";
import type { NewlyVisible, StatusChange, WatchList } from "../../rpc/presence.ts";
import type { ThreadUpdate, ThreadUpdateAnswer } from "../../rpc/thread-update.ts";
import type { ClosedTab } from "../../rpc/socketio-tabs.ts";
import type { MovedUserRecord, TargetShard } from "./moved-user-record.ts";

export interface Split<Argument, Result> {
  /** The part of the argument for each shard; `undefined` is the shard that is called, and may be left out. */
  parts: (argument: Argument, movedUsers: MovedUserRecord) => Map<TargetShard, Argument>;
  /** The result of the whole, from those of the parts, in their order. */
  join: (results: Result[]) => Result;
}

const nothing = () => undefined;

/** Each user's shard is asked about that user. */
export function byUser<T>(): Split<string[], T[]> {
  return {
    parts: (userIds, movedUsers) => Map.groupBy(userIds, (userId) => movedUsers.movedTo(userId)),
    join: (results) => results.flat(),
  };
}

/** Each user's shard is given that user's profile. */
export const ofProfiles: Split<User[], User[]> = {
  parts: (users, movedUsers) => Map.groupBy(users, ({ id }) => movedUsers.movedTo(id)),
  join: (results) => results.flat(),
};

/** Every shard that may hold a member is sent the thread's state; each of who joined, left and read, its own users alone. */
export const ofThreadUpdate: Split<ThreadUpdate, ThreadUpdateAnswer | undefined> = {
  parts(update, movedUsers) {
    const { joined, left, invited = [], inviting = [], readers, senders, commands = {} } = update;
    const userIds = [
      ...[...joined, ...invited, ...inviting].map(({ userId }) => userId),
      ...left,
      ...Object.keys({ ...readers, ...senders, ...commands }),
    ];
    const targets = new Map(userIds.map((userId) => [userId, movedUsers.movedTo(userId)]));
    return forAll(movedUsers, update.shards, targets.values(), (target) => {
      const isTheirs = (userId: string) => targets.get(userId) === target;
      return {
        ...update,
        joined: joined.filter(({ userId }) => isTheirs(userId)),
        left: left.filter(isTheirs),
        invited: invited.filter(({ userId }) => isTheirs(userId)),
        inviting: inviting.filter(({ userId }) => isTheirs(userId)),
        readers: ofUsers(readers, isTheirs),
        senders: ofUsers(senders, isTheirs),
        commands: ofUsers(commands, isTheirs),
      };
    });
  },
  join: (answers) => ({
    holds: Object.fromEntries(answers.flatMap((answer) => Object.entries(answer?.holds ?? {}))),
    profiles: answers.flatMap((answer) => answer?.profiles ?? []),
  }),
};

/** Each user's shard is given that user's number. */
export const ofCounts: Split<Record<string, number>, void> = {
  parts(counts, movedUsers) {
    const byTarget = Map.groupBy(Object.entries(counts), ([userId]) => movedUsers.movedTo(userId));
    return new Map([...byTarget].map(([target, some]) => [target, Object.fromEntries(some)]));
  },
  join: nothing,
};

/** Every shard that may hold a member is notified. */
export const ofDeletedThread: Split<{ threadId: string; shards: number | undefined }, void> = {
  parts: (deleted, movedUsers) => forAll(movedUsers, deleted.shards, [], () => deleted),
  join: nothing,
};

/** Each user's shard is sent which of their tabs closed. */
export const ofClosedTabs: Split<ClosedTab[], void> = {
  parts: (closed, movedUsers) => Map.groupBy(closed, ({ userId }) => movedUsers.movedTo(userId)),
  join: nothing,
};

/** Every shard that may have tabs of a Socket.IO shard is sent that they are lost. */
export const ofLostTabs: Split<{ shards: number }, void> = {
  parts: (lost, movedUsers) => forAll(movedUsers, lost.shards, [], () => lost),
  join: nothing,
};

/** Every shard that may have an earlier list of the subscriber is sent a list, of its own users. */
export const ofWatchList: Split<WatchList, UserPresence[]> = {
  parts(list, movedUsers) {
    const { userIds: all } = list;
    const userIds = Map.groupBy(all, (userId) => movedUsers.movedTo(userId));
    return forAll(movedUsers, list.shards, userIds.keys(), (target) => ({
      ...list,
      userIds: userIds.get(target) ?? [],
    }));
  },
  join: (results) => results.flat(),
};

/** Every shard is asked all questions in the same order, each about its own users, so that the answers can be joined. */
export const ofNewlyVisible: Split<NewlyVisible[], UserPresence[][]> = {
  parts(questions, movedUsers) {
    const targets = new Set<TargetShard>([undefined]);
    for (const { userIds } of questions)
      for (const userId of userIds) targets.add(movedUsers.movedTo(userId));
    const partFor = (target: TargetShard) =>
      questions.map((question) => ({
        ...question,
        userIds: question.userIds.filter((userId) => movedUsers.movedTo(userId) === target),
      }));
    return new Map(Array.from(targets, (target) => [target, partFor(target)]));
  },
  join: ([first = [], ...others]) =>
    first.map((answer, i) => [...answer, ...others.flatMap((answers) => answers[i] ?? [])]),
};

/** Each subscriber's shard is sent the changes for that subscriber. */
export const ofStatusChanges: Split<StatusChange[], void> = {
  parts(changes, movedUsers) {
    const parts = new Map<TargetShard, StatusChange[]>();
    for (const change of changes) {
      const subscribers = Map.groupBy(change.watcherIds, (userId) => movedUsers.movedTo(userId));
      for (const [target, watcherIds] of subscribers)
        parts.set(target, [...(parts.get(target) ?? []), { ...change, watcherIds }]);
    }
    return parts;
  },
  join: nothing,
};

/** A part for this shard, for the shards that these users are at, and for those that the caller does not know of. */
function forAll<Part>(
  movedUsers: MovedUserRecord,
  callersShards: number | undefined,
  targets: Iterable<TargetShard>,
  partFor: (target: TargetShard) => Part,
): Map<TargetShard, Part> {
  const all = new Set<TargetShard>([undefined, ...targets, ...movedUsers.targetsUnknownTo(callersShards)]);
  return new Map(Array.from(all, (target) => [target, partFor(target)]));
}

function ofUsers(
  numbers: Record<string, number>,
  isTheirs: (userId: string) => boolean,
): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).filter(([userId]) => isTheirs(userId)));
}
