/**
 * Publishes the status of this shard's users to the shards of their subscribers: when a user comes online, goes offline, or
 * becomes visible to more of them. Answers new subscribers with the present status.
 */
import { configOf } from "../../config/config.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { pause, Stretches } from "../../durable/stretches.ts";
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

/** A change of a user's status, before it is known whom to send it to. */
type PublishedChange = Omit<StatusChange, "watcherIds">;

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
    if (isNew || wasGoingOffline) this.#publishSoon([this.#changeOf({ userId, status: "online" })]);
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
    await this.#publishOrMark(back.map((userId) => this.#changeOf({ userId, status: "online" })));
  }

  /** Publishes the users whose grace period is over. What could not be published stays pending. */
  async publishOffline(now: number): Promise<void> {
    const gone = this.#pending(now).filter(({ dueAt }) => dueAt <= now);
    for (const { userId } of gone) this.#goingOffline.add(userId);
    const results = await Promise.allSettled(
      gone.map(({ userId, lastSeenAt }) =>
        this.#publish([this.#changeOf({ userId, status: "offline", lastSeenAt })]),
      ),
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
  async subscribe({ watcherId, userIds, threadIds, version }: WatchList): Promise<UserPresence[]> {
    const { subscribers, online, visibility } = this.#parts;
    const fresh = subscribers.replace(watcherId, userIds, version);
    online.gotFirstSubscriber(fresh, Date.now());
    return this.#presencesOf(visibility.usersIn(userIds, threadIds));
  }

  /** The present statuses of those whom each of these subscribers sees through this thread alone. */
  async newlyVisible(threadId: string, questions: readonly NewlyVisible[]): Promise<UserPresence[][]> {
    const { visibility } = this.#parts;
    const answers: UserPresence[][] = [];
    const stretches = new Stretches();
    for (const { userIds, threadIds } of questions) {
      const found = visibility.usersInOnly(threadId, userIds, threadIds, stretches);
      answers.push(await this.#presencesOf(found));
    }
    return answers;
  }

  /** These users joined a direct or group thread: their status is published to the subscribers who see them by it. */
  async joined(threadId: string, userIds: Iterable<string>): Promise<void> {
    const { subscribers } = this.#parts;
    const stretches = new Stretches();
    for (const userId of userIds) {
      if (!subscribers.has(userId)) continue;
      const change = this.#changeOf(this.#presenceToSend(userId, Date.now()), threadId);
      this.#publishSoon([change]);
      if (stretches.read(change.threadIds.length)) await pause();
    }
  }

  #pending(now: number): PendingOffline[] {
    return this.#parts.online.pendingOffline(this.#parts.subscribers.users(), now);
  }

  /** The statuses of users as they are found, each from the stretch in which it was. */
  async #presencesOf(found: AsyncIterable<string>): Promise<UserPresence[]> {
    const presences: UserPresence[] = [];
    for await (const userId of found) presences.push(this.#presenceToSend(userId, Date.now()));
    return presences;
  }

  /** A subscriber who is sent online now is to be sent offline later: wakes for that. */
  #presenceToSend(userId: string, now: number): UserPresence {
    const { tabs, online, alarm } = this.#parts;
    const presence = online.presenceToSend(userId, now);
    if (tabs.of(userId).length > 0) alarm.wakeBy(now + ROUND_MS);
    // Within the grace period after the last tab closed: its end is pending from now on.
    else if (presence.status === "online") alarm.wakeBy(now + OFFLINE_GRACE_MS);
    return presence;
  }

  /** `because`: for those alone who see the user through this thread and no other. */
  #changeOf(presence: UserPresence, because?: string): PublishedChange {
    const threadIds = this.#parts.visibility.threadsOf(presence.userId);
    return { presence, threadIds, ...(because !== undefined && { because }) };
  }

  #publishSoon(changes: readonly PublishedChange[]): void {
    // A failure was logged where it happened; the next round publishes it again.
    void this.#publishOrMark(changes).catch(() => undefined);
  }

  async #publishOrMark(changes: readonly PublishedChange[]): Promise<void> {
    try {
      await this.#publish(changes);
    } catch (error) {
      for (const { presence } of changes)
        if (presence.status === "online") this.#parts.online.mayNotHaveReachedAll(presence.userId);
      throw error;
    }
  }

  /** Hands the changes over before it first waits: so they arrive in the order in which they happened. */
  async #publish(changes: readonly PublishedChange[]): Promise<void> {
    const { subscribers, peers } = this.#parts;
    const shards = configOf(this.#env).presenceShards;
    const byShard = new Map<number, StatusChange[]>();
    for (const change of changes) {
      const watchers = Map.groupBy(subscribers.of(change.presence.userId), (id) => shardOf(id, shards));
      for (const [shard, watcherIds] of watchers)
        byShard.set(shard, [...(byShard.get(shard) ?? []), { ...change, watcherIds }]);
    }
    await Promise.all([...byShard].map(([shard, all]) => peers.publish(shard, all)));
  }
}
