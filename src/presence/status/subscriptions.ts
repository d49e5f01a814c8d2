/**
 * Watching, from both ends. A watcher's shard keeps whom each tab watches and tells the shards of those; a watched
 * user's shard answers with present states and tells the watchers' shards of every change. Which of them may be told
 * is decided anew each time, from the memberships of that moment.
 */
import type { Connections } from "../../sockets/connections.ts";
import type { PresenceEvent } from "../../protocol/events.ts";
import type { UserPresence } from "../../protocol/model.ts";
import { Introductions } from "./introductions.ts";
import type { Peers } from "../peer-shards.ts";
import type { Sharing } from "../people/visibility.ts";
import type { NewlyVisible, StatusChange } from "../../rpc/presence.ts";
import { byShard, shardOf } from "../../rpc/shards.ts";
import type { UnionChange, WatchedSets } from "./tab-subscriptions.ts";
import { configOf } from "../../config/config.ts";

export class Watching {
  readonly #env: Env;
  readonly #connections: Connections;
  readonly #sets: WatchedSets;
  readonly #sharing: Sharing;
  readonly #peers: Peers;
  readonly #introductions = new Introductions();
  #version = 0;
  /** For each question on its way: who was told meanwhile of whose change of state, which is newer than the answer. */
  readonly #overtaken = new Set<Set<string>>();

  constructor(
    env: Env,
    parts: { connections: Connections; sets: WatchedSets; sharing: Sharing; peers: Peers },
  ) {
    this.#env = env;
    this.#connections = parts.connections;
    this.#sets = parts.sets;
    this.#sharing = parts.sharing;
    this.#peers = parts.peers;
  }

