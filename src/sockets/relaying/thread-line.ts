/**
 * A relay's end of the line to its thread: lets sockets in as the thread decides, delivers what the thread sends, once and
 * in order, fetches what was missed, and passes on what the sockets send.
 */
import { CLOSE } from "../../protocol/errors.ts";
import { ONLINE_COUNT_MS } from "../../protocol/limits.ts";
import { callForValue, callObject, type Stub } from "../../rpc/call.ts";
import type { Caller } from "../../rpc/caller.ts";
import {
  NAMED_USERS,
  type MissedEvents,
  type Occupancy,
  type RelayBatch,
  type RelayedCommand,
  type RelayHostRpc,
  type RelayItem,
  type RelayWelcome,
} from "../../rpc/relay.ts";
import { DeliveryCursor } from "./delivery-cursor.ts";
import type { LineSockets } from "./line-sockets.ts";
import { RequestQueue } from "./request-queue.ts";

/** A reply to a command that a socket sent. */
export type RelayedReply = Pick<Extract<RelayItem, { reply: unknown }>, "id" | "reply" | "message">;

/** How a socket comes in. */
export interface Entry {
  /** What its client says that it has. */
  cursor: string | null;
  /** Only as the member that its user is: nobody becomes one by it. */
  asMember?: boolean;
}

export interface ThreadLineOptions<S> {
  /** Which of the thread's relays this is. */
  relay: number;
  /** The thread, by a new stub for each call. */
  thread: () => Stub<RelayHostRpc>;
  sockets: LineSockets<S>;
  onReply: (socket: S, reply: RelayedReply) => void;
  /** The thread was sent how many are here. */
  onReported?: () => void;
  /** Whether the thread is sent who is here, too. */
  namesUsers?: boolean;
}

export class ThreadLine<S> {
  readonly #options: ThreadLineOptions<S>;
  readonly #sockets: LineSockets<S>;
  readonly #requests: RequestQueue<S>;
  readonly #cursor: DeliveryCursor<S>;
  /** What was delivered to the sockets here while a new one's welcome is on its way: a list for each, and its user. */
  readonly #entering = new Map<RelayBatch[], string>();
  /** Whose sockets are gone since the last report that arrived. */
  readonly #left = new Set<string>();
  #reportTimer: ReturnType<typeof setTimeout> | undefined;
  #reporting: Promise<void> | undefined;
  #delivering: Promise<unknown> = Promise.resolve();

