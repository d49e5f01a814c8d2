/**
 * What a room and presence have in common: a socket that feeds a snapshot, events that are passed on once the
 * snapshot has them, and a session that is renewed before it ends.
 */
import { newCommandId } from "../command-id.ts";
import type { Api } from "../http/api.ts";
import { Connection } from "./reconnecting-socket.ts";
import type { Connected, ConnectionState } from "./connection-state.ts";
import { Listeners } from "../store/listeners.ts";
import { Store, type Readable } from "../store/store.ts";
import { stopTimer, type Timer } from "../timer.ts";

/**
 * How long before a session's end a fresh token is asked for, so that it is there in time on a slow network; and no
 * sooner than that after the last one, whatever a wrong clock makes of the end.
 */
const RENEWAL_LEAD_MS = 30_000;
/** The longest that a timer can run: a later end than that (24 days) is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the client hands to each of its sockets' owners. */
export interface Shared {
  api: Api;
  openSocket(path: string): Promise<WebSocket> | WebSocket;
  /** Gives a fresh token; absent where the session cookie signs in. */
  getToken: (() => Promise<string> | string) | undefined;
  onSignedOut(): void;
  /** Whose this is may forget it. */
  onClose?(): void;
}

type OfType<E extends { type: string }, T extends E["type"]> = Extract<E, { type: T }>;

/** Calls `listener` with each event of this type; returns what ends that. */
export type On<E extends { type: string }> = <T extends E["type"]>(
  type: T,
  listener: (event: OfType<E, T>) => void,
) => () => void;

/** Gives what `ask` does, and the events that came until then: what was asked for may be from before them. */
export type Meanwhile<E> = <T>(ask: () => Promise<T>) => Promise<[T, readonly E[]]>;

/** For what is shown there is the snapshot; for what is done once (a sound, a notification), the events. */
export abstract class Live<S extends Connected, E extends { type: string }> implements Readable<S> {
  /** The present state; the same object until something changes. */
  readonly getSnapshot: () => S;
  /** Calls `listener` with the present state and with each that follows; returns what ends that. */
  readonly subscribe: (listener: (state: S) => void) => () => void;
  /**
   * Calls `listener` with each event of this type, as the contract has it, once the state has it; returns what ends
   * that. No durable event comes twice. What happened while one was away comes as events where the socket resumes,
   * and otherwise (presence; a room after more than 1,000 events) only as state.
   */
  readonly on: On<E>;
  protected readonly store: Store<S>;
  protected readonly connection: Connection<E>;
  protected readonly meanwhile: Meanwhile<E> = async (ask) => {
    const heard: E[] = [];
    const stop = this.#listeners.add((event) => heard.push(event));
    try {
      return [await ask(), heard];
    } finally {
      stop();
    }
  };
  readonly #shared: Shared;
  readonly #listeners = new Listeners<E>();
  #renewal: Timer | undefined;

  /** Connects when `reconnect` is first called. */
  constructor(initial: S, shared: Shared) {
    const store = new Store(initial);
    this.store = store;
    this.getSnapshot = store.getSnapshot;
    this.subscribe = store.subscribe;
    this.on = (type, listener) =>
      this.#listeners.add((event) => {
        if (event.type === type) listener(event as OfType<E, typeof type>);
      });
    this.#shared = shared;
    this.connection = new Connection<E>({
      open: () => shared.openSocket(this.path()),
      renews: !!shared.getToken,
      onEvents: (events, length) => {
        this.#receive(events);
        this.took(length);
      },
      onState: (connection, closeCode) => {
        store.update((state) => ({ ...state, connection, closeCode }));
        this.entered(connection);
        if (connection === "signed_out") shared.onSignedOut();
      },
    });
  }

  /** Where to connect, asked before each attempt. */
  protected abstract path(): string;
  /** Takes an event into the state; false for one that is not news, and is not passed on. */
  protected abstract take(event: E): boolean;
  /** A frame of this length is in the state. */
  protected took(_length: number): void {}
  /** The connection's state is in the snapshot: what else follows from it? */
  protected entered(_connection: ConnectionState): void {}

  /** Connects now: after signing in again, or when a person asks. */
  reconnect(): void {
    this.connection.reconnect();
  }

  /** No timer, listener or socket is left. */
  close(): void {
    if (this.connection.closed) return;
    stopTimer(this.#renewal);
    this.connection.close();
    this.store.clear();
    this.#listeners.clear();
    this.#shared.onClose?.();
  }

  #receive(events: readonly E[]): void {
    for (const event of events) {
      // A listener, or a gap, may have ended the connection in the middle of a frame.
      if (this.connection.state !== "open") return;
      if (event.type === "welcome")
        this.#renewBefore((event as { expiresAt?: number }).expiresAt ?? Infinity);
      if (this.take(event)) this.#listeners.tell(event);
    }
  }

  /** A socket that gets a fresh token lives on; without one it would be closed, and connected again. */
  #renewBefore(expiresAt: number): void {
    const { getToken } = this.#shared;
    if (!getToken) return;
    stopTimer(this.#renewal);
    const livesMs = expiresAt - Date.now();
    const waitMs = Math.min(LONGEST_TIMER_MS, Math.max(RENEWAL_LEAD_MS, livesMs - RENEWAL_LEAD_MS));
    this.#renewal = setTimeout(async () => {
      try {
        const token = await getToken();
        // The answer does not tell until when; tokens of one host live equally long.
        if (this.connection.send({ type: "auth", id: newCommandId(), token })) {
          this.#renewBefore(Date.now() + livesMs);
        }
      } catch {
        // The end of the session is dealt with when it comes.
      }
    }, waitMs);
  }
}
