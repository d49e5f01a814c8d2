/**
 * Engine.IO 4: sessions over long polling, over WebSocket, and the upgrade from the one to the other, with heartbeats. It
 * knows nothing of Socket.IO. A session survives an eviction in the attachments of its sockets.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { ENGINE_ERROR, newSid, type EngineAnswer, type EngineError } from "../../rpc/socketio.ts";
import type { CloseReason, EngineEvents, EngineOptions } from "./engine-options.ts";
import { EngineSockets } from "./engine-sockets.ts";
import { handshakePacket } from "./handshake.ts";
import { EngineHeartbeats } from "./engine-heartbeats.ts";
import { PacketSender } from "./packet-sender.ts";
import { byteLength, decodePayload, isPacket, messagePacket, PACKET_TYPE, type Packet } from "./packets.ts";
import { Polling } from "./polling.ts";
import { EngineSession, type Transport } from "./engine-session.ts";
import { Upgrades } from "./upgrades.ts";

export class Engine<D> {
  readonly #options: EngineOptions;
  readonly #events: EngineEvents<D>;
  readonly #sockets: EngineSockets<D>;
  readonly #polling: Polling<D>;
  readonly #heartbeats: EngineHeartbeats<D>;
  readonly #upgrades: Upgrades<D>;
  readonly #sender: PacketSender<D>;
  readonly #sessions: Map<string, EngineSession<D>>;

  /** Registers its duty: the heartbeat. Sessions that sockets remember go on. */
  constructor(
    ctx: DurableObjectState,
    alarm: AlarmScheduler,
    options: EngineOptions,
    events: EngineEvents<D>,
  ) {
    this.#options = options;
    this.#events = events;
    this.#sockets = new EngineSockets(ctx, {
      hibernates: options.hibernates,
      onMessage: (socket, message) => this.message(socket, message),
      onClose: (socket) => this.socketClosed(socket),
    });
    this.#polling = new Polling({
      sockets: this.#sockets,
      pollWithinMs: options.pingIntervalMs + options.pingTimeoutMs,
      onLost: (session) => this.#end(session, "ping timeout"),
    });
    this.#upgrades = new Upgrades({
      sockets: this.#sockets,
      polling: this.#polling,
      timeoutMs: options.upgradeTimeoutMs,
      send: (session, packet) => this.#sender.send(session, packet),
    });
    this.#sessions = this.#sockets.restore();
    this.#sender = new PacketSender({
      sessions: this.#sessions,
      polling: this.#polling,
      ping: (session) => this.#ping(session),
      onTooSlow: (session) => this.#end(session, "transport error"),
    });
    this.#heartbeats = new EngineHeartbeats(alarm, options, {
      sessions: this.#sessions,
      ping: (session) => this.#ping(session),
      lost: (session) => this.#end(session, "ping timeout"),
    });
    for (const session of this.#sessions.values()) {
      const isBetweenPolls = session.record.transport === "polling" && !session.sockets.poll;
      if (isBetweenPolls) this.#polling.expectPoll(session);
    }
  }

  sessions(): Iterable<EngineSession<D>> {
    return this.#sessions.values();
  }

  session(sid: string): EngineSession<D> | undefined {
    return this.#sessions.get(sid);
  }

  /** A session, also one that has ended between two polls, and waits for the next. */
  sessionAskedFor(sid: string): EngineSession<D> | undefined {
    return this.#sessions.get(sid) ?? this.#polling.ended(sid);
  }

  /** Opens a polling session: the body of its handshake's answer. */
  openPolling(data: D, now: number): string {
    const session = this.#open("polling", data, now);
    this.#polling.expectPoll(session);
    return handshakePacket(session.record, this.#options);
  }

  /** Opens a session over a WebSocket: the answer to its upgrade. */
  openSocket(data: D, now: number): Response {
    const session = this.#open("websocket", data, now);
    const { socket, response } = this.#sockets.accept();
    this.#sockets.attach(socket, session, "transport");
    socket.send(handshakePacket(session.record, this.#options));
    return response;
  }

  /** A polling client's WebSocket. Where there is nothing to upgrade, it is opened and closed: clients expect no less. */
  openProbe(sid: string): Response {
    return this.#upgrades.open(this.#sessions.get(sid));
  }

  /** A poll: packets at once, or a socket on which they come as one message. */
  poll(sid: string, now: number): EngineAnswer | Response {
    const last = this.#polling.takeEnded(sid);
    if (last !== undefined) return { status: 200, body: last };
    const found = this.#pollingSession(sid, now);
    if (!(found instanceof EngineSession)) return found;
    if (found.sockets.poll) {
      this.#end(found, "transport error");
      return ENGINE_ERROR.badRequest;
    }
    const answer = this.#polling.poll(found);
    return typeof answer === "string" ? { status: 200, body: answer } : answer;
  }

  /** The body of a POST. */
  receive(sid: string, body: string, now: number): EngineAnswer {
    const found = this.#pollingSession(sid, now);
    if (!(found instanceof EngineSession)) return found;
    const decoded = decodePayload(body);
    if (!decoded) {
      this.#end(found, "parse error");
      return ENGINE_ERROR.badRequest;
    }
    for (const packet of decoded) if (!found.isClosed) this.#receive(found, packet);
    return { status: 200, body: "ok" };
  }

  /** Sends a message. */
  send(session: EngineSession<D>, message: Packet): void {
    this.sendPacket(session, messagePacket(message));
  }

  /** Sends a message as the packet that it is in: made once for however many sessions. */
  sendPacket(session: EngineSession<D>, packet: Packet): void {
    if (!session.record.isClosing) this.#sender.send(session, packet);
  }

  /** What is kept of a session changed. */
  save(session: EngineSession<D>): void {
    this.#sockets.save(session);
  }

  /**
   * Ends a session from the server's side. Over a hibernatable WebSocket it is pinged once more, and closed in the handler
   * of what comes back: closed from here, its client would learn of it some ten seconds late.
   */
  close(session: EngineSession<D>): void {
    if (session.isClosed || session.record.isClosing) return;
    if (session.record.transport === "websocket" && this.#options.hibernates) {
      session.record.isClosing = true;
      this.#ping(session);
      this.#events.onClose(session, "forced close");
      return;
    }
    if (session.record.transport === "polling") this.#polling.answerLast(session, PACKET_TYPE.close);
    this.#end(session, "forced close");
  }

  /** Ends a session whose client broke the protocol, in the handler of what it sent. */
  abort(session: EngineSession<D>): void {
    this.#end(session, "parse error");
  }

  // --- what the platform delivers

  message(socket: WebSocket, message: string | ArrayBuffer): void {
    const known = this.#sockets.of(socket);
    if (!known || known.role === "poll") return;
    const { session, role } = known;
    const isTooLong = byteLength(message) > this.#options.maxPayload;
    if (role === "probe")
      return isTooLong ? this.#upgrades.drop(session) : this.#upgrades.receive(session, message);
    if (session.record.isClosing) return this.#end(session, "forced close");
    if (isTooLong || !isPacket(message)) return this.#end(session, "parse error");
    this.#receive(session, message);
  }

  /** A client closed a socket, or it broke. */
  socketClosed(socket: WebSocket): void {
    const known = this.#sockets.of(socket);
    const forgotten = this.#sockets.takeForgotten(socket);
    this.#sockets.close(socket);
    if (forgotten && !this.#sessions.has(forgotten.sid)) this.#events.onClosedAsleep?.(forgotten);
    if (known?.role === "transport") this.#end(known.session, "transport close");
    // The request that waited was given up.
    if (known?.role === "poll") this.#end(known.session, "transport error");
    if (known?.role === "probe") this.#upgrades.drop(known.session);
  }

  // --- within

  #open(transport: Transport, data: D, now: number): EngineSession<D> {
    const sid = newSid(this.#options.shard);
    const pingDueAt = now + this.#options.pingIntervalMs;
    const session = new EngineSession<D>({ sid, transport, pingDueAt, pongDueAt: 0, isClosing: false, data });
    this.#sessions.set(sid, session);
    this.#heartbeats.opened(session);
    this.#events.onOpen(session);
    return session;
  }

  /** A session that polls, or why there is none. */
  #pollingSession(sid: string, now: number): EngineSession<D> | EngineError {
    const session = this.#sessions.get(sid);
    if (!session) return ENGINE_ERROR.unknownSid;
    if (session.record.transport !== "polling") return ENGINE_ERROR.badRequest;
    if (!this.#heartbeats.isLost(session, now)) return session;
    this.#end(session, "ping timeout");
    return ENGINE_ERROR.unknownSid;
  }

  #receive(session: EngineSession<D>, packet: Packet): void {
    if (typeof packet !== "string") return this.#events.onMessage(session, packet);
    if (packet[0] !== PACKET_TYPE.message && this.#isFlooding(session))
      return this.#end(session, "transport error");
    switch (packet[0]) {
      case PACKET_TYPE.message:
        return this.#events.onMessage(session, packet.slice(1));
      case PACKET_TYPE.pong:
        session.unconfirmed = 0;
        return this.#heartbeats.ponged(session, () => this.save(session));
      case PACKET_TYPE.close:
        if (session.record.transport === "polling") {
          session.takeWaiting();
          this.#polling.answerLast(session, PACKET_TYPE.noop);
        }
        return this.#end(session, "transport close");
      case PACKET_TYPE.ping:
        // Since version 4 it is the server that pings.
        return this.#end(session, "transport error");
      default:
        return;
    }
  }

  /** Whether a client sent too many packets that are no messages. */
  #isFlooding(session: EngineSession<D>): boolean {
    session.packetsSincePing += 1;
    return session.packetsSincePing > this.#options.packetsBetweenPings;
  }

  #ping(session: EngineSession<D>): void {
    session.unconfirmed = 0;
    session.packetsSincePing = 0;
    this.#heartbeats.pinged(session, Date.now());
    this.#sender.send(session, PACKET_TYPE.ping);
    this.save(session);
  }

  #end(session: EngineSession<D>, reason: CloseReason): void {
    if (session.isClosed) return;
    session.isClosed = true;
    this.#sessions.delete(session.sid);
    this.#heartbeats.ended(session);
    this.#polling.answer(session, [PACKET_TYPE.close]);
    session.stopTimer();
    session.stopProbeTimer();
    for (const socket of Object.values(session.sockets)) this.#sockets.close(socket);
    if (!session.record.isClosing) this.#events.onClose(session, reason);
  }
}
