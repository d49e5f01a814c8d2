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
import { Replies } from "../sockets/replies.ts";
import { configOf } from "../config/config.ts";
import { CLOSE, type CloseCode } from "../protocol/errors.ts";
import type { PresenceEvent } from "../protocol/events.ts";
import type { MovedUsers, PageQuery, ThreadPage } from "../protocol/http.ts";
import { OFFLINE_GRACE_MS } from "../protocol/limits.ts";
import { clientLimitsFor, type User, type UserPresence } from "../protocol/model.ts";
import { Arrivals } from "./resharding/batch-receiver.ts";
import { Attendance } from "./status/status-publisher.ts";
import { Departures } from "./resharding/moved-users.ts";
import { Directory } from "./people/directory.ts";
import { Forwarding } from "./resharding/routing.ts";
import { PRESENCE_MIGRATIONS } from "./schema.ts";
import { Gathering } from "./threads/update-batching.ts";
import { Moving } from "./resharding/resharding.ts";
import { Online } from "./status/online-status.ts";
import { Packing } from "./resharding/batch-packer.ts";
import type { MovedUsersBatch } from "../rpc/presence.ts";
import { Peers } from "./peer-shards.ts";
import { RateLimits } from "./rate-limits.ts";
import { Reading } from "./threads/read-command.ts";
import type { FoundUser, NewlyVisible, PresenceRpc, StatusChange, WatchList } from "../rpc/presence.ts";
import { shardNumber } from "../rpc/shards.ts";
import { Sharing } from "./people/visibility.ts";
import { SocketCommands } from "./socket-commands.ts";
import { Tabs } from "./status/tabs.ts";
import { ThreadChanges } from "./threads/thread-updates.ts";
import { ThreadList } from "./threads/thread-list.ts";
import { tellRemoved, tellTabs } from "./threads/notifications.ts";
import type { ThreadUpdate } from "../rpc/presence.ts";
import { WatchedSets } from "./status/tab-subscriptions.ts";
import { Watchers } from "./status/subscribers.ts";
import { Watching } from "./status/subscriptions.ts";

/** Tabs whose sessions ended are closed together at such times; until then nothing is taken from them, nor told to them. */
const SESSION_ROUND_MS = 5_000;

