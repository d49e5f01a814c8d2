/**
 * The Durable Object of one thread: the one writer of its messages, and the room its members' sockets are in. It
 * turns what the platform says (an upgrade, a frame, a close, an alarm, an RPC call) into calls on its parts.
 */
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../config/config.ts";
import { AlarmClock } from "../durable/alarm-scheduler.ts";
import { answer, type Answer } from "../rpc/result.ts";
import { callerOf, type Caller } from "../rpc/caller.ts";
import { Connections } from "../sockets/connections.ts";
import { toFrames } from "../sockets/codec.ts";
import { refuseUpgrade } from "../sockets/upgrade-refusal.ts";
import { sendToRelay } from "../rpc/relay-stub.ts";
import type { Crowd, Entry, FromSocket, Missed, ThreadDoors } from "../rpc/relay.ts";
import { FrameDoor } from "../sockets/socket-handler.ts";
import type { Room } from "../sockets/room-sockets.ts";
import { CLOSE, LilypadError } from "../protocol/errors.ts";
import { RESUME_EVENTS } from "../protocol/limits.ts";
import type {
  MemberPage,
  MessagePage,
  MessagesQuery,
  PageQuery,
  PostMessage,
  ReadState,
} from "../protocol/http.ts";
import type { Kind, Member, Message, Role, Thread as ThreadView, User } from "../protocol/model.ts";
import { Audience } from "./broadcasting/broadcaster.ts";
import { Deletion } from "./deletion.ts";
import { putMember, removeMember, renameThread } from "./members/member-commands.ts";
import { editMessage, eraseMessage, react, sendMessage } from "./messages/message-commands.ts";
import { Notifier } from "./notifying/notifier.ts";
import { Reading } from "./members/read-marker-updates.ts";
import { RelayedCommands } from "./writing/relayed-commands.ts";
import { Relays } from "./broadcasting/relays.ts";
import { socketCommands } from "./writing/socket-commands.ts";
import { ThreadStore } from "./thread-store.ts";
import type { Thread } from "./thread.ts";
import { welcomeEvents } from "./broadcasting/welcome.ts";
import { Writer } from "./writing/writer.ts";

/** When the alarm is set again after something in it failed. */
const RETRY_ALARM_MS = 5_000;