  /** A tab watches these users from now on, and is sent the present state of those it may see. */
  async watch(tab: WebSocket, userIds: readonly string[]): Promise<void> {
    const change = this.#sets.replace(tab, new Set(userIds));
    const shards = new Set([...this.#shardsOf(userIds), ...this.#shardsChanged(change)]);
    await this.#list(change.userId, shards, (states) => this.#sendTo(tab, states));
  }

  /** Tabs were closed: what they alone watched is watched no more. */
  async forgetClosed(): Promise<void> {
    const changes = this.#sets.forgetClosed();
    await Promise.all(changes.map((change) => this.#list(change.userId, this.#shardsChanged(change))));
  }

  /** Of this shard's users, these joined a direct or group thread: they are sent the states of those they see by it. */
  async joined(threadId: string, userIds: Iterable<string>): Promise<void> {
    const questions = new Map<number, NewlyVisible[]>();
    for (const watcherId of userIds) {
      const watched = this.#sets.union(watcherId);
      if (watched.size === 0) continue;
      const threadIds = this.#sharing.threadsOf(watcherId);
      for (const [shard, ids] of byShard(this.#env, watched)) {
        const asked = questions.get(shard) ?? [];
        asked.push({ watcherId, userIds: ids, threadIds });
        questions.set(shard, asked);
      }
    }
    await Promise.all(
      [...questions].map(async ([shard, asked]) => {
        const answers = await this.#ask((overtaken) =>
          this.#peers
            .ask(shard, (doors) => doors.newlyVisible(threadId, asked))
            .then((lists) =>
              lists.map((states, i) =>
                states.filter(({ userId }) => !overtaken.has(told(asked[i]?.watcherId ?? "", userId))),
              ),
            ),
        );
        const present = this.#sharing.usersIn(
          asked.map(({ watcherId }) => watcherId),
          [threadId],
        );
        asked.forEach(({ watcherId }, i) => {
          if (!present.has(watcherId)) return;
          for (const state of answers[i] ?? []) this.#send(watcherId, state, threadId);
        });
      }),
    );
  }

  /** Another shard tells of its users: passed on to the tabs that watch them and may see them. */
  statusChanged(changes: readonly StatusChange[]): void {
    const misled = new Map<string, Set<number>>();
    for (const change of changes) {
      const { userId } = change.presence;
      const listeners: string[] = [];
      for (const watcherId of change.watcherIds) {
        if (this.#sets.tabsWatching(watcherId, userId).length > 0) listeners.push(watcherId);
        else misled.set(watcherId, new Set([...(misled.get(watcherId) ?? []), this.#shardOf(userId)]));
      }
      this.#passOn(change, listeners);
    }
    // Their tabs were lost in a crash, or word of their close was: the shard that still believes it is told again.
    for (const [watcherId, shards] of misled) void this.#list(watcherId, shards).catch(() => undefined);
  }

  #passOn({ presence, threadIds, because }: StatusChange, listeners: string[]): void {
    const visible =
      because === undefined
        ? this.#sharing.usersIn(listeners, threadIds)
        : this.#sharing.usersInOnly(because, listeners, threadIds);
    for (const watcherId of visible) {
      if (!this.#send(watcherId, presence, because)) continue;
      // Only of those who are told: what others are told of is no answer to them.
      for (const overtaken of this.#overtaken) overtaken.add(told(watcherId, presence.userId));
    }
  }

  /** To every tab of a watcher that watches the user; because of a thread, to each once. False where there is none. */
  #send(watcherId: string, presence: UserPresence, because?: string): boolean {
    const isNews = (tab: WebSocket) =>
      because === undefined ||
      this.#introductions.isFirst(because, this.#connections.of(tab).id, presence, Date.now());
    const tabs = this.#sets.tabsWatching(watcherId, presence.userId).filter(isNews);
    const [frame = ""] = this.#connections.encode([presenceEvent(presence)]);
    for (const tab of tabs) this.#connections.sendFrameInSession(tab, frame);
    return tabs.length > 0;
  }

  /** Tells these shards whom of theirs a user watches, as it is now. */
  async #list(
    watcherId: string,
    shards: Iterable<number>,
    heard?: (states: UserPresence[]) => void,
  ): Promise<void> {
    const lists = byShard(this.#env, this.#sets.union(watcherId));
    const threadIds = this.#sharing.threadsOf(watcherId);
    this.#version = Math.max(Date.now(), this.#version + 1);
    const version = this.#version;
    await Promise.all(
      [...shards].map(async (shard) => {
        const { presenceShards } = configOf(this.#env);
        const userIds = lists.get(shard) ?? [];
        const list = { watcherId, userIds, threadIds, version, shards: presenceShards };
        const states = await this.#ask((overtaken) =>
          this.#peers
            .ask(shard, (doors) => doors.watch(list))
            .then((all) => all.filter(({ userId }) => !overtaken.has(told(watcherId, userId)))),
        );
        // Left one of these threads meanwhile: those who are seen by it alone are in the answer, and are to be seen no more.
        if (new Set(threadIds).isSubsetOf(new Set(this.#sharing.threadsOf(watcherId)))) heard?.(states);
        else await this.#list(watcherId, [shard], heard);
      }),
    );
  }

  async #ask<T>(question: (overtaken: ReadonlySet<string>) => Promise<T>): Promise<T> {
    const overtaken = new Set<string>();
    this.#overtaken.add(overtaken);
    try {
      return await question(overtaken);
    } finally {
      this.#overtaken.delete(overtaken);
    }
  }

  /** The tab may have closed, or watch others, by the time an answer is here. */
  #sendTo(tab: WebSocket, states: readonly UserPresence[]): void {
    if (this.#connections.of(tab).gone) return;
    const watched = this.#sets.of(tab);
    const events = states.filter(({ userId }) => watched.has(userId)).map(presenceEvent);
    for (const frame of this.#connections.encode(events)) this.#connections.sendFrameInSession(tab, frame);
  }

  #shardOf(userId: string): number {
    return shardOf(userId, configOf(this.#env).presenceShards);
  }

  #shardsOf(userIds: Iterable<string>): Set<number> {
    return new Set(byShard(this.#env, userIds).keys());
  }

  #shardsChanged({ before, after }: UnionChange): Set<number> {
    const changed = [...before, ...after].filter((userId) => before.has(userId) !== after.has(userId));
    return this.#shardsOf(changed);
  }
}

/** That this watcher was told of this user. No id has a comma. */
function told(watcherId: string, userId: string): string {
  return `${watcherId},${userId}`;
}

function presenceEvent({ userId, status, lastSeenAt }: UserPresence): PresenceEvent {
  return { type: "presence", userId, status, ...(lastSeenAt !== undefined && { lastSeenAt }) };
}
