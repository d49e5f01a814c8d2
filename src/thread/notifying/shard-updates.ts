/** What the Presence shards are sent of a thread: to each shard, what concerns its users. */
import { configOf } from "../../config/config.ts";
import type { ThreadUpdate } from "../../rpc/thread-update.ts";
import { byShard } from "../../rpc/shards.ts";
import { invitationOf } from "../consent/invited-users.ts";
import type { Reservations } from "../consent/reservations.ts";
import type { StoredThread } from "../stored-thread.ts";
import type { AllThreadsRate } from "./all-threads-rate.ts";
import { headOf } from "./thread-head.ts";

/** What is to be sent. */
export interface Pending {
  /** The thread itself: its newest message, its name, who belongs. */
  head: boolean;
  /** What those see who are invited. */
  invited: boolean;
  /** Markers that moved, by user. */
  senders: Map<string, number>;
  readers: Map<string, number>;
}

export interface ShardUpdateParts {
  env: Env;
  /** The counts of commands go along, which are taken. */
  commands: AllThreadsRate;
  reservations: Reservations;
}

/** What each shard concerned is sent: a new head goes to all members' shards, else only those of the users it is about. */
export function updatesByShard(
  thread: StoredThread,
  pending: Pending,
  { env, commands: allThreads, reservations }: ShardUpdateParts,
): Map<number, ThreadUpdate> {
  const { membership, invitations } = thread;
  const now = Date.now();
  const unconfirmed = byShard(env, membership.unconfirmed.take());
  const inviters = byShard(env, invitations.inviters.take());
  const invited = byShard(env, invitedIn(thread, pending));
  const readers = byShard(env, pending.readers.keys());
  const senders = byShard(env, pending.senders.keys());
  const commands = byShard(env, allThreads.users());
  const shards = new Set([
    ...(pending.head ? membership.shards() : []),
    ...unconfirmed.keys(),
    ...inviters.keys(),
    ...invited.keys(),
    ...readers.keys(),
    ...byShard(env, allThreads.users({ due: true })).keys(),
  ]);
  if (shards.size === 0) return new Map();
  const head = { ...headOf(thread), shards: configOf(env).presenceShards };
  return new Map(
    [...shards].map((shard) => {
      const users = [...new Set([...(unconfirmed.get(shard) ?? []), ...(invited.get(shard) ?? [])])];
      const invitedUsers = users.flatMap((userId) => invitationOf(thread, userId, now) ?? []);
      const joined = users.flatMap((userId) => {
        const member = thread.request.isTo(userId) ? undefined : membership.get(userId);
        if (!member) return [];
        const { contactFrom } = member;
        const readSeq = thread.readMarkers.of(member);
        return [{ userId, readSeq, ...(contactFrom !== undefined && { contactFrom }) }];
      });
      const present = new Set([...joined, ...invitedUsers].map(({ userId }) => userId));
      const inviting = (inviters.get(shard) ?? []).map((userId) => ({
        userId,
        pending: reservations.pendingBy(userId, now),
      }));
      const update: ThreadUpdate = {
        ...(membership.shards().includes(shard) ? head : withoutTexts(head)),
        joined,
        left: users.filter((userId) => !present.has(userId)),
        ...(invitedUsers.length > 0 && { invited: invitedUsers }),
        ...(inviting.length > 0 && { inviting }),
        readers: picked(pending.readers, readers.get(shard)),
        senders: picked(pending.senders, senders.get(shard)),
        commands: allThreads.take(commands.get(shard)),
      };
      return [shard, update];
    }),
  );
}

/** Whose invitations are sent again. A message request shows the thread's newest message. */
function invitedIn(thread: StoredThread, pending: Pending): string[] {
  const { request, invitations } = thread;
  if (request.pending) return pending.head ? [request.pending.to] : [];
  return pending.invited ? invitations.invited() : [];
}

/** For a shard without members: it would not be notified when a message is deleted. */
function withoutTexts<T extends Pick<ThreadUpdate, "last" | "pair">>({
  last: _last,
  pair: _pair,
  ...rest
}: T): Omit<T, "last" | "pair"> {
  return rest;
}

function picked(markers: Map<string, number>, userIds: readonly string[] = []): Record<string, number> {
  return Object.fromEntries(userIds.map((userId) => [userId, markers.get(userId) ?? 0]));
}
