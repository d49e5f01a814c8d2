/**
 * The Durable Object that holds a part of a large room's sockets: it passes on what the thread gives it, and hands to
 * the thread what its sockets say. It stores nothing: what it must know through an eviction is in the sockets'
 * attachments, and whatever it missed it asks the thread for.
 */
import { DurableObject } from "cloudflare:workers";
import { AlarmClock } from "../durable/alarm-scheduler.ts";
import { askObject, callObject, type Doors } from "../rpc/call.ts";
import { callerOf } from "../rpc/caller.ts";
import { Connections } from "../sockets/connections.ts";
import { refuseUpgrade } from "../sockets/upgrade-refusal.ts";
import { CLOSE, failureOf, LilypadError, type CloseCode } from "../protocol/errors.ts";
import { ONLINE_COUNT_MS } from "../protocol/limits.ts";
import { FrameDoor } from "../sockets/socket-handler.ts";
import { Room } from "../sockets/room-sockets.ts";
import { Passage } from "./delivery-cursor.ts";
import type {
  Batch,
  Crowd,
  Entry,
  Forwarded,
  Missed,
  Passed,
  RelayDoors,
  ThreadDoors,
} from "../rpc/relay.ts";
import { ownerOf } from "../rpc/relay-stub.ts";
import { Upstream } from "./request-queue.ts";

