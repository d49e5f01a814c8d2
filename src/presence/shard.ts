/**
 * The users of one shard, and what is done for them: their tabs, the part of the RPC methods that runs here, and the
 * duties of the alarm. It takes every user for its own: that some may have moved is known to resharding/ alone.
 */
import { configOf } from "../config/config.ts";
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { Holds } from "../durable/holds.ts";
import { CLOSE } from "../protocol/errors.ts";
import type { PresenceEvent } from "../protocol/events.ts";
import type { PageQuery, ThreadPage } from "../protocol/http.ts";
import { clientLimitsFor, type User, type UserPresence } from "../protocol/model.ts";
import type { AskedBy, Caller } from "../rpc/caller.ts";
import type {
  FoundUser,
  NewlyVisible,
  StatusChange,
  ThreadUpdate,
  ThreadUpdateAnswer,
  UserData,
  UserPut,
  UserRecord,
  WatchList,
} from "../rpc/presence.ts";
import { subprotocolOf } from "../rpc/caller.ts";
import { resultOf, type Refusal, type Result } from "../rpc/result.ts";
import { revokedError, type Issuance, type RevocationCursor, type Verdict } from "../rpc/revocation.ts";
import { Connections } from "../sockets/connections.ts";
import { refusalOfUpgrade } from "../sockets/upgrade-refusal.ts";
import type { PeerShards } from "./peer-shards.ts";
import { ProfilePropagation } from "./people/profile-propagation.ts";
import { ProfileUpdates } from "./people/profile-updates.ts";
import { SharedUserSearch } from "./people/shared-user-search.ts";
import { UserDirectory } from "./people/user-directory.ts";
import { UserSearchIndex } from "./people/user-search-index.ts";
import { UserSearchReindex } from "./people/user-search-reindex.ts";
import { Visibility } from "./people/visibility.ts";
import { RateLimits } from "./rate-limits.ts";
import { RevocationPropagation } from "./revoking/revocation-propagation.ts";
import { Revocations } from "./revoking/revocations.ts";
import { Verdicts } from "./revoking/verdicts.ts";
import { OnlineStatus } from "./status/online-status.ts";
import { StatusPublisher } from "./status/status-publisher.ts";
import { Subscribers } from "./status/subscribers.ts";
import { Subscriptions } from "./status/subscriptions.ts";
import { TabSockets } from "./status/tab-sockets.ts";
import { TabSubscriptions } from "./status/tab-subscriptions.ts";
import { Tabs } from "./status/tabs.ts";
import { TabCommands } from "./tab-commands.ts";
import { ReadCommand } from "./threads/read-command.ts";
import { ThreadNotifications } from "./threads/thread-notifications.ts";
import { ThreadUpdates } from "./threads/thread-updates.ts";
import { UserThreads } from "./threads/user-threads.ts";

export class PresenceShard {
  readonly #env: Env;
  readonly #connections: Connections;
  readonly #tabs: Tabs;
  readonly #visibility: Visibility;
  readonly #sharedSearch: SharedUserSearch;
  readonly #online: OnlineStatus;
  readonly #tabSubscriptions: TabSubscriptions;
  readonly #publisher: StatusPublisher;
  readonly #subscriptions: Subscriptions;
  readonly #rates: RateLimits;
  readonly #searchReindex: UserSearchReindex;
  readonly #profileUpdates: ProfileUpdates;
  readonly #verdicts: Verdicts;
  readonly sockets: TabSockets;
  readonly commands: TabCommands;
  readonly directory: UserDirectory;
  readonly userThreads: UserThreads;
  readonly updates: ThreadUpdates;
  readonly notifications: ThreadNotifications;
  readonly subscribers: Subscribers;
  readonly propagation: ProfilePropagation;
  readonly revocations: Revocations;
  readonly revocationPropagation: RevocationPropagation;

