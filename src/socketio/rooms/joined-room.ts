/** One thread's room in a shard: the sessions that joined it, and the line to the thread. */
import { CLOSE, type CloseCode } from "../../protocol/errors.ts";
import type { ThreadEvent } from "../../protocol/events.ts";
import type { RoomName } from "../../protocol/socketio/room-names.ts";
import type { Caller } from "../../rpc/caller.ts";
import { socketIoRelay } from "../../rpc/relay-address.ts";
import { relayHostStub, type RelayWelcome } from "../../rpc/relay.ts";
import { eventsIn } from "../../sockets/codec.ts";
import type { LineSockets } from "../../sockets/relaying/line-sockets.ts";
import { ThreadLine, type Entry } from "../../sockets/relaying/thread-line.ts";
import type { UnfinishedPacket } from "../events/event-sender.ts";
import { carriedKey, type ClientSession } from "../session-data.ts";
import type { RoomMember } from "./room-member.ts";

/** What a room needs of its shard. */
export interface JoinedRoomParts {
  env: Env;
  shard: number;
  /** The packet of an event, for those who called the room so; undefined where they are not sent it. */
  packetOf: (event: ThreadEvent, threadId: string, room: RoomName) => UnfinishedPacket | undefined;
  /** `rev`: of a durable event. */
  sendPacket: (member: RoomMember, packet: UnfinishedPacket, rev: number | undefined) => void;
  save: (session: ClientSession) => void;
  /** Has a session's client connect again. */
  reconnect: (session: ClientSession) => void;
  /** A member was put out of the room. */
  onRemoved: (membership: RoomMember, code: CloseCode, reason: string) => void;
  /** The thread was sent how many are here. */
  onReported: (room: JoinedRoom) => void;
  /** Closes the sessions that have ended. */
  sweep: (now: number) => void;
}

export class JoinedRoom {
  readonly threadId: string;
  readonly line: ThreadLine<RoomMember>;
  readonly #parts: JoinedRoomParts;
  readonly #members: Map<string, RoomMember>;

  /** `members`: those that were here before an eviction. */
  constructor(threadId: string, parts: JoinedRoomParts, members: readonly RoomMember[] = []) {
    this.threadId = threadId;
    this.#parts = parts;
    this.#members = new Map(members.map((member) => [member.id, member]));
    this.line = new ThreadLine({
      relay: socketIoRelay(parts.shard),
      thread: () => relayHostStub(parts.env, threadId),
      sockets: this.#lineSockets(),
      namesUsers: true,
      onReply: (member, reply) => member.replied(reply),
      onReported: () => parts.onReported(this),
    });
  }

  /** Whether nobody is here, nor about to be, and the thread knows it: a report that came later would be of whoever comes next. */
  get isOver(): boolean {
    return this.#members.size === 0 && this.line.isSettled;
  }

  /**
   * Lets a session in, where the thread does. `open` makes its place, and sends it what comes first, in one stretch; undefined
   * where the session has gone meanwhile.
   */
  async enter(
    caller: Caller,
    entry: Entry,
    open: (welcome: RelayWelcome) => RoomMember | undefined,
  ): Promise<void> {
    await this.line.enter(caller, entry, (welcome) => {
      const member = open(welcome);
      if (member) this.#members.set(member.id, member);
      return member;
    });
    this.line.reportSoon();
  }

  /** A member is no longer here. */
  remove(member: RoomMember): void {
    if (!this.#members.delete(member.id)) return;
    this.line.closed(member);
    const { carried } = member.session.data;
    if (carried[carriedKey(this.threadId)] !== undefined && !member.session.isClosed) {
      delete carried[carriedKey(this.threadId)];
      this.#parts.save(member.session);
    }
    member.lost();
    this.line.reportSoon();
  }

  /** Puts every member out. */
  end(code: CloseCode, reason: string): void {
    this.#closeAll(code, reason);
  }

  #close(member: RoomMember, code: CloseCode, reason: string): void {
    if (!this.#members.has(member.id)) return;
    if (code === CLOSE.restarting || code === CLOSE.unauthenticated)
      return this.#parts.reconnect(member.session);
    this.remove(member);
    this.#parts.onRemoved(member, code, reason);
  }

  #closeAll(code: CloseCode, reason: string, userId?: string): void {
    for (const member of this.#members.values())
      if (userId === undefined || member.userId === userId) this.#close(member, code, reason);
  }

  /** Sends events to these members: each is made once for each name that they have for the room. */
  sendEvents(members: Iterable<RoomMember>, events: readonly ThreadEvent[]): void {
    const now = Date.now();
    const byName = new Map<RoomName, { packet: UnfinishedPacket; rev: number | undefined }[]>();
    for (const member of members) {
      if (member.caller.expiresAt <= now) continue;
      let packets = byName.get(member.name);
      if (!packets) byName.set(member.name, (packets = this.#packetsOf(events, member.name)));
      for (const { packet, rev } of packets) this.#parts.sendPacket(member, packet, rev);
    }
  }

  #packetsOf(events: readonly ThreadEvent[], name: RoomName) {
    return events.flatMap((event) => {
      const packet = this.#parts.packetOf(event, this.threadId, name);
      return packet === undefined ? [] : [{ packet, rev: "rev" in event ? event.rev : undefined }];
    });
  }

  /** A frame of the thread's. */
  #send(members: Iterable<RoomMember>, frame: string): void {
    this.sendEvents(members, eventsIn(frame));
  }

  #lineSockets(): LineSockets<RoomMember> {
    const members = this.#members;
    const parts = this.#parts;
    const key = carriedKey(this.threadId);
    return {
      get size() {
        return members.size;
      },
      get onlineCount() {
        return new Set(members.values().map(({ userId }) => userId)).size;
      },
      all: () => members.values(),
      withId: (id) => members.get(id),
      senderOf: (member) => member,
      positionOf: ({ session, from }) => {
        const passed = session.data.carried[key];
        return { from, ...(passed !== undefined && { passed }) };
      },
      setPosition: (member, { from, passed }) => {
        if (from !== undefined) member.from = from;
        if (passed === undefined) return;
        member.session.data.carried[key] = passed;
        parts.save(member.session);
      },
      broadcast: (frame, _rev, isLeftOut) => {
        this.#send(
          isLeftOut ? members.values().filter((member) => !isLeftOut(member)) : members.values(),
          frame,
        );
      },
      sendFrame: (member, frame) => this.#send([member], frame),
      close: (member, code, reason) => this.#close(member, code, reason),
      closeAll: (code, reason, userId) => this.#closeAll(code, reason, userId),
      sweep: (now) => parts.sweep(now),
      coalesce: (work) => work(),
      repliesLost: (lost) => {
        for (const member of lost) member.lost();
      },
    };
  }
}
