/**
 * The users of one shard, and what is done for them: the part of the RPC methods (src/rpc/presence.ts) that runs here. It takes
 * every user for its own: that some may have moved is known to resharding/ alone.
 */
import { LilypadError } from "../protocol/errors.ts";
import type { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import type { BlockPage, PageQuery, ThreadPage } from "../protocol/http.ts";
import type { User, UserPresence } from "../protocol/model.ts";
import type { AskedBy, Caller } from "../rpc/caller.ts";
import type {
  BanPut,
  FoundUser,
  HostBanRecord,
  Listed,
  NewlyVisible,
  StatusChange,
  UserData,
  UserPut,
  UserRecord,
  WatchList,
} from "../rpc/presence.ts";
import type { ThreadUpdate, ThreadUpdateAnswer } from "../rpc/thread-update.ts";
import { resultOf, type Refusal, type Result } from "../rpc/result.ts";
import type { Issuance, RevocationCursor, Verdict } from "../rpc/revocation.ts";
import type { ClosedTab, OpenedTab, SocketIoTabName, Watched } from "../rpc/socketio-tabs.ts";
import { shardParts, type ShardParts, type Surroundings } from "./shard-parts.ts";

export class PresenceShard {
  readonly parts: ShardParts;

  /** Registers the duties of its parts with the alarm. */
  constructor(ctx: DurableObjectState, env: Env, alarm: AlarmScheduler, surroundings: Surroundings) {
    this.parts = shardParts(ctx, env, alarm, surroundings);
  }

  /** To be called when the object starts and knows its alarm: goes on with what was interrupted. */
  resume(now: number): void {
    this.parts.userSearchReindex.resume(now);
    this.parts.propagation.jobs.resume(now);
    this.parts.revocationPropagation.jobs.resume(now);
    this.parts.blockPropagation.jobs.resume(now);
    this.parts.lateContactPublisher.resume();
  }

  signIn(user: User, namedAt?: number): User {
    this.parts.profileUpdates.signedIn(user, namedAt);
    return this.parts.profileUpdates.presentOf(user);
  }

  putUser(userId: string, put: UserPut): User {
    return this.parts.profileUpdates.put(userId, put);
  }

  userRecord(userId: string): UserRecord | undefined {
    const [user] = this.parts.directory.profiles([userId]);
    const createdAt = this.parts.directory.createdAt(userId);
    if (!user || createdAt === undefined) return undefined;
    const [kept] = this.parts.directory.dataOf([userId]);
    return {
      user,
      ...(kept && { data: kept.data }),
      createdAt,
      threadCount: this.parts.userThreads.count(userId),
    };
  }

  userData(userIds: string[]): UserData[] {
    return this.parts.directory.dataOf(userIds);
  }

  profileSeen(user: User, namedAt: number): User {
    return this.parts.profileUpdates.namedInThread(user, namedAt);
  }

  makeKnown(users: User[]): User[] {
    for (const user of users) this.parts.directory.add(user);
    return this.profiles(users.map(({ id }) => id));
  }

  connecting(caller: Caller, tab?: SocketIoTabName): Promise<Result<User | OpenedTab>> {
    return resultOf(() => this.parts.tabCalls.connecting(caller, tab));
  }

  tabsClosed(closed: ClosedTab[]): void {
    this.parts.tabCalls.closed(closed);
  }

  tabsLost(shard: number, life: string): void {
    this.parts.tabCalls.lost(shard, life);
  }

  watchFrom(userId: string, tabId: string, userIds: string[]): Promise<Result<Watched>> {
    return resultOf(() => this.parts.tabCalls.watch(userId, tabId, userIds));
  }

  threadsBeginning(userId: string, prefix: string): string[] {
    return this.parts.userThreads.beginning(userId, prefix);
  }

  profiles(userIds: string[]): User[] {
    return this.parts.directory.profiles(userIds);
  }

  async searchUsers(prefix: string, among: string[] | null): Promise<FoundUser[] | Refusal> {
    if (among === null) return this.parts.directory.search(prefix);
    const found = await resultOf(() => this.parts.sharedUserSearch.find(prefix, among));
    return found.ok ? found.value : found;
  }

  admitReport(userId: string): Promise<Result<void>> {
    return resultOf(() => this.parts.rates.report(userId));
  }

  admitThread(userId: string, directWith?: string, by?: AskedBy): Promise<Result<void>> {
    return resultOf(() => {
      if (directWith !== undefined && this.parts.blocks.has(userId, directWith))
        throw new LilypadError("forbidden", "You block this user.");
      if (by !== "server") this.parts.rates.newThread(userId);
    });
  }

  admitInvitations(userId: string, threadId: string, invitedIds: string[]): Promise<Result<void>> {
    return resultOf(() => {
      const { blocks, sentInvitations } = this.parts;
      if (invitedIds.some((id) => blocks.has(userId, id)))
        throw new LilypadError("forbidden", "You block somebody whom you are inviting.");
      sentInvitations.admit(userId, threadId, invitedIds, Date.now());
    });
  }

  endInvitations(userId: string, threadId: string, invitedIds: string[]): void {
    this.parts.sentInvitations.end(userId, threadId, invitedIds);
  }

  admitUserSearch(
    userId: string,
    scope: "all" | "shared" = "shared",
    by?: AskedBy,
  ): Promise<Result<string[]>> {
    return resultOf(() => {
      if (by !== "server") this.parts.rates.userSearch(userId);
      return scope === "shared" ? this.parts.visibility.newestThreadsOf(userId) : [];
    });
  }

  sharedThreads(userId: string): string[] {
    return this.parts.whoSeesWhom.threadsOf(userId);
  }

  contactsOf(userId: string, ids: string[]): Promise<string[]> {
    return this.parts.contacts.of(userId, ids);
  }

  contactsAmong(userId: string, ids: string[], threadIds: string[]): Promise<string[]> {
    return this.parts.contacts.among(userId, ids, threadIds);
  }

  revoke(userId: string, before: number): void {
    this.parts.revoking.revoke(userId, before);
  }

  endSession(userId: string, sessionId: string, until: number): void {
    this.parts.revoking.endSession(userId, sessionId, until);
  }

  banUser(userId: string, ban: BanPut): HostBanRecord {
    return this.parts.revoking.ban(userId, ban);
  }

  liftBan(userId: string): void {
    this.parts.revoking.liftBan(userId);
  }

  hostBans(after: string, limit: number): HostBanRecord[] {
    return this.parts.revoking.bans(after, limit);
  }

  verdictOn(userId: string, issuance: Issuance, since?: RevocationCursor): Verdict {
    return this.parts.verdicts.on(userId, issuance, since);
  }

  statuses(userIds: string[], threadIds: string[], viewerId?: string): Promise<UserPresence[]> {
    return this.parts.statusQuery.among(userIds, threadIds, viewerId);
  }

  statusesFor(userId: string, ids: string[]): Promise<UserPresence[]> {
    return this.parts.statusQuery.for(userId, ids);
  }

  profilesFor(userId: string, ids: string[]): Promise<User[]> {
    return this.parts.knownProfiles.of(userId, ids);
  }

  profilesIn(userIds: string[], threadIds: string[] | null): Promise<User[]> {
    return this.parts.knownProfiles.in(userIds, threadIds);
  }

  blocks(userId: string, page: PageQuery): Promise<Result<BlockPage>> {
    return resultOf(() => this.parts.blocking.page(userId, page));
  }

  setBlock(userId: string, otherId: string, isBlocked: boolean): Promise<Result<void>> {
    const { blocking } = this.parts;
    return resultOf(() => (isBlocked ? blocking.block(userId, otherId) : blocking.unblock(userId, otherId)));
  }

  hideThread(userId: string, threadId: string, upTo: number): void {
    const wasUnread = this.parts.updates.hide(userId, threadId, upTo);
    if (wasUnread !== undefined)
      this.parts.notifications.notifyRemoved(threadId, new Map([[userId, wasUnread]]));
  }

  threads(userId: string, page: PageQuery): Promise<Result<ThreadPage>> {
    return resultOf(() => this.parts.userThreads.page(userId, page));
  }

  removeFromList(userId: string, threadId: string, who: Listed = "anyone"): boolean {
    const wasUnread = this.parts.updates.removeFromList(userId, threadId, who);
    if (wasUnread === undefined) return false;
    this.parts.notifications.notifyRemoved(threadId, new Map([[userId, wasUnread]]));
    this.parts.subscriptions.left([userId]);
    return true;
  }

  async threadChanged(update: ThreadUpdate): Promise<ThreadUpdateAnswer> {
    const { commands = {}, joined } = update;
    const { update: shown, blocks } = this.parts.blocking.applyTo(update);
    this.#apply(shown);
    this.parts.rates.countCommands(commands);
    const profiles =
      joined.length > 0 ? this.parts.directory.profiles(joined.map(({ userId }) => userId)) : [];
    // Whoever sent to many threads at once is on hold in all of them: first the updates that came together are all counted.
    await Promise.resolve();
    const holds = this.parts.rates.holds(Object.keys(commands));
    return { holds, profiles, ...(blocks.length > 0 && { blocks }) };
  }

  reportsChanged(threadId: string, open: Record<string, number>): void {
    this.parts.notifications.notifyReports(threadId, open);
  }

  threadDeleted(threadId: string, _shards?: number, inviters: string[] = []): void {
    this.parts.sentInvitations.removeThread(threadId, inviters);
    const members = this.parts.updates.remove(threadId);
    this.parts.notifications.notifyRemoved(threadId, members);
    this.parts.subscriptions.left([...members.keys()]);
  }

  watch(list: WatchList): Promise<UserPresence[]> {
    return this.parts.publisher.subscribe(list);
  }

  newlyVisible(threadId: string, questions: NewlyVisible[]): Promise<UserPresence[][]> {
    return this.parts.publisher.newlyVisible(threadId, questions);
  }

  statusChanged(changes: StatusChange[]): Promise<void> {
    return this.parts.subscriptions.statusChanged(changes);
  }

  // --- within

  #apply(update: ThreadUpdate): void {
    for (const { userId, pending } of update.inviting ?? [])
      this.parts.sentInvitations.replace(userId, update.threadId, pending);
    const applied = this.parts.updates.apply(update);
    if (!applied) return;
    this.parts.notifications.notifyMembers(applied);
    this.parts.subscriptions.left(applied.left);
    const { threadId } = update;
    const visible = this.parts.whoSeesWhom.visibleBy(applied, () => this.parts.userThreads.members(threadId));
    if (visible === undefined) return;
    // The thread need not wait for either, and a failure was logged.
    void this.parts.publisher.joined(threadId, visible);
    void this.parts.subscriptions.joined(threadId, visible).catch(() => undefined);
  }
}