export class Relay extends DurableObject<Env> implements RelayDoors {
  readonly #owner: { threadId: string; no: number };
  readonly #clock: AlarmClock;
  readonly #connections: Connections;
  readonly #room: Room;
  readonly #door: FrameDoor;
  readonly #upstream: Upstream;
  readonly #passage: Passage;
  /** What was passed on to sockets whose welcome is still on its way. */
  readonly #entering = new Set<Batch[]>();
  #reportTimer: ReturnType<typeof setTimeout> | undefined;
  #reporting: Promise<void> | undefined;
  #passing: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#owner = ownerOf(ctx.id);
    this.#clock = new AlarmClock(ctx.storage);
    const connections = new Connections(ctx);
    const room = new Room(connections, { came: () => this.#report(), went: () => this.#report() });
    const parts = { clock: this.#clock, connections, room };
    const say = (socket: WebSocket, ...commands: Forwarded[]) =>
      this.#upstream.say(socket, connections.of(socket), commands);
    this.#connections = connections;
    this.#room = room;
    this.#passage = new Passage(connections, room);
    this.#upstream = new Upstream({
      // Not tried again: whether a call that failed was heard is not known, and the clients know how to ask.
      say: (said) => this.#thread().relaySays(this.#owner.no, said),
      onLoss: (sockets) => {
        for (const socket of sockets) room.close(socket, CLOSE.restarting, "an answer was lost");
      },
    });
    this.#door = new FrameDoor(ctx, env, parts, {
      submit: (socket, changes) => say(socket, ...changes),
      refuse: (socket, about, error) =>
        say(socket, { type: "refused", ...(about !== undefined && { about }), failure: failureOf(error) }),
      read: (socket, seq) => say(socket, { type: "read", seq }),
      typing: (socket) => say(socket, { type: "typing" }),
      leave: (socket) => say(socket, { type: "leave" }),
      rev: () => this.#passage.rev,
    });
    connections.onGone = (socket) => {
      this.#upstream.forget(connections.of(socket).id);
      this.#passage.left(socket);
    };
    void ctx.blockConcurrencyWhile(() => this.#clock.load());
  }

  // --- for the thread

  /** Passes a batch on. Where it does not go on from the one before, what was missed comes first. */
  pass(batch: Batch): Promise<Crowd> {
    const passed = this.#passing.then(() => this.#pass(batch));
    this.#passing = passed.catch(() => {});
    return passed;
  }

  /** Closes every socket, and leaves nothing stored. */
  async end(code: CloseCode, reason: string): Promise<void> {
    this.#room.closeAll(code, reason);
    this.#clock.rang();
    await this.ctx.storage.deleteAll();
  }

  // --- the sockets

  /** An upgrade, handed over by the Worker. The thread decides whether it may be, and says what it begins with. */
  override async fetch(request: Request): Promise<Response> {
    const caller = callerOf(request);
    const held: Batch[] = [];
    // Before the thread is asked: from its answer on, nothing may be missed.
    this.#entering.add(held);
    let entry: Entry;
    try {
      // That nobody is here, said a moment ago, must not be heard after that somebody comes.
      await this.#reporting;
      const cursor = new URL(request.url).searchParams.get("cursor");
      entry = await askObject(
        () => this.#thread(),
        (thread) => thread.relayEnters(this.#owner.no, caller, cursor),
      );
    } catch (error) {
      if (!(error instanceof LilypadError) || error.code !== "not_found") throw error;
      const subprotocol = request.headers.get("sec-websocket-protocol") ?? undefined;
      return refuseUpgrade(CLOSE.notFound, error.message, subprotocol);
    } finally {
      this.#entering.delete(held);
    }
    const now = Date.now();
    this.#room.sweep(now);
    const { socket, response } = this.#room.enter(request, caller, now);
    this.#clock.wakeForEnd(caller.expiresAt, now);
    for (const frame of entry.frames) this.#connections.send(socket, frame);
    this.#passage.entered(socket, this.#sendHeld(socket, caller.user.id, held, entry.rev));
    return response;
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.#door.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    if (this.#connections.answerClose(socket, code)) this.#room.left(socket);
  }

  override webSocketError(socket: WebSocket): void {
    if (this.#connections.answerClose(socket, 1006)) this.#room.left(socket);
  }

  override alarm(): void {
    const now = Date.now();
    this.#clock.rang();
    this.#room.sweep(now);
    this.#clock.wakeForEnd(this.#connections.nextSessionEnd(), now);
  }

  // --- within

  async #pass(batch: Batch): Promise<Crowd> {
    this.#upstream.heard(batch.life);
    if (!this.#passage.follows(batch)) this.#upstream.lost();
    const missing = this.#passage.missingBefore(batch.after);
    const missed = missing === undefined ? undefined : await this.#missedSince(missing);
    // After the wait: whose session ended in it hears nothing more.
    this.#room.sweep(Date.now());
    if (missing !== undefined) this.#catchUp(missed, batch.after);
    for (const held of this.#entering) held.push(batch);
    this.#room.together(() => {
      for (const item of batch.items) this.#take(item);
    });
    this.#passage.passed(batch);
    return this.#crowd();
  }

  #catchUp(missed: Missed | undefined, after: number): void {
    // First, since whoever was removed sees nothing from that moment on.
    for (const userId of missed?.removed ?? [])
      this.#room.closeAll(CLOSE.forbidden, "no longer a member", userId);
    this.#passage.catchUp(missed, after);
  }

  #take(item: Passed): void {
    if ("frame" in item) return this.#passage.broadcast(item);
    if ("close" in item && item.to === undefined)
      return this.#room.closeAll(item.close, item.reason, item.userId);
    const { to } = item;
    if (to === undefined) return;
    // What was said before an eviction is answered too, though who said it is forgotten.
    const socket = this.#upstream.socket(to) ?? this.#connections.withId(to);
    if (!socket) return;
    if ("close" in item) return this.#room.close(socket, item.close, item.reason);
    if (item.id !== undefined) this.#upstream.answered(to, item.id);
    const settled = "ack" in item ? { ack: item.ack } : { error: LilypadError.from(item.failure) };
    this.#door.settle(socket, item.id, settled);
  }

  /** What was not passed on; undefined where it is too much. */
  #missedSince(rev: number): Promise<Missed | undefined> {
    return callObject(
      () => this.#thread(),
      (thread) => thread.relayMissed(rev),
    );
  }

  /** What was passed on to the others while a new socket's welcome was on its way; returns up to which rev it knows then. */
  #sendHeld(socket: WebSocket, userId: string, held: readonly Batch[], from: number): number {
    let rev = from;
    for (const batch of held) {
      if (batch.after > rev) this.#room.close(socket, CLOSE.restarting, "something was missed");
      for (const item of batch.items) {
        if ("frame" in item) {
          if (item.notTo !== userId && (item.rev === undefined || item.rev > rev))
            this.#connections.send(socket, item.frame);
        } else if ("close" in item && item.to === undefined && (item.userId ?? userId) === userId) {
          this.#room.close(socket, item.close, item.reason);
        }
      }
      rev = Math.max(rev, batch.rev);
    }
    return rev;
  }

  #crowd(): Crowd {
    return { sockets: this.#room.size + this.#entering.size, users: this.#room.onlineCount };
  }

  /** Tells the thread how many are here, when the coming and going of a moment is over. */
  #report(): void {
    if (this.#reportTimer !== undefined) return;
    this.#reportTimer = setTimeout(() => {
      this.#reportTimer = undefined;
      this.#reporting = this.#thread()
        .relayHolds(this.#owner.no, this.#crowd())
        // It hears of it with the answer to the next batch.
        .catch((error: unknown) => console.error("the thread was not told how many are here", error));
    }, ONLINE_COUNT_MS);
  }

  #thread(): Doors<ThreadDoors> {
    const id = this.env.CHAT_THREAD.idFromString(this.#owner.threadId);
    return this.env.CHAT_THREAD.get(id) as unknown as Doors<ThreadDoors>;
  }
}