  /** Registers its duties with the alarm. */
  constructor(ctx: DurableObjectState, env: Env, alarm: AlarmScheduler, peers: PeerShards) {
    const { sql } = ctx.storage;
    const connections = new Connections(ctx);
    const tabs = new Tabs(connections);
    const visibility = new Visibility(sql);
    const online = new OnlineStatus(sql, tabs, connections, Date.now());
    const tabSubscriptions = new TabSubscriptions(sql, connections, tabs);
    const subscribers = new Subscribers(sql);
    const parts = { alarm, connections, tabs, visibility, online, tabSubscriptions, subscribers, peers };
    const publisher = new StatusPublisher(env, parts);
    const subscriptions = new Subscriptions(env, parts);
    const sockets = new TabSockets({ ...parts, publisher });
    const index = new UserSearchIndex(sql);
    const directory = new UserDirectory(sql, index);
    const userThreads = new UserThreads(sql, () => configOf(env).systemName);
    const updates = new ThreadUpdates(ctx.storage, userThreads);
    const notifications = new ThreadNotifications(connections, tabs, userThreads);
    const readCommand = new ReadCommand(env, { directory, userThreads, updates, notifications });
    const rates = new RateLimits(env, new Holds(sql));
    const revocations = new Revocations(sql);
    const verdicts = new Verdicts(revocations, directory);
    const revocationPropagation = new RevocationPropagation(sql, env, alarm, revocations);
    const propagation = new ProfilePropagation(sql, env, alarm, directory);
    // The calls of one invocation are bounded for both together.
    propagation.mayCall = (now) => !revocationPropagation.isDue(now);
    const profileUpdates = new ProfileUpdates({ connections, tabs, directory, propagation });
    this.#env = env;
    this.#connections = connections;
    this.#tabs = tabs;
    this.#visibility = visibility;
    this.#sharedSearch = new SharedUserSearch({ index, directory, visibility });
    this.#online = online;
    this.#tabSubscriptions = tabSubscriptions;
    this.#publisher = publisher;
    this.#subscriptions = subscriptions;
    this.#rates = rates;
    this.sockets = sockets;
    this.commands = new TabCommands(env, {
      connections,
      sockets,
      rates,
      subscriptions,
      readCommand,
      profileUpdates,
      revocations,
    });
    this.#profileUpdates = profileUpdates;
    this.propagation = propagation;
    this.revocations = revocations;
    this.#verdicts = verdicts;
    this.revocationPropagation = revocationPropagation;
    this.directory = directory;
    this.userThreads = userThreads;
    this.updates = updates;
    this.notifications = notifications;
    this.subscribers = subscribers;
    // They begin in this order: tabs are closed before their subscriptions end and their users' status is published.
    alarm.register(
      {
        name: "ends of sessions",
        run: (now) => sockets.endSessions(now),
        dueAt: () => sockets.nextEnd(),
      },
      { name: "silent tabs", run: (now) => sockets.closeSilent(now) },
      { name: "subscriptions of closed tabs", run: () => inNextRound(subscriptions.endClosed()) },
      { name: "users who went offline", run: (now) => inNextRound(publisher.publishOffline(now)) },
      {
        name: "users who were heard again",
        run: (now) => inNextRound(publisher.publishHeardAgain(now)),
        // Of all that is published, and of silent tabs.
        dueAt: (now) => publisher.dueAt(now),
      },
    );
    this.#searchReindex = new UserSearchReindex(ctx.storage, alarm);
  }

  /** To be called when the object starts and knows its alarm: goes on with what was interrupted. */
  resume(now: number): void {
    this.#searchReindex.resume(now);
    this.propagation.resume(now);
    this.revocationPropagation.resume(now);
  }

  // --- tabs

  /** Opens a tab of a user of this shard. */
  openTab(request: Request, caller: Caller): Response {
    const now = Date.now();
    try {
      // First, so that what was revoked does not use up the rate of the user whom it names.
      if (this.revocations.isRevoked(caller.user.id, caller)) throw revokedError();
      this.#rates.open(caller.user.id);
    } catch (error) {
      return refusalOfUpgrade(error, subprotocolOf(request));
    }
    this.#profileUpdates.named(caller);
    const { tab, response } = this.sockets.accept(request, caller, now);
    this.#connections.send(tab, [this.#welcome(caller)]);
    this.#publisher.tabOpened(tab, now);
    this.sockets.endsAt(caller.expiresAt);
    return response;
  }

