/**
 * Publishes the status of this shard's users to the shards of their subscribers: when a user comes online, goes offline, or
 * becomes visible to more of them. Answers new subscribers with the present status.
 */
import { configOf } from "../../config/config.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { OFFLINE_GRACE_MS } from "../../protocol/limits.ts";
import type { UserPresence } from "../../protocol/model.ts";
import type { NewlyVisible, StatusChange, WatchList } from "../../rpc/presence.ts";
import { shardOf } from "../../rpc/shards.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { PeerShards } from "../peer-shards.ts";
import type { Visibility } from "../people/visibility.ts";
import type { OnlineStatus, PendingOffline } from "./online-status.ts";
import type { Subscribers } from "./subscribers.ts";
import type { Tabs } from "./tabs.ts";

/** How often the alarm looks for tabs that vanished, and only while one of the connected users has a subscriber. */
const ROUND_MS = 60_000;

export interface StatusPublisherParts {
  connections: Connections;
  tabs: Tabs;
  online: OnlineStatus;
  subscribers: Subscribers;
  visibility: Visibility;
  peers: PeerShards;
  alarm: AlarmScheduler;
}

export class StatusPublisher {
  readonly #env: Env;
  readonly #parts: StatusPublisherParts;
  /** Users whose offline status is being published right now: one who comes back meanwhile is to be published again. */
  readonly #goingOffline = new Set<string>();

