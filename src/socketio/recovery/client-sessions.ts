/**
 * The Socket.IO sessions of a shard: those of connected clients, what each has been sent, and for a while those whose
 * connection was lost. Stored, so that they survive evictions, deploys and crashes.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import { SOCKETIO_RECOVERY_MS } from "../../protocol/limits.ts";
import { newSid, randomText, type HandedSession, type SessionTaker } from "../../rpc/socketio.ts";
import type { RoomMember } from "../rooms/room-member.ts";
import type { ClientSession } from "../session-data.ts";
import { Received } from "./received.ts";
import { SessionStore } from "./session-store.ts";
import type { RestoredSession, StoredRoom, StoredSession } from "./stored-session.ts";

/** What CONNECT is answered with: the Socket.IO id, and the secret for coming back. */
export interface SessionIds {
  sid: string;
  pid: string;
}

export interface ClientSessionsParts {
  shard: number;
  /** A connection that is there. */
  connection: (engineSid: string) => ClientSession | undefined;
  /** The rooms that a connection is in. */
  roomsOf: (engineSid: string) => readonly RoomMember[];
}

export class ClientSessions {
  readonly #store: SessionStore;
  readonly #alarm: AlarmScheduler;
  readonly #parts: ClientSessionsParts;
  /** By the connections of those that have one. */
  readonly #received = new Map<string, Received>();
  /** Those whose rooms are being joined again: what is stored of them stays. */
  readonly #recovering = new Set<string>();

