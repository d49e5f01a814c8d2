/**
 * The Durable Object that holds a part of a large room's sockets: it delivers what the thread sends, and passes what its
 * sockets send to the thread. It stores nothing: what it must know through an eviction is in the sockets' attachments, and
 * whatever it missed it asks the thread for.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { CLOSE, type CloseCode } from "../protocol/errors.ts";
import { callerOf, subprotocolOf } from "../rpc/caller.ts";
import {
  relayHostStub,
  relayOwner,
  type Occupancy,
  type RelayBatch,
  type RelayedCommand,
  type RelayRpc,
} from "../rpc/relay.ts";
import type { Revocation } from "../rpc/revocation.ts";
import { Connections } from "../sockets/connections.ts";
import type { LineSockets } from "../sockets/relaying/line-sockets.ts";
import { ThreadLine } from "../sockets/relaying/thread-line.ts";
import { RoomCommands } from "../sockets/room-commands.ts";
import { RoomSessions } from "../sockets/room-sessions.ts";
import { RoomSockets } from "../sockets/room-sockets.ts";
import { refusalOfUpgrade } from "../sockets/upgrade-refusal.ts";

export class Relay extends DurableObject<Env> implements RelayRpc {
  readonly #alarm: AlarmScheduler;
  readonly #room: RoomSockets;
  readonly #sessions: RoomSessions;
  readonly #commands: RoomCommands;
  readonly #line: ThreadLine<WebSocket>;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { threadId, relay } = relayOwner(ctx.id);
    this.#alarm = new AlarmScheduler(ctx.storage);
    const connections = new Connections(ctx);
    const room = new RoomSockets(connections, {
      onJoin: () => this.#line.reportSoon(),
      onLeave: () => this.#line.reportSoon(),
    });
    const line = new ThreadLine({
      relay,
      thread: () => relayHostStub(env, threadId),
      sockets: lineSockets(connections, room),
      onReply: (socket, { id, reply }) => this.#commands.reply(socket, id, reply),
    });
    const send = (socket: WebSocket, ...commands: RelayedCommand[]) => line.send(socket, ...commands);
    this.#room = room;
    this.#line = line;
    this.#sessions = new RoomSessions(this.#alarm, connections, room);
    this.#commands = new RoomCommands(
      ctx,
      env,
      { connections, room },
      {
        submit: (socket, commands) => send(socket, ...commands),
        refuse: (socket, about, { failure }) =>
          send(socket, { type: "refused", ...(about !== undefined && { about }), failure }),
        read: (socket, seq) => send(socket, { type: "read", seq }),
        typing: (socket) => send(socket, { type: "typing" }),
        leave: (socket) => send(socket, { type: "leave" }),
        rev: () => line.rev,
        renewed: (socket, { user, namedAt, expiresAt }) => {
          this.#sessions.endsAt(expiresAt, Date.now());
          if (namedAt !== undefined) send(socket, { type: "named", user, namedAt });
        },
      },
    );
    connections.onGone = (socket) => line.closed(socket);
    void ctx.blockConcurrencyWhile(() => this.#alarm.load());
  }

  // --- for the thread (RelayRpc)

  deliver(batch: RelayBatch): Promise<Occupancy> {
    return this.#line.deliver(batch);
  }

  async revoked(userId: string, revocation: Revocation): Promise<void> {
    this.#room.closeRevoked(userId, revocation, Date.now());
  }

  async end(code: CloseCode, reason: string): Promise<void> {
    this.#room.closeAll(code, reason);
    this.#alarm.cleared();
    await this.ctx.storage.deleteAll();
  }

  // --- the sockets

  /** An upgrade, handed over by the Worker. The thread decides whether it may be, and what it begins with. */
  override async fetch(request: Request): Promise<Response> {
    const caller = callerOf(request);
    const cursor = new URL(request.url).searchParams.get("cursor");
    let response: Response | undefined;
    try {
      await this.#line.enter(caller, { cursor }, (welcome) => {
        const now = Date.now();
        this.#room.requireUnrevoked(caller, now);
        this.#room.sweep(now);
        const accepted = this.#room.accept(request, caller, now);
        this.#sessions.endsAt(caller.expiresAt, now);
        this.#room.welcome(accepted.socket, welcome.frames, welcome.rev);
        response = accepted.response;
        return accepted.socket;
      });
    } catch (error) {
      return refusalOfUpgrade(error, subprotocolOf(request));
    }
    if (!response) throw new Error("a socket was let in without a response");
    return response;
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.#commands.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#room.answerClose(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    this.#room.answerClose(socket, 1006);
  }

  override alarm(): Promise<void> {
    return this.#alarm.alarm();
  }
}

function lineSockets(connections: Connections, room: RoomSockets): LineSockets<WebSocket> {
  return {
    get size() {
      return room.size;
    },
    get onlineCount() {
      return room.onlineCount;
    },
    all: () => connections.all(),
    withId: (id) => connections.withId(id),
    senderOf: (socket) => connections.of(socket),
    positionOf: (socket) => connections.of(socket),
    setPosition: (socket, change) => connections.update(socket, change),
    broadcast: (frame, rev, isLeftOut) => room.broadcast(frame, rev, isLeftOut),
    sendFrame: (socket, frame) => connections.sendFrame(socket, frame),
    close: (socket, code, reason) => room.close(socket, code, reason),
    closeAll: (code, reason, userId) => room.closeAll(code, reason, userId),
    sweep: (now) => room.sweep(now),
    coalesce: (work) => room.coalesce(work),
    repliesLost: (sockets) => {
      for (const socket of sockets) room.close(socket, CLOSE.restarting, "an answer was lost");
    },
  };
}