export class Presence extends DurableObject<Env> implements PresenceRpc {
  readonly #alarm: AlarmScheduler;
  readonly #connections: Connections;
  readonly #tabs: Tabs;
  readonly #directory: Directory;
  readonly #list: ThreadList;
  readonly #changes: ThreadChanges;
  readonly #sharing: Sharing;
  readonly #online: Online;
  readonly #watchedSets: WatchedSets;
  readonly #attendance: Attendance;
  readonly #watching: Watching;
  readonly #socketCommands: SocketCommands;
  readonly #rates: RateLimits;
  readonly #arrivals: Arrivals;
  readonly #gathering = new Gathering();
  readonly #moving: Moving;
  readonly #forwarding: Forwarding;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, PRESENCE_MIGRATIONS);
    const { sql } = ctx.storage;
    this.#alarm = new AlarmScheduler(ctx.storage);
    this.#connections = new Connections(ctx);
    this.#tabs = new Tabs(this.#connections);
    this.#rates = new RateLimits(env);
    this.#directory = new Directory(sql);
    this.#list = new ThreadList(sql);
    this.#changes = new ThreadChanges(ctx.storage, this.#list);
    this.#sharing = new Sharing(sql);
    this.#online = new Online(sql, this.#tabs, this.#connections, Date.now());
    this.#watchedSets = new WatchedSets(sql, this.#connections, this.#tabs);
    const watchers = new Watchers(sql);
    const peers = new Peers(env, ctx.id, this);
    this.#attendance = new Attendance(env, {
      connections: this.#connections,
      tabs: this.#tabs,
      online: this.#online,
      watchers,
      sharing: this.#sharing,
      peers,
      alarm: this.#alarm,
    });
    this.#watching = new Watching(env, {
      connections: this.#connections,
      sets: this.#watchedSets,
      sharing: this.#sharing,
      peers,
    });
    const reading = new Reading(env, {
      tabs: this.#tabs,
      directory: this.#directory,
      list: this.#list,
      changes: this.#changes,
    });
    this.#socketCommands = new SocketCommands(env, {
      rates: this.#rates,
      connections: this.#connections,
      replies: new Replies(this.#connections, (tab, code, reason) => this.#close(tab, code, reason)),
      actions: {
        watch: (tab, userIds) => this.#watching.watch(tab, userIds),
        read: (userId, threadId, seq) => reading.read(userId, threadId, seq),
        renewed: (user, expiresAt) => this.#renewed(user, expiresAt),
        endSessions: () => this.#endSessions(Date.now()),
      },
    });
    const departures = new Departures(sql, shardNumber(ctx.id));
    const stored = { directory: this.#directory, list: this.#list, changes: this.#changes, watchers };
    this.#arrivals = new Arrivals(ctx.storage, stored);
    this.#moving = new Moving(env, ctx.storage, {
      departures,
      packing: new Packing(sql, { departures, ...stored }),
      tabs: this.#tabs,
      watchedSets: this.#watchedSets,
      closeTab: (tab) => this.#close(tab, CLOSE.restarting, "moved to another part of the server"),
    });
    this.#forwarding = new Forwarding(env, departures, this.#moving);
    void ctx.blockConcurrencyWhile(() => this.#alarm.load());
  }

  // --- a tab's life

  /** Opens a tab's socket. The Worker has verified the caller. */
  override fetch(request: Request): Response | Promise<Response> {
    const caller = callerOf(request);
    const redirect = this.#forwarding.redirect(caller.user.id);
    if (redirect) return redirect;
    const now = Date.now();
    this.#directory.meet(caller.user);
    const { socket, response } = this.#connections.accept(request, caller, now);
    const replaced = this.#connections.oneTooMany(caller.user.id, socket);
    if (replaced) this.#close(replaced, CLOSE.replaced, "too many tabs, and this one was silent the longest");
    this.#connections.send(socket, [this.#welcome(caller)]);
    this.#attendance.opened(socket, now);
    this.#wakeToEnd(caller.expiresAt);
    return response;
  }

  override async webSocketMessage(tab: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const now = Date.now();
    this.#endSessions(now);
    if (this.#connections.of(tab).gone) return;
    this.#connections.heard(tab, now);
    await this.#socketCommands.receive(tab, frame);
  }

  override webSocketClose(tab: WebSocket, code: number): void {
    if (this.#connections.answerClose(tab, code)) this.#closed(tab);
  }

  override webSocketError(tab: WebSocket): void {
    if (this.#connections.answerClose(tab, 1006)) this.#closed(tab);
  }

  /** Rings for sessions that end, for users to be told offline, for what closed tabs watched, and to look for tabs that vanished. */
  override async alarm(): Promise<void> {
    this.#alarm.cleared();
    const now = Date.now();
    this.#endSessions(now);
    this.#attendance.closeSilent(now);
    // Failures were logged: what is owed of those who went is told in the next round, the rest when it next matters.
    await Promise.allSettled([
      this.#watching.forgetClosed(),
      this.#attendance.tellGone(now),
      this.#attendance.tellHeardAgain(now),
    ]);
    // With the time at which it was told: who became due since was not tried yet, and is not to wait for a whole round.
    this.#attendance.wakeForTheRest(now);
    const sessionEnd = this.#connections.nextSessionEnd();
    if (sessionEnd !== undefined) this.#wakeToEnd(sessionEnd);
  }

  #endSessions(now: number): void {
    for (const tab of this.#connections.endSessions(now)) this.#closed(tab);
  }

  #close(tab: WebSocket, code: CloseCode, reason: string): void {
    if (this.#connections.close(tab, code, reason)) this.#closed(tab);
  }

  #closed(tab: WebSocket): void {
    const now = Date.now();
    // A reloaded page watches the same again in a moment: only what nobody takes up is told to be over.
    if (this.#watchedSets.of(tab).size > 0) this.#alarm.wakeBy(now + OFFLINE_GRACE_MS);
    this.#attendance.closed(tab, now, now);
  }

  #welcome({ user, expiresAt }: Caller): PresenceEvent {
    const limits = clientLimitsFor(configOf(this.env).rate);
    return { type: "welcome", user, ...this.#list.overview(user.id), expiresAt, limits };
  }

  #wakeToEnd(expiresAt: number): void {
    this.#alarm.wakeBy(Math.ceil(expiresAt / SESSION_ROUND_MS) * SESSION_ROUND_MS);
  }

  /** A tab's user brought a fresh token. */
  #renewed(user: User, expiresAt: number): void {
    this.#directory.meet(user);
    this.#wakeToEnd(expiresAt);
  }

  // --- called by the Worker

  /** Makes a user known, or renews their profile. */
  signIn(user: User): Promise<void> {
    return this.#forwarding.user(
      user.id,
      () => this.#directory.meet(user),
      (shard) => shard.signIn(user),
    );
  }

  /** Those of these users that are known here. */
  profiles(userIds: string[]): Promise<User[]> {
    return this.#forwarding.users(
      userIds,
      (ids) => this.#directory.profiles(ids),
      (shard, ids) => shard.profiles(ids),
    );
  }

  /** Counts a new thread of this user; `rate_limited` where it is one too many. */
  admitThread(userId: string): Promise<Result<void>> {
    return this.#forwarding.user(
      userId,
      () => resultOf(() => this.#rates.newThread(userId)),
      (shard) => shard.admitThread(userId),
    );
  }

  /** Counts a search of this user; the ids of their direct and group threads. */
  admitUserSearch(userId: string): Promise<Result<string[]>> {
    const admit = () => {
      this.#rates.search(userId);
      return this.#sharing.threadsOf(userId);
    };
    return this.#forwarding.user(
      userId,
      () => resultOf(admit),
      (shard) => shard.admitUserSearch(userId),
    );
  }

  /** The direct and group threads of this user. */
  sharedThreads(userId: string): Promise<string[]> {
    return this.#forwarding.user(
      userId,
      () => this.#sharing.threadsOf(userId),
      (shard) => shard.sharedThreads(userId),
    );
  }

  /** Users whose name or id begins so, at most 20, sorted by what matched. `among`: only those in one of these threads. */
  async searchUsers(prefix: string, among: string[] | null): Promise<FoundUser[]> {
    return this.#directory.search(prefix, among);
  }

  /** The state of those of these users who are in one of `threadIds`; of `viewerId`, who asks, in any case. */
  statuses(userIds: string[], threadIds: string[], viewerId?: string): Promise<UserPresence[]> {
    return this.#forwarding.users(
      userIds,
      (ids) => {
        const visible = this.#sharing.usersIn(ids, threadIds);
        const shown = ids.filter((userId) => userId === viewerId || visible.has(userId));
        const now = Date.now();
        return shown.map((userId) => this.#online.presenceOf(userId, now));
      },
      (shard, ids) => shard.statuses(ids, threadIds, viewerId),
    );
  }

  /** A page of this user's threads, most recently active first. */
  threads(userId: string, page: PageQuery): Promise<Result<ThreadPage>> {
    return this.#forwarding.user(
      userId,
      () => resultOf(() => this.#list.page(userId, page)),
      (shard) => shard.threads(userId, page),
    );
  }

  /** Moves some of the users whom `after` shards put elsewhere; to be called until it says that it is done. */
  moveUsers(before: number, after: number): Promise<Result<MovedUsers>> {
    return resultOf(() => this.#moving.step(before, after));
  }

  // --- called by a ChatThread

  /** Word of a thread: its newest message, name, and the members of this shard who came, left, or read. Idempotent. */
  async threadChanged(update: ThreadUpdate): Promise<void> {
    await this.#gathering.turn();
    return this.#forwarding.threadChanged(update, (own) => this.#threadChanged(own));
  }

  #threadChanged(update: ThreadUpdate): void {
    const applied = this.#changes.apply(update);
    if (!applied) return;
    tellTabs(applied, this.#tabs, this.#list);
    if (update.kind === "public" || applied.joined.size === 0) return;
    this.#attendance.joined(update.threadId, applied.joined, Date.now());
    // The thread need not wait for it; a failure was logged.
    void this.#watching.joined(update.threadId, applied.joined).catch(() => undefined);
  }

  /** The thread is gone: nothing of it stays here, and its members are told. Idempotent. `shards`: as in an update. */
  async threadDeleted(threadId: string, shards?: number): Promise<void> {
    // In its turn: a word of the thread that still waits, from before it crashed, would bring it back.
    await this.#gathering.turn();
    return this.#forwarding.threadDeleted(threadId, shards, () =>
      tellRemoved(threadId, this.#changes.remove(threadId), this.#tabs),
    );
  }

  // --- called by other shards

  /** Takes over whom a user of any shard watches here; the present states of those they may see. */
  watch(list: WatchList): Promise<UserPresence[]> {
    return this.#forwarding.watch(list, (own) => this.#attendance.watch(own, Date.now()));
  }

  /** The present states of those whom each of these watchers sees through this thread alone. */
  newlyVisible(threadId: string, questions: NewlyVisible[]): Promise<UserPresence[][]> {
    return this.#forwarding.newlyVisible(threadId, questions, (own) =>
      this.#attendance.newlyVisible(threadId, own, Date.now()),
    );
  }

  /** Users of another shard came or went: passed on to those of this one who watch and may see them. */
  statusChanged(changes: StatusChange[]): Promise<void> {
    return this.#forwarding.statusChanged(changes, (own) => this.#watching.statusChanged(own));
  }

  /** Takes in users who move here from another shard, or some of what it has of them. Idempotent. */
  async receiveMovedUsers(parcel: MovedUsersBatch): Promise<void> {
    for (const applied of this.#arrivals.take(parcel)) tellTabs(applied, this.#tabs, this.#list);
    // Those who do not come back to a tab in the moment after are to be told offline.
    if (parcel.watchers.length > 0) this.#alarm.wakeBy(Date.now() + OFFLINE_GRACE_MS);
  }
}
