/**
 * The subscriptions of this shard's users to the status of users in any shard. The shards of those are sent whom each
 * subscriber subscribes to; they answer with the present statuses, and publish every change. Which of it a subscriber may
 * see is decided anew each time, from the memberships of that moment.
 */
import { configOf } from "../../config/config.ts";
import { pause, Stretches } from "../../durable/stretches.ts";
import type { UserPresence } from "../../protocol/model.ts";
import type { NewlyVisible, StatusChange } from "../../rpc/presence.ts";
import { byShard, shardOf } from "../../rpc/shards.ts";
import type { Connections } from "../../sockets/connections.ts";
import type { WhoSeesWhom } from "../contacts/who-sees-whom.ts";
import type { PeerShards } from "../peer-shards.ts";
import type { TabNotifier } from "../socketio-tabs/tab-notifier.ts";
import type { Visibility } from "../people/visibility.ts";
import { isSocketIoTab, type AllTabs, type Tab } from "./all-tabs.ts";
import { PairDeduplication } from "./pair-deduplication.ts";
import type { TabSubscriptions, UnionChange } from "./tab-subscriptions.ts";

export interface SubscriptionsParts {
  connections: Connections;
  allTabs: AllTabs;
  tabNotifier: TabNotifier;
  tabSubscriptions: TabSubscriptions;
  visibility: Visibility;
  whoSeesWhom: WhoSeesWhom;
  peers: PeerShards;
}

/** What happened while a request was on its way. */
interface Meanwhile {
  /** Which changes were sent to whom (`pairOf`): they are newer than the answer. */
  sent: Set<string>;
  /** Who left a thread: whom they saw by it alone may be in the answer, and is no longer to be seen. */
  left: Set<string>;
}

export class Subscriptions {
  readonly #env: Env;
  readonly #parts: SubscriptionsParts;
  readonly #pairs = new PairDeduplication();
  /** Of the last list that was sent to any shard; by the clock, so that it rises over evictions too. */
  #version = 0;
  /** For each request on its way, what happened since it was made. */
  readonly #requests = new Set<Meanwhile>();

