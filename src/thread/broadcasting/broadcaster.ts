/**
 * Broadcasts to everyone in the room, wherever their sockets are: in this object, and in a large room at its relays too.
 * While the room is that large, only how many are in it is broadcast, and not who joins and leaves.
 */
import type { CloseCode } from "../../protocol/errors.ts";
import type { DurableEvent, ThreadEvent } from "../../protocol/events.ts";
import { MEMBERS_SHOWN, ONLINE_COUNT_MS } from "../../protocol/limits.ts";
import type { Member, User } from "../../protocol/model.ts";
import type { Connections } from "../../sockets/connections.ts";
import { RoomSockets } from "../../sockets/room-sockets.ts";
import type { ThreadStore } from "../thread-store.ts";
import { JoinLeaveBatcher } from "./join-leave-batcher.ts";
import type { Relays } from "./relays.ts";
import { TypingThrottle } from "./typing-throttle.ts";

export class Broadcaster {
  /** The sockets in this object. */
  readonly room: RoomSockets;
  readonly #connections: Connections;
  readonly #relays: Relays;
  readonly #store: ThreadStore;
  readonly #joinsAndLeaves: JoinLeaveBatcher;
  readonly #typing = new TypingThrottle();
  /** Who became a member by the socket that they are about to open, and how many members there are with them. */
  #newMember: { member: Member; memberCount: number } | undefined;
  #countTimer: ReturnType<typeof setTimeout> | undefined;
  #lastCounts = "";

  constructor(connections: Connections, relays: Relays, store: ThreadStore) {
    this.#connections = connections;
    this.#relays = relays;
    this.#store = store;
    relays.onOccupancy = () => this.#countChanged();
    this.room = new RoomSockets(connections, {
      onJoin: (user) => this.#joined(user, () => relays.socketIoUsers.has(user.id)),
      onLeave: (userId) => this.#left(userId),
    });
    this.#joinsAndLeaves = new JoinLeaveBatcher(connections, this.room);
    relays.socketIoUsers.onCame = (userId) =>
      this.#joined(this.#profileOf(userId), () => this.room.isOnline(userId));
    relays.socketIoUsers.onGone = (userId) => this.#left(userId);
  }

  /** Whether nobody sees who is here: in a direct thread while one blocks the other. */
  get isQuiet(): boolean {
    return this.#store.current?.blocks.isAny ?? false;
  }

  /** Who shows no sign of being here: one who has yet to accept a direct thread. */
  get hidden(): string | undefined {
    return this.#store.current?.request.pending?.to;
  }

  /** How many users are here, as far as the relays have reported. */
  get onlineCount(): number {
    if (this.#relays.isLarge) return this.room.onlineCount + this.#relays.users;
    return this.room.onlineCount + this.#elsewhere().length;
  }

  /** Users who are here, at most so many: in a large room, of those with sockets in this object. */
  online(atMost: number): string[] {
    const here = this.room.online(atMost);
    return here.length < atMost ? [...here, ...this.#elsewhere().slice(0, atMost - here.length)] : here;
  }

  /**
   * A socket of this object was sent its welcome. An object that has woken learns after that who is here over Socket.IO: it is
   * sent their joins.
   */
  welcomed(socket: WebSocket): void {
    const { socketIoUsers, isLarge } = this.#relays;
    if (!socketIoUsers.isKnown && !isLarge) void this.#sendLearned(socket);
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

  /** It became quiet: to the others everyone who is here leaves. Or it is so no longer: they join. */
  quietChanged(): void {
    for (const userId of this.online(MEMBERS_SHOWN).filter((id) => id !== this.hidden))
      this.broadcast(
        this.isQuiet ? { type: "leave", userId } : { type: "join", user: this.#profileOf(userId) },
        userId,
      );
  }

  /** Whoever was hidden is not any more: to the others they join, if they are here. */
  revealed(user: User): void {
    if (this.room.isOnline(user.id) || this.#relays.socketIoUsers.has(user.id))
      this.#changed(user.id, { type: "join", user });
  }

  /** Broadcasts that a user is typing, at most once in a while. */
  typing(userId: string, now: number): void {
    if (this.hidden !== userId && this.#typing.isDue(userId, now))
      this.broadcast({ type: "typing", userId }, userId);
  }

  /** A socket whose session is over receives nothing more; joins and leaves go first. */
  #beforeBroadcast(): void {
    this.room.endSessions(Date.now());
    this.flushJoinsAndLeaves();
  }

  /** A user came, by a socket here or over Socket.IO: broadcast unless they are here in the other way. */
  #joined(user: User, isHereAlready: () => boolean): void {
    const added = this.#newMember;
    this.#newMember = undefined;
    const event: ThreadEvent = { type: "join", user, ...(added?.member.user.id === user.id && added) };
    this.#whenKnown(() => {
      if (!isHereAlready() || "member" in event) this.#changed(user.id, event);
    });
  }

  /** A user's last socket here is gone, or they are no longer here over Socket.IO. */
  #left(userId: string): void {
    this.#whenKnown(() => {
      if (this.room.isOnline(userId) || this.#relays.socketIoUsers.has(userId)) return;
      this.#typing.left(userId);
      this.#changed(userId, { type: "leave", userId });
    });
  }

  async #sendLearned(socket: WebSocket): Promise<void> {
    const before = new Set(this.#elsewhere());
    await this.#relays.socketIoUsers.learn();
    if (this.#connections.of(socket).gone) return;
    if (this.isQuiet) return;
    const learned = this.#elsewhere().filter((userId) => !before.has(userId) && userId !== this.hidden);
    const joins = learned.map((userId) => ({ type: "join", user: this.#profileOf(userId) }));
    this.#connections.send(socket, joins);
  }

  /** Runs this once it is known who is here over Socket.IO: mostly at once. */
  #whenKnown(work: () => void): void {
    const { socketIoUsers } = this.#relays;
    if (socketIoUsers.isKnown) work();
    else void socketIoUsers.learn().then(work);
  }

  /** A user as the thread knows them now. */
  #profileOf(userId: string): User {
    return this.#store.require().profiles.get(userId);
  }

  /** How many members a public thread has: in a large room it is sent with who is here. */
  #memberCount(): number | undefined {
    const thread = this.#store.current;
    return thread?.kind === "public" ? thread.membership.count() : undefined;
  }

  /** Who is here over Socket.IO alone. */
  #elsewhere(): string[] {
    return [...this.#relays.socketIoUsers.all()].filter((userId) => !this.room.isOnline(userId));
  }

  #changed(userId: string, event: ThreadEvent): void {
    if (this.isQuiet || this.hidden === userId) return;
    if (this.#relays.isLarge) this.#countChanged();
    else this.#joinsAndLeaves.add(userId, event);
  }

  /** The count is broadcast when the joins and leaves of a moment are over. */
  #countChanged(): void {
    if (this.#countTimer !== undefined || this.isQuiet || this.hidden !== undefined) return;
    this.#countTimer = setTimeout(() => {
      this.#countTimer = undefined;
      const memberCount = this.#memberCount();
      const counts = `${this.onlineCount} ${memberCount}`;
      if (this.#lastCounts === counts) return;
      this.#lastCounts = counts;
      const event: ThreadEvent = { type: "online", count: this.onlineCount };
      this.broadcast(memberCount === undefined ? event : { ...event, memberCount });
    }, ONLINE_COUNT_MS);
  }
}
