/** Users coming and going, and word of it to the shards of those who watch them. */
import { configOf } from "../../config/config.ts";
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { Connections } from "../../sockets/connections.ts";
import { CLOSE } from "../../protocol/errors.ts";
import { OFFLINE_GRACE_MS } from "../../protocol/limits.ts";
import type { UserPresence } from "../../protocol/model.ts";
import type { Online, Owed } from "./online-status.ts";
import type { Peers } from "../peer-shards.ts";
import type { Sharing } from "../people/visibility.ts";
import type { NewlyVisible, StatusChange, WatchList } from "../../rpc/presence.ts";
import { shardOf } from "../../rpc/shards.ts";
import type { Tabs } from "./tabs.ts";
import type { Watchers } from "./subscribers.ts";

/** A tab that did not ping for so long has vanished: with the round below, watchers hear of it within two minutes. */
const SILENT_MS = 50_000;
/** How often silent tabs are looked for, and only while one of the connected users is watched. */
const ROUND_MS = 60_000;

export interface AttendanceParts {
  connections: Connections;
  tabs: Tabs;
  online: Online;
  watchers: Watchers;
  sharing: Sharing;
  peers: Peers;
  alarm: AlarmScheduler;
}

export class Attendance {
  readonly #env: Env;
  readonly #parts: AttendanceParts;
  /** Whose going is just being told: one who comes back now has to be told of again. */
  readonly #goingOut = new Set<string>();

