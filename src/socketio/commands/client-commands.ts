/**
 * What clients emit: each event is parsed, its thread found, and handed to the thread. A session's events are taken in
 * order; what they do is acknowledged when it is stored.
 */
import { z } from "zod";
import { requireUnrevoked } from "../../auth/revocation-check.ts";
import type { ReactionNames } from "../../config/reaction-names.ts";
import { configOf } from "../../config/config.ts";
import { TokenBuckets } from "../../durable/token-buckets.ts";
import { LilypadError, type ErrorCode, type Failure } from "../../protocol/errors.ts";
import {
  READS_PER_SECOND,
  SOCKETIO_EVENTS_AT_ONCE,
  SOCKETIO_EVENTS_PER_SECOND,
} from "../../protocol/limits.ts";
import type { Message } from "../../protocol/model.ts";
import { commandId } from "../../protocol/fields.ts";
import { parse } from "../../protocol/parse.ts";
import { socketIoMessage } from "../../protocol/socketio/message.ts";
import { messageNamed, numberOf } from "../../protocol/socketio/room-names.ts";
import { callForValue } from "../../rpc/call.ts";
import type { Caller } from "../../rpc/caller.ts";
import { Refusals } from "../../sockets/refusals.ts";
import type { IncomingEvent, Namespaces } from "../packets/namespaces.ts";
import type { Online } from "../online/online.ts";
import { MAIN } from "../packets/packet.ts";
import type { Rooms } from "../rooms/rooms.ts";
import type { ClientSession, SessionData } from "../session-data.ts";
import type { AskedEvent } from "./asked-event.ts";
import { EventQueues } from "./event-queues.ts";
import { EventTargets, required, type ThreadTarget } from "./event-targets.ts";
import { Joining } from "./joining.ts";
import { isMessageEventName, MESSAGE_EVENTS } from "./message-events.ts";
import { ownMessage } from "./own-message.ts";
import { Reply } from "./reply.ts";
import { isEventName, SCHEMAS, type EventInput, type EventName } from "./schemas.ts";
import { ThreadCommands } from "./thread-commands.ts";

/** What concerns the client's own connection, and nothing once that is over. */
const OF_CONNECTION: ReadonlySet<string | number> = new Set<EventName>(["join", "leave", "typing", "watch"]);
/** What ends a session: that it was revoked, and that its user was banned. */
const REFUSED: ReadonlySet<ErrorCode> = new Set(["unauthenticated", "forbidden"]);

export interface ClientCommandsParts {
  env: Env;
  /** Ends a session for good. */
  end: (session: ClientSession) => void;
  /** The same, so that its client does not come back by itself. */
  dismiss: (session: ClientSession) => void;
  save: (session: ClientSession) => void;
  rooms: Rooms;
  namespaces: Namespaces<SessionData>;
  reactionNames: ReactionNames;
  online: Pick<Online, "watch">;
}

/** Does what a client asked for. */
type Work = (asked: AskedEvent) => void | Promise<void>;
type Handlers = { [N in EventName]: (asked: AskedEvent, input: EventInput<N>) => void | Promise<void> };

