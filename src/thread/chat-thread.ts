/**
 * The Durable Object of one thread: the one writer of its messages, and the room that its members' sockets are in. It
 * turns what the platform delivers (an upgrade, a frame, a close, an alarm, an RPC call) into calls on its parts.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import type { MemberPage, MessagePage, MessagesQuery, PageQuery, ReadState } from "../protocol/http.ts";
import type { Thread, User } from "../protocol/model.ts";
import type { ReportState } from "../protocol/reports.ts";
import type { AskedBy, Caller } from "../rpc/caller.ts";
import type { DeletedThread, DeletedThreadRpc } from "../rpc/deleted-thread.ts";
import type { HostReportsRpc, KnownReport, ListedReport } from "../rpc/host-reports.ts";
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
import { missedByRelay } from "./broadcasting/relay-catch-up.ts";
import { respondsAfter } from "./commands.ts";
import { makesInvitation } from "./consent/commands/invite.ts";
import { runQuery } from "./queries.ts";
import { threadParts, type ThreadParts } from "./thread-parts.ts";
import { pageOfMembers, pageOfMessages, threadFor } from "./thread-view.ts";
import type { Outcome } from "./writing/command.ts";

export class ChatThread
  extends DurableObject<Env>
  implements ThreadRpc, RelayHostRpc, DeletedThreadRpc, HostReportsRpc
{
  readonly #alarm: AlarmScheduler;
  readonly #parts: ThreadParts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#alarm = new AlarmScheduler(ctx.storage);
    this.#parts = threadParts(ctx, env, this.#alarm);
    void ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.load();
      this.#parts.deletion.resume();
    });
  }

  // --- requests (ThreadRpc)

  create(
    caller: User,
    init: ThreadInit,
    others: User[],
    members?: NewMembers,
  ): Promise<Result<{ thread: Thread; created: boolean }>> {
    return resultOf(() => this.#parts.creation.create(caller, init, others, members));
  }

  put(caller: User, key: string, put: ThreadPut): Promise<Result<{ thread: Thread; created: boolean }>> {
    return resultOf(() => this.#parts.creation.put(caller, key, put));
  }

  view(caller: User): Promise<Result<Thread>> {
    return resultOf(() => threadFor(this.#parts.store.require(), caller));
  }

  deleteThread(caller: User): Promise<Result<void>> {
    return resultOf(async () => {
      this.#parts.writer.flush();
      this.#parts.store.require().require("delete thread", caller);
      this.#parts.deletion.begin();
      await this.#parts.deletion.finishBegun();
    });
  }

  members(caller: User, page: PageQuery): Promise<Result<MemberPage>> {
    return resultOf(() => pageOfMembers(this.#parts.store.require(), caller, page));
  }

  messages(caller: User, query: MessagesQuery): Promise<Result<MessagePage>> {
    return resultOf(() => pageOfMessages(this.#parts.store.require(), caller, query));
  }

  query<Q extends ThreadQuery>(caller: User, query: Q): Promise<Result<QueryResults[Q["type"]]>> {
    // A query is answered with what belongs to its type.
    return resultOf(
      () => runQuery(this.#parts.store.require(), caller, query as ThreadQuery) as QueryResults[Q["type"]],
    );
  }

  run<C extends WriteCommand>(
    caller: User,
    command: C,
    namedAt?: Caller["namedAt"],
    by?: AskedBy,
  ): Promise<Result<WriteResults[C["type"]]>> {
    return resultOf(async () => {
      const { value, isAboutInvited } = await this.#run(caller, command, by);
      this.#parts.profileChanges.seen({ user: caller, namedAt });
      // Removing or banning the last member of a group begins its deletion.
      if (this.#parts.store.current?.isDeleting) await this.#parts.deletion.finishBegun();
      if (respondsAfter(command) === "notification") {
        const notified = this.#parts.notifier.notify();
        // Whoever asks another is not to learn from how long it takes what has become of it.
        const hasAsked = isAboutInvited ?? this.#parts.store.current?.request.isFrom(caller.id);
        if (hasAsked) this.ctx.waitUntil(notified);
        else await notified;
      }
      return value;
    });
  }

  read(caller: User, seq: number, by?: AskedBy): Promise<Result<ReadState>> {
    return resultOf(async () => {
      const state = this.#parts.readMarkers.move(caller, seq, Date.now(), by);
      await this.#parts.readMarkers.store();
      return state;
    });
  }

  typing(caller: User): Promise<Result<void>> {
    return resultOf(() => {
      this.#parts.store.require().require("type", caller);
      this.#parts.broadcaster.typing(caller.id, Date.now());
    });
  }

  async profileChanged(user: User): Promise<void> {
    this.#parts.profileChanges.received(user);
  }

  async blockChanged(userId: string, isBlocked: boolean, version: number): Promise<number> {
    const thread = this.#parts.store.current;
    if (thread?.isDeleting !== false || !thread.membership.get(userId)) return version;
    const wasQuiet = thread.blocks.isAny;
    const known = thread.blocks.set(userId, isBlocked, version);
    if (thread.blocks.isAny !== wasQuiet) this.#parts.broadcaster.quietChanged();
    return known;
  }

  async revoked(userId: string, revocation: Revocation): Promise<void> {
    this.#parts.room.closeRevoked(userId, revocation, Date.now());
    await this.#parts.relays.revoked(userId, revocation);
  }

  // --- the room's sockets

  /** An upgrade, handed over by the Worker. A large room sends it on to a relay. */
  override fetch(request: Request): Response {
    return this.#parts.admission.open(request);
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.#parts.socketCommands.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#parts.room.endSessions(Date.now());
    this.#parts.room.answerClose(socket, code);
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
    return resultOf(() => this.#parts.admission.atRelay(relay, who, cursor, asMember));
  }

  async runRelayed(relay: number, requests: RelayedRequest[]): Promise<string> {
    const { sessionId } = this.#parts.relays.line(relay);
    this.#parts.relayedCommands.take(relay, requests, Date.now());
    return sessionId;
  }

  async reportOccupancy(relay: number, occupancy: Occupancy): Promise<void> {
    this.#parts.relays.occupied(relay, occupancy);
  }

  async eventsForRelay(rev: number): Promise<MissedEvents | undefined> {
    const thread = this.#parts.store.current;
    const missed = thread && missedByRelay(thread, rev);
    if (!missed) return undefined;
    return {
      frames: this.#parts.connections.encode(missed.events),
      rev: thread.rev,
      removed: missed.removed,
    };
  }

  // --- the deletion of a thread, kept outside it (DeletedThreadRpc)

  keepDeletion(thread: DeletedThread): Promise<void> {
    return this.#parts.deletedThreads.keepDeletion(thread);
  }

  deletionDue(): Promise<number | null> {
    return this.#parts.deletedThreads.deletionDue();
  }

  // --- which reports there are in all threads (HostReportsRpc)

  putReports(threadId: string, reports: KnownReport[]): Promise<void> {
    return this.#parts.hostReports.putReports(threadId, reports);
  }

  forgetReports(threadId: string): Promise<void> {
    return this.#parts.hostReports.forgetReports(threadId);
  }

  listReports(before: number, limit: number, state?: ReportState): Promise<ListedReport[]> {
    return this.#parts.hostReports.listReports(before, limit, state);
  }

  // --- within

  /** Runs a command; an invitation is counted first. */
  async #run<C extends WriteCommand>(
    caller: User,
    command: C,
    by: AskedBy,
  ): Promise<Outcome<WriteResults[C["type"]]>> {
    if (command.type !== "put_member") return await this.#parts.writer.run(caller, command, by);
    this.#parts.writer.flush();
    if (!makesInvitation(this.#parts.store.require(), caller, command, Date.now()))
      return await this.#parts.writer.run(caller, command, by);
    return await this.#parts.reservations.reserved(caller.id, [command.userId], () =>
      this.#parts.writer.run(caller, { ...command, isReserved: true }, by),
    );
  }
}