  /** `options.sockets` has those that were there before an eviction. */
  constructor(options: ThreadLineOptions<S>) {
    this.#options = options;
    this.#sockets = options.sockets;
    this.#requests = new RequestQueue({
      // Not retried: whether a call that failed was processed is not known, and the clients know how to ask.
      send: (commands) => options.thread().runRelayed(options.relay, commands),
      onLoss: (sockets) => this.#sockets.repliesLost(sockets),
    });
    this.#cursor = new DeliveryCursor(this.#sockets);
  }

  /** The newest rev that was delivered, as far as is known. */
  get rev(): number {
    return this.#cursor.rev;
  }

  /** Whether nothing is on its way: no socket is being let in, and the thread was sent how many are here. */
  get isSettled(): boolean {
    return this.#entering.size === 0 && this.#reportTimer === undefined && this.#reporting === undefined;
  }

  /** Delivers a batch; what was missed before it is fetched first. */
  deliver(batch: RelayBatch): Promise<Occupancy> {
    const delivered = this.#delivering.then(() => this.#deliver(batch));
    this.#delivering = delivered.catch(() => {});
    return delivered;
  }

  /**
   * Lets a socket in where the thread does: `open` makes it and sends it its welcome, all in one stretch, or returns undefined
   * where its client has gone meanwhile. Throws the thread's refusal.
   */
  async enter(
    caller: Caller,
    { cursor, asMember }: Entry,
    open: (welcome: RelayWelcome) => S | undefined,
  ): Promise<void> {
    const missable: RelayBatch[] = [];
    // Before the thread is asked: from its answer on, nothing may be missed.
    this.#entering.set(missable, caller.user.id);
    let welcome: RelayWelcome;
    try {
      // A report that nobody is here, sent a moment ago, must not arrive after that somebody enters.
      await this.#reporting;
      welcome = await callForValue(this.#options.thread, (thread) =>
        thread.admitAtRelay(this.#options.relay, caller, cursor, asMember),
      );
    } finally {
      this.#entering.delete(missable);
    }
    const socket = open(welcome);
    if (socket === undefined) return this.lost(caller.user.id);
    this.#cursor.opened(socket, this.#sendMissed(socket, caller.user.id, missable, welcome.rev));
  }

  /** Passes on what a socket sent. */
  send(socket: S, ...commands: RelayedCommand[]): void {
    this.#requests.send(socket, this.#sockets.senderOf(socket), commands);
  }

  /** A socket is gone. */
  closed(socket: S): void {
    const { id, userId } = this.#sockets.senderOf(socket);
    this.#requests.forget(id);
    this.#cursor.closed(socket);
    if (this.#options.namesUsers) this.#left.add(userId);
  }

  /** A user's sockets were lost with this object's memory, or before they were there. */
  lost(userId: string): void {
    this.#left.add(userId);
    this.reportSoon();
  }

  /** How many are here, and where the thread is to know it, who. */
  occupancy(): Occupancy {
    const occupancy = this.#occupancy();
    const users = this.#users();
    return users.size <= NAMED_USERS ? { ...occupancy, userIds: [...users] } : occupancy;
  }

  /** Reports to the thread how many are here, when the joins and leaves of a moment are over. */
  reportSoon(): void {
    if (this.#reportTimer !== undefined) return;
    this.#reportTimer = setTimeout(() => {
      this.#reportTimer = undefined;
      this.#reporting = this.#report()
        // It gets it with the answer to the next batch.
        .catch((error: unknown) => console.error("the relay's occupancy was not reported", error))
        .finally(() => {
          this.#reporting = undefined;
          this.#options.onReported?.();
        });
    }, ONLINE_COUNT_MS);
  }

  async #report(): Promise<void> {
    const { relay, thread, namesUsers } = this.#options;
    if (!namesUsers) return thread().reportOccupancy(relay, this.#occupancy());
    const left = [...this.#left];
    await thread().reportOccupancy(relay, { ...this.occupancy(), left });
    for (const userId of left) this.#left.delete(userId);
  }

  async #deliver(batch: RelayBatch): Promise<Occupancy> {
    this.#requests.inSession(batch.sessionId);
    const follows = this.#cursor.follows(batch);
    if (!follows) this.#requests.lost();
    // Of a batch that was lost, what is numbered shows by itself. Changed profiles are not, and come with those events.
    const missing =
      this.#cursor.missingBefore(batch.after) ?? (follows ? undefined : this.#cursor.deliveredUpTo);
    const missed = missing === undefined ? undefined : await this.#eventsSince(missing);
    // After the wait: a socket whose session ended in it receives nothing more.
    this.#sockets.sweep(Date.now());
    if (missing !== undefined) this.#catchUp(missed, batch.after);
    for (const missable of this.#entering.keys()) missable.push(batch);
    this.#sockets.coalesce(() => {
      for (const item of batch.items) this.#process(item);
    });
    this.#cursor.delivered(batch);
    return this.#occupancy();
  }

  #catchUp(missed: MissedEvents | undefined, after: number): void {
    // First, since whoever was removed receives nothing from that moment on.
    for (const userId of missed?.removed ?? [])
      this.#sockets.closeAll(CLOSE.forbidden, "no longer a member", userId);
    this.#cursor.catchUp(missed, after);
  }

  #process(item: RelayItem): void {
    if ("frame" in item) return this.#cursor.broadcast(item);
    if ("close" in item && item.to === undefined)
      return this.#sockets.closeAll(item.close, item.reason, item.userId);
    const { to } = item;
    if (to === undefined) return;
    // What was sent before an eviction is replied to too, though who sent it is forgotten.
    const socket = this.#requests.socket(to) ?? this.#sockets.withId(to);
    if (!socket) return;
    if ("close" in item) return this.#sockets.close(socket, item.close, item.reason);
    if (item.id !== undefined) this.#requests.replied(to, item.id);
    this.#options.onReply(socket, item);
  }

  /** The events that were not delivered; undefined where they are too many. */
  #eventsSince(rev: number): Promise<MissedEvents | undefined> {
    return callObject(this.#options.thread, (thread) => thread.eventsForRelay(rev));
  }

  /** Sends what was delivered to the others while a new socket's welcome was on its way; returns the rev it is at then. */
  #sendMissed(socket: S, userId: string, missable: readonly RelayBatch[], from: number): number {
    let rev = from;
    for (const batch of missable) {
      if (batch.after > rev) this.#sockets.close(socket, CLOSE.restarting, "something was missed");
      for (const item of batch.items) {
        if ("frame" in item) {
          if (item.exceptUserId !== userId && (item.rev === undefined || item.rev > rev))
            this.#sockets.sendFrame(socket, item.frame);
        } else if ("close" in item && item.to === undefined && (item.userId ?? userId) === userId) {
          this.#sockets.close(socket, item.close, item.reason);
        }
      }
      rev = Math.max(rev, batch.rev);
    }
    return rev;
  }

  #occupancy(): Occupancy {
    const users = this.#options.namesUsers ? this.#users().size : this.#sockets.onlineCount;
    return { sockets: this.#sockets.size + this.#entering.size, users };
  }

  /** Who is here, or about to be. */
  #users(): Set<string> {
    const users = new Set(this.#entering.values());
    for (const socket of this.#sockets.all()) users.add(this.#sockets.senderOf(socket).userId);
    return users;
  }
}