export class ChatThread extends DurableObject<Env> implements ThreadDoors {
  readonly #clock: AlarmClock;
  readonly #connections: Connections;
  readonly #store: ThreadStore;
  readonly #room: Room;
  readonly #notifier: Notifier;
  readonly #writer: Writer;
  readonly #reading: Reading;
  readonly #door: FrameDoor;
  readonly #relays: Relays;
  readonly #relayed: RelayedCommands;
  readonly #audience: Audience;
  readonly #deletion: Deletion;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const config = configOf(env);
    const clock = new AlarmClock(ctx.storage);
    const connections = new Connections(ctx);
    const store = new ThreadStore(ctx, env);
    const relays = new Relays(ctx, env, clock, store);
    const audience = new Audience(connections, relays);
    const { room } = audience;
    const notifier = new Notifier(ctx, env, clock, store);
    const writer = new Writer(ctx.storage, store, audience, notifier, config.rate);
    const reading = new Reading(ctx, store, audience, notifier, config);
    const commands = socketCommands({ connections, store, audience, writer, reading }, (...settled) =>
      this.#door.settle(...settled),
    );
    this.#clock = clock;
    this.#connections = connections;
    this.#store = store;
    this.#room = room;
    this.#notifier = notifier;
    this.#writer = writer;
    this.#reading = reading;
    this.#door = new FrameDoor(ctx, env, { clock, connections, room }, commands);
    this.#relays = relays;
    this.#relayed = new RelayedCommands({ store, audience, relays, writer, reading });
    this.#audience = audience;
    this.#deletion = new Deletion(env, ctx.id.toString(), { clock, store, room, relays, notifier });
    void ctx.blockConcurrencyWhile(async () => {
      await this.#clock.load();
      this.#deletion.resume();
    });
  }

  // --- the thread itself (called by the Worker, with a user it has verified)

  /** Makes the thread. For one that exists (a direct pair's, or a call that is repeated) `created` is false. */
  create(caller: User, { kind, name }: { kind: Kind; name?: string | null | undefined }, others: User[]) {
    return answer(async (): Promise<{ thread: ThreadView; created: boolean }> => {
      if (this.#store.current) return { thread: this.#store.require().view(caller), created: false };
      const now = Date.now();
      const thread = this.ctx.storage.transactionSync(() => {
        const made = this.#store.create({ kind, name: name ?? null }, now);
        made.seat(caller, kind === "direct" ? "member" : "owner", now);
        for (const other of others) made.seat(other, "member", now);
        return made;
      });
      this.#notifier.owe(now);
      await this.#notifier.tell();
      return { thread: thread.view(caller), created: true };
    });
  }

  view(caller: User): Promise<Answer<ThreadView>> {
    return answer(() => this.#store.require().view(caller));
  }

  rename(caller: User, { name }: { name?: string | null | undefined }): Promise<Answer<ThreadView>> {
    return answer(async () => {
      await this.#writer.run(caller, (thread, now) => renameThread(thread, caller, name, now));
      await this.#notifier.tell();
      return this.#store.require().view(caller);
    });
  }

  /** Deletes the thread: from here on it does not exist for anyone, and what is left to do survives a crash. */
  remove(caller: User): Promise<Answer<void>> {
    return answer(async () => {
      this.#writer.flush();
      this.#store.require().requireDeletable(caller);
      this.#deletion.start();
      await this.#deletion.finish();
    });
  }

  // --- members

  members(caller: User, page: PageQuery): Promise<Answer<MemberPage>> {
    return answer(() => this.#store.require().members(caller, page));
  }

  /** Adds a member or changes a role. `profile` is null for a user Lilypad does not know. */
  putMember(
    caller: User,
    userId: string,
    role: Role | undefined,
    profile: User | null,
  ): Promise<Answer<Member>> {
    return answer(async () => {
      const put = await this.#writer.run(caller, (thread, now) =>
        putMember(thread, caller, userId, role, profile, now),
      );
      await this.#notifier.tell();
      return put.value;
    });
  }

  removeMember(caller: User, userId: string): Promise<Answer<void>> {
    return answer(async () => {
      await this.#writer.run(caller, (thread, now) => removeMember(thread, caller, userId, now));
      if (this.#store.current?.isDeleting) await this.#deletion.finish();
      await this.#notifier.tell();
    });
  }

  // --- messages

  messages(caller: User, query: MessagesQuery): Promise<Answer<MessagePage>> {
    return answer(() => this.#store.require().messages(caller, query));
  }

  send(caller: User, message: PostMessage): Promise<Answer<{ message: Message; repeat: boolean }>> {
    return answer(async () => {
      const named = { ...message, id: message.id ?? crypto.randomUUID() };
      const sent = await this.#writer.run(caller, (thread, now) => sendMessage(thread, caller, named, now));
      return sent.value;
    });
  }

  edit(caller: User, seq: number, body: string): Promise<Answer<Message>> {
    return answer(async () => {
      const edited = await this.#writer.run(caller, (thread, now) =>
        editMessage(thread, caller, seq, body, now),
      );
      await this.#notifier.tell();
      return edited.value;
    });
  }

  /** Erases a message. Answers once its preview is erased too, or is owed to be. */
  erase(caller: User, seq: number): Promise<Answer<void>> {
    return answer(async () => {
      await this.#writer.run(caller, (thread, now) => eraseMessage(thread, caller, seq, now));
      await this.#notifier.tell();
    });
  }

  react(caller: User, seq: number, emoji: string): Promise<Answer<void>> {
    return answer(async () => {
      await this.#writer.run(caller, (thread, now) => react(thread, caller, "react", seq, emoji, now));
    });
  }

  unreact(caller: User, seq: number, emoji: string): Promise<Answer<void>> {
    return answer(async () => {
      await this.#writer.run(caller, (thread, now) => react(thread, caller, "unreact", seq, emoji, now));
    });
  }

  /** Moves the caller's read marker; stored, and told to Presence, before it answers. */
  read(caller: User, seq: number): Promise<Answer<ReadState>> {
    return answer(async () => {
      const state = this.#reading.move(caller, seq, Date.now());
      await this.#reading.store();
      return state;
    });
  }

  // --- the room

  /** An upgrade, handed over by the Worker. */
  override fetch(request: Request): Response {
    const caller = callerOf(request);
    const subprotocol = request.headers.get("sec-websocket-protocol") ?? undefined;
    const now = Date.now();
    let thread: Thread;
    try {
      thread = this.#admitted(caller.user, now);
    } catch (error) {
      if (!(error instanceof LilypadError)) throw error;
      return refuseUpgrade(CLOSE.notFound, error.message, subprotocol);
    }
    this.#room.sweep(now);
    const { roomSockets, relaySockets } = configOf(this.env);
    if (this.#room.size >= roomSockets) return sendToRelay(this.#relays.next(relaySockets));
    const { socket, response } = this.#room.enter(request, caller, now);
    this.#audience.welcoming(socket);
    this.#clock.wakeForEnd(caller.expiresAt, now);
    const cursor = new URL(request.url).searchParams.get("cursor");
    for (const frame of this.#welcome(thread, caller, cursor)) this.#connections.send(socket, frame);
    return response;
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    this.#door.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#room.endSessions(Date.now());
    if (this.#connections.answerClose(socket, code)) this.#room.left(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#room.endSessions(Date.now());
    if (this.#connections.answerClose(socket, 1006)) this.#room.left(socket);
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    this.#clock.rang();
    try {
      const thread = this.#store.current;
      if (!thread) return;
      if (thread.isDeleting) return await this.#deletion.finish();
      this.#relays.nudge(now);
      this.#room.sweep(now);
      this.#notifier.rang();
      await this.#notifier.tell();
    } catch (error) {
      console.error("the thread's alarm failed", error);
      this.#clock.wakeBy(now + RETRY_ALARM_MS);
    }
    this.#clock.wakeForEnd(this.#connections.nextSessionEnd(), now);
  }

  // --- the part of a large room that is at relays

  /** A socket comes to a relay: what it begins with, if it may. */
  relayEnters(relay: number, who: Caller, cursor: string | null): Promise<Answer<Entry>> {
    return answer(() => {
      const thread = this.#admitted(who.user, Date.now());
      this.#relays.line(relay).enters();
      return { frames: this.#welcome(thread, who, cursor), rev: thread.rev };
    });
  }

  /** What sockets at a relay say. Answers go back down the line, in order with the events. */
  async relaySays(relay: number, said: FromSocket[]): Promise<string> {
    const { life } = this.#relays.line(relay);
    this.#relayed.take(relay, said, Date.now());
    return life;
  }

  async relayHolds(relay: number, crowd: Crowd): Promise<void> {
    this.#relays.holds(relay, crowd);
  }

  /** The events after a rev, for all sockets of a relay; undefined where they are too many. */
  async relayMissed(rev: number): Promise<Missed | undefined> {
    const thread = this.#store.current;
    if (!thread || thread.isDeleting || thread.rev - rev > RESUME_EVENTS) return undefined;
    const events = thread.eventsSince(rev);
    const removed = events.flatMap((event) => (event.type === "member_removed" ? [event.userId] : []));
    return { frames: toFrames(events), rev: thread.rev, removed };
  }

  // --- within

  /** The thread, for someone who opens a socket; `not_found` where they may not. */
  #admitted(user: User, now: number): Thread {
    const thread = this.#store.require();
    if (thread.standing(user) === null) this.#admit(thread, user, now);
    else thread.people.meet(user);
    return thread;
  }

  #welcome(thread: Thread, caller: Caller, cursor: string | null): string[] {
    return toFrames(welcomeEvents(thread, this.#audience, caller, cursor, configOf(this.env).rate));
  }

  /** A public thread takes in whoever opens a socket, without an event. */
  #admit(thread: Thread, user: User, now: number): void {
    this.ctx.storage.transactionSync(() => thread.seat(user, "member", now));
    this.#notifier.owe(now);
  }
}
