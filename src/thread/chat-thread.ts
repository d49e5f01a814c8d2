/**
 * The Durable Object of one thread: the one writer of its messages, and the room that its members' sockets are in. It
 * turns what the platform delivers (an upgrade, a frame, a close, an alarm, an RPC call) into calls on its parts.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../config/config.ts";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { Holds } from "../durable/holds.ts";
import { TokenBuckets } from "../durable/token-buckets.ts";
import type { MemberPage, MessagePage, MessagesQuery, PageQuery, ReadState } from "../protocol/http.ts";
import type { Thread, User } from "../protocol/model.ts";
import type { ReportState } from "../protocol/reports.ts";
import { isHost, SYSTEM_ID } from "../protocol/system-user.ts";
import { may } from "../protocol/rights.ts";
import { callerOf, subprotocolOf, type AskedBy, type Caller } from "../rpc/caller.ts";
import type { DeletedThread, DeletedThreadRpc } from "../rpc/deleted-thread.ts";
import type { HostReportsRpc, KnownReport, ListedReport } from "../rpc/host-reports.ts";
import { isSocketIo } from "../rpc/relay-address.ts";
import { redirectTo } from "../rpc/redirect.ts";
import type { MissedEvents, Occupancy, RelayedRequest, RelayHostRpc, RelayWelcome } from "../rpc/relay.ts";
import { resultOf, type Result } from "../rpc/result.ts";
import type { Revocation } from "../rpc/revocation.ts";
import type {
  NewMembers,
  QueryResults,
  ThreadInit,
  ThreadPut,
  ThreadQuery,
  ThreadRpc,
  WriteCommand,
  WriteResults,
} from "../rpc/thread.ts";
import { Connections } from "../sockets/connections.ts";
import { RoomCommands } from "../sockets/room-commands.ts";
import { RoomSessions } from "../sockets/room-sessions.ts";
import type { RoomSockets } from "../sockets/room-sockets.ts";
import { refusalOfUpgrade } from "../sockets/upgrade-refusal.ts";
import { Broadcaster } from "./broadcasting/broadcaster.ts";
import { missedByRelay } from "./broadcasting/relay-catch-up.ts";
import { Relays } from "./broadcasting/relays.ts";
import { welcomeEvents } from "./broadcasting/welcome.ts";
import { respondsAfter } from "./commands.ts";
import { makesInvitation } from "./consent/commands/invite.ts";
import { membersOfNew, type Invitee } from "./consent/adding.ts";
import { Reservations } from "./consent/reservations.ts";
import { Deletion } from "./deletion.ts";
import { forbidden } from "./errors.ts";
import { contentFilters } from "./filters/content-filters.ts";
import { BeforeSend } from "./host-server/before-send.ts";
import { DeletedThreads } from "./host-server/deleted-threads.ts";
import { Webhooks } from "./host-server/webhooks.ts";
import { ProfileChanges } from "./members/profile-changes.ts";
import { ReadMarkerUpdates } from "./members/read-marker-updates.ts";
import { AllThreadsRate } from "./notifying/all-threads-rate.ts";
import { Purging } from "./moderation/purging.ts";
import { Notifier } from "./notifying/notifier.ts";
import { runQuery } from "./queries.ts";
import { HostReports } from "./reports/host-reports.ts";
import { ReportNotifier } from "./reports/report-notifier.ts";
import { ThreadStore, type FirstMember } from "./thread-store.ts";
import type { StoredThread } from "./stored-thread.ts";
import { RelayedCommands } from "./writing/relayed-commands.ts";
import { SenderRates } from "./writing/sender-rates.ts";
import { socketCommands } from "./writing/socket-commands.ts";
import { Writer } from "./writing/writer.ts";

/** As whom the thread itself runs a command. */
const HOST: User = { id: SYSTEM_ID, name: SYSTEM_ID };

