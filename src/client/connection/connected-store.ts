/**
 * A store that is kept up to date by a connection: what a room and presence have in common. Each event is applied to the
 * snapshot and then passed on to listeners; the session is renewed before it ends.
 */
import { newCommandId } from "../command-id.ts";
import type { GetToken } from "../get-token.ts";
import type { Diagnosis } from "../http/diagnosis.ts";
import { Listeners } from "../store/listeners.ts";
import { Store, type Readable } from "../store/store.ts";
import type { ConnectionState, ConnectionStatus } from "./connection-state.ts";
import { createEventRecorder, type RecordEvents } from "./event-recorder.ts";
import { ReconnectingSocket } from "./reconnecting-socket.ts";
import { SessionRenewal } from "./session-renewal.ts";
import type { SocketEvent } from "./socket-frame.ts";

export interface ConnectedStoreOptions {
  /** Opens a socket at this path, with a token where `getToken` is given. */
  openSocket(path: string, token: string | undefined): WebSocket;
  /** Returns a fresh token; undefined where the session cookie signs in. */
  getToken: GetToken | undefined;
  /** `reason` is for a developer or a log. */
  onSignedOut(reason: string | undefined): void;
  diagnosis: Pick<Diagnosis, "find" | "reached">;
  /** A connection is this user's. */
  onUser(userId: string): void;
  /** It was closed and is open again. */
  onOpen(): void;
  onClose(): void;
}

/** An event of a socket; its `welcome` says whose session it is, and when that ends, in milliseconds since the epoch. */
interface SessionEvent extends SocketEvent {
  user?: { id: string };
  expiresAt?: number;
}

/** Calls `listener` with each event of this type. Returns a function that ends this. */
type OnEvent<Event extends SessionEvent> = <Type extends Event["type"]>(
  type: Type,
  listener: (event: Extract<Event, { type: Type }>) => void,
) => () => void;

/** Use the snapshot for what is shown, and the events for what is done once, such as a sound or a notification. */
export abstract class ConnectedStore<
  State extends ConnectionStatus,
  Event extends SessionEvent,
> implements Readable<State> {
  /** Returns the current state: the same object until something changes. */
  readonly getSnapshot: () => State;
  /** Calls `listener` with the current state, and again with each new one. Returns a function that unsubscribes. */
  readonly subscribe: (listener: (state: State) => void) => () => void;
  /**
   * Calls `listener` with each event of this type, as the contract describes it, once the state contains it. Returns a
   * function that ends this. No durable event comes twice. What happened while disconnected comes as events where the
   * connection resumes, and otherwise (presence; a room that missed more than 1,000 events) only as state.
   */
  readonly on: OnEvent<Event>;
  /**
   * Keeps this open until the function that it returns is called. When nobody keeps it open any more it is closed, a moment
   * later, so that it can pass from one part of a page to another. Opens it where it was closed. Needs no `this`.
   */
  readonly retain: () => () => void;
  protected readonly store: Store<State>;
  protected readonly connection: ReconnectingSocket<Event>;
  protected readonly recordEvents: RecordEvents<Event>;
  readonly #options: ConnectedStoreOptions;
  readonly #listeners = new Listeners<Event>();
  readonly #renewal: SessionRenewal | undefined;
  readonly #initial: State;
  /** Whether the state stays over a close, for `open` to go on from it. */
  #isSuspended = false;
  /** One for each call of `retain` that was not released. */
  readonly #retained = new Set<object>();

  /** Connects when `reconnect` is first called. */
  constructor(initial: State, options: ConnectedStoreOptions) {
    const { getToken } = options;
    this.#options = options;
    this.#initial = initial;
    this.store = new Store(initial);
    this.getSnapshot = this.store.getSnapshot;
    this.subscribe = this.store.subscribe;
    this.recordEvents = createEventRecorder(this.#listeners);
    this.on = (type, listener) =>
      this.#listeners.add((event) => {
        if (event.type === type) listener(event as Extract<Event, { type: typeof type }>);
      });
    this.retain = () => {
      const retained = {};
      this.open();
      this.#retained.add(retained);
      return () => this.#release(retained);
    };
    this.connection = new ReconnectingSocket<Event>({
      getToken,
      diagnosis: options.diagnosis,
      openSocket: (token) => options.openSocket(this.socketPath(), token),
      onEvents: (events, frameLength) => this.#receive(events, frameLength),
      onStateChange: (...change) => this.#enter(...change),
    });
    if (getToken)
      this.#renewal = new SessionRenewal({ getToken, sendToken: (token) => this.#sendToken(token) });
  }

  /** The path to connect to, asked for at each attempt. */
  protected abstract socketPath(): string;
  /** Applies an event to the state; false if it contains nothing new and is not to be passed on. */
  protected abstract apply(event: Event): boolean;
  /** Called when a frame of this length, in UTF-16 units, was applied. */
  protected onFrameApplied(_frameLength: number): void {}
  /** Called when the state contains a new state of the connection. */
  protected onConnectionChange(_connection: ConnectionState): void {}

  /** Connects now: after signing in again, or when a person does not want to wait. */
  reconnect(): void {
    this.connection.reconnect();
  }

  /** Opens it again where it was closed: anew, with nothing of what it showed before, unless that was by `suspend`. */
  open(): void {
    if (!this.connection.isClosed) return;
    if (!this.#isSuspended) this.store.set(this.#initial);
    this.#isSuspended = false;
    this.#options.onOpen();
    this.connection.open();
  }

  /** Disconnects, whoever else uses it: no timer, listener or socket is left. */
  close(): void {
    // What a suspended one keeps may be another user's next time.
    if (this.#isSuspended) this.store.set({ ...this.#initial, connection: "stopped" });
    this.#isSuspended = false;
    if (this.connection.isClosed) return;
    this.#renewal?.stop();
    this.#retained.clear();
    this.connection.close();
    this.store.update((state) => ({ ...state, connection: "stopped" }));
    this.store.clear();
    this.#listeners.clear();
    this.#options.onClose();
  }

  /** Called when nobody retains it any more. */
  protected released(): void {
    this.close();
  }

  /** Disconnects as `close` does, and keeps the state in memory: `open` shows it at once, and goes on from there. */
  protected suspend(): void {
    if (this.connection.isClosed) return;
    this.close();
    this.#isSuspended = true;
  }

  protected get isSuspended(): boolean {
    return this.#isSuspended;
  }

  #release(retained: object): void {
    // False where it was closed meanwhile, or where this was released before.
    if (!this.#retained.delete(retained)) return;
    queueMicrotask(() => {
      if (this.#retained.size === 0) this.released();
    });
  }

  #receive(events: readonly Event[], frameLength: number): void {
    for (const event of events) {
      // A listener, or a gap between events, may have ended the connection in the middle of a frame.
      if (this.connection.state !== "open") break;
      if (event.type === "welcome") this.#welcomed(event);
      if (this.apply(event)) this.#listeners.notify(event);
    }
    this.onFrameApplied(frameLength);
  }

  #welcomed({ user, expiresAt }: Event): void {
    if (user) this.#options.onUser(user.id);
    if (expiresAt !== undefined) this.#renewal?.schedule(expiresAt);
  }

  #enter(connection: ConnectionState, closeCode?: number, reason?: string): void {
    this.store.update((state) => ({ ...state, connection, closeCode, reason }));
    this.onConnectionChange(connection);
    if (connection === "signed_out") this.#options.onSignedOut(reason);
  }

  #sendToken(token: string): boolean {
    return this.connection.send({ type: "auth", id: newCommandId(), token });
  }
}