  constructor(env: Env, parts: StatusPublisherParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** A tab was opened. */
  tabOpened(tab: WebSocket, now: number): void {
    const { tabs, connections, subscribers, online, alarm } = this.#parts;
    const { userId } = connections.of(tab);
    tabs.opened(tab);
    const isFirst = tabs.of(userId).length === 1;
    if (!subscribers.has(userId)) return;
    alarm.wakeBy(now + ROUND_MS);
    const isNew = online.cameOnline(userId, isFirst, now);
    const wasGoingOffline = this.#goingOffline.delete(userId);
    if (isNew || wasGoingOffline) this.#publishSoon([{ userId, status: "online" }]);
  }

  /** A tab is gone, and was last heard of at `lastSeenAt`: just now, or a while ago where it vanished. */
  tabClosed(tab: WebSocket, lastSeenAt: number, now: number): void {
    const { tabs, connections, subscribers, online, alarm } = this.#parts;
    const { userId } = connections.of(tab);
    tabs.closed(tab);
    if (tabs.of(userId).length > 0) return;
    const isPending = online.lastTabClosed(userId, lastSeenAt, subscribers.has(userId));
    const dueAt = lastSeenAt + OFFLINE_GRACE_MS;
    // Where it is due already, the alarm has found the tab, and publishes it before it ends.
    if (isPending && dueAt > now) alarm.wakeBy(dueAt);
  }

  /** Publishes the users who were silent for so long that subscribers were sent offline, and have pinged since. */
  async publishHeardAgain(now: number): Promise<void> {
    const { tabs, subscribers, online } = this.#parts;
    const connected = [...tabs.users().keys()].filter(
      (userId) => subscribers.has(userId) && online.presenceOf(userId, now).status === "online",
    );
    const back = connected.filter((userId) => online.cameOnline(userId, false, now));
    await this.#publishOrMark(back.map((userId) => ({ userId, status: "online" })));
  }

  /** Publishes the users whose grace period is over. What could not be published stays pending. */
  async publishOffline(now: number): Promise<void> {
    const gone = this.#pending(now).filter(({ dueAt }) => dueAt <= now);
    for (const { userId } of gone) this.#goingOffline.add(userId);
    const results = await Promise.allSettled(
      gone.map(({ userId, lastSeenAt }) => this.#publish([{ userId, status: "offline", lastSeenAt }])),
    );
    gone.forEach(({ userId, lastSeenAt }, i) => {
      const isStillOffline = this.#goingOffline.delete(userId);
      // Written after it was published: a crash in between publishes it twice rather than never.
      if (isStillOffline && results[i]?.status === "fulfilled")
        this.#parts.online.publishedOffline(userId, lastSeenAt);
    });
  }

  /**
   * When there is something to do next: never without a connected user who has a subscriber, or a pending offline status.
   * `now` is when the duties began: a user who became due since was not published yet, and is not to wait for a round.
   */
  dueAt(now: number): number | undefined {
    const { tabs, subscribers } = this.#parts;
    const hasRound = [...tabs.users().keys()].some((userId) => subscribers.has(userId));
    const times = this.#pending(now).map(({ dueAt }) => (dueAt > now ? dueAt : now + ROUND_MS));
    if (hasRound) times.push(now + ROUND_MS);
    return times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : undefined;
  }

  /** Replaces whom a user of any shard subscribes to here. Returns the present statuses of those they may see. */
  subscribe({ watcherId, userIds, threadIds, version }: WatchList, now: number): UserPresence[] {
    const { subscribers, online, visibility } = this.#parts;
    const fresh = subscribers.replace(watcherId, userIds, version);
    online.gotFirstSubscriber(fresh, now);
    return this.#presencesToSend(visibility.usersIn(userIds, threadIds), now);
  }

  /** The present statuses of those whom each of these subscribers sees through this thread alone. */
  newlyVisible(threadId: string, questions: readonly NewlyVisible[], now: number): UserPresence[][] {
    const { visibility } = this.#parts;
    return questions.map(({ userIds, threadIds }) =>
      this.#presencesToSend(visibility.usersInOnly(threadId, userIds, threadIds), now),
    );
  }

  /** These users joined a direct or group thread: their status is published to the subscribers who see them by it. */
  joined(threadId: string, userIds: Iterable<string>, now: number): void {
    const subscribedTo = [...userIds].filter((userId) => this.#parts.subscribers.has(userId));
    if (subscribedTo.length > 0) this.#publishSoon(this.#presencesToSend(subscribedTo, now), threadId);
  }

  #pending(now: number): PendingOffline[] {
    return this.#parts.online.pendingOffline(this.#parts.subscribers.users(), now);
  }

  /** A subscriber who is sent online now is to be sent offline later: wakes for that. */
  #presencesToSend(userIds: Iterable<string>, now: number): UserPresence[] {
    const { tabs, online, alarm } = this.#parts;
    const presences = online.presencesToSend(userIds, now);
    for (const { userId, status } of presences) {
      if (tabs.of(userId).length > 0) alarm.wakeBy(now + ROUND_MS);
      // Within the grace period after the last tab closed: its end is pending from now on.
      else if (status === "online") alarm.wakeBy(now + OFFLINE_GRACE_MS);
    }
    return presences;
  }

  #publishSoon(presences: readonly UserPresence[], because?: string): void {
    // A failure was logged where it happened; the next round publishes it again.
    void this.#publishOrMark(presences, because).catch(() => undefined);
  }

  async #publishOrMark(presences: readonly UserPresence[], because?: string): Promise<void> {
    try {
      await this.#publish(presences, because);
    } catch (error) {
      for (const { userId, status } of presences)
        if (status === "online") this.#parts.online.mayNotHaveReachedAll(userId);
      throw error;
    }
  }

  /** `because`: to those alone who see the user through this thread and no other. */
  async #publish(presences: readonly UserPresence[], because?: string): Promise<void> {
    const { subscribers, visibility, peers } = this.#parts;
    const shards = configOf(this.#env).presenceShards;
    const changes = new Map<number, StatusChange[]>();
    for (const presence of presences) {
      const byShard = Map.groupBy(subscribers.of(presence.userId), (id) => shardOf(id, shards));
      const threadIds = visibility.threadsOf(presence.userId);
      for (const [shard, watcherIds] of byShard) {
        const change = { presence, threadIds, watcherIds, ...(because !== undefined && { because }) };
        changes.set(shard, [...(changes.get(shard) ?? []), change]);
      }
    }
    await Promise.all([...changes].map(([shard, all]) => peers.publish(shard, all)));
  }
}
