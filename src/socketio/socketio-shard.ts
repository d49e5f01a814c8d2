/**
 * The Durable Object that holds some of the Socket.IO sessions: Engine.IO below, Socket.IO's packets on it, and on these the
 * rooms of the threads that the sessions have joined. To a thread it is one more relay. It turns what the platform delivers
 * (a request, a message, a close, an alarm, an RPC call) into calls on its parts.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { migrate } from "../durable/migrations.ts";
import type { CloseCode } from "../protocol/errors.ts";
import type { Occupancy, RelayBatch } from "../rpc/relay.ts";
import type { Revocation } from "../rpc/revocation.ts";
import {
  ENGINE_ERROR,
  shardRequestIn,
  type Asker,
  type EngineAnswer,
  type HandedSession,
  type MovedSession,
  type SessionCredentials,
  type SessionTaker,
  type SocketIoRpc,
} from "../rpc/socketio.ts";
import type { TabBatch } from "../rpc/socketio-tabs.ts";
import { SOCKETIO_SCHEMA } from "./schema.ts";
import { newSessionData } from "./session-data.ts";
import { socketIoParts, type SocketIoParts } from "./shard-parts.ts";

export class SocketIoShard extends DurableObject<Env> implements SocketIoRpc {
  readonly #alarm: AlarmScheduler;
  readonly #parts: SocketIoParts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, SOCKETIO_SCHEMA);
    this.#alarm = new AlarmScheduler(ctx.storage);
    this.#parts = socketIoParts(ctx, env, this.#alarm);
    void ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.load();
      // Sets the alarm where sessions were lost.
      this.#parts.rooms.restore();
      this.#parts.online.resume(Date.now());
    });
  }

  // --- for the Worker (SocketIoRpc)

  async openPolling(credentials: SessionCredentials): Promise<EngineAnswer> {
    return { status: 200, body: this.#parts.engine.openPolling(newSessionData(credentials), Date.now()) };
  }

  async receive(sid: string, body: string, asker?: Asker): Promise<EngineAnswer> {
    if (!this.#isOf(sid, asker)) return ENGINE_ERROR.unknownSid;
    return this.#parts.engine.receive(sid, body, Date.now());
  }

  /** A session's WebSocket, a probe, or a poll. */
  override fetch(request: Request): Response {
    const asked = shardRequestIn(request);
    const now = Date.now();
    switch (asked.type) {
      case "open":
        return this.#parts.engine.openSocket(newSessionData(asked.credentials), now);
      case "probe":
        return this.#parts.engine.openProbe(this.#isOf(asked.sid, asked.asker) ? asked.sid : "");
      case "poll": {
        const isTheirs = this.#isOf(asked.sid, asked.asker);
        const answer = isTheirs ? this.#parts.engine.poll(asked.sid, now) : ENGINE_ERROR.unknownSid;
        return answer instanceof Response ? answer : new Response(answer.body, { status: answer.status });
      }
    }
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#parts.engine.message(socket, message);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#parts.engine.socketClosed(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#parts.engine.socketClosed(socket);
  }

  override alarm(): Promise<void> {
    return this.#alarm.alarm();
  }

  // --- for threads

  deliver(threadId: string, batch: RelayBatch): Promise<Occupancy> {
    return this.#parts.rooms.deliver(threadId, batch);
  }

  async usersIn(threadId: string): Promise<Occupancy> {
    return this.#parts.rooms.usersIn(threadId);
  }

  async endRoom(threadId: string, code: CloseCode, reason: string): Promise<void> {
    this.#parts.rooms.end(threadId, code, reason);
  }

  async revoked(userId: string, revocation: Revocation): Promise<void> {
    this.#parts.lifecycle.revoked(userId, revocation);
  }

  // --- for other shards

  async takeSession(pid: string, taker: SessionTaker): Promise<HandedSession | MovedSession | undefined> {
    return this.#parts.recovery.take(pid, taker);
  }

  // --- for Presence shards

  sendToTabs(batch: TabBatch): Promise<void> {
    return this.#parts.online.sendToTabs(batch);
  }

  tabsHeardAt(userId: string): Promise<Record<string, number>> {
    return this.#parts.online.tabsHeardAt(userId);
  }

  // --- within

  /** Whether a request is of this session: nobody else's is, though they know its id. */
  #isOf(sid: string, asker: Asker): boolean {
    const openedBy = this.#parts.engine.sessionAskedFor(sid)?.data.openedBy;
    return openedBy === undefined || asker === undefined || openedBy === asker;
  }
}
