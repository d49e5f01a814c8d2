/**
 * Broadcasts to everyone in the room, wherever their sockets are: in this object, and in a large room at its relays too.
 * While the room is that large, only how many are in it is broadcast, and not who joins and leaves.
 */
import type { CloseCode } from "../../protocol/errors.ts";
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import { ONLINE_COUNT_MS } from "../../protocol/limits.ts";
import type { Member } from "../../protocol/model.ts";
import type { Connections } from "../../sockets/connections.ts";
import { RoomSockets } from "../../sockets/room-sockets.ts";
import { JoinLeaveBatcher } from "./join-leave-batcher.ts";
import type { Relays } from "./relays.ts";
import { TypingThrottle } from "./typing-throttle.ts";

export class Broadcaster {
  /** The sockets in this object. */
  readonly room: RoomSockets;
  readonly #connections: Connections;
  readonly #relays: Relays;
  readonly #joinsAndLeaves: JoinLeaveBatcher;
  readonly #typing = new TypingThrottle();
  /** Who became a member by the socket that they are about to open, and how many members there are with them. */
  #newMember: { member: Member; memberCount: number } | undefined;
  #countTimer: ReturnType<typeof setTimeout> | undefined;
  #lastCounts = "";
  /** How many members a public thread has: in a large room it is sent with who is here. */
  memberCount: () => number | undefined = () => undefined;

  constructor(connections: Connections, relays: Relays) {
    this.#connections = connections;
    this.#relays = relays;
    relays.onOccupancy = () => this.#countChanged();
    this.room = new RoomSockets(connections, {
      onJoin: (user) => {
        const added = this.#newMember;
        this.#newMember = undefined;
        this.#changed(user.id, { type: "join", user, ...(added?.member.user.id === user.id && added) });
      },
      onLeave: (userId) => {
        this.#typing.left(userId);
        this.#changed(userId, { type: "leave", userId });
      },
    });
    this.#joinsAndLeaves = new JoinLeaveBatcher(connections, this.room);
  }

  /** How many users are here, as far as the relays have reported. */
  get onlineCount(): number {
    return this.room.onlineCount + this.#relays.users;
  }

  /** A socket of this object was accepted and is about to be sent its welcome. */
  welcoming(socket: WebSocket): void {
    this.#joinsAndLeaves.welcoming(socket);
  }

  /** Opening a socket made this user a member, without an event of its own: their join says so. */
  memberAdded(member: Member, memberCount: number): void {
    this.#newMember = { member, memberCount };
    if (this.#relays.isLarge) this.#countChanged();
  }

  /** Broadcasts the joins and leaves that still wait: to be done before anything else is sent. */
  flushJoinsAndLeaves(): void {
    this.#joinsAndLeaves.flush();
  }

  /** Broadcasts durable events as few frames, each serialized once. */
  broadcastDurable(events: readonly DurableEvent[]): void {
    this.#beforeBroadcast();
    const rev = events.at(-1)?.rev;
    for (const frame of this.#connections.encode(events)) {
      this.room.broadcast(frame, rev);
      this.#relays.sendToAll({ frame, ...(rev !== undefined && { rev }) });
    }
  }

  /** Broadcasts an event that is not numbered, to everyone or to everyone but one user. */
  broadcast(event: ThreadEvent, exceptUserId?: string): void {
    this.#beforeBroadcast();
    const [frame = ""] = this.#connections.encode([event]);
    if (exceptUserId === undefined) this.room.broadcast(frame);
    else this.room.broadcastExcept(exceptUserId, frame);
    this.#relays.sendToAll({ frame, ...(exceptUserId !== undefined && { exceptUserId }) });
  }

  /** Closes every socket of a user. */
  closeUser(userId: string, code: CloseCode, reason: string): void {
    this.room.closeAll(code, reason, userId);
    this.#relays.sendToAll({ close: code, reason, userId });
  }

  /** Broadcasts that a user is typing, at most once in a while. */
  typing(userId: string, now: number): void {
    if (this.#typing.isDue(userId, now)) this.broadcast({ type: "typing", userId }, userId);
  }

  /** A socket whose session is over receives nothing more; joins and leaves go first. */
  #beforeBroadcast(): void {
    this.room.endSessions(Date.now());
    this.flushJoinsAndLeaves();
  }

  #changed(userId: string, event: ThreadEvent): void {
    if (this.#relays.isLarge) this.#countChanged();
    else this.#joinsAndLeaves.add(userId, event);
  }

  /** The count is broadcast when the joins and leaves of a moment are over. */
  #countChanged(): void {
    if (this.#countTimer !== undefined) return;
    this.#countTimer = setTimeout(() => {
      this.#countTimer = undefined;
      const memberCount = this.memberCount();
      const counts = `${this.onlineCount} ${memberCount}`;
      if (this.#lastCounts === counts) return;
      this.#lastCounts = counts;
      const event: ThreadEvent = { type: "online", count: this.onlineCount };
      this.broadcast(memberCount === undefined ? event : { ...event, memberCount });
    }, ONLINE_COUNT_MS);
  }
}