  /** Registers its duty: to forget the sessions whose clients did not come back. */
  constructor(sql: SqlStorage, alarm: AlarmScheduler, parts: ClientSessionsParts) {
    this.#store = new SessionStore(sql);
    this.#alarm = alarm;
    this.#parts = parts;
    alarm.register({
      name: "lost sessions",
      run: (now) => this.#expire(now),
      dueAt: () => {
        const ends = [...this.#store.all()].flatMap(([, { expiresAt }]) => expiresAt ?? []);
        return ends.length > 0 ? ends.reduce((a, b) => Math.min(a, b)) : undefined;
      },
    });
    this.#store.beforeWrite = (_pid, stored) => this.#bringUpToDate(stored);
  }

  /** After an eviction: the sessions that were connected. Those whose connections are not there any more were lost. */
  *restore(): Iterable<RestoredSession> {
    for (const [pid, stored] of this.#store.all()) {
      if (stored.expiresAt !== undefined) continue;
      const { userId, rooms } = stored;
      const session = this.#parts.connection(stored.engineSid);
      const isThere = session?.data.caller && !session.isOver;
      if (isThere) this.#received.set(session.sid, this.#newReceived(stored));
      else this.#lose(pid, stored);
      yield { session: isThere ? session : undefined, userId, rooms };
    }
  }

  /** The session of a `pid`. */
  get(pid: string): StoredSession | undefined {
    const stored = this.#store.get(pid);
    if (stored) this.#bringUpToDate(stored);
    return stored;
  }

  /** A client has connected: a new session. */
  begin(session: ClientSession, userId: string): SessionIds {
    const [sid, pid] = [randomText(), newSid(this.#parts.shard)];
    const stored = { socketId: sid, userId, engineSid: session.sid, generation: 1, nextSlot: 0, rooms: [] };
    this.#store.put(pid, stored);
    this.#store.changed(pid);
    this.#received.set(session.sid, this.#newReceived(stored));
    return { sid, pid };
  }

  /** A session goes on on this connection, whose rooms are about to be joined again. */
  recovering(session: ClientSession, pid: string, userId: string, handed: HandedSession): void {
    const rooms = handed.rooms.map((room) => ({ ...room, from: room.rev }));
    const stored = { ...handed, userId, engineSid: session.sid, rooms };
    this.#store.put(pid, stored);
    if (session.isOver) return this.#lose(pid, stored);
    this.#recovering.add(session.sid);
    this.#received.set(session.sid, this.#newReceived(stored));
  }

  /** Whether a connection still has the session that it is recovering: it may be lost, or taken over again. */
  isRecovering(session: ClientSession): boolean {
    return this.#recovering.has(session.sid);
  }

  /** Its rooms are joined. Stored before its client is sent so. */
  recovered(session: ClientSession): void {
    this.#recovering.delete(session.sid);
    const pid = this.#store.on(session.sid)?.pid;
    if (pid !== undefined) this.#store.write(pid);
  }

  /** A session goes to a connection at another shard. For a while it is known here where it is, since the client may not have heard yet. */
  moved(pid: string, stored: StoredSession, taker: SessionTaker, handover: number): void {
    const { engineSid, shard } = taker;
    this.#bury(pid, { ...stored, engineSid, movedTo: shard, handover }, movedUntil());
  }

  /** A session goes to another connection here, in this very stretch. */
  handedTo(pid: string, stored: StoredSession, engineSid: string): void {
    this.#store.put(pid, { ...stored, engineSid, movedTo: undefined });
  }

  /** The offset of what was sent so far; undefined where no client is connected. */
  offsetOf(session: ClientSession): string | undefined {
    return this.#received.get(session.sid)?.offset;
  }

  /** The slot of a room that a session is joining. */
  newSlot(session: ClientSession): number {
    const stored = this.#store.on(session.sid)?.session;
    return stored ? stored.nextSlot++ : 0;
  }

  /** A session has joined a room, or left one. */
  roomsChanged(session: ClientSession): void {
    const on = this.#store.on(session.sid);
    if (!on || this.#recovering.has(session.sid)) return;
    if (!this.#store.isChanged(on.pid))
      this.#received.get(session.sid)?.inGeneration((on.session.generation += 1));
    this.#store.changed(on.pid);
  }

  /** The events of a room up to a rev are being sent. */
  sent({ session, slot }: RoomMember, rev: number): void {
    this.#received.get(session.sid)?.sent(slot, rev);
  }

  /** A session is no longer in a room. */
  left({ session, slot }: RoomMember): void {
    this.#received.get(session.sid)?.left(slot);
  }

  /** The connection is gone, and its client may come back. To be called while it is in its rooms. */
  lost(session: ClientSession): void {
    const on = this.#store.on(session.sid);
    if (on) {
      this.#bringUpToDate(on.session);
      this.#lose(on.pid, on.session);
    }
    this.#forget(session);
  }

  /** A session is over for good. */
  ended(session: ClientSession): void {
    const on = this.#store.on(session.sid);
    this.#forget(session);
    if (!on) return;
    const { knownUntil = 0 } = on.session;
    if (knownUntil <= Date.now()) return this.#store.remove(on.pid);
    this.#bury(on.pid, { ...on.session, engineSid: "", rooms: [], isOver: true }, knownUntil);
  }

  /** What is known of a session that is no longer here, until then. */
  #bury(pid: string, stored: StoredSession, expiresAt: number): void {
    this.#store.put(pid, { ...stored, expiresAt });
    this.#store.write(pid);
    this.#alarm.wakeBy(expiresAt);
  }

  #lose(pid: string, stored: StoredSession): void {
    stored.expiresAt = Date.now() + SOCKETIO_RECOVERY_MS;
    this.#store.lost(pid);
    this.#alarm.wakeBy(stored.expiresAt);
  }

  #forget(session: ClientSession): void {
    this.#received.delete(session.sid);
    this.#recovering.delete(session.sid);
  }

  #expire(now: number): void {
    for (const [pid, { expiresAt }] of this.#store.all())
      if (expiresAt !== undefined && expiresAt <= now) this.#store.remove(pid);
  }

  /** Of a session with a connection, its rooms are those that it is in now. */
  #bringUpToDate(stored: StoredSession): void {
    const { engineSid } = stored;
    if (this.#received.has(engineSid) && !this.#recovering.has(engineSid))
      stored.rooms = this.#parts.roomsOf(engineSid).map(placeOf);
  }

  #newReceived({ socketId, generation }: StoredSession): Received {
    return new Received(this.#parts.shard, socketId, generation);
  }
}

/** Until when a shard says to which other one a session went from now on. */
export function movedUntil(): number {
  return Date.now() + SOCKETIO_RECOVERY_MS;
}

function placeOf({ threadId, name, epoch, slot, rev, id, from }: RoomMember): StoredRoom {
  return { threadId, name, epoch, slot, rev, membershipId: id, from };
}
