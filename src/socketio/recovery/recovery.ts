/**
 * Connection state recovery: a client that comes back within two minutes gets its session again, with what it missed. It may
 * come to any shard, so the session goes over to the shard of the new connection, by one call.
 */
import { failureOf, LilypadError } from "../../protocol/errors.ts";
import { SOCKETIO_SHARDS } from "../../protocol/limits.ts";
import { callObject } from "../../rpc/call.ts";
import type { Caller } from "../../rpc/caller.ts";
import {
  shardOfSid,
  socketIoStub,
  type HandedRoom,
  type HandedSession,
  type MovedSession,
  type SessionTaker,
} from "../../rpc/socketio.ts";
import { unfinishedPacket, type EventSender } from "../events/event-sender.ts";
import type { Rooms } from "../rooms/rooms.ts";
import type { ClientSession } from "../session-data.ts";
import { movedUntil, type ClientSessions, type SessionIds } from "./client-sessions.ts";
import { parseOffset, tagOf } from "./offset.ts";
import type { StoredSession } from "./stored-session.ts";

/** How many rooms are joined at once. */
const ROOMS_AT_ONCE = 16;

export interface RecoveryParts {
  env: Env;
  shard: number;
  sessions: ClientSessions;
  rooms: Rooms;
  sender: EventSender;
  /** Closes a connection whose session is no longer its own. */
  close: (engineSid: string) => void;
}

export class Recovery {
  readonly #parts: RecoveryParts;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** A client connects: its session, recovered where that is possible, else a new one. What it is sent is held until `connected`. */
  async connect(
    session: ClientSession,
    caller: Caller,
    { pid, offset }: Record<string, unknown> = {},
  ): Promise<SessionIds> {
    const isRecoverable =
      typeof pid === "string" && (offset === undefined || offset === null || typeof offset === "string");
    const recovered = isRecoverable && (await this.#recover(session, caller, pid, offset ?? undefined));
    if (session.isOver) throw new LilypadError("unavailable", "The connection is gone.");
    return recovered || this.#parts.sessions.begin(session, caller.user.id);
  }

  /** The client was sent that it is connected. */
  connected(session: ClientSession): void {
    this.#parts.sender.release(session);
  }

  /** Hands a session over (rpc/socketio.ts). */
  take(pid: string, taker: SessionTaker): HandedSession | MovedSession | undefined {
    const { sessions, shard, close } = this.#parts;
    const stored = sessions.get(pid);
    if (stored?.userId !== taker.userId || (stored.expiresAt ?? Infinity) <= Date.now()) return undefined;
    const { movedTo, engineSid, isOver, handover = 0 } = stored;
    if (handover < (taker.handover ?? 0)) return undefined;
    if (isOver) return { movedTo: shard, handover };
    const isRepeat = movedTo !== undefined && engineSid === taker.engineSid;
    if (movedTo !== undefined && !isRepeat && taker.lostHandover !== handover) return { movedTo, handover };
    const handed = handedAt(stored, taker.offset);
    if (!handed || isRepeat) return handed && { ...handed, handover, knownUntil: movedUntil() };
    const next = handover + 1;
    const isMove = taker.shard !== shard;
    if (isMove) sessions.moved(pid, stored, taker, next);
    else sessions.handedTo(pid, stored, taker.engineSid);
    if (movedTo === undefined) close(engineSid);
    return { ...handed, handover: next, knownUntil: isMove ? movedUntil() : stored.knownUntil };
  }

  async #recover(
    session: ClientSession,
    caller: Caller,
    pid: string,
    offset: string | undefined,
  ): Promise<SessionIds | undefined> {
    const { sessions, rooms, sender } = this.#parts;
    const handed = await this.#handed(pid, session, caller, offset);
    if (!handed) return undefined;
    sessions.recovering(session, pid, caller.user.id, handed);
    sender.hold(session);
    const isWhole = await this.#joinAgain(session, caller, handed.rooms);
    // Meanwhile it may have been lost, or taken over again.
    if (!sessions.isRecovering(session)) return undefined;
    if (isWhole && !sender.isOverfull(session)) {
      sessions.recovered(session);
      return { sid: handed.socketId, pid };
    }
    sender.drop(session);
    rooms.leaveAll(session.sid);
    sessions.ended(session);
    return undefined;
  }