export class ClientCommands {
  readonly #parts: ClientCommandsParts;
  readonly #refusals: Refusals<ClientSession>;
  readonly #commands: ThreadCommands;
  readonly #joining: Joining;
  readonly #targets: EventTargets;
  readonly #queues = new EventQueues();
  readonly #events = new TokenBuckets(SOCKETIO_EVENTS_AT_ONCE, {
    tokens: SOCKETIO_EVENTS_PER_SECOND,
    perMs: 1_000,
  });
  readonly #reads = new TokenBuckets(READS_PER_SECOND, { tokens: READS_PER_SECOND, perMs: 1_000 });
  readonly #handlers: Handlers = {
    join: (asked, input) => this.#joining.join(asked, input),
    leave: (asked, input) => this.#joining.leave(asked, input),
    chat: (asked, input) => this.#chat(asked, input),
    read: (asked, input) => this.#read(asked, input),
    typing: (asked, input) => this.#typing(asked, input),
    watch: async ({ session, reply }, { userIds }) =>
      reply.statuses(await this.#parts.online.watch(session, userIds)),
  };

  constructor(parts: ClientCommandsParts) {
    this.#parts = parts;
    this.#refusals = new Refusals({
      of: ({ data }) => data.refused ?? 0,
      set: (session, refused) => {
        session.data.refused = refused;
        parts.save(session);
      },
    });
    this.#commands = new ThreadCommands(parts);
    this.#targets = new EventTargets(parts.env, parts.rooms);
    this.#joining = new Joining({ ...parts, targets: this.#targets });
  }

  /** A client emitted an event. */
  receive(session: ClientSession, event: IncomingEvent): void {
    const { caller } = session.data;
    if (!caller) return;
    const reply = new Reply(session, this.#parts.namespaces, event, (failure) =>
      this.#answered(session, failure),
    );
    try {
      this.#admit(this.#events, caller, "Too many events at once.");
      if (event.attachments.length > 0) throw new LilypadError("bad_request", "Binary is not understood.");
      const { name, args } = event;
      const run = this.#workOf(name, args[0] ?? {});
      this.#queues.add(session, reply, async () => {
        await this.#requireUnrevoked(session, caller, reply);
        // What was sent before the client disconnected counts as it would have before.
        if (reply.isCurrent || !OF_CONNECTION.has(name)) await run({ session, caller, reply });
      });
    } catch (error) {
      // In turn: after the answers to what came before.
      this.#queues.add(session, reply, () => reply.failure(error));
    }
  }

  /** What is to be done for an event. Throws where there is no such event, or its input is not one. */
  #workOf(name: string | number, input: unknown): Work {
    if (isMessageEventName(name)) {
      const { about, command } = MESSAGE_EVENTS[name](input, this.#parts.reactionNames);
      return async (asked) => {
        const { seq, ...target } = await this.#targets.message(asked, about);
        return this.#commands.run({ ...asked, ...target }, { ...command, id: crypto.randomUUID(), seq });
      };
    }
    if (!isEventName(name)) throw new LilypadError("bad_request", "There is no such event.");
    const parsed = parse<(typeof SCHEMAS)[EventName]>(SCHEMAS[name], input);
    const handle = this.#handlers[name] as (asked: AskedEvent, parsed: unknown) => void | Promise<void>;
    return (asked) => handle(asked, parsed);
  }

  /** Closes a client that a refusal does not stop. */
  #answered(session: ClientSession, failure: Failure | undefined): void {
    if (session.isOver) return;
    if (!failure) return this.#refusals.accepted(session);
    const misconduct = this.#refusals.refused(session, failure, Date.now());
    if (misconduct) this.#queues.stop(session);
    if (misconduct === "bad commands") this.#parts.dismiss(session);
    if (misconduct === "went on") this.#parts.end(session);
  }

  #admit(rate: TokenBuckets, { user }: Caller, message: string): void {
    if (configOf(this.#parts.env).rateLimits) rate.admit(user.id, Date.now(), message);
  }

  /** Nothing is done for a session that was revoked, or whose user was banned, before its object is sent so. */
  async #requireUnrevoked(session: ClientSession, caller: Caller, reply: Reply): Promise<void> {
    const { env, end } = this.#parts;
    try {
      await requireUnrevoked(env, caller);
    } catch (error) {
      const isRefused = error instanceof LilypadError && REFUSED.has(error.code);
      if (isRefused && reply.isCurrent) {
        this.#queues.stop(session);
        end(session);
      }
      throw error;
    }
  }

  async #chat(asked: AskedEvent, input: EventInput<"chat">): Promise<void> {
    const { caller } = asked;
    const named = messageNamed(String(input.id ?? ""));
    const target = await this.#targets.target(asked, input, named?.number);
    // A message of another room, which is emitted here, is a new one.
    if (named?.number === numberOf(target.threadId)) {
      const stored = await ownMessage(this.#targets.stub(target.threadId), caller.user, named.seq);
      if (stored) return this.#alreadyStored(asked, target, stored);
    }
    const id = input.clientId ?? (input.id == null ? crypto.randomUUID() : clientIdOf(input.id));
    const body = required(input.body ?? input.content, "body");
    const { data, replyTo, since } = input;
    return this.#commands.run({ ...asked, ...target }, { type: "chat", id, body, data, replyTo, since });
  }

  #alreadyStored(
    { session, caller, reply }: AskedEvent,
    { threadId, name }: ThreadTarget,
    stored: Message,
  ): void {
    const { rooms, namespaces } = this.#parts;
    const message = socketIoMessage(stored, threadId, name);
    if (rooms.placeOf(session, caller, threadId)?.takeUnseen(stored.rev))
      namespaces.emit(session, MAIN, "chat", message);
    reply.success({ message });
  }

  async #read(asked: AskedEvent, input: EventInput<"read">): Promise<void> {
    const { user } = asked.caller;
    this.#admit(this.#reads, asked.caller, "Too many of these. Wait a moment.");
    const { threadId } = await this.#targets.target(asked, input);
    asked.reply.success(
      await callForValue(this.#targets.stub(threadId), (thread) => thread.read(user, input.seq)),
    );
  }

  async #typing(asked: AskedEvent, input: EventInput<"typing">): Promise<void> {
    const { rooms } = this.#parts;
    const { session, reply, caller } = asked;
    const { threadId } = await this.#targets.target(asked, input);
    const member = rooms.placeOf(session, caller, threadId);
    const line = rooms.room(threadId)?.line;
    if (!member || !line) {
      await callForValue(this.#targets.stub(threadId), (thread) => thread.typing(caller.user));
      return reply.success();
    }
    const id = crypto.randomUUID();
    member.expect(id, {
      onReply: ({ reply: result }) =>
        result.ok ? reply.success() : reply.failure(LilypadError.from(result.failure)),
      // What was lost would have been over in a moment.
      onLost: () => reply.success(),
      isUnawaited: true,
    });
    line.send(member, { type: "typing", id });
  }
}

function clientIdOf(id: string | number): string {
  return parse(z.object({ id: commandId }), { id: String(id) }).id;
}
