/** The rooms that the sessions of a shard are in. */
import type { CloseCode } from "../../protocol/errors.ts";
import type { RoomName } from "../../protocol/socketio/room-names.ts";
import type { Caller } from "../../rpc/caller.ts";
import type { Occupancy, RelayBatch } from "../../rpc/relay.ts";
import type { RestoredSession } from "../recovery/stored-session.ts";
import type { ClientSession } from "../session-data.ts";
import { RoomMember } from "./room-member.ts";
import { roomWelcomeOf, type RoomWelcome } from "./room-welcome.ts";
import { JoinedRoom, type JoinedRoomParts } from "./joined-room.ts";

/** Keeps which rooms sessions are in, and what they were sent of each. */
export interface SessionRooms {
  /** After an eviction: the sessions that were connected, and their rooms. */
  restore: () => Iterable<RestoredSession>;
  newSlot: (session: ClientSession) => number;
  roomsChanged: (session: ClientSession) => void;
  sent: (member: RoomMember, rev: number) => void;
  left: (member: RoomMember) => void;
}

export interface RoomsParts extends Omit<JoinedRoomParts, "onReported"> {
  sessions: SessionRooms;
}

export interface RoomToJoin {
  threadId: string;
  name: RoomName;
  cursor: string | null;
  /** Of one that the session was in before its connection was lost. */
  slot?: number;
  /** Only where its user is a member already: nobody becomes one. */
  asMember?: boolean;
}

export class Rooms {
  readonly #parts: RoomsParts;
  readonly #rooms = new Map<string, JoinedRoom>();
  /** By session, by thread. */
  readonly #bySession = new Map<string, Map<string, RoomMember>>();

  constructor(parts: RoomsParts) {
    this.#parts = parts;
  }

  /** After an eviction: the sessions that are still there. */
  restore(): void {
    const { sessions } = this.#parts;
    const members: RoomMember[] = [];
    const lost: { threadId: string; userId: string }[] = [];
    for (const { session, rooms, userId } of sessions.restore()) {
      const caller = session?.data.caller;
      if (session && caller) members.push(...rooms.map((room) => new RoomMember(session, caller, room)));
      else lost.push(...rooms.map(({ threadId }) => ({ threadId, userId })));
    }
    for (const member of members) this.#index(member);
    for (const [threadId, here] of Map.groupBy(members, (member) => member.threadId)) {
      const room = new JoinedRoom(threadId, this.#roomParts(), here);
      this.#rooms.set(threadId, room);
      for (const member of here) {
        const rev = Math.max(member.from, room.line.rev);
        if (rev > member.rev) sessions.sent(member, rev);
      }
    }
    for (const { threadId, userId } of lost) this.#room(threadId).line.lost(userId);
  }

  /** The rooms of a session. */
  of(sid: string): RoomMember[] {
    return [...(this.#bySession.get(sid)?.values() ?? [])];
  }

  membership(sid: string, threadId: string): RoomMember | undefined {
    return this.#bySession.get(sid)?.get(threadId);
  }

  /** The place that a client has in a room, while it is connected as this caller: none once it has connected anew. */
  placeOf({ sid }: ClientSession, caller: Caller, threadId: string): RoomMember | undefined {
    const member = this.membership(sid, threadId);
    return member?.caller === caller ? member : undefined;
  }

  /** The same, in the room that it joined by this name. */
  named({ sid }: ClientSession, caller: Caller, name: RoomName): RoomMember | undefined {
    return this.of(sid).find((member) => member.name === name && member.caller === caller);
  }

  /** The line to the thread of a room. */
  room(threadId: string): JoinedRoom | undefined {
    return this.#rooms.get(threadId);
  }

  /**
   * Has a session join a room, where its thread lets it in. `onOpened` sends it what comes first; with a usable cursor, what was
   * missed is sent then. Nothing of it where its client is no longer connected as this caller.
   */
  async join(
    session: ClientSession,
    caller: Caller,
    { threadId, name, cursor, slot, asMember }: RoomToJoin,
    onOpened: (member: RoomMember, opening: RoomWelcome) => void,
  ): Promise<void> {
    const room = this.#room(threadId);
    const { sessions } = this.#parts;
    try {
      await room.enter(caller, { cursor, ...(asMember && { asMember }) }, (welcome) => {
        if (session.isOver || session.data.caller !== caller) return undefined;
        // Joined before, perhaps by another name: what was delivered until now stays delivered.
        const before = this.membership(session.sid, threadId);
        if (before) this.#remove(before);
        const opening = roomWelcomeOf(welcome);
        const member = new RoomMember(session, caller, {
          threadId,
          name,
          epoch: opening.thread.epoch,
          slot: slot ?? sessions.newSlot(session),
          rev: opening.rev,
          from: welcome.rev,
        });
        this.#index(member);
        sessions.roomsChanged(session);
        onOpened(member, opening);
        room.sendEvents([member], opening.missed);
        return member;
      });
    } finally {
      this.#dropIfOver(room);
    }
  }

  /** A member leaves. */
  leave(member: RoomMember): void {
    this.#remove(member);
    this.#parts.sessions.roomsChanged(member.session);
  }

  /** A session has ended, or its client has disconnected. */
  leaveAll(sid: string): void {
    for (const member of this.of(sid)) this.#remove(member);
  }

  async deliver(threadId: string, batch: RelayBatch): Promise<Occupancy> {
    const room = this.#rooms.get(threadId);
    return room ? room.line.deliver(batch) : { sockets: 0, users: 0 };
  }

  usersIn(threadId: string): Occupancy {
    return this.#rooms.get(threadId)?.line.occupancy() ?? { sockets: 0, users: 0, userIds: [] };
  }

  end(threadId: string, code: CloseCode, reason: string): void {
    this.#rooms.get(threadId)?.end(code, reason);
  }

  #remove(member: RoomMember): void {
    const { session, threadId } = member;
    const rooms = this.#bySession.get(session.sid);
    if (rooms?.get(threadId) === member) rooms.delete(threadId);
    if (rooms?.size === 0) this.#bySession.delete(session.sid);
    this.#rooms.get(threadId)?.remove(member);
    this.#parts.sessions.left(member);
  }

  #index(member: RoomMember): void {
    const { sid } = member.session;
    let rooms = this.#bySession.get(sid);
    if (!rooms) this.#bySession.set(sid, (rooms = new Map()));
    rooms.set(member.threadId, member);
  }

  #room(threadId: string): JoinedRoom {
    let room = this.#rooms.get(threadId);
    if (!room) this.#rooms.set(threadId, (room = new JoinedRoom(threadId, this.#roomParts())));
    return room;
  }

  #dropIfOver(room: JoinedRoom): void {
    if (room.isOver && this.#rooms.get(room.threadId) === room) this.#rooms.delete(room.threadId);
  }

  #roomParts(): JoinedRoomParts {
    return {
      ...this.#parts,
      onRemoved: (member, code, reason) => {
        this.leave(member);
        this.#parts.onRemoved(member, code, reason);
      },
      onReported: (room) => this.#dropIfOver(room),
    };
  }
}
