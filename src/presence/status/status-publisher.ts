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
import type { UserBlocks } from "../contacts/user-blocks.ts";
import type { WhoSeesWhom } from "../contacts/who-sees-whom.ts";
import type { PeerShards } from "../peer-shards.ts";
import type { SocketIoTabs } from "../socketio-tabs/socketio-tabs.ts";
import type { AllTabs } from "./all-tabs.ts";
import { UNCONFIRMED, type OnlineStatus, type PendingOffline } from "./online-status.ts";
import type { Subscribers } from "./subscribers.ts";
import type { Tabs } from "./tabs.ts";

/** How often the alarm looks for tabs that vanished, and only while one of the connected users has a subscriber. */
const ROUND_MS = 60_000;

/** A change of a user's status, before it is known whom to send it to. */
type PublishedChange = Omit<StatusChange, "watcherIds">;

export interface StatusPublisherParts {
  connections: Connections;
  tabs: Tabs;
  socketIoTabs: SocketIoTabs;
  allTabs: AllTabs;
  online: OnlineStatus;
  subscribers: Subscribers;
  whoSeesWhom: WhoSeesWhom;
  blocks: UserBlocks;
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
    const { tabs, allTabs, connections, subscribers, online, alarm } = this.#parts;
    const { userId } = connections.of(tab);
    tabs.opened(tab);
    const isFirst = allTabs.of(userId).length === 1;
    if (!subscribers.has(userId)) return;
    alarm.wakeBy(now + ROUND_MS);
    const isNew = online.cameOnline(userId, isFirst, now);
    const wasGoingOffline = this.#goingOffline.delete(userId);
    if (isNew || wasGoingOffline) this.#publishSoon([this.#changeOf({ userId, status: "online" })]);
  }

  /**
   * A tab over Socket.IO was opened. Its shard says when it closes, so that no round need look for it; and where this one
   * crashes, no client opens its tab again: until the status has reached all subscribers, it is noted as unconfirmed.
   */
  socketIoTabOpened(userId: string, now: number): void {
    const { allTabs, subscribers, online, alarm } = this.#parts;
    const isFirst = allTabs.of(userId).length === 1;
    if (!subscribers.has(userId)) return;
    const isNew = online.cameOnline(userId, isFirst, now, UNCONFIRMED);
    const wasGoingOffline = this.#goingOffline.delete(userId);
    if (!isNew && !wasGoingOffline) return;
    alarm.wakeBy(now + ROUND_MS);
    this.#publishSoon([this.#changeOf({ userId, status: "online" })], () => online.hasReachedAll(userId));
  }

  /** A tab over Socket.IO is gone, and was last heard of at `lastSeenAt`. */
  socketIoTabClosed(userId: string, lastSeenAt: number, now: number): void {
    const dueAt = this.#closed(userId, lastSeenAt);
    if (dueAt !== undefined) this.#parts.alarm.wakeBy(Math.max(dueAt, now));
  }

  /** A tab is gone, and was last heard of at `lastSeenAt`: just now, or a while ago where it vanished. */
  tabClosed(tab: WebSocket, lastSeenAt: number, now: number): void {
    const { tabs, connections, alarm } = this.#parts;
    const { userId } = connections.of(tab);
    tabs.closed(tab);
    const dueAt = this.#closed(userId, lastSeenAt);
    // Where it is due already, the alarm has found the tab, and publishes it before it ends.
    if (dueAt !== undefined && dueAt > now) alarm.wakeBy(dueAt);
  }

  /** Publishes the users who were silent for so long that subscribers were sent offline, and have pinged since. */
  async publishHeardAgain(now: number): Promise<void> {
    const { allTabs, subscribers, online } = this.#parts;
    const connected = [...allTabs.users().keys()].filter(
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
    const { tabs, socketIoTabs, subscribers, online } = this.#parts;
    const hasRound =
      [...tabs.users().keys()].some((userId) => subscribers.has(userId)) ||
      [...socketIoTabs.users().keys()].some((id) => subscribers.has(id) && online.isUnconfirmed(id));
    const times = this.#pending(now).map(({ dueAt }) => (dueAt > now ? dueAt : now + ROUND_MS));
    if (hasRound) times.push(now + ROUND_MS);
    return times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : undefined;
  }

  /** Replaces whom a user of any shard subscribes to here. Returns the present statuses of those they may see. */
  async subscribe({ watcherId, userIds, threadIds, version }: WatchList): Promise<UserPresence[]> {
    const { subscribers, online, whoSeesWhom } = this.#parts;
    const fresh = subscribers.replace(watcherId, userIds, version);
    online.gotFirstSubscriber(fresh, Date.now());
    return this.#presencesOf(whoSeesWhom.usersIn(userIds, threadIds, watcherId));
  }

  /** The present statuses of those whom each of these subscribers sees through this thread alone. */
  async newlyVisible(threadId: string, questions: readonly NewlyVisible[]): Promise<UserPresence[][]> {
    const { whoSeesWhom } = this.#parts;
    const answers: UserPresence[][] = [];
    const stretches = new Stretches();
    for (const { watcherId, userIds, threadIds } of questions) {
      const found = whoSeesWhom.usersInOnly(threadId, userIds, threadIds, watcherId, stretches);
      answers.push(await this.#presencesOf(found));
    }
    return answers;
  }

  /** These users joined a thread by which they are seen: their status is published to the subscribers who see them by it. */
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

  /** A user blocks another from now on: to one who subscribes to them they go offline. */
  hideFrom(userId: string, subscriberId: string): void {
    this.#publishTo(subscriberId, { userId, status: "offline" });
  }

  /** A user blocks another no longer. */
  showTo(userId: string, subscriberId: string): void {
    if (this.#parts.subscribers.of(userId).includes(subscriberId))
      this.#publishTo(subscriberId, this.#presenceToSend(userId, Date.now()));
  }

  #publishTo(subscriberId: string, presence: UserPresence): void {
    const { subscribers, peers } = this.#parts;
    if (!subscribers.of(presence.userId).includes(subscriberId)) return;
    const shard = shardOf(subscriberId, configOf(this.#env).presenceShards);
    // A failure was logged where it happened. What is published next, the subscriber may not see, or sees.
    void peers
      .publish(shard, [{ ...this.#changeOf(presence), watcherIds: [subscriberId] }])
      .catch(() => undefined);
  }

  /** When it is to be published that a user is offline, whose tab closed; undefined for never. */
  #closed(userId: string, lastSeenAt: number): number | undefined {
    const { allTabs, subscribers, online } = this.#parts;
    if (allTabs.has(userId)) return undefined;
    const isPending = online.lastTabClosed(userId, lastSeenAt, subscribers.has(userId));
    return isPending ? lastSeenAt + OFFLINE_GRACE_MS : undefined;
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
    const { tabs, socketIoTabs, online, alarm } = this.#parts;
    const presence = online.presenceToSend(userId, now);
    if (tabs.of(userId).length > 0) alarm.wakeBy(now + ROUND_MS);
    // Within the grace period after the last tab closed: its end is pending from now on.
    else if (presence.status === "online" && !socketIoTabs.has(userId)) alarm.wakeBy(now + OFFLINE_GRACE_MS);
    return presence;
  }

  /** `because`: for those alone who see the user through this thread and no other. */
  #changeOf(presence: UserPresence, because?: string): PublishedChange {
    const threadIds = this.#parts.whoSeesWhom.threadsOf(presence.userId);
    return { presence, threadIds, ...(because !== undefined && { because }) };
  }

  #publishSoon(changes: readonly PublishedChange[], onReached?: () => void): void {
    // A failure was logged where it happened; the next round publishes it again.
    void this.#publishOrMark(changes).then(onReached, () => undefined);
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
    const { subscribers, peers, blocks } = this.#parts;
    const shards = configOf(this.#env).presenceShards;
    const byShard = new Map<number, StatusChange[]>();
    for (const change of changes) {
      const { userId } = change.presence;
      const blocked = new Set(blocks.of(userId));
      const mayWatch = subscribers.of(userId).filter((id) => !blocked.has(id));
      const watchers = Map.groupBy(mayWatch, (id) => shardOf(id, shards));
      for (const [shard, watcherIds] of watchers)
        byShard.set(shard, [...(byShard.get(shard) ?? []), { ...change, watcherIds }]);
    }
    await Promise.all([...byShard].map(([shard, all]) => peers.publish(shard, all)));
  }
}
