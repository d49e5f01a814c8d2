/**
 * One shard of users: what belongs to a user rather than to a thread. Their open tabs and whether they are online,
 * their list of threads with what is unread, and whom they watch. Everything that must outlive memory is in SQL or in
 * the sockets' attachments; the parts beside this file hold one idea each.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { resultOf, type Result } from "../rpc/result.ts";
import { callerOf, type Caller } from "../rpc/caller.ts";
import { Connections } from "../sockets/connections.ts";
import { migrate } from "../durable/migrations.ts";
import { configOf } from "../config/config.ts";
import { CLOSE } from "../protocol/errors.ts";
import type { PresenceEvent } from "../protocol/events.ts";
import type { MovedUsers, PageQuery, ThreadPage } from "../protocol/http.ts";
import { OFFLINE_GRACE_MS } from "../protocol/limits.ts";
import { clientLimitsFor, type User, type UserPresence } from "../protocol/model.ts";
import { BatchReceiver } from "./resharding/batch-receiver.ts";
import { StatusPublisher } from "./status/status-publisher.ts";
import { MovedUserRecord } from "./resharding/moved-user-record.ts";
import { UserDirectory } from "./people/user-directory.ts";
import { ShardRouter } from "./resharding/routing.ts";
import { PRESENCE_MIGRATIONS } from "./schema.ts";
import { UpdateBatcher } from "./threads/update-batcher.ts";
import { Resharding } from "./resharding/resharding.ts";
import { OnlineStatus } from "./status/online-status.ts";
import { BatchPacker } from "./resharding/batch-packer.ts";
import type { MovedUsersBatch } from "../rpc/presence.ts";
import { PeerShards } from "./peer-shards.ts";
import { RateLimits } from "./rate-limits.ts";
import { ReadCommand } from "./threads/read-command.ts";
import type { FoundUser, NewlyVisible, PresenceRpc, StatusChange, WatchList } from "../rpc/presence.ts";
import { shardNumber } from "../rpc/shards.ts";
import { Visibility } from "./people/visibility.ts";
import { TabCommands } from "./tab-commands.ts";
import { TabSockets } from "./status/tab-sockets.ts";
import { Tabs } from "./status/tabs.ts";
import { ThreadUpdates } from "./threads/thread-updates.ts";
import { UserThreads } from "./threads/user-threads.ts";
import { ThreadNotifications } from "./threads/thread-notifications.ts";
import type { ThreadUpdate } from "../rpc/presence.ts";
import { TabSubscriptions } from "./status/tab-subscriptions.ts";
import { Subscribers } from "./status/subscribers.ts";
import { Subscriptions } from "./status/subscriptions.ts";

export class Presence extends DurableObject<Env> implements PresenceRpc {
  readonly #alarm: AlarmScheduler;
  readonly #connections: Connections;
  readonly #tabs: Tabs;
  readonly #directory: UserDirectory;
  readonly #userThreads: UserThreads;
  readonly #updates: ThreadUpdates;
  readonly #notifications: ThreadNotifications;
  readonly #visibility: Visibility;
  readonly #online: OnlineStatus;
  readonly #tabSubscriptions: TabSubscriptions;
  readonly #publisher: StatusPublisher;
  readonly #subscriptions: Subscriptions;
  readonly #sockets: TabSockets;
  readonly #tabCommands: TabCommands;
  readonly #rates: RateLimits;
  readonly #receiver: BatchReceiver;
  readonly #batcher = new UpdateBatcher();
  readonly #resharding: Resharding;
  readonly #router: ShardRouter;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, PRESENCE_MIGRATIONS);
    const { sql } = ctx.storage;
    this.#alarm = new AlarmScheduler(ctx.storage);
    this.#connections = new Connections(ctx);
    this.#tabs = new Tabs(this.#connections);
    this.#rates = new RateLimits(env);
    this.#directory = new UserDirectory(sql);
    this.#userThreads = new UserThreads(sql);
    this.#updates = new ThreadUpdates(ctx.storage, this.#userThreads);
    this.#notifications = new ThreadNotifications(this.#connections, this.#tabs, this.#userThreads);
    this.#visibility = new Visibility(sql);
    this.#online = new OnlineStatus(sql, this.#tabs, this.#connections, Date.now());
    this.#tabSubscriptions = new TabSubscriptions(sql, this.#connections, this.#tabs);
    const subscribers = new Subscribers(sql);
    const peers = new PeerShards(env, ctx.id, this);
    this.#publisher = new StatusPublisher(env, {
      connections: this.#connections,
      tabs: this.#tabs,
      online: this.#online,
      subscribers,
      visibility: this.#visibility,
      peers,
      alarm: this.#alarm,
    });
    this.#subscriptions = new Subscriptions(env, {
      connections: this.#connections,
      tabSubscriptions: this.#tabSubscriptions,
      visibility: this.#visibility,
      peers,
    });
    const readCommand = new ReadCommand(env, {
      directory: this.#directory,
      userThreads: this.#userThreads,
      updates: this.#updates,
      notifications: this.#notifications,
    });
    this.#sockets = new TabSockets({
      alarm: this.#alarm,
      connections: this.#connections,
      tabs: this.#tabs,
      tabSubscriptions: this.#tabSubscriptions,
      publisher: this.#publisher,
    });
    this.#tabCommands = new TabCommands(env, {
      connections: this.#connections,
      sockets: this.#sockets,
      rates: this.#rates,
      directory: this.#directory,
      subscriptions: this.#subscriptions,
      readCommand,
    });
    const movedUsers = new MovedUserRecord(sql, shardNumber(ctx.id));
    const stored = {
      directory: this.#directory,
      userThreads: this.#userThreads,
      updates: this.#updates,
      subscribers,
    };
    this.#receiver = new BatchReceiver(ctx.storage, stored);
    this.#resharding = new Resharding(env, ctx.storage, {
      movedUsers,
      packer: new BatchPacker(sql, { movedUsers, ...stored }),
      tabs: this.#tabs,
      tabSubscriptions: this.#tabSubscriptions,
      closeTab: (tab) => this.#sockets.close(tab, CLOSE.restarting, "moved to another part of the server"),
    });
    this.#router = new ShardRouter(env, movedUsers, this.#resharding);
    this.#registerDuties();
    void ctx.blockConcurrencyWhile(() => this.#alarm.load());
  }

  /** What the alarm does, in this order: tabs are closed before their subscriptions end and their users' status is published. */
  #registerDuties(): void {
    const [sockets, subscriptions, publisher] = [this.#sockets, this.#subscriptions, this.#publisher];
    this.#alarm.register(
      { name: "ends of sessions", run: (now) => sockets.endSessions(now) },
      { name: "silent tabs", run: (now) => sockets.closeSilent(now) },
      { name: "subscriptions of closed tabs", run: () => inNextRound(subscriptions.endClosed()) },
      { name: "users who went offline", run: (now) => inNextRound(publisher.publishOffline(now)) },
      {
        name: "users who were heard again",
        run: (now) => inNextRound(publisher.publishHeardAgain(now)),
        // One time for all duties, so that the alarm is set once: it is a row written each time.
        dueAt: (now) => earliest(publisher.dueAt(now), sockets.nextEnd()),
      },
    );
  }

  // --- a tab's life

  /** Opens a tab's socket. The Worker has verified the caller. */
  override fetch(request: Request): Response | Promise<Response> {
    const caller = callerOf(request);
    const redirect = this.#router.redirect(caller.user.id);
    if (redirect) return redirect;
    const now = Date.now();
    this.#directory.upsert(caller.user);
    const { tab, response } = this.#sockets.accept(request, caller, now);
    this.#connections.send(tab, [this.#welcome(caller)]);
    this.#publisher.tabOpened(tab, now);
    this.#sockets.endsAt(caller.expiresAt);
    return response;
  }

  override webSocketMessage(tab: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    return this.#tabCommands.receive(tab, frame);
  }

  override webSocketClose(tab: WebSocket, code: number): void {
    this.#sockets.answerClose(tab, code);
  }

  override webSocketError(tab: WebSocket): void {
    this.#sockets.answerClose(tab, 1006);
  }

  override alarm(): Promise<void> {
    return this.#alarm.alarm();
  }

  #welcome({ user, expiresAt }: Caller): PresenceEvent {
    const limits = clientLimitsFor(configOf(this.env).rate);
    return { type: "welcome", user, ...this.#userThreads.overview(user.id), expiresAt, limits };
  }

  // --- called by the Worker

  /** Makes a user known, or renews their profile. */
  signIn(user: User): Promise<void> {
    return this.#router.user(
      user.id,
      () => this.#directory.upsert(user),
      (shard) => shard.signIn(user),
    );
  }

  /** Those of these users that are known here. */
  profiles(userIds: string[]): Promise<User[]> {
    return this.#router.users(
      userIds,
      (ids) => this.#directory.profiles(ids),
      (shard, ids) => shard.profiles(ids),
    );
  }

  /** Counts a new thread of this user; `rate_limited` where it is one too many. */
  admitThread(userId: string): Promise<Result<void>> {
    return this.#router.user(
      userId,
      () => resultOf(() => this.#rates.newThread(userId)),
      (shard) => shard.admitThread(userId),
    );
  }

  /** Counts a search of this user; the ids of their direct and group threads. */
  admitUserSearch(userId: string): Promise<Result<string[]>> {
    const admit = () => {
      this.#rates.userSearch(userId);
      return this.#visibility.threadsOf(userId);
    };
    return this.#router.user(
      userId,
      () => resultOf(admit),
      (shard) => shard.admitUserSearch(userId),
    );
  }

  /** The direct and group threads of this user. */
  sharedThreads(userId: string): Promise<string[]> {
    return this.#router.user(
      userId,
      () => this.#visibility.threadsOf(userId),
      (shard) => shard.sharedThreads(userId),
    );
  }

  /** Users whose name or id begins so, at most 20, sorted by what matched. `among`: only those in one of these threads. */
  async searchUsers(prefix: string, among: string[] | null): Promise<FoundUser[]> {
    return this.#directory.search(prefix, among);
  }

  /** The state of those of these users who are in one of `threadIds`; of `viewerId`, who asks, in any case. */
  statuses(userIds: string[], threadIds: string[], viewerId?: string): Promise<UserPresence[]> {
    return this.#router.users(
      userIds,
      (ids) => {
        const visible = this.#visibility.usersIn(ids, threadIds);
        const shown = ids.filter((userId) => userId === viewerId || visible.has(userId));
        const now = Date.now();
        return shown.map((userId) => this.#online.presenceOf(userId, now));
      },
      (shard, ids) => shard.statuses(ids, threadIds, viewerId),
    );
  }

  /** A page of this user's threads, most recently active first. */
  threads(userId: string, page: PageQuery): Promise<Result<ThreadPage>> {
    return this.#router.user(
      userId,
      () => resultOf(() => this.#userThreads.page(userId, page)),
      (shard) => shard.threads(userId, page),
    );
  }

  /** Moves some of the users whom `after` shards put elsewhere; to be called until it says that it is done. */
  moveUsers(before: number, after: number): Promise<Result<MovedUsers>> {
    return resultOf(() => this.#resharding.step(before, after));
  }

  // --- called by a ChatThread

  /** Word of a thread: its newest message, name, and the members of this shard who came, left, or read. Idempotent. */
  async threadChanged(update: ThreadUpdate): Promise<void> {
    await this.#batcher.turn();
    return this.#router.threadChanged(update, (own) => this.#threadChanged(own));
  }

  #threadChanged(update: ThreadUpdate): void {
    const applied = this.#updates.apply(update);
    if (!applied) return;
    this.#notifications.notifyMembers(applied);
    if (update.kind === "public" || applied.joined.size === 0) return;
    this.#publisher.joined(update.threadId, applied.joined, Date.now());
    // The thread need not wait for it; a failure was logged.
    void this.#subscriptions.joined(update.threadId, applied.joined).catch(() => undefined);
  }

  /** The thread is gone: nothing of it stays here, and its members are told. Idempotent. `shards`: as in an update. */
  async threadDeleted(threadId: string, shards?: number): Promise<void> {
    // In its turn: a word of the thread that still waits, from before it crashed, would bring it back.
    await this.#batcher.turn();
    return this.#router.threadDeleted(threadId, shards, () =>
      this.#notifications.notifyRemoved(threadId, this.#updates.remove(threadId)),
    );
  }

  // --- called by other shards

  /** Takes over whom a user of any shard watches here; the present states of those they may see. */
  watch(list: WatchList): Promise<UserPresence[]> {
    return this.#router.watch(list, (own) => this.#publisher.subscribe(own, Date.now()));
  }

  /** The present states of those whom each of these watchers sees through this thread alone. */
  newlyVisible(threadId: string, questions: NewlyVisible[]): Promise<UserPresence[][]> {
    return this.#router.newlyVisible(threadId, questions, (own) =>
      this.#publisher.newlyVisible(threadId, own, Date.now()),
    );
  }

  /** Users of another shard came or went: passed on to those of this one who watch and may see them. */
  statusChanged(changes: StatusChange[]): Promise<void> {
    return this.#router.statusChanged(changes, (own) => this.#subscriptions.statusChanged(own));
  }

  /** Takes in users who move here from another shard, or some of what it has of them. Idempotent. */
  async receiveMovedUsers(batch: MovedUsersBatch): Promise<void> {
    for (const applied of this.#receiver.receive(batch)) this.#notifications.notifyMembers(applied);
    // Those who do not come back to a tab in the moment after are to be told offline.
    if (batch.watchers.length > 0) this.#alarm.wakeBy(Date.now() + OFFLINE_GRACE_MS);
  }
}

/** Of a duty whose failures were logged where they happened: what it did not do is done in the next round. */
function inNextRound(duty: Promise<void>): Promise<void> {
  return duty.catch(() => undefined);
}

function earliest(...times: (number | undefined)[]): number | undefined {
  return times.reduce((a, b) => (a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)), undefined);
}