  constructor(env: Env, parts: AttendanceParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** A tab was opened. */
  opened(tab: WebSocket, now: number): void {
    const { tabs, connections, watchers, online, alarm } = this.#parts;
    const { userId } = connections.of(tab);
    tabs.opened(tab);
    const isFirst = tabs.of(userId).length === 1;
    if (!watchers.isWatched(userId)) return;
    alarm.wakeBy(now + ROUND_MS);
    const isNews = online.isNews(userId, isFirst, now);
    const isBeingToldOtherwise = this.#goingOut.delete(userId);
    if (isNews || isBeingToldOtherwise) this.#tellSoon([{ userId, status: "online" }]);
  }

  /** A tab is gone, and was last heard of then: just now, or a while ago if it vanished. */
  closed(tab: WebSocket, lastSeenAt: number, now: number): void {
    const { tabs, connections, watchers, online, alarm } = this.#parts;
    const { userId } = connections.of(tab);
    tabs.closed(tab);
    if (tabs.of(userId).length > 0) return;
    const isOwed = online.wentAway(userId, lastSeenAt, watchers.isWatched(userId));
    const dueAt = lastSeenAt + OFFLINE_GRACE_MS;
    // Due already: it was found by the alarm, which tells it before it ends.
    if (isOwed && dueAt > now) alarm.wakeBy(dueAt);
  }

  /** Closes the tabs that have vanished without closing. */
  closeSilent(now: number): void {
    const { tabs, connections } = this.#parts;
    for (const tab of tabs.all()) {
      const heardAt = connections.heardAt(tab);
      if (now - heardAt > SILENT_MS && connections.close(tab, CLOSE.lost, "nothing was heard for too long"))
        this.closed(tab, heardAt, now);
    }
  }

  /** Tells of those who were silent for so long that watchers were told they are offline, and have pinged since. */
  async tellHeardAgain(now: number): Promise<void> {
    const { tabs, watchers, online } = this.#parts;
    const here = [...tabs.users().keys()].filter(
      (userId) => watchers.isWatched(userId) && online.presenceOf(userId, now).status === "online",
    );
    const news = here.filter((userId) => online.isNews(userId, false, now));
    await this.#tellOrDoubt(news.map((userId) => ({ userId, status: "online" })));
  }

  /** Tells of those whose time to come back is over. What could not be told stays owed. */
  async tellGone(now: number): Promise<void> {
    const gone = this.#owed(now).filter(({ dueAt }) => dueAt <= now);
    for (const { userId } of gone) this.#goingOut.add(userId);
    const told = await Promise.allSettled(
      gone.map(({ userId, lastSeenAt }) => this.#tell([{ userId, status: "offline", lastSeenAt }])),
    );
    gone.forEach(({ userId, lastSeenAt }, i) => {
      const isStillOut = this.#goingOut.delete(userId);
      // Written after it was told: a crash in between tells it twice rather than never.
      if (isStillOut && told[i]?.status === "fulfilled")
        this.#parts.online.believedOffline(userId, lastSeenAt);
    });
  }

  /** Sees to being woken for what is left to do: never without someone connected and watched, or news owed. */
  wakeForTheRest(now: number): void {
    const { tabs, watchers, alarm } = this.#parts;
    if ([...tabs.users().keys()].some((userId) => watchers.isWatched(userId))) alarm.wakeBy(now + ROUND_MS);
    for (const { dueAt } of this.#owed(now)) alarm.wakeBy(dueAt > now ? dueAt : now + ROUND_MS);
  }

  /** Takes over whom a user of any shard watches here; the present states of those they may see. */
  watch({ watcherId, userIds, threadIds, version }: WatchList, now: number): UserPresence[] {
    const { watchers, online, sharing } = this.#parts;
    const fresh = watchers.replace(watcherId, userIds, version);
    online.forgetBeliefs(fresh, now);
    return this.#presencesToTell(sharing.usersIn(userIds, threadIds), now);
  }

  /** The present states of those whom each of these watchers sees through this thread alone. */
  newlyVisible(threadId: string, questions: readonly NewlyVisible[], now: number): UserPresence[][] {
    return questions.map(({ userIds, threadIds }) =>
      this.#presencesToTell(this.#parts.sharing.usersInOnly(threadId, userIds, threadIds), now),
    );
  }

  /** These joined a direct or group thread: those who watch them and see them by it are told their state. */
  joined(threadId: string, userIds: Iterable<string>, now: number): void {
    const watched = [...userIds].filter((userId) => this.#parts.watchers.isWatched(userId));
    if (watched.length > 0) this.#tellSoon(this.#presencesToTell(watched, now), threadId);
  }

  #owed(now: number): Owed[] {
    return this.#parts.online.owed(this.#parts.watchers.watched(), now);
  }

  /** Who is told now will be owed word of the end. */
  #presencesToTell(userIds: Iterable<string>, now: number): UserPresence[] {
    const { tabs, online, alarm } = this.#parts;
    const presences = online.presencesToTell(userIds, now);
    for (const { userId, status } of presences) {
      if (tabs.of(userId).length > 0) alarm.wakeBy(now + ROUND_MS);
      // In the moment after the last tab closed: the end of it is owed now.
      else if (status === "online") alarm.wakeBy(now + OFFLINE_GRACE_MS);
    }
    return presences;
  }

  #tellSoon(presences: readonly UserPresence[], because?: string): void {
    // A failure was logged where it happened; the next round tells it again.
    void this.#tellOrDoubt(presences, because).catch(() => undefined);
  }

  async #tellOrDoubt(presences: readonly UserPresence[], because?: string): Promise<void> {
    try {
      await this.#tell(presences, because);
    } catch (error) {
      for (const { userId, status } of presences) if (status === "online") this.#parts.online.doubted(userId);
      throw error;
    }
  }

  async #tell(presences: readonly UserPresence[], because?: string): Promise<void> {
    const shards = configOf(this.#env).presenceShards;
    const changes = new Map<number, StatusChange[]>();
    for (const presence of presences) {
      const watcherIds = Map.groupBy(this.#parts.watchers.of(presence.userId), (id) => shardOf(id, shards));
      const threadIds = this.#parts.sharing.threadsOf(presence.userId);
      for (const [shard, ids] of watcherIds) {
        const change = { presence, threadIds, watcherIds: ids, ...(because !== undefined && { because }) };
        changes.set(shard, [...(changes.get(shard) ?? []), change]);
      }
    }
    await Promise.all([...changes].map(([shard, all]) => this.#parts.peers.tell(shard, all)));
  }
}
