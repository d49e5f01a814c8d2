/** What an event is about: the thread that its client calls so, and the message in it. */
import { z } from "zod";
import { LilypadError } from "../../protocol/errors.ts";
import { seq } from "../../protocol/fields.ts";
import { messageNamed, numberOf, roomName, type RoomName } from "../../protocol/socketio/room-names.ts";
import type { Stub } from "../../rpc/call.ts";
import type { Caller } from "../../rpc/caller.ts";
import { threadNamed } from "../../rpc/thread-lookup.ts";
import { threadStub, type ThreadRpc } from "../../rpc/thread.ts";
import type { Rooms } from "../rooms/rooms.ts";
import type { ClientSession } from "../session-data.ts";
import type { AskedEvent } from "./asked-event.ts";

/** A thread, and what the client calls it. */
export interface ThreadTarget {
  threadId: string;
  name: RoomName;
}

/** `room` and `threadId` are two names of one field. */
export const inRoom = { room: roomName.optional(), threadId: roomName.optional() };
type RoomInput = z.output<z.ZodObject<typeof inRoom>>;

/** A message: `seq` in the room, or its id, which names the room too. */
export const ofMessage = {
  ...inRoom,
  seq: seq.optional(),
  id: z.unknown().optional(),
  messageId: z.unknown().optional(),
};
export type MessageInput = z.output<z.ZodObject<typeof ofMessage>>;

type Asker = Pick<AskedEvent, "session" | "caller">;

export class EventTargets {
  readonly #env: Env;
  readonly #rooms: Rooms;

  constructor(env: Env, rooms: Rooms) {
    this.#env = env;
    this.#rooms = rooms;
  }

  /** The thread; `number` is that of the room in a message's id, which counts where no room is named. */
  async target({ session, caller }: Asker, input: RoomInput, number?: number): Promise<ThreadTarget> {
    const name = input.room ?? input.threadId ?? number;
    if (name === undefined) throw new LilypadError("bad_request", "room: is missing");
    const threadId = await this.thread(session, caller, name);
    return { name: this.#rooms.placeOf(session, caller, threadId)?.name ?? name, threadId };
  }

  /** The thread, and the message in it. */
  async message(asker: Asker, input: MessageInput): Promise<ThreadTarget & { seq: number }> {
    const named = messageNamed(input.messageId) ?? messageNamed(input.id);
    const target = await this.target(asker, input, named?.number);
    const no = required(input.seq ?? named?.seq, "seq");
    if (named && (named.number !== numberOf(target.threadId) || named.seq !== no))
      throw new LilypadError("bad_request", "The message's id is of another room, or has another seq.");
    return { ...target, seq: no };
  }

  /** The id of the thread that a client calls so; `not_found` where there is none of theirs. */
  async thread(session: ClientSession, caller: Caller, name: RoomName): Promise<string> {
    return (
      this.#rooms.named(session, caller, name)?.threadId ??
      (await threadNamed(this.#env, caller.user.id, name))
    );
  }

  stub(threadId: string): () => Stub<ThreadRpc> {
    return () => threadStub(this.#env, this.#env.CHAT_THREAD.idFromString(threadId));
  }
}

export function roomOf({ room, threadId }: RoomInput): RoomName {
  return required(room ?? threadId, "room");
}

/** The value; `bad_request` where the client left it out. */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new LilypadError("bad_request", `${field}: is missing`);
  return value;
}
