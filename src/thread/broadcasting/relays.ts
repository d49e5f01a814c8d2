/**
 * The relays of a room, its own where it is large and Socket.IO shards, as its thread sees them: which there are, what is sent to them, and how many sockets and
 * users they hold. That there is one is stored, so that a thread that was evicted, or has crashed between a commit and its
 * broadcast, still reaches all of them.
 */
import type { AlarmScheduler } from "../../durable/alarm-scheduler.ts";
import type { CloseCode } from "../../protocol/errors.ts";
import { callObject } from "../../rpc/call.ts";
import { isSocketIoRelay, relayAt, socketIoShardAt } from "../../rpc/relay-address.ts";
import { NAMED_USERS, type Occupancy, type RelayItem } from "../../rpc/relay.ts";
import type { Revocation } from "../../rpc/revocation.ts";
import type { ThreadStore } from "../thread-store.ts";
import { RelayLine } from "./relay-line.ts";
import { SocketIoUsers } from "./socketio-users.ts";

/** How long after a relay did not answer it is sent to again. */
const RESEND_MS = 2_000;

export class Relays {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #alarm: AlarmScheduler;
  readonly #store: ThreadStore;
  readonly #lines = new Map<number, RelayLine>();
  /** Who is at Socket.IO shards. */
  readonly socketIoUsers: SocketIoUsers;
  /** Called when the occupancy of a relay changed. */
  onOccupancy: () => void = () => {};

  /** Registers its duty: to send again to the relays that have not confirmed what they were sent. */
  constructor(ctx: DurableObjectState, env: Env, alarm: AlarmScheduler, store: ThreadStore) {
    this.#ctx = ctx;
    this.#env = env;
    this.#alarm = alarm;
    this.#store = store;
    const threadId = ctx.id.toString();
    this.socketIoUsers = new SocketIoUsers({
      ask: (no) =>
        callObject(
          () => socketIoShardAt(env, no),
          (shard) => shard.usersIn(threadId),
        ),
    });
    alarm.register({ name: "unconfirmed relays", run: (now) => this.#resend(now) });
    if (!store.current) return;
    for (const { no } of ctx.storage.sql.exec<{ no: number }>("SELECT no FROM relays")) {
      this.#addLine(no);
      if (isSocketIoRelay(no)) this.socketIoUsers.unknown(no);
    }
  }

  /** Whether the room is so large that some of it is at relays of its own, or that who is there over Socket.IO is not named. */
  get isLarge(): boolean {
    return this.#lines
      .entries()
      .some(([no, line]) => !isSocketIoRelay(no) || line.occupancy.users > NAMED_USERS);
  }

  /** Users at the relays; one at two of them counts twice. */
  get users(): number {
    return [...this.#lines.values()].reduce((sum, { occupancy }) => sum + occupancy.users, 0);
  }

  /** The relay that is to take one more socket, where each takes so many: the first with a place, or a new one. */
  next(places: number, now: number): number {
    for (const [no, line] of this.#lines) if (!isSocketIoRelay(no) && line.reserve(places, now)) return no;
    return Math.max(0, ...this.#lines.keys()) + 1;
  }

  /** The line to a relay that has sockets, or is about to: from here on it is sent everything. */
  line(no: number): RelayLine {
    const known = this.#lines.get(no);
    if (known) return known;
    this.#ctx.storage.sql.exec("INSERT INTO relays VALUES (?)", no);
    return this.#addLine(no);
  }

  /** Sends something to every relay. What is durable is sent even if this object crashes now: by alarm. */
  sendToAll(item: RelayItem): void {
    if (this.#lines.size > 0 && "rev" in item) this.#alarm.wakeForPending(Date.now());
    for (const line of this.#lines.values()) line.send(item);
  }

  send(no: number, item: RelayItem): void {
    this.#lines.get(no)?.send(item);
  }

  /** A user's socket is being opened at a relay, which counts it from here on. */
  entering(no: number, userId: string): void {
    this.line(no).entering();
    if (isSocketIoRelay(no)) this.socketIoUsers.entering(no, userId);
  }

  /** How many are at a relay now. */
  occupied(no: number, occupancy: Occupancy): void {
    const line = this.#lines.get(no);
    if (!line) return;
    line.occupancy = occupancy;
    if (isSocketIoRelay(no)) this.socketIoUsers.reported(no, occupancy);
    if (occupancy.sockets === 0) {
      this.#lines.delete(no);
      this.#ctx.storage.sql.exec("DELETE FROM relays WHERE no = ?", no);
      this.socketIoUsers.emptied(no);
    }
    if (this.isLarge || !isSocketIoRelay(no)) this.onOccupancy();
  }

  /** Has every relay close the sockets of a user whose token or cookie was revoked, and waits until they have. */
  async revoked(userId: string, revocation: Revocation): Promise<void> {
    const threadId = this.#ctx.id.toString();
    await Promise.all(
      [...this.#lines.keys()].map((no) =>
        callObject(
          () => relayAt(this.#env, threadId, no),
          (relay) => relay.revoked(userId, revocation),
        ),
      ),
    );
  }

  /** Closes every socket at the relays, which are then empty, and waits until they are. */
  async end(threadId: string, code: CloseCode, reason: string): Promise<void> {
    await Promise.all(
      [...this.#lines.keys()].map((no) =>
        callObject(
          () => relayAt(this.#env, threadId, no),
          (relay) => relay.end(code, reason),
        ),
      ),
    );
    this.#lines.clear();
  }

  /** This object may have started anew, or a relay may not have answered. The alarm comes again until all have. */
  #resend(now: number): void {
    if (this.#store.current?.isDeleting) return;
    for (const line of this.#lines.values()) line.resend();
    if ([...this.#lines.values()].some(({ isConfirmed }) => !isConfirmed)) this.#alarm.wakeForPending(now);
  }

  #addLine(no: number): RelayLine {
    const id = this.#ctx.id.toString();
    const line = new RelayLine({
      // Also of a thread that is being deleted: its relays still have to be closed.
      rev: this.#store.current?.rev ?? 0,
      deliver: (batch) =>
        callObject(
          () => relayAt(this.#env, id, no),
          (relay) => relay.deliver(batch),
        ),
      // What an earlier line to the same relay still answers says nothing of this one.
      onOccupancy: (occupancy) => {
        if (this.#lines.get(no) === line) this.occupied(no, occupancy);
      },
      onLoss: () => this.#alarm.wakeBy(Date.now() + RESEND_MS),
    });
    this.#lines.set(no, line);
    return line;
  }
}