  /** The session of a `pid`, which is then to be on this connection: from whichever shard it is at. */
  async #handed(
    pid: string,
    session: ClientSession,
    { user }: Caller,
    offset: string | undefined,
  ): Promise<HandedSession | undefined> {
    const { shard } = this.#parts;
    const taker = { userId: user.id, offset, engineSid: session.sid, shard };
    // An offset says where the session was when it was sent. Whoever made the `pid` may have forgotten it.
    let at =
      offset === undefined
        ? shardOfSid(pid)
        : shardOfSid(pid) === undefined
          ? undefined
          : parseOffset(offset)?.shard;
    let about: Pick<SessionTaker, "handover" | "lostHandover"> = {};
    let movedFrom: number | undefined;
    for (let hops = 0; hops < 2 * SOCKETIO_SHARDS && at !== undefined; hops += 1) {
      const answer = await this.#takeFrom(at, pid, { ...taker, ...about });
      if (answer === "failed") return undefined;
      if (answer && !("movedTo" in answer)) return answer;
      if (answer) {
        // Over.
        if (answer.movedTo === at) return undefined;
        movedFrom = at;
        at = answer.movedTo;
        about = { handover: answer.handover ?? 0 };
      } else {
        // A crash lost it on its way here: who had it before has it still.
        at = movedFrom;
        movedFrom = undefined;
        about = { lostHandover: about.handover ?? 0 };
      }
    }
    return undefined;
  }

  /** What a shard says to one who takes a session. */
  async #takeFrom(
    no: number,
    pid: string,
    taker: SessionTaker,
  ): Promise<ReturnType<Recovery["take"]> | "failed"> {
    const { env, shard } = this.#parts;
    if (no === shard) return this.take(pid, taker);
    return callObject(
      () => socketIoStub(env, no),
      (other) => other.takeSession(pid, taker),
    ).catch(() => "failed" as const);
  }

  /** Has a session join its rooms again, with what it missed. False where one of them can't be resumed. */
  async #joinAgain(session: ClientSession, caller: Caller, rooms: readonly HandedRoom[]): Promise<boolean> {
    const { sender, sessions } = this.#parts;
    const waiting = [...rooms];
    const refused: { room: HandedRoom["name"]; code: string; reason: string }[] = [];
    let isWhole = true;
    const work = async () => {
      for (let room = waiting.shift(); room; room = waiting.shift()) {
        if (!isWhole || !sessions.isRecovering(session) || sender.isOverfull(session)) return;
        try {
          isWhole = (await this.#resume(session, caller, room)) && isWhole;
        } catch (error) {
          const { code, message } = failureOf(error);
          if (code === "not_found" || code === "forbidden")
            refused.push({ room: room.name, reason: message, code });
          else isWhole = false;
        }
      }
    };
    await Promise.all(Array.from({ length: ROOMS_AT_ONCE }, work));
    for (const left of refused) sender.send(session, unfinishedPacket(["left", left]));
    return isWhole;
  }

  /** Whether what was missed in the room follows. */
  async #resume(
    session: ClientSession,
    caller: Caller,
    { threadId, name, epoch, rev, slot }: HandedRoom,
  ): Promise<boolean> {
    let isResumed = false;
    const room = { threadId, name, cursor: `${epoch}:${rev}`, slot, asMember: true };
    await this.#parts.rooms.join(session, caller, room, (_member, { resumed }) => {
      isResumed = resumed;
    });
    return isResumed;
  }
}

/** A session for one whose client has received so much; undefined where the offset is none of this session. */
function handedAt(
  { socketId, generation, nextSlot, rooms }: StoredSession,
  text: string | undefined,
): HandedSession | undefined {
  const offset = text === undefined ? undefined : parseOffset(text);
  if (text !== undefined) {
    if (offset?.tag !== tagOf(socketId) || offset.generation > generation) return undefined;
    if (offset.revs.keys().some((slot) => slot >= nextSlot)) return undefined;
  }
  return {
    socketId,
    generation,
    nextSlot,
    rooms: rooms.map(({ threadId, name, epoch, slot, rev }) => {
      return { threadId, name, epoch, slot, rev: offset?.revs.get(slot) ?? rev };
    }),
  };
}
