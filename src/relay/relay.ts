/**
 * The Durable Object that holds a part of a large room's sockets: it delivers what the thread sends, and passes what its
 * sockets send to the thread. It stores nothing: what it must know through an eviction is in the sockets' attachments, and
 * whatever it missed it asks the thread for.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmScheduler } from "../durable/alarm-scheduler.ts";
import { CLOSE, type CloseCode } from "../protocol/errors.ts";
import { ONLINE_COUNT_MS } from "../protocol/limits.ts";
import { callForValue, callObject, type Stub } from "../rpc/call.ts";
import { callerOf, subprotocolOf } from "../rpc/caller.ts";
import {
  relayHostStub,
  relayOwner,
  type MissedEvents,
  type Occupancy,
  type RelayBatch,
  type RelayedCommand,
  type RelayHostRpc,
  type RelayItem,
  type RelayRpc,
  type RelayWelcome,
} from "../rpc/relay.ts";
import type { Revocation } from "../rpc/revocation.ts";
import { Connections } from "../sockets/connections.ts";
import { RoomCommands } from "../sockets/room-commands.ts";
import { RoomSessions } from "../sockets/room-sessions.ts";
import { RoomSockets } from "../sockets/room-sockets.ts";
import { refusalOfUpgrade } from "../sockets/upgrade-refusal.ts";
import { DeliveryCursor } from "./delivery-cursor.ts";
import { RequestQueue } from "./request-queue.ts";

export class Relay extends DurableObject<Env> implements RelayRpc {
  readonly #owner: { threadId: string; relay: number };
  readonly #alarm: AlarmScheduler;
  readonly #connections: Connections;
  readonly #room: RoomSockets;
  readonly #sessions: RoomSessions;
  readonly #commands: RoomCommands;
  readonly #requests: RequestQueue;
  readonly #cursor: DeliveryCursor;
  /** What was delivered to the sockets here while a new one's welcome is on its way: a list for each. */
  readonly #entering = new Set<RelayBatch[]>();
  #reportTimer: ReturnType<typeof setTimeout> | undefined;
  #reporting: Promise<void> | undefined;
  #delivering: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#owner = relayOwner(ctx.id);
    this.#alarm = new AlarmScheduler(ctx.storage);
    const connections = new Connections(ctx);
    const room = new RoomSockets(connections, {
      onJoin: () => this.#reportSoon(),
      onLeave: () => this.#reportSoon(),
    });
    const requests = new RequestQueue({
      // Not retried: whether a call that failed was processed is not known, and the clients know how to ask.
      send: (commands) => this.#thread().runRelayed(this.#owner.relay, commands),
      onLoss: (sockets) => {
        for (const socket of sockets) room.close(socket, CLOSE.restarting, "an answer was lost");
      },
    });
    const send = (socket: WebSocket, ...commands: RelayedCommand[]) =>
      requests.send(socket, connections.of(socket), commands);
    this.#connections = connections;
    this.#room = room;
    this.#requests = requests;
    this.#cursor = new DeliveryCursor(connections, room);
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
        rev: () => this.#cursor.rev,
        renewed: (socket, { user, namedAt, expiresAt }) => {
          this.#sessions.endsAt(expiresAt, Date.now());
          if (namedAt !== undefined) send(socket, { type: "named", user, namedAt });
        },
      },
    );
    connections.onGone = (socket) => {
      requests.forget(connections.of(socket).id);
      this.#cursor.closed(socket);
    };
    void ctx.blockConcurrencyWhile(() => this.#alarm.load());
  }

  // --- for the thread (RelayRpc)

  deliver(batch: RelayBatch): Promise<Occupancy> {
    const delivered = this.#delivering.then(() => this.#deliver(batch));
    this.#delivering = delivered.catch(() => {});
    return delivered;
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
    const missable: RelayBatch[] = [];
    // Before the thread is asked: from its answer on, nothing may be missed.
    this.#entering.add(missable);
    let welcome: RelayWelcome;
    try {
      // A report that nobody is here, sent a moment ago, must not arrive after that somebody enters.
      await this.#reporting;
      const cursor = new URL(request.url).searchParams.get("cursor");
      welcome = await callForValue(
        () => this.#thread(),
        (thread) => thread.admitAtRelay(this.#owner.relay, caller, cursor),
      );
      this.#room.requireUnrevoked(caller, Date.now());
    } catch (error) {
      return refusalOfUpgrade(error, subprotocolOf(request));
    } finally {
      this.#entering.delete(missable);
    }
    const now = Date.now();
    this.#room.sweep(now);
    const { socket, response } = this.#room.accept(request, caller, now);
    this.#sessions.endsAt(caller.expiresAt, now);
    this.#room.welcome(socket, welcome.frames, welcome.rev);
    this.#cursor.opened(socket, this.#sendMissed(socket, caller.user.id, missable, welcome.rev));
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

  // --- within

  async #deliver(batch: RelayBatch): Promise<Occupancy> {
    this.#requests.inSession(batch.sessionId);
    const follows = this.#cursor.follows(batch);
    if (!follows) this.#requests.lost();
    // Of a batch that was lost, what is numbered shows by itself. Changed profiles are not, and come with those events.
    const missing =
      this.#cursor.missingBefore(batch.after) ?? (follows ? undefined : this.#cursor.deliveredUpTo);
    const missed = missing === undefined ? undefined : await this.#eventsSince(missing);
    // After the wait: a socket whose session ended in it receives nothing more.
    this.#room.sweep(Date.now());
    if (missing !== undefined) this.#catchUp(missed, batch.after);
    for (const missable of this.#entering) missable.push(batch);
    this.#room.coalesce(() => {
      for (const item of batch.items) this.#process(item);
    });
    this.#cursor.delivered(batch);
    return this.#occupancy();
  }

  #catchUp(missed: MissedEvents | undefined, after: number): void {
    // First, since whoever was removed receives nothing from that moment on.
    for (const userId of missed?.removed ?? [])
      this.#room.closeAll(CLOSE.forbidden, "no longer a member", userId);
    this.#cursor.catchUp(missed, after);
  }

  #process(item: RelayItem): void {
    if ("frame" in item) return this.#cursor.broadcast(item);
    if ("close" in item && item.to === undefined)
      return this.#room.closeAll(item.close, item.reason, item.userId);
    const { to } = item;
    if (to === undefined) return;
    // What was sent before an eviction is replied to too, though who sent it is forgotten.
    const socket = this.#requests.socket(to) ?? this.#connections.withId(to);
    if (!socket) return;
    if ("close" in item) return this.#room.close(socket, item.close, item.reason);
    if (item.id !== undefined) this.#requests.replied(to, item.id);
    this.#commands.reply(socket, item.id, item.reply);
  }

  /** The events that were not delivered; undefined where they are too many. */
  #eventsSince(rev: number): Promise<MissedEvents | undefined> {
    return callObject(
      () => this.#thread(),
      (thread) => thread.eventsForRelay(rev),
    );
  }

  /** Sends what was delivered to the others while a new socket's welcome was on its way; returns the rev it is at then. */
  #sendMissed(socket: WebSocket, userId: string, missable: readonly RelayBatch[], from: number): number {
    let rev = from;
    for (const batch of missable) {
      if (batch.after > rev) this.#room.close(socket, CLOSE.restarting, "something was missed");
      for (const item of batch.items) {
        if ("frame" in item) {
          if (item.exceptUserId !== userId && (item.rev === undefined || item.rev > rev))
            this.#connections.sendFrame(socket, item.frame);
        } else if ("close" in item && item.to === undefined && (item.userId ?? userId) === userId) {
          this.#room.close(socket, item.close, item.reason);
        }
      }
      rev = Math.max(rev, batch.rev);
    }
    return rev;
  }

  #occupancy(): Occupancy {
    return { sockets: this.#room.size + this.#entering.size, users: this.#room.onlineCount };
  }

  /** Reports to the thread how many are here, when the joins and leaves of a moment are over. */
  #reportSoon(): void {
    if (this.#reportTimer !== undefined) return;
    this.#reportTimer = setTimeout(() => {
      this.#reportTimer = undefined;
      this.#reporting = this.#thread()
        .reportOccupancy(this.#owner.relay, this.#occupancy())
        // It gets it with the answer to the next batch.
        .catch((error: unknown) => console.error("the relay's occupancy was not reported", error));
    }, ONLINE_COUNT_MS);
  }

  #thread(): Stub<RelayHostRpc> {
    return relayHostStub(this.env, this.#owner.threadId);
  }
}