export class ChatThread
  extends DurableObject<Env>
  implements ThreadRpc, RelayHostRpc, DeletedThreadRpc, HostReportsRpc
{
  readonly #alarm: AlarmScheduler;
  readonly #connections: Connections;
  readonly #store: ThreadStore;
  readonly #relays: Relays;
  readonly #broadcaster: Broadcaster;
  readonly #room: RoomSockets;
  readonly #sessions: RoomSessions;
  readonly #notifier: Notifier;
  readonly #reservations: Reservations;
  readonly #writer: Writer;
  readonly #readMarkers: ReadMarkerUpdates;
  readonly #profileChanges: ProfileChanges;
  readonly #socketCommands: RoomCommands;
  readonly #relayedCommands: RelayedCommands;
  readonly #webhooks: Webhooks;
  readonly #deletion: Deletion;
  readonly #deletedThreads: DeletedThreads;
  readonly #hostReports: HostReports;
  /** Of sockets that a user opens, at relays too. */
  readonly #opens: TokenBuckets;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    const alarm = new AlarmScheduler(ctx.storage);
    const connections = new Connections(ctx);
    const store = new ThreadStore(ctx, env);
    const relays = new Relays(ctx, env, alarm, store);
    const broadcaster = new Broadcaster(connections, relays);
    const { room } = broadcaster;
    broadcaster.isQuiet = () => store.current?.blocks.isAny ?? false;
    broadcaster.memberCount = () =>
      store.current?.kind === "public" ? store.current.membership.count() : undefined;
    broadcaster.profileOf = (userId) => store.require().profiles.get(userId);
    const sessions = new RoomSessions(alarm, connections, room, () => !store.current?.isDeleting);
    const allThreads = new AllThreadsRate(new Holds(ctx.storage.sql), config.userRate.burst);
    broadcaster.hidden = () => store.current?.request.pending?.to;
    const reservations = new Reservations(env, ctx.id.toString(), store);
    const notifier = new Notifier(ctx, env, alarm, store, { commands: allThreads, reservations });
    const webhooks = new Webhooks(ctx, env, alarm, store);
    const reports = new ReportNotifier(ctx, env, alarm, store, webhooks);
    const beforeSend = config.beforeSend && new BeforeSend(config.beforeSend);
    const purging = new Purging(alarm, store, () => writer.run(HOST, { type: "purge" }, "server"));
    const writer = new Writer(
      {
        storage: ctx.storage,
        store,
        broadcaster,
        notifier,
        webhooks,
        reports,
        purging,
        beforeSend,
        filters: contentFilters(config.filters),
      },
      new SenderRates(config.rate, allThreads),
      [(user, _command, by) => (by === "server" ? undefined : allThreads.check(user.id))],
    );
    const readMarkers = new ReadMarkerUpdates(ctx, { store, broadcaster, notifier }, config);
    const profileChanges = new ProfileChanges(ctx, env, { store, broadcaster, notifier });
    const parts = {
      connections,
      room,
      store,
      broadcaster,
      relays,
      writer,
      readMarkers,
      profileChanges,
      sessions,
    };
    this.#alarm = alarm;
    this.#connections = connections;
    this.#store = store;
    this.#relays = relays;
    this.#broadcaster = broadcaster;
    this.#room = room;
    this.#sessions = sessions;
    this.#notifier = notifier;
    this.#reservations = reservations;
    this.#writer = writer;
    this.#webhooks = webhooks;
    this.#deletedThreads = new DeletedThreads(ctx.storage, env, alarm);
    this.#hostReports = new HostReports(ctx.storage.sql);
    this.#opens = new TokenBuckets(config.openRate.burst, { tokens: config.openRate.per10s, perMs: 10_000 });
    this.#readMarkers = readMarkers;
    this.#profileChanges = profileChanges;
    this.#socketCommands = new RoomCommands(
      ctx,
      env,
      parts,
      socketCommands(parts, (...reply) => this.#socketCommands.reply(...reply)),
    );
    this.#relayedCommands = new RelayedCommands(parts);
    this.#deletion = new Deletion(env, ctx.id.toString(), {
      alarm,
      store,
      broadcaster,
      relays,
      notifier,
      reports,
      webhooks,
    });
    void ctx.blockConcurrencyWhile(async () => {
      await alarm.load();
      this.#deletion.resume();
    });
  }

  // --- requests (ThreadRpc)

  create(
    caller: User,
    init: ThreadInit,
    others: User[],
    members?: NewMembers,
  ): Promise<Result<{ thread: Thread; created: boolean }>> {
    return resultOf(async () => {
      const existing = () => ({ thread: this.#store.require().view(caller), created: false });
      if (this.#store.current) return existing();
      const { added, invited } = membersOfNew(configOf(this.env), init.kind, caller, others, members);
      const role = init.kind === "direct" ? "member" : "owner";
      const first = [
        ...(isHost(caller) ? [] : [{ id: caller.id, profile: caller, role } as const]),
        ...membersOf(added),
      ];
      const create = async () => {
        const thread = await this.#create(init, first, caller, invited);
        return { thread: thread.view(caller), created: true };
      };
      if (invited.length === 0) return await create();
      return await this.#reservations.reserved(
        caller.id,
        invited.map(({ id }) => id),
        // The other of a direct pair may have made it meanwhile.
        async () => (this.#store.current ? existing() : await create()),
      );
    });
  }

  put(
    caller: User,
    key: string,
    { kind, name, data, members }: ThreadPut,
  ): Promise<Result<{ thread: Thread; created: boolean }>> {
    return resultOf(async () => {
      if (!may("put thread", kind, isHost(caller) ? "host" : null)) throw forbidden();
      for (;;) {
        // One that is being deleted is gone first, and then made anew.
        await this.#deletion.finishBegun();
        if (!this.#store.current) {
          const init = { kind, name: name ?? null, key, data: data ?? null };
          const thread = await this.#create(
            init,
            membersOf(members.map((user) => ({ id: user.id, profile: user }))),
            caller,
          );
          return { thread: thread.view(caller), created: true };
        }
        try {
          const thread = await this.#writer.run(caller, { type: "put_thread", kind, name, data, members });
          await this.#notifier.notify();
          return { thread, created: false };
        } catch (error) {
          // Deleted meanwhile.
          if (this.#store.current?.isDeleting === false) throw error;
        }
      }
    });
  }

  view(caller: User): Promise<Result<Thread>> {
    return resultOf(() => this.#store.require().view(caller));
  }

  deleteThread(caller: User): Promise<Result<void>> {
    return resultOf(async () => {
      this.#writer.flush();
      this.#store.require().require("delete thread", caller);
      this.#deletion.begin();
      await this.#deletion.finishBegun();
    });
  }

  members(caller: User, page: PageQuery): Promise<Result<MemberPage>> {
    return resultOf(() => this.#store.require().memberPage(caller, page));
  }

  messages(caller: User, query: MessagesQuery): Promise<Result<MessagePage>> {
    return resultOf(() => this.#store.require().messagePage(caller, query));
  }

  query<Q extends ThreadQuery>(caller: User, query: Q): Promise<Result<QueryResults[Q["type"]]>> {
    // A query is answered with what belongs to its type.
    return resultOf(
      () => runQuery(this.#store.require(), caller, query as ThreadQuery) as QueryResults[Q["type"]],
    );
  }

  run<C extends WriteCommand>(
    caller: User,
    command: C,
    namedAt?: Caller["namedAt"],
    by?: AskedBy,
  ): Promise<Result<WriteResults[C["type"]]>> {
    return resultOf(async () => {
      const value = await this.#run(caller, command, by);
      this.#profileChanges.seen({ user: caller, namedAt });
      // Removing or banning the last member of a group begins its deletion.
      if (this.#store.current?.isDeleting) await this.#deletion.finishBegun();
      if (respondsAfter(command) === "notification") await this.#notifier.notify();
      return value;
    });
  }

  read(caller: User, seq: number, by?: AskedBy): Promise<Result<ReadState>> {
    return resultOf(async () => {
      const state = this.#readMarkers.move(caller, seq, Date.now(), by);
      await this.#readMarkers.store();
      return state;
    });
  }

  typing(caller: User): Promise<Result<void>> {
    return resultOf(() => {
      this.#store.require().require("type", caller);
      this.#broadcaster.typing(caller.id, Date.now());
    });
  }

  async profileChanged(user: User): Promise<void> {
    this.#profileChanges.received(user);
  }

  async blockChanged(userId: string, isBlocked: boolean, version: number): Promise<number> {
    const thread = this.#store.current;
    if (thread?.isDeleting !== false || !thread.membership.get(userId)) return version;
    const wasQuiet = thread.blocks.isAny;
    const known = thread.blocks.set(userId, isBlocked, version);
    if (thread.blocks.isAny !== wasQuiet) this.#broadcaster.quietChanged();
    return known;
  }

  async revoked(userId: string, revocation: Revocation): Promise<void> {
    this.#room.closeRevoked(userId, revocation, Date.now());
    await this.#relays.revoked(userId, revocation);
  }

  // --- the room's sockets

  /** An upgrade, handed over by the Worker. A large room sends it on to a relay. */
  override fetch(request: Request): Response {
    const credential = callerOf(request);
    const now = Date.now();
    let thread: StoredThread;
    try {
      this.#store.require().access.requireNoBan(credential.user);
      // Those that go on to a relay count here, too.
      this.#countOpen(credential, now);
      thread = this.#admit(credential, now);
    } catch (error) {
      return refusalOfUpgrade(error, subprotocolOf(request));
    }
    this.#room.sweep(now);
    const { roomSockets, relaySockets } = configOf(this.env);
    if (this.#room.size >= roomSockets) return redirectTo("relay", this.#relays.next(relaySockets, now));
    const caller = thread.known(credential);
    const { socket, response } = this.#room.accept(request, caller, now);
    this.#broadcaster.welcoming(socket);
    this.#sessions.endsAt(caller.expiresAt, now);
    const cursor = new URL(request.url).searchParams.get("cursor");
    this.#room.welcome(socket, this.#welcome(thread, caller, cursor), thread.rev);
    this.#broadcaster.welcomed(socket);
    return response;
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.#socketCommands.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#room.endSessions(Date.now());
    this.#room.answerClose(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket, 1006);
  }

  override alarm(): Promise<void> {
    return this.#alarm.alarm();
  }

  // --- the part of a large room that is at relays (RelayHostRpc)

  admitAtRelay(
    relay: number,
    who: Caller,
    cursor: string | null,
    asMember?: boolean,
  ): Promise<Result<RelayWelcome>> {
    return resultOf(() => {
      const now = Date.now();
      // Of the thread's own relays, `fetch` has counted it.
      if (isSocketIo(relay)) this.#countOpen(who, now);
      else this.#store.require().access.requireNoBan(who.user);
      if (asMember && this.#store.require().standing(who.user) === null) throw forbidden();
      const thread = this.#admit(who, now);
      this.#relays.entering(relay, who.user.id);
      return { frames: this.#welcome(thread, thread.known(who), cursor), rev: thread.rev };
    });
  }

  async runRelayed(relay: number, requests: RelayedRequest[]): Promise<string> {
    const { sessionId } = this.#relays.line(relay);
    this.#relayedCommands.take(relay, requests, Date.now());
    return sessionId;
  }

  async reportOccupancy(relay: number, occupancy: Occupancy): Promise<void> {
    this.#relays.occupied(relay, occupancy);
  }

  async eventsForRelay(rev: number): Promise<MissedEvents | undefined> {
    const thread = this.#store.current;
    const missed = thread && missedByRelay(thread, rev);
    if (!missed) return undefined;
    return { frames: this.#connections.encode(missed.events), rev: thread.rev, removed: missed.removed };
  }

  // --- the deletion of a thread, kept outside it (DeletedThreadRpc)

  keepDeletion(thread: DeletedThread): Promise<void> {
    return this.#deletedThreads.keepDeletion(thread);
  }

  deletionDue(): Promise<number | null> {
    return this.#deletedThreads.deletionDue();
  }

  // --- which reports there are in all threads (HostReportsRpc)

  putReports(threadId: string, reports: KnownReport[]): Promise<void> {
    return this.#hostReports.putReports(threadId, reports);
  }

  forgetReports(threadId: string): Promise<void> {
    return this.#hostReports.forgetReports(threadId);
  }

  listReports(before: number, limit: number, state?: ReportState): Promise<ListedReport[]> {
    return this.#hostReports.listReports(before, limit, state);
  }

  // --- within

  /** Runs a command; an invitation is counted first. */
  async #run<C extends WriteCommand>(
    caller: User,
    command: C,
    by: AskedBy,
  ): Promise<WriteResults[C["type"]]> {
    if (command.type !== "put_member") return await this.#writer.run(caller, command, by);
    this.#writer.flush();
    if (!makesInvitation(this.#store.require(), caller, command, Date.now()))
      return await this.#writer.run(caller, command, by);
    return await this.#reservations.reserved(caller.id, [command.userId], () =>
      this.#writer.run(caller, { ...command, isReserved: true }, by),
    );
  }

  async #create(
    init: ThreadInit,
    members: readonly FirstMember[],
    by: User,
    invited: readonly Invitee[] = [],
  ): Promise<StoredThread> {
    const now = Date.now();
    const thread = this.#store.create(init, members, by, now, invited);
    this.#notifier.threadChanged(now);
    this.#webhooks.created(now);
    await this.#notifier.notify();
    return thread;
  }

  /** The right first, so that a stranger learns nothing from the limit. */
  #countOpen({ user }: Caller, now: number): void {
    this.#store.require().standing(user);
    this.#opens.admit(user.id, now, "Too many sockets opened here.");
  }

  /** The thread, for one who opens a socket; `not_found` where they may not. A public thread takes them in, without an event. */
  #admit(caller: Caller, now: number): StoredThread {
    const { user } = caller;
    const thread = this.#store.require();
    this.#room.requireUnrevoked(caller, now);
    if (thread.standing(user) === null) {
      this.#store.atomically(() => thread.addMember(user, "member", now));
      const member = thread.member(thread.requireMember(user.id));
      this.#broadcaster.memberAdded(member, thread.membership.count());
      this.#notifier.threadChanged(now);
    }
    this.#profileChanges.seen(caller);
    return thread;
  }

  #welcome(thread: StoredThread, caller: Caller, cursor: string | null): string[] {
    const events = welcomeEvents(thread, this.#broadcaster, caller, cursor, configOf(this.env).rate);
    return this.#connections.encode(events);
  }
}

/** Users as members of a new thread, none of whom owns it. */
function membersOf(users: readonly Invitee[]): FirstMember[] {
  return users.map((user) => ({ ...user, role: "member" }));
}