  constructor(env: Env, parts: SubscriptionsParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /**
   * From now on a tab subscribes to these users. `onAnswer` is called, once or more, with the present status of those whom its
   * user may see; where one of these changes meanwhile, the tab is sent that instead.
   */
  async subscribe(
    tab: Tab,
    userIds: readonly string[],
    onAnswer: (presences: UserPresence[]) => void,
  ): Promise<void> {
    const { tabSubscriptions } = this.#parts;
    const change = tabSubscriptions.replace(tab, new Set(userIds));
    const shards = new Set([...this.#shardsOf(userIds), ...this.#shardsChanged(change)]);
    await this.#sendLists(change.userId, shards, (presences) => {
      // It may subscribe to others by the time an answer is here.
      const subscribedTo = tabSubscriptions.of(tab);
      onAnswer(presences.filter(({ userId }) => subscribedTo.has(userId)));
    });
  }

  /** The same for a tab whose socket is here: it is sent the answer. */
  async subscribeSocket(tab: WebSocket, userIds: readonly string[]): Promise<void> {
    const { connections } = this.#parts;
    await this.subscribe(tab, userIds, (presences) => {
      // It may have closed.
      if (connections.of(tab).gone) return;
      for (const frame of connections.encode(presences.map(presenceEvent)))
        connections.sendFrameInSession(tab, frame);
    });
  }

  /** Ends the subscriptions of tabs that were closed. */
  async endClosed(): Promise<void> {
    const changes = this.#parts.tabSubscriptions.removeClosed();
    await Promise.all(changes.map((change) => this.#sendLists(change.userId, this.#shardsChanged(change))));
  }

  /** These users of this shard joined a thread by which they see others: they are sent the status of those. */
  async joined(threadId: string, userIds: Iterable<string>): Promise<void> {
    const { tabSubscriptions, whoSeesWhom } = this.#parts;
    const stretches = new Stretches();
    let questions = new Map<number, NewlyVisible[]>();
    const ask = () =>
      Promise.all([...questions].map(([shard, ofShard]) => this.#askVisible(shard, threadId, ofShard)));
    for (const subscriberId of userIds) {
      const subscribedTo = tabSubscriptions.union(subscriberId);
      if (subscribedTo.size === 0) continue;
      const threadIds = whoSeesWhom.threadsOf(subscriberId);
      for (const [shard, ids] of byShard(this.#env, subscribedTo)) {
        const ofShard = questions.get(shard) ?? [];
        ofShard.push({ watcherId: subscriberId, userIds: ids, threadIds });
        questions.set(shard, ofShard);
      }
      if (!stretches.read(subscribedTo.size + threadIds.length)) continue;
      // Asked in parts, each of which a call can carry.
      await ask();
      questions = new Map();
      await pause();
    }
    await ask();
  }

  /** These users left a thread. */
  left(userIds: readonly string[]): void {
    for (const { left } of this.#requests) for (const userId of userIds) left.add(userId);
  }

  /** A user of this shard blocks another from now on, who goes offline to them. */
  hide(subscriberId: string, userId: string): void {
    // An answer that is on its way says what was.
    for (const { sent } of this.#requests) sent.add(pairOf(subscriberId, userId));
    this.#sendToTabs(subscriberId, { userId, status: "offline" });
  }

  /** A user of this shard blocks another no longer, and is sent their status if they may see it. */
  show(subscriberId: string, userId: string): void {
    if (this.#parts.tabSubscriptions.tabsSubscribedTo(userId, subscriberId).length === 0) return;
    const asked = this.#sendLists(subscriberId, [this.#shardOf(userId)], (presences) => {
      for (const presence of presences)
        if (presence.userId === userId) this.#sendToTabs(subscriberId, presence);
    });
    // A failure was logged where it happened.
    void asked.catch(() => undefined);
  }

  /** Users of another shard changed their status: sent on to the tabs that subscribe to them and whose users may see them. */
  async statusChanged(changes: readonly StatusChange[]): Promise<void> {
    const outdated = new Map<string, Set<number>>();
    const stretches = new Stretches();
    // One after the other: what a shard publishes next comes after this.
    for (const change of changes) {
      const { userId } = change.presence;
      const recipients: string[] = [];
      for (const subscriberId of change.watcherIds) {
        if (this.#parts.tabSubscriptions.tabsSubscribedTo(userId, subscriberId).length > 0)
          recipients.push(subscriberId);
        else
          outdated.set(subscriberId, new Set([...(outdated.get(subscriberId) ?? []), this.#shardOf(userId)]));
      }
      await this.#sendChange(change, recipients, stretches);
    }
    // Their tabs were lost in a crash, or the list that followed their close was: a shard that still has them as subscribers
    // is sent the list again.
    for (const [subscriberId, shards] of outdated)
      void this.#sendLists(subscriberId, shards).catch(() => undefined);
  }

  /** Asks a shard which of its users subscribers see through a thread that they have just joined, and sends them those. */
  async #askVisible(shard: number, threadId: string, questions: NewlyVisible[]): Promise<void> {
    const { peers, visibility, whoSeesWhom } = this.#parts;
    const ask = () => peers.call(shard, (peer) => peer.newlyVisible(threadId, questions));
    await this.#request(ask, (answers, { sent }) => {
      const subscriberIds = questions.map(({ watcherId }) => watcherId);
      const present = new Set(visibility.membersOf(threadId, subscriberIds));
      subscriberIds.forEach((subscriberId, i) => {
        if (!present.has(subscriberId)) return;
        for (const presence of whoSeesWhom.unblocked(subscriberId, answers[i] ?? []))
          if (!sent.has(pairOf(subscriberId, presence.userId)))
            this.#sendToTabs(subscriberId, presence, threadId);
      });
    });
  }

  async #sendChange(
    { presence, threadIds, because }: StatusChange,
    recipients: string[],
    stretches: Stretches,
  ): Promise<void> {
    const { whoSeesWhom } = this.#parts;
    const { userId } = presence;
    const visibleTo =
      because === undefined
        ? whoSeesWhom.usersIn(recipients, threadIds, userId, stretches)
        : whoSeesWhom.usersInOnly(because, recipients, threadIds, userId, stretches);
    for await (const subscriberId of visibleTo) {
      if (!this.#sendToTabs(subscriberId, presence, because)) continue;
      // Of those alone who are sent it: to the others the answer on its way is new.
      for (const { sent } of this.#requests) sent.add(pairOf(subscriberId, userId));
    }
  }

  /** To every tab of a subscriber that subscribes to the user; because of a thread, to each once. False where it was to none. */
  #sendToTabs(subscriberId: string, presence: UserPresence, because?: string): boolean {
    const { connections, allTabs, tabNotifier, tabSubscriptions } = this.#parts;
    const isFirst = (tab: Tab) =>
      because === undefined || this.#pairs.isFirst(because, allTabs.identityOf(tab).id, presence, Date.now());
    const tabs = tabSubscriptions.tabsSubscribedTo(presence.userId, subscriberId).filter(isFirst);
    const event = presenceEvent(presence);
    const [frame = ""] = connections.encode([event]);
    for (const tab of tabs) {
      if (isSocketIoTab(tab)) tabNotifier.presence(tab, event);
      else connections.sendFrameInSession(tab, frame);
    }
    return tabs.length > 0;
  }

  /** Sends these shards the list of those of their users to whom a user subscribes now. */
  async #sendLists(
    subscriberId: string,
    shards: Iterable<number>,
    onAnswer?: (presences: UserPresence[]) => void,
  ): Promise<void> {
    const { tabSubscriptions, whoSeesWhom, peers } = this.#parts;
    const userIds = byShard(this.#env, tabSubscriptions.union(subscriberId));
    const threadIds = whoSeesWhom.threadsOf(subscriberId);
    this.#version = Math.max(Date.now(), this.#version + 1);
    const list = { watcherId: subscriberId, threadIds, version: this.#version };
    await Promise.all(
      [...shards].map(async (shard) => {
        const { presenceShards } = configOf(this.#env);
        const ofShard = { ...list, userIds: userIds.get(shard) ?? [], shards: presenceShards };
        const ask = () => peers.call(shard, (peer) => peer.watch(ofShard));
        await this.#request(ask, (presences, { sent, left }) => {
          if (left.has(subscriberId)) return this.#sendLists(subscriberId, [shard], onAnswer);
          const unblocked = whoSeesWhom.unblocked(subscriberId, presences);
          return onAnswer?.(unblocked.filter(({ userId }) => !sent.has(pairOf(subscriberId, userId))));
        });
      }),
    );
  }

  /** Makes a request. `onAnswer` is given what happened until the answer came. */
  async #request<Answer, Result>(
    ask: () => Promise<Answer>,
    onAnswer: (answer: Answer, meanwhile: Meanwhile) => Result | Promise<Result>,
  ): Promise<Result> {
    const meanwhile: Meanwhile = { sent: new Set(), left: new Set() };
    this.#requests.add(meanwhile);
    try {
      return onAnswer(await ask(), meanwhile);
    } finally {
      this.#requests.delete(meanwhile);
    }
  }

  #shardOf(userId: string): number {
    return shardOf(userId, configOf(this.#env).presenceShards);
  }

  #shardsOf(userIds: Iterable<string>): Set<number> {
    return new Set(byShard(this.#env, userIds).keys());
  }

  #shardsChanged({ before, after }: UnionChange): Set<number> {
    return this.#shardsOf(before.symmetricDifference(after));
  }
}

/** A subscriber and a user, as one key. No id has a comma. */
function pairOf(subscriberId: string, userId: string): string {
  return `${subscriberId},${userId}`;
}

function presenceEvent({ userId, status, lastSeenAt }: UserPresence) {
  return { type: "presence" as const, userId, status, ...(lastSeenAt !== undefined && { lastSeenAt }) };
}
