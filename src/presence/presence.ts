/**
 * The Durable Object of one Presence shard: what belongs to its users rather than to a thread. It turns what the platform
 * delivers (an upgrade, a frame, a close, an alarm, an RPC call) into calls on its parts; an RPC call about users who have
 * moved to another shard is routed there.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { migrate } from "../durable/migrations.ts";
import type { BlockPage, MovedUsers, PageQuery, ThreadPage } from "../protocol/http.ts";
import type { User, UserPresence } from "../protocol/model.ts";
import { callerOf, type AskedBy, type Caller } from "../rpc/caller.ts";
import type { MovedUsersBatch } from "../rpc/moved-users.ts";
import type {
  BanPut,
  FoundUser,
  HostBanRecord,
  Listed,
  NewlyVisible,
  PresenceRpc,
  StatusChange,
  UserData,
  UserPut,
  UserRecord,
  WatchList,
} from "../rpc/presence.ts";
import type { ThreadUpdate, ThreadUpdateAnswer } from "../rpc/thread-update.ts";
import { resultOf, type Refusal, type Result } from "../rpc/result.ts";
import type { Issuance, RevocationCursor, Verdict } from "../rpc/revocation.ts";
import { shardNumber } from "../rpc/shards.ts";
import type { ClosedTab, OpenedTab, SocketIoTabName, Watched } from "../rpc/socketio-tabs.ts";
import { PeerShards } from "./peer-shards.ts";
import { reshardingLayer, type ReshardingLayer } from "./resharding/layer.ts";
import { MovedUserRecord } from "./resharding/moved-user-record.ts";
import type { ShardRouter } from "./resharding/shard-router.ts";
import * as splits from "./resharding/splits.ts";
import { PRESENCE_SCHEMA } from "./schema.ts";
import { PresenceShard } from "./shard.ts";
import { UpdateBatcher } from "./threads/update-batcher.ts";

export class Presence extends DurableObject<Env> implements PresenceRpc {
  readonly #alarm: AlarmScheduler;
  readonly #shard: PresenceShard;
  readonly #updateBatcher = new UpdateBatcher();
  readonly #layer: ReshardingLayer;
  readonly #router: ShardRouter;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    migrate(storage, PRESENCE_SCHEMA);
    this.#alarm = new AlarmScheduler(storage);
    const movedUsers = new MovedUserRecord(storage.sql, shardNumber(ctx.id));
    const shard = new PresenceShard(ctx, env, this.#alarm, {
      peers: new PeerShards(env, ctx.id, this),
      isHere: (userId) => movedUsers.isHere(userId),
    });
    this.#shard = shard;
    this.#layer = reshardingLayer(storage, env, this.#alarm, {
      movedUsers,
      local: shard,
      tables: shard.parts,
      disconnect: (userIds) => shard.parts.opening.disconnect(userIds),
    });
    this.#router = this.#layer.router;
    void ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.load();
      shard.resume(Date.now());
    });
  }

  // --- the tabs' sockets

  /** An upgrade, handed over by the Worker. For a user who has moved it is redirected. */
  override fetch(request: Request): Response | Promise<Response> {
    const caller = callerOf(request);
    return this.#router.redirect(caller.user.id) ?? this.#shard.parts.opening.open(request, caller);
  }

  override webSocketMessage(tab: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    return this.#shard.parts.commands.receive(tab, frame);
  }

  override webSocketClose(tab: WebSocket, code: number): void {
    this.#shard.parts.sockets.answerClose(tab, code);
  }

  override webSocketError(tab: WebSocket): void {
    this.webSocketClose(tab, 1006);
  }

  override alarm(): Promise<void> {
    return this.#alarm.alarm();
  }

  // --- for the Worker (PresenceRpc)

  signIn(user: User, namedAt?: number): Promise<User | undefined> {
    return this.#router.oneUser(user.id, (shard) => shard.signIn(user, namedAt));
  }

  makeKnown(users: User[]): Promise<User[]> {
    return this.#router.split(splits.ofProfiles, users, (shard, part) => shard.makeKnown(part));
  }

  putUser(userId: string, put: UserPut): Promise<User> {
    return this.#router.oneUser(userId, (shard) => shard.putUser(userId, put));
  }

  userRecord(userId: string): Promise<UserRecord | undefined> {
    return this.#router.oneUser(userId, (shard) => shard.userRecord(userId));
  }

  userData(userIds: string[]): Promise<UserData[]> {
    return this.#router.manyUsers(userIds, (shard, ids) => shard.userData(ids));
  }

  connecting(caller: Caller, tab?: SocketIoTabName): Promise<Result<User | OpenedTab>> {
    return this.#router.oneUser(caller.user.id, (shard) => shard.connecting(caller, tab));
  }

  tabsClosed(closed: ClosedTab[]): Promise<void> {
    return this.#router.split(splits.ofClosedTabs, closed, (shard, part) => shard.tabsClosed(part));
  }

  tabsLost(from: number, life: string, shards: number): Promise<void> {
    return this.#router.split(splits.ofLostTabs, { shards }, (shard) => shard.tabsLost(from, life, shards));
  }

  watchFrom(userId: string, tabId: string, userIds: string[]): Promise<Result<Watched>> {
    return this.#router.oneUser(userId, (shard) => shard.watchFrom(userId, tabId, userIds));
  }

  threadsBeginning(userId: string, prefix: string): Promise<string[]> {
    return this.#router.oneUser(userId, (shard) => shard.threadsBeginning(userId, prefix));
  }

  profiles(userIds: string[]): Promise<User[]> {
    return this.#router.manyUsers(userIds, (shard, ids) => shard.profiles(ids));
  }

  admitReport(userId: string): Promise<Result<void>> {
    return this.#router.oneUser(userId, (shard) => shard.admitReport(userId));
  }

  admitThread(userId: string, directWith?: string, by?: AskedBy): Promise<Result<void>> {
    return this.#router.oneUser(userId, (shard) => shard.admitThread(userId, directWith, by));
  }

  admitInvitations(userId: string, threadId: string, invitedIds: string[]): Promise<Result<void>> {
    return this.#router.oneUser(userId, (shard) => shard.admitInvitations(userId, threadId, invitedIds));
  }

  endInvitations(userId: string, threadId: string, invitedIds: string[]): Promise<void> {
    return this.#router.oneUser(userId, (shard) => shard.endInvitations(userId, threadId, invitedIds));
  }

  admitUserSearch(userId: string, scope?: "all" | "shared", by?: AskedBy): Promise<Result<string[]>> {
    return this.#router.oneUser(userId, (shard) => shard.admitUserSearch(userId, scope, by));
  }

  sharedThreads(userId: string): Promise<string[]> {
    return this.#router.oneUser(userId, (shard) => shard.sharedThreads(userId));
  }

  contactsOf(userId: string, ids: string[]): Promise<string[]> {
    return this.#router.oneUser(userId, (shard) => shard.contactsOf(userId, ids));
  }

  statuses(userIds: string[], threadIds: string[], viewerId?: string): Promise<UserPresence[]> {
    return this.#router.manyUsers(userIds, (shard, ids) => shard.statuses(ids, threadIds, viewerId));
  }

  statusesFor(userId: string, ids: string[]): Promise<UserPresence[]> {
    return this.#router.oneUser(userId, (shard) => shard.statusesFor(userId, ids));
  }

  profilesFor(userId: string, ids: string[]): Promise<User[]> {
    return this.#router.oneUser(userId, (shard) => shard.profilesFor(userId, ids));
  }

  blocks(userId: string, page: PageQuery): Promise<Result<BlockPage>> {
    return this.#router.oneUser(userId, (shard) => shard.blocks(userId, page));
  }

  setBlock(userId: string, otherId: string, isBlocked: boolean): Promise<Result<void>> {
    return this.#router.oneUser(userId, (shard) => shard.setBlock(userId, otherId, isBlocked));
  }

  hideThread(userId: string, threadId: string, upTo: number): Promise<void> {
    return this.#router.oneUser(userId, (shard) => shard.hideThread(userId, threadId, upTo));
  }

  threads(userId: string, page: PageQuery): Promise<Result<ThreadPage>> {
    return this.#router.oneUser(userId, (shard) => shard.threads(userId, page));
  }

  removeFromList(userId: string, threadId: string, who?: Listed): Promise<boolean> {
    return this.#router.oneUser(userId, (shard) => shard.removeFromList(userId, threadId, who));
  }

  revoke(userId: string, before: number): Promise<void> {
    return this.#router.oneUser(userId, (shard) => shard.revoke(userId, before));
  }

  banUser(userId: string, ban: BanPut): Promise<HostBanRecord> {
    return this.#router.oneUser(userId, (shard) => shard.banUser(userId, ban));
  }

  liftBan(userId: string): Promise<void> {
    return this.#router.oneUser(userId, (shard) => shard.liftBan(userId));
  }

  /** Not routed: the Worker asks every shard. Of one who has moved, the other shard says it. */
  async hostBans(after: string, limit: number): Promise<HostBanRecord[]> {
    return this.#shard.hostBans(after, limit).filter(({ user }) => this.#router.isHere(user.id));
  }

  endSession(userId: string, sessionId: string, until: number): Promise<void> {
    return this.#router.oneUser(userId, (shard) => shard.endSession(userId, sessionId, until));
  }

  async verdictOn(userId: string, issuance: Issuance, since?: RevocationCursor): Promise<Verdict> {
    if (this.#router.isHere(userId)) return this.#shard.verdictOn(userId, issuance, since);
    // What changes of one who has moved, this shard does not know.
    const { news: _, ...verdict } = await this.#router.oneUser(userId, (shard) =>
      shard.verdictOn(userId, issuance),
    );
    return verdict;
  }

  /** Not routed: the Worker asks every shard. */
  async searchUsers(prefix: string, among: string[] | null): Promise<FoundUser[] | Refusal> {
    return this.#shard.searchUsers(prefix, among);
  }

  // --- for threads (ThreadListenerRpc)

  async threadChanged(update: ThreadUpdate): Promise<ThreadUpdateAnswer | undefined> {
    // Before it is routed: whoever is here must not move while it waits.
    await this.#updateBatcher.turn();
    return this.#router.split(splits.ofThreadUpdate, update, (shard, part) => shard.threadChanged(part));
  }

  async threadDeleted(threadId: string, shards?: number, inviters?: string[]): Promise<void> {
    // In turn: an update from before the thread crashed may still wait, and would bring it back.
    await this.#updateBatcher.turn();
    return this.#router.split(splits.ofDeletedThread, { threadId, shards }, (shard) =>
      shard.threadDeleted(threadId, shards, inviters),
    );
  }

  reportsChanged(threadId: string, open: Record<string, number>): Promise<void> {
    return this.#router.split(splits.ofCounts, open, (shard, part) => shard.reportsChanged(threadId, part));
  }

  profileSeen(user: User, namedAt: number): Promise<User> {
    return this.#router.oneUser(user.id, (shard) => shard.profileSeen(user, namedAt));
  }

  // --- for other shards (PresencePeerRpc)

  watch(list: WatchList): Promise<UserPresence[]> {
    return this.#router.split(splits.ofWatchList, list, (shard, part) => shard.watch(part));
  }

  newlyVisible(threadId: string, questions: NewlyVisible[]): Promise<UserPresence[][]> {
    return this.#router.split(splits.ofNewlyVisible, questions, (shard, part) =>
      shard.newlyVisible(threadId, part),
    );
  }

  statusChanged(changes: StatusChange[]): Promise<void> {
    return this.#router.split(splits.ofStatusChanges, changes, (shard, part) => shard.statusChanged(part));
  }

  profilesIn(userIds: string[], threadIds: string[] | null): Promise<User[]> {
    return this.#router.manyUsers(userIds, (shard, ids) => shard.profilesIn(ids, threadIds));
  }

  contactsAmong(userId: string, ids: string[], threadIds: string[]): Promise<string[]> {
    return this.#router.manyUsers(ids, (shard, part) => shard.contactsAmong(userId, part, threadIds));
  }

  // --- moving users to other shards

  moveUsers(before: number, after: number): Promise<Result<MovedUsers>> {
    return resultOf(() => this.#layer.resharding.step(before, after));
  }

  async receiveMovedUsers(batch: MovedUsersBatch): Promise<void> {
    this.#layer.batchReceiver.receive(batch);
  }
}
