/** One session's place in a room: what the thread takes for a socket. */
import type { RoomName } from "../../protocol/socketio/room-names.ts";
import type { Caller } from "../../rpc/caller.ts";
import type { HandedRoom } from "../../rpc/socketio.ts";
import type { RelayedReply } from "../../sockets/relaying/thread-line.ts";
import type { ClientSession } from "../session-data.ts";

/** A command that the thread has not replied to. */
export interface PendingCommand {
  onReply: (reply: RelayedReply) => void;
  /** Runs it by another way: whether it was run, or its reply was lost, is not known. */
  onLost: () => void;
  /** Leaving the room does not wait for its reply. */
  isUnawaited?: true;
}

/** A room that a session is in, as it is stored. */
export type Place = HandedRoom & {
  /** The rev up to which its own welcome went. */
  from: number;
  membershipId?: string | undefined;
};

export class RoomMember {
  /** By the `id` of the command; several where a client sent one twice. */
  readonly #pending = new Map<string, PendingCommand[]>();
  #onIdle: (() => void)[] = [];

  #unseen: { after: number; upTo: number } | undefined;

  readonly session: ClientSession;
  readonly caller: Caller;
  readonly threadId: string;
  readonly name: RoomName;
  readonly id: string;
  /** The rev up to which its own welcome went. */
  from: number;
  /** The thread's epoch, when it was joined. */
  readonly epoch: string;
  /** By what the offsets of the session call it. */
  readonly slot: number;
  /** Up to which rev its client surely has everything. */
  readonly rev: number;

  constructor(session: ClientSession, caller: Caller, place: Place) {
    this.session = session;
    this.caller = caller;
    this.threadId = place.threadId;
    this.name = place.name;
    this.id = place.membershipId ?? crypto.randomUUID();
    this.from = place.from;
    this.epoch = place.epoch;
    this.slot = place.slot;
    this.rev = place.rev;
  }

  /** Its client asked for no acknowledgement of the join, and so was sent nothing of what was there. */
  welcomeUnseen(): void {
    this.#unseen = { after: 0, upTo: this.from };
  }

  /**
   * Whether its client was not sent a message of this rev that it emits, as some front ends join a room, store by REST and
   * then emit, and REST may overtake the join. It is then: false from now on. Forgotten in an eviction.
   */
  takeUnseen(rev: number): boolean {
    if (!this.#unseen || rev <= this.#unseen.after || rev > this.#unseen.upTo) return false;
    this.#unseen.after = rev;
    return true;
  }

  get userId(): string {
    return this.caller.user.id;
  }

  expect(commandId: string, command: PendingCommand): void {
    this.#pending.set(commandId, [...(this.#pending.get(commandId) ?? []), command]);
  }

  replied(reply: RelayedReply): void {
    const [first, ...others] = this.#pending.get(reply.id ?? "") ?? [];
    if (!first || reply.id === undefined) return;
    if (others.length > 0) this.#pending.set(reply.id, others);
    else this.#pending.delete(reply.id);
    first.onReply(reply);
    this.#checkIdle();
  }

  /** Replies may be lost. */
  lost(): void {
    const all = [...this.#pending.values()].flat();
    this.#pending.clear();
    for (const command of all) command.onLost();
    this.#checkIdle();
  }

  /** Resolves when everything that was sent has been replied to. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #isIdle(): boolean {
    return [...this.#pending.values()].flat().every(({ isUnawaited }) => isUnawaited);
  }

  #checkIdle(): void {
    if (!this.#isIdle()) return;
    const resolvers = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of resolvers) resolve();
  }
}
