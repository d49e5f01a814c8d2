/**
 * The Durable Object that holds some of the Socket.IO sessions: Engine.IO below, Socket.IO's packets on it, and on these the
 * rooms of the threads that the sessions have joined. To a thread it is one more relay.
 */
import { DurableObject } from "cloudflare:workers";
import { ReactionNames } from "../config/reaction-names.ts";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { migrate } from "../durable/migrations.ts";
import { failureOf, LilypadError, type CloseCode, type ErrorCode } from "../protocol/errors.ts";
import {
  ENGINE_PACKETS_BETWEEN_PINGS,
  SOCKETIO_ATTACHMENTS,
  SOCKETIO_CONNECT_MS,
  SOCKETIO_IDLE_PACKETS,
  SOCKETIO_PAYLOAD_BYTES,
  SOCKETIO_PING_MS,
  SOCKETIO_PONG_MS,
} from "../protocol/limits.ts";
import type { Occupancy, RelayBatch } from "../rpc/relay.ts";
import { failed } from "../rpc/result.ts";
import { refusalBy, type Revocation } from "../rpc/revocation.ts";
import {
  ENGINE_ERROR,
  shardRequestIn,
  socketIoShardNumber,
  type Asker,
  type EngineAnswer,
  type HandedSession,
  type MovedSession,
  type SessionCredentials,
  type SessionTaker,
  type SocketIoRpc,
} from "../rpc/socketio.ts";
import type { TabBatch } from "../rpc/socketio-tabs.ts";
import { RecentRevocations } from "../sockets/recent-revocations.ts";
import { ClientCommands } from "./commands/client-commands.ts";
import { Engine } from "./engine/engine.ts";
import type { CloseReason } from "./engine/engine-options.ts";
import { EventSender, openPacket } from "./events/event-sender.ts";
import { roomEvent } from "./events/room-events.ts";
import { Online } from "./online/online.ts";
import { Namespaces } from "./packets/namespaces.ts";
import { MAIN } from "./packets/packet.ts";
import { ClientSessions } from "./recovery/client-sessions.ts";
import { Recovery } from "./recovery/recovery.ts";
import type { Membership } from "./rooms/membership.ts";
import { Rooms } from "./rooms/rooms.ts";
import { SOCKETIO_MIGRATIONS } from "./schema.ts";
import { newSessionData, type ClientSession, type SessionData } from "./session-data.ts";
import { SessionEnds } from "./session-ends.ts";
import { signIn } from "./sign-in.ts";