  /** These users move to another shard: closes their tabs, which their clients then open there. */
  disconnect(userIds: readonly string[]): void {
    for (const userId of userIds)
      for (const tab of this.#tabs.of(userId))
        this.sockets.close(tab, CLOSE.restarting, "moved to another part of the server");
    // Their tabs subscribe again at the other shard: a list that this one sent later would undo that.
    this.#tabSubscriptions.removeOf(userIds);
    this.#verdicts.forget();
  }

  #welcome(caller: Caller): PresenceEvent {
    const user = this.#profileUpdates.presentOf(caller.user);
    const { expiresAt } = caller;
    const limits = clientLimitsFor(configOf(this.#env).rate);
    return { type: "welcome", user, ...this.userThreads.overview(user.id), expiresAt, limits };
  }

  // --- what the RPC methods (src/rpc/presence.ts) do here, for users of this shard

  signIn(user: User, namedAt?: number): User {
    this.#profileUpdates.signedIn(user, namedAt);
    return this.#profileUpdates.presentOf(user);
  }

  putUser(userId: string, put: UserPut): User {
    return this.#profileUpdates.put(userId, put);
  }

  userRecord(userId: string): UserRecord | undefined {
    const [user] = this.directory.profiles([userId]);
    const createdAt = this.directory.createdAt(userId);
    if (!user || createdAt === undefined) return undefined;
    const [kept] = this.directory.dataOf([userId]);
    return { user, ...(kept && { data: kept.data }), createdAt, threadCount: this.userThreads.count(userId) };
  }

  userData(userIds: string[]): UserData[] {
    return this.directory.dataOf(userIds);
  }

  profileSeen(user: User, namedAt: number): User {
    return this.#profileUpdates.namedInThread(user, namedAt);
  }

  makeKnown(users: User[]): User[] {
    for (const user of users) this.directory.add(user);
    return this.profiles(users.map(({ id }) => id));
  }

  connecting(caller: Caller): Promise<Result<User>> {
    return resultOf(() => {
      if (this.revocations.isRevoked(caller.user.id, caller)) throw revokedError();
      this.#rates.open(caller.user.id);
      this.#profileUpdates.named(caller);
      return this.#profileUpdates.presentOf(caller.user);
    });
  }

  threadsBeginning(userId: string, prefix: string): string[] {
    return this.userThreads.beginning(userId, prefix);
  }

  profiles(userIds: string[]): User[] {
    return this.directory.profiles(userIds);
  }

  async searchUsers(prefix: string, among: string[] | null): Promise<FoundUser[] | Refusal> {
    if (among === null) return this.directory.search(prefix);
    const found = await resultOf(() => this.#sharedSearch.find(prefix, among));
    return found.ok ? found.value : found;
  }

  admitThread(userId: string): Promise<Result<void>> {
    return resultOf(() => this.#rates.newThread(userId));
  }

  admitUserSearch(
    userId: string,
    scope: "all" | "shared" = "shared",
    by?: AskedBy,
  ): Promise<Result<string[]>> {
    return resultOf(() => {
      if (by !== "server") this.#rates.userSearch(userId);
      return scope === "shared" ? this.#visibility.newestThreadsOf(userId) : [];
    });
  }

  sharedThreads(userId: string): string[] {
    return this.#visibility.threadsOf(userId);
  }

  revoke(userId: string, before: number): void {
    const now = Date.now();
    if (!this.revocations.revoke(userId, before)) return;
    this.revocationPropagation.revoked(userId, now);
    this.sockets.closeRevoked(userId, this.revocations.of(userId, now));
  }

  endSession(userId: string, sessionId: string, until: number): void {
    const now = Date.now();
    if (!this.revocations.endSession(userId, sessionId, until, now)) return;
    this.revocationPropagation.sessionEnded(userId, now);
    this.sockets.closeRevoked(userId, this.revocations.of(userId, now));
  }

  verdictOn(userId: string, issuance: Issuance, since?: RevocationCursor): Verdict {
    return this.#verdicts.on(userId, issuance, since);
  }

  async statuses(userIds: string[], threadIds: string[], viewerId?: string): Promise<UserPresence[]> {
    const present = (userId: string) => this.#online.presenceOf(userId, Date.now());
    const others = userIds.filter((userId) => userId !== viewerId);
    const shown: UserPresence[] = [];
    for await (const userId of this.#visibility.usersIn(others, threadIds)) shown.push(present(userId));
    if (viewerId !== undefined && userIds.includes(viewerId)) shown.push(present(viewerId));
    return shown;
  }

  threads(userId: string, page: PageQuery): Promise<Result<ThreadPage>> {
    return resultOf(() => this.userThreads.page(userId, page));
  }

  removeFromList(userId: string, threadId: string): boolean {
    const wasUnread = this.updates.removeFromList(userId, threadId);
    if (wasUnread === undefined) return false;
    this.notifications.notifyRemoved(threadId, new Map([[userId, wasUnread]]));
    this.#subscriptions.left([userId]);
    return true;
  }

  async threadChanged(update: ThreadUpdate): Promise<ThreadUpdateAnswer> {
    const { commands = {}, joined } = update;
    this.#apply(update);
    this.#rates.countCommands(commands);
    const profiles = joined.length > 0 ? this.directory.profiles(joined.map(({ userId }) => userId)) : [];
    // Whoever sent to many threads at once is on hold in all of them: first the updates that came together are all counted.
    await Promise.resolve();
    return { holds: this.#rates.holds(Object.keys(commands)), profiles };
  }

  threadDeleted(threadId: string): void {
    const members = this.updates.remove(threadId);
    this.notifications.notifyRemoved(threadId, members);
    this.#subscriptions.left([...members.keys()]);
  }

  watch(list: WatchList): Promise<UserPresence[]> {
    return this.#publisher.subscribe(list);
  }

  newlyVisible(threadId: string, questions: NewlyVisible[]): Promise<UserPresence[][]> {
    return this.#publisher.newlyVisible(threadId, questions);
  }

  statusChanged(changes: StatusChange[]): Promise<void> {
    return this.#subscriptions.statusChanged(changes);
  }

  // --- within

  #apply(update: ThreadUpdate): void {
    const applied = this.updates.apply(update);
    if (!applied) return;
    this.notifications.notifyMembers(applied);
    this.#subscriptions.left(applied.left);
    if (update.kind === "public" || applied.joined.size === 0) return;
    // The thread need not wait for either, and a failure was logged.
    void this.#publisher.joined(update.threadId, applied.joined);
    void this.#subscriptions.joined(update.threadId, applied.joined).catch(() => undefined);
  }
}

/** Of a duty whose failures were logged where they happened: what it did not do is done in the next round. */
function inNextRound(duty: Promise<void>): Promise<void> {
  return duty.catch(() => undefined);
}
