/**
 * Engine.IO 4: sessions over long polling, over WebSocket, and the upgrade from the one to the other, with heartbeats. It
 * knows nothing of Socket.IO. A session survives an eviction in the attachments of its sockets.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { ENGINE_ERROR, newSid, type EngineAnswer, type EngineError } from "../../rpc/socketio.ts";
import type { CloseReason, EngineEvents, EngineOptions } from "./engine-options.ts";
import { EngineSockets, sendTo } from "./engine-sockets.ts";
import { Heartbeat } from "./heartbeat.ts";
import * as packets from "./packets.ts";
import type { Packet } from "./packets.ts";
import { Polling } from "./polling.ts";
import { Session, type Transport } from "./session.ts";

/** What may wait for a client that polls too seldom, or reads its WebSocket too slowly, in UTF-16 units or bytes. */
const WAITING_LENGTH = 4 * 1024 * 1024;
/** The same for all sessions together. Looked after whenever so much was sent. */
const ALL_WAITING_LENGTH = 32 * 1024 * 1024;
const LOOK_EVERY = 1024 * 1024;
/** Whenever so much was sent, the client is pinged: its pong confirms that it has read all of it. */
const CONFIRM_EVERY = 256 * 1024;

export class Engine<D> {
  readonly #options: EngineOptions;
  readonly #events: EngineEvents<D>;
  readonly #sockets: EngineSockets<D>;
  readonly #polling: Polling<D>;
  readonly #heartbeat: Heartbeat<D>;
  readonly #sessions: Map<string, Session<D>>;
  /** What was sent to all since it was looked how much waits. */
  #sentLength = 0;

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
    this.#sessions = this.#sockets.restore();
    this.#heartbeat = new Heartbeat(alarm, options, {
      sessions: this.#sessions,
      ping: (session) => this.#ping(session),
      lost: (session) => this.#end(session, "ping timeout"),
    });
    for (const session of this.#sessions.values()) {
      const isBetweenPolls = session.record.transport === "polling" && !session.sockets.poll;
      if (isBetweenPolls) this.#polling.expectPoll(session);
    }
  }

  sessions(): Iterable<Session<D>> {
    return this.#sessions.values();
  }

  session(sid: string): Session<D> | undefined {
    return this.#sessions.get(sid);
  }

  /** A session, also one that has ended between two polls, and waits for the next. */
  sessionAskedFor(sid: string): Session<D> | undefined {
    return this.#sessions.get(sid) ?? this.#polling.ended(sid);
  }

  /** Opens a polling session: the body of its handshake's answer. */
  openPolling(data: D, now: number): string {
    const session = this.#open("polling", data, now);
    this.#polling.expectPoll(session);
    return this.#handshake(session);
  }

  /** Opens a session over a WebSocket: the answer to its upgrade. */
  openSocket(data: D, now: number): Response {
    const session = this.#open("websocket", data, now);
    const { socket, response } = this.#sockets.accept();
    this.#sockets.attach(socket, session, "transport");
    socket.send(this.#handshake(session));
    return response;
  }

  /** A polling client's WebSocket. Where there is nothing to upgrade, it is opened and closed: clients expect no less. */
  openProbe(sid: string): Response {
    const session = this.#sessions.get(sid);
    if (session?.record.transport !== "polling" || session.sockets.probe) return this.#sockets.refuse();
    const { socket, response } = this.#sockets.accept();
    this.#sockets.attach(socket, session, "probe");
    session.probeTimer = setTimeout(() => this.#dropProbe(session), this.#options.upgradeTimeoutMs);
    return response;
  }

  /** A poll: packets at once, or a socket on which they come as one message. */
  poll(sid: string, now: number): EngineAnswer | Response {
    const last = this.#polling.takeEnded(sid);
    if (last !== undefined) return { status: 200, body: last };
    const found = this.#pollingSession(sid, now);
    if (!(found instanceof Session)) return found;
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
    if (!(found instanceof Session)) return found;
    const decoded = packets.decodePayload(body);
    if (!decoded) {
      this.#end(found, "parse error");
      return ENGINE_ERROR.badRequest;
    }
    for (const packet of decoded) if (!found.isClosed) this.#receive(found, packet);
    return { status: 200, body: "ok" };
  }

  /** Sends a message. */
  send(session: Session<D>, message: Packet): void {
    this.sendPacket(session, packets.messagePacket(message));
  }

  /** Sends a message as the packet that it is in: made once for however many sessions. */
  sendPacket(session: Session<D>, packet: Packet): void {
    if (!session.record.isClosing) this.#send(session, packet);
  }

  /** What is kept of a session changed. */
  save(session: Session<D>): void {
    this.#sockets.save(session);
  }

  /**
   * Ends a session from the server's side. Over a hibernatable WebSocket it is pinged once more, and closed in the handler
   * of what comes back: closed from here, its client would learn of it some ten seconds late.
   */
  close(session: Session<D>): void {
    if (session.isClosed || session.record.isClosing) return;
    if (session.record.transport === "websocket" && this.#options.hibernates) {
      session.record.isClosing = true;
      this.#ping(session);
      this.#events.onClose(session, "forced close");
      return;
    }
    if (session.record.transport === "polling") this.#polling.answerLast(session, packets.CLOSE);
    this.#end(session, "forced close");
  }

  /** Ends a session whose client broke the protocol, in the handler of what it sent. */
  abort(session: Session<D>): void {
    this.#end(session, "parse error");
  }

  // --- what the platform delivers

  message(socket: WebSocket, message: string | ArrayBuffer): void {
    const known = this.#sockets.of(socket);
    if (!known || known.role === "poll") return;
    const { session, role } = known;
    const isTooLong = byteLength(message) > this.#options.maxPayload;
    if (role === "probe") return isTooLong ? this.#dropProbe(session) : this.#receiveProbe(session, message);
    if (session.record.isClosing) return this.#end(session, "forced close");
    if (isTooLong || !packets.isPacket(message)) return this.#end(session, "parse error");
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
    if (known?.role === "probe") this.#dropProbe(known.session);
  }

  // --- within

  #open(transport: Transport, data: D, now: number): Session<D> {
    const sid = newSid(this.#options.shard);
    const pingDueAt = now + this.#options.pingIntervalMs;
    const session = new Session<D>({ sid, transport, pingDueAt, pongDueAt: 0, isClosing: false, data });
    this.#sessions.set(sid, session);
    this.#heartbeat.opened(session);
    this.#events.onOpen(session);
    return session;
  }

  #handshake({ sid, record }: Session<D>): string {
    const { pingIntervalMs, pingTimeoutMs, maxPayload } = this.#options;
    const upgrades: Transport[] = record.transport === "polling" ? ["websocket"] : [];
    const handshake = { sid, upgrades, pingInterval: pingIntervalMs, pingTimeout: pingTimeoutMs, maxPayload };
    return packets.OPEN + JSON.stringify(handshake);
  }

  /** A session that polls, or why there is none. */
  #pollingSession(sid: string, now: number): Session<D> | EngineError {
    const session = this.#sessions.get(sid);
    if (!session) return ENGINE_ERROR.unknownSid;
    if (session.record.transport !== "polling") return ENGINE_ERROR.badRequest;
    if (!this.#heartbeat.isLost(session, now)) return session;
    this.#end(session, "ping timeout");
    return ENGINE_ERROR.unknownSid;
  }

  #receive(session: Session<D>, packet: Packet): void {
    if (typeof packet !== "string") return this.#events.onMessage(session, packet);
    switch (packet[0]) {
      case packets.MESSAGE:
        return this.#events.onMessage(session, packet.slice(1));
      case packets.PONG:
        session.unconfirmed = 0;
        return this.#heartbeat.ponged(session, () => this.save(session));
      case packets.CLOSE:
        if (session.record.transport === "polling") {
          session.takeWaiting();
          this.#polling.answerLast(session, packets.NOOP);
        }
        return this.#end(session, "transport close");
      case packets.PING:
        // Since version 4 it is the server that pings.
        return this.#end(session, "transport error");
      default:
        return;
    }
  }

  #receiveProbe(session: Session<D>, packet: Packet): void {
    const { probe } = session.sockets;
    if (!probe) return;
    if (packet === packets.PROBE) {
      session.isProbed = true;
      probe.send(packets.PROBED);
      this.#polling.endForUpgrade(session);
    } else if (packet === packets.UPGRADE) this.#upgrade(session, probe);
    else this.#dropProbe(session);
  }

  #upgrade(session: Session<D>, socket: WebSocket): void {
    // A poll is not answered: whoever has upgraded polls no more.
    this.#sockets.close(session.sockets.poll);
    session.stopTimer();
    session.stopProbeTimer();
    this.#sockets.detach(socket);
    session.record.transport = "websocket";
    this.#sockets.attach(socket, session, "transport");
    for (const packet of session.takeWaiting()) this.#send(session, packet);
  }

  #dropProbe(session: Session<D>): void {
    session.isProbed = false;
    session.stopProbeTimer();
    this.#sockets.close(session.sockets.probe);
  }

  #ping(session: Session<D>): void {
    session.unconfirmed = 0;
    this.#heartbeat.pinged(session, Date.now());
    this.#send(session, packets.PING);
    this.save(session);
  }

  /** Ends the sessions that the most waits for, until the rest is bearable: their clients read the slowest. */
  #endSlowest(): void {
    let all = [...this.#sessions.values()].reduce((sum, { pendingLength }) => sum + pendingLength, 0);
    if (all <= ALL_WAITING_LENGTH) return;
    for (const session of [...this.#sessions.values()].toSorted(
      (a, b) => b.pendingLength - a.pendingLength,
    )) {
      all -= session.pendingLength;
      this.#end(session, "transport error");
      if (all <= ALL_WAITING_LENGTH / 2) return;
    }
  }

  #send(session: Session<D>, packet: Packet): void {
    if (session.isClosed) return;
    this.#sentLength += packets.lengthOf(packet);
    if (this.#sentLength > LOOK_EVERY) {
      this.#sentLength = 0;
      this.#endSlowest();
      if (session.isClosed) return;
    }
    if (session.record.transport === "polling") {
      this.#polling.send(session, packet);
      if (session.waitingLength > WAITING_LENGTH) this.#end(session, "transport error");
      return;
    }
    sendTo(session.sockets.transport, packet);
    const before = session.unconfirmed;
    session.unconfirmed += packets.lengthOf(packet);
    const isTimeToConfirm = before <= CONFIRM_EVERY && session.unconfirmed > CONFIRM_EVERY;
    if (isTimeToConfirm && session.record.pongDueAt === 0) this.#ping(session);
    else if (session.unconfirmed > WAITING_LENGTH) this.#end(session, "transport error");
  }

  #end(session: Session<D>, reason: CloseReason): void {
    if (session.isClosed) return;
    session.isClosed = true;
    this.#sessions.delete(session.sid);
    this.#heartbeat.ended(session);
    this.#polling.answer(session, [packets.CLOSE]);
    session.stopTimer();
    session.stopProbeTimer();
    for (const socket of Object.values(session.sockets)) this.#sockets.close(socket);
    if (!session.record.isClosing) this.#events.onClose(session, reason);
  }
}

const encoder = new TextEncoder();

function byteLength(message: string | ArrayBuffer): number {
  return typeof message === "string" ? encoder.encode(message).length : message.byteLength;
}
