/** The rooms that the sessions of a shard are in. */
import type { CloseCode } from "../../protocol/errors.ts";
import type { RoomName } from "../../protocol/socketio/names.ts";
import type { Caller } from "../../rpc/caller.ts";
import type { Occupancy, RelayBatch, RelayWelcome } from "../../rpc/relay.ts";
import type { ClientSession } from "../session-data.ts";
import { Membership } from "./membership.ts";
import { RoomStore } from "./room-store.ts";
import { Room, type RoomParts } from "./room.ts";

export class Rooms {
  readonly #parts: Omit<RoomParts, "onRemoved" | "onReported">;
  readonly #store: RoomStore;
  readonly #rooms = new Map<string, Room>();
  /** By session, by thread. */
  readonly #bySession = new Map<string, Map<string, Membership>>();
  /** A member was put out of a room. */
  onRemoved: (membership: Membership, code: CloseCode, reason: string) => void = () => {};

  constructor(sql: SqlStorage, parts: Omit<RoomParts, "onRemoved" | "onReported">) {
    this.#parts = parts;
    this.#store = new RoomStore(sql, (sid) => this.of(sid));
  }

  /** After an eviction: `sessionOf` finds a session that is still there. Of others, lost in a crash, nothing stays. */
  restore(sessionOf: (sid: string) => ClientSession | undefined): void {
    const members: Membership[] = [];
    for (const [sid, rooms] of this.#store.load()) {
      const session = sessionOf(sid);
      const caller = session?.data.caller;
      if (!session || !caller) {
        this.#store.changed(sid);
        continue;
      }
      for (const { threadId, name, from, membershipId } of rooms)
        members.push(new Membership(session, caller, threadId, name, from, membershipId));
    }
    for (const member of members) this.#index(member);
    for (const [threadId, here] of Map.groupBy(members, (member) => member.threadId))
      this.#rooms.set(threadId, new Room(threadId, this.#roomParts(), here));
  }

  /** The rooms of a session. */
  of(sid: string): Membership[] {
    return [...(this.#bySession.get(sid)?.values() ?? [])];
  }

  membership(sid: string, threadId: string): Membership | undefined {
    return this.#bySession.get(sid)?.get(threadId);
  }

  /** The room that a session joined by this name. */
  named(sid: string, name: RoomName): Membership | undefined {
    return this.of(sid).find((member) => member.name === name);
  }

  /** The line to the thread of a room. */
  room(threadId: string): Room | undefined {
    return this.#rooms.get(threadId);
  }

  /** Has a session join a room, where its thread lets it in. `onWelcome` sends it what comes first. */
  async join(
    session: ClientSession,
    caller: Caller,
    { threadId, name, cursor }: { threadId: string; name: RoomName; cursor: string | null },
    onWelcome: (welcome: RelayWelcome) => void,
  ): Promise<void> {
    let room = this.#rooms.get(threadId);
    if (!room) this.#rooms.set(threadId, (room = new Room(threadId, this.#roomParts())));
    try {
      await room.enter(caller, cursor, (welcome) => {
        // Joined before, perhaps by another name: what was delivered until now stays delivered.
        const before = this.membership(session.sid, threadId);
        if (before) this.#remove(before);
        const member = new Membership(session, caller, threadId, name, welcome.rev);
        this.#index(member);
        this.#store.changed(session.sid);
        onWelcome(welcome);
        return member;
      });
    } finally {
      this.#dropIfOver(room);
    }
    const member = this.membership(session.sid, threadId);
    if (session.isClosed && member) this.leave(member);
  }

  /** A member leaves. */
  leave(member: Membership): void {
    this.#remove(member);
    this.#store.changed(member.session.sid);
  }

  /** A session has ended, or its client has disconnected. */
  leaveAll(sid: string): void {
    for (const member of this.of(sid)) this.leave(member);
  }

  async deliver(threadId: string, batch: RelayBatch): Promise<Occupancy> {
    const room = this.#rooms.get(threadId);
    return room ? room.line.deliver(batch) : { sockets: 0, users: 0 };
  }

  end(threadId: string, code: CloseCode, reason: string): void {
    this.#rooms.get(threadId)?.end(code, reason);
  }

  #remove(member: Membership): void {
    const { session, threadId } = member;
    const rooms = this.#bySession.get(session.sid);
    if (rooms?.get(threadId) === member) rooms.delete(threadId);
    if (rooms?.size === 0) this.#bySession.delete(session.sid);
    this.#rooms.get(threadId)?.remove(member);
  }

  #index(member: Membership): void {
    const { sid } = member.session;
    let rooms = this.#bySession.get(sid);
    if (!rooms) this.#bySession.set(sid, (rooms = new Map()));
    rooms.set(member.threadId, member);
  }

  #dropIfOver(room: Room): void {
    if (room.isOver && this.#rooms.get(room.threadId) === room) this.#rooms.delete(room.threadId);
  }

  #roomParts(): RoomParts {
    return {
      ...this.#parts,
      onRemoved: (member, code, reason) => {
        this.leave(member);
        this.onRemoved(member, code, reason);
      },
      onReported: (room) => this.#dropIfOver(room),
    };
  }
}