export class SocketIoShard extends DurableObject<Env> implements SocketIoRpc {
  readonly #alarm: AlarmScheduler;
  readonly #engine: Engine<SessionData>;
  readonly #namespaces: Namespaces<SessionData>;
  readonly #sessions: ClientSessions;
  readonly #sender: EventSender;
  readonly #rooms: Rooms;
  readonly #recovery: Recovery;
  readonly #ends: SessionEnds;
  readonly #online: Online;
  readonly #commands: ClientCommands;
  readonly #revocations = new RecentRevocations();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, SOCKETIO_MIGRATIONS);
    const shard = socketIoShardNumber(ctx.id);
    const alarm = new AlarmScheduler(ctx.storage);
    const engine = new Engine<SessionData>(
      ctx,
      alarm,
      {
        shard,
        pingIntervalMs: SOCKETIO_PING_MS,
        pingTimeoutMs: SOCKETIO_PONG_MS,
        // All in one round, so that there is one alarm for them.
        pingTogetherMs: SOCKETIO_PING_MS,
        maxPayload: SOCKETIO_PAYLOAD_BYTES,
        upgradeTimeoutMs: SOCKETIO_CONNECT_MS,
        packetsBetweenPings: ENGINE_PACKETS_BETWEEN_PINGS,
        hibernates: true,
      },
      {
        onOpen: (session) => this.#namespaces.opened(session),
        onMessage: (session, message) => this.#receive(session, message),
        onClose: (session, reason) => this.#closed(session, reason),
        onClosedAsleep: ({ data }) => this.#online.closedAsleep(data),
      },
    );
    this.#alarm = alarm;
    this.#engine = engine;
    this.#namespaces = new Namespaces<SessionData>({
      engine: () => engine,
      connectTimeoutMs: SOCKETIO_CONNECT_MS,
      idlePackets: SOCKETIO_IDLE_PACKETS,
      attachments: SOCKETIO_ATTACHMENTS,
      has: (namespace) => namespace === MAIN,
      connect: (session, _namespace, auth) => this.#connect(session, auth),
      onConnected: (session) => this.#connected(session),
      sendEvent: (session, data) => this.#sender.send(session, openPacket(data)),
      onDisconnected: (session) => this.#disconnected(session),
      onEvent: (session, event) => this.#commands.receive(session, event),
    });
    this.#ends = new SessionEnds(alarm, engine);
    const reactionNames = new ReactionNames(env);
    this.#sessions = new ClientSessions(ctx.storage.sql, alarm, {
      shard,
      connection: (engineSid) => engine.session(engineSid),
      roomsOf: (engineSid) => this.#rooms.of(engineSid),
    });
    this.#sender = new EventSender({
      engine: () => engine,
      offsetOf: (session) => this.#sessions.offsetOf(session),
    });
    this.#online = new Online(ctx.storage.sql, {
      env,
      shard,
      alarm,
      engine,
      sender: this.#sender,
      roomName: ({ sid }, threadId) => this.#rooms.membership(sid, threadId)?.name,
      disconnect: (session) => this.#namespaces.disconnect(session, MAIN),
      revoked: ({ userId, revocation }) => this.#revoked(userId, revocation),
    });
    this.#rooms = new Rooms({
      env,
      shard,
      sessions: this.#sessions,
      packetOf: (event, threadId, room) => {
        const data = roomEvent(event, threadId, room, reactionNames);
        return data && openPacket(data);
      },
      sendPacket: (member, packet, rev) => {
        if (rev !== undefined) this.#sessions.sent(member, rev);
        this.#sender.send(member.session, packet);
      },
      save: (session) => engine.save(session),
      reconnect: (session) => engine.close(session),
      sweep: (now) => this.#ends.end(now),
    });
    this.#recovery = new Recovery({
      env,
      shard,
      sessions: this.#sessions,
      rooms: this.#rooms,
      sender: this.#sender,
      close: (engineSid) => {
        const session = engine.session(engineSid);
        if (session) engine.close(session);
      },
    });
    this.#rooms.onRemoved = (member, code, reason) => this.#removed(member, code, reason);
    this.#commands = new ClientCommands({
      reactionNames,
      env,
      end: (session) => this.#end(session),
      dismiss: (session) => {
        this.#namespaces.disconnect(session, MAIN);
        engine.close(session);
      },
      save: (session) => engine.save(session),
      rooms: this.#rooms,
      namespaces: this.#namespaces,
      online: this.#online,
    });
    void ctx.blockConcurrencyWhile(async () => {
      await alarm.load();
      // Sets the alarm where sessions were lost.
      this.#rooms.restore();
      this.#online.resume(Date.now());
    });
  }

  // --- for the Worker (SocketIoRpc)

  async openPolling(credentials: SessionCredentials): Promise<EngineAnswer> {
    return { status: 200, body: this.#engine.openPolling(newSessionData(credentials), Date.now()) };
  }

  async receive(sid: string, body: string, asker?: Asker): Promise<EngineAnswer> {
    if (!this.#isOf(sid, asker)) return ENGINE_ERROR.unknownSid;
    return this.#engine.receive(sid, body, Date.now());
  }

  /** A session's WebSocket, a probe, or a poll. */
  override fetch(request: Request): Response {
    const asked = shardRequestIn(request);
    const now = Date.now();
    switch (asked.type) {
      case "open":
        return this.#engine.openSocket(newSessionData(asked.credentials), now);
      case "probe":
        return this.#engine.openProbe(this.#isOf(asked.sid, asked.asker) ? asked.sid : "");
      case "poll": {
        const isTheirs = this.#isOf(asked.sid, asked.asker);
        const answer = isTheirs ? this.#engine.poll(asked.sid, now) : ENGINE_ERROR.unknownSid;
        return answer instanceof Response ? answer : new Response(answer.body, { status: answer.status });
      }
    }
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#engine.message(socket, message);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#engine.socketClosed(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#engine.socketClosed(socket);
  }

  override alarm(): Promise<void> {
    return this.#alarm.alarm();
  }

  // --- for threads

  deliver(threadId: string, batch: RelayBatch): Promise<Occupancy> {
    return this.#rooms.deliver(threadId, batch);
  }

  async usersIn(threadId: string): Promise<Occupancy> {
    return this.#rooms.usersIn(threadId);
  }

  async endRoom(threadId: string, code: CloseCode, reason: string): Promise<void> {
    this.#rooms.end(threadId, code, reason);
  }

  async revoked(userId: string, revocation: Revocation): Promise<void> {
    this.#revoked(userId, revocation);
  }

  // --- for other shards

  async takeSession(pid: string, taker: SessionTaker): Promise<HandedSession | MovedSession | undefined> {
    return this.#recovery.take(pid, taker);
  }

  // --- for Presence shards

  sendToTabs(batch: TabBatch): Promise<void> {
    return this.#online.sendToTabs(batch);
  }

  tabsHeardAt(userId: string): Promise<Record<string, number>> {
    return this.#online.tabsHeardAt(userId);
  }

  // --- within

  /** Whether a request is of this session: nobody else's is, though they know its id. */
  #isOf(sid: string, asker: Asker): boolean {
    const openedBy = this.#engine.sessionAskedFor(sid)?.data.openedBy;
    return openedBy === undefined || asker === undefined || openedBy === asker;
  }

  #revoked(userId: string, revocation: Revocation): void {
    const now = Date.now();
    this.#revocations.note(userId, revocation, now);
    for (const session of this.#engine.sessions()) {
      const { caller } = session.data;
      if (caller?.user.id === userId && refusalBy(caller, revocation, now)) this.#end(session);
    }
  }

  #receive(...[session, message]: Parameters<Namespaces<SessionData>["receive"]>): void {
    if (this.#ends.hasEnded(session, Date.now())) this.#engine.close(session);
    else {
      this.#online.heard(session);
      this.#namespaces.receive(session, message);
    }
  }

  async #connect(session: ClientSession, auth: Record<string, unknown> | undefined) {
    try {
      const caller = await signIn(this.env, session.data.credentials, auth, (verified) =>
        this.#online.connecting(session, verified),
      );
      // Meanwhile.
      const refusal = this.#revocations.refusal(caller.user.id, caller, Date.now());
      if (refusal) throw refusal;
      session.data.caller = caller;
      // Who signs in by a token of their own may change their cookie.
      if (usesToken(session, auth)) delete session.data.openedBy;
      return await this.#recovery.connect(session, caller, auth);
    } catch (error) {
      delete session.data.caller;
      this.#online.closed(session);
      if (!(error instanceof LilypadError)) failed(error);
      const { code, message } = failureOf(error);
      return { message, data: { code } };
    }
  }

  #connected(session: ClientSession): void {
    this.#ends.connected(session, Date.now());
    this.#recovery.connected(session);
    this.#online.connected(session);
  }

  /** The client disconnects, and may connect again over the same transport: as another session. */
  #disconnected(session: ClientSession): void {
    this.#sessions.ended(session);
    this.#rooms.leaveAll(session.sid);
    this.#online.closed(session);
    delete session.data.caller;
  }

  /** A connection is gone, whose client may come back for its session, unless it broke the protocol. */
  #closed(session: ClientSession, reason: CloseReason): void {
    this.#namespaces.closed(session);
    if (reason === "parse error") this.#sessions.ended(session);
    else this.#sessions.lost(session);
    this.#sender.drop(session);
    this.#rooms.leaveAll(session.sid);
    this.#online.closed(session, reason);
  }

  /** Ends a session for good. Its client comes back by itself, and signs in again. */
  #end(session: ClientSession): void {
    this.#sessions.ended(session);
    this.#engine.close(session);
  }

  #removed({ session, name }: Membership, code: CloseCode, reason: string): void {
    this.#namespaces.emit(session, MAIN, "left", { room: name, reason, code: LEFT_CODES[code] });
  }
}

/** Why a client was put out of a room. */
const LEFT_CODES: Partial<Record<CloseCode, ErrorCode>> = { 4003: "forbidden", 4004: "not_found" };

/** Whether it is a token of the client's own that counts. */
function usesToken({ data }: ClientSession, auth: Record<string, unknown> | undefined): boolean {
  return !data.credentials.authorization && auth?.["token"] != null;
}
