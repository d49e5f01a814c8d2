/**
 * One socket that stays: it connects, notices when it is dead, and comes back as the contract's closing
 * codes tell it to. It knows frames and codes, not what the events mean.
 */
import { PING_MS } from "../protocol/limits.ts";
import { PING, PONG } from "../protocol/subprotocol.ts";
import type { ConnectionState } from "./connection-state.ts";
import { afterClose } from "./reconnecting.ts";
import { onWake } from "./wake.ts";
import { stopInterval, stopTimer, type Timer } from "./timer.ts";

/** `WebSocket.OPEN`, which not every runtime's type has. */
const OPEN = 1;
/** How long a `pong`, or a socket's first frame, may take. */
const PONG_MS = 10_000;
const WELCOME_MS = 20_000;
/** A socket that lived this long was a success: the next back-off starts small again. */
const STEADY_MS = 5_000;
/** Close code that a lost network gives (RFC 6455, section 7.4.1), used for one that we gave up on. */
const LOST = 1006;

interface Closing {
  type: "closing";
  code: number;
  reason: string;
}

export interface ConnectionOptions<Event extends { type: string }> {
  /** Where to connect, asked before each attempt, since the cursor moves and tokens age. */
  open(): Promise<WebSocket> | WebSocket;
  /** Whether the next attempt brings a fresh token, so that a session that ended is no reason to ask anybody. */
  renews: boolean;
  onEvents(events: readonly Event[]): void;
  onState(state: ConnectionState, code?: number): void;
}

export class Connection<Event extends { type: string }> {
  readonly #options: ConnectionOptions<Event>;
  readonly #stopWaking: () => void;
  #socket: WebSocket | undefined;
  #state: ConnectionState = "connecting";
  #attempt = 0;
  /** Rises with each attempt, so that what belongs to an earlier one is recognised and dropped. */
  #generation = 0;
  #openedAt = 0;
  #closed = false;
  #retryTimer: Timer | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #deadline: Timer | undefined;

  constructor(options: ConnectionOptions<Event>) {
    this.#options = options;
    this.#stopWaking = onWake(() => this.#wake());
    void this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Sends a command; false where there is no open socket to send it on. */
  send(command: object): boolean {
    if (this.#state !== "open" || this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  /** Drops the socket, if there is one, and connects anew: at once where that was asked for by a person. */
  reconnect(): void {
    if (this.#closed) return;
    this.#abandon();
    void this.#connect();
  }

  /** Drops a socket whose events do not fit together. Backs off, since the next one may be no better. */
  distrust(): void {
    this.#lost(LOST);
  }

  /** Ends it: no timer, listener or socket is left. */
  close(): void {
    this.#closed = true;
    this.#stopWaking();
    this.#abandon();
  }

  async #connect(): Promise<void> {
    const generation = ++this.#generation;
    this.#enter("connecting");
    try {
      const socket = await this.#options.open();
      if (generation !== this.#generation || this.#closed) return socket.close();
      this.#adopt(socket);
    } catch {
      if (generation === this.#generation && !this.#closed) this.#lost(LOST);
    }
  }

  #adopt(socket: WebSocket): void {
    this.#socket = socket;
    this.#deadline = setTimeout(() => this.#lost(LOST), WELCOME_MS);
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#receive(String(data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    });
  }

  #receive(frame: string): void {
    // Any frame is a sign of life, not the pong alone.
    stopTimer(this.#deadline);
    this.#deadline = undefined;
    if (frame === PONG) return;
    const events = eventsIn<Event | Closing>(frame);
    // Not the contract's: something between us and the server speaks.
    if (!events) return this.#lost(LOST);
    const closing = events.find((event) => event.type === "closing") as Closing | undefined;
    if (this.#state !== "open" && !closing) this.#opened();
    this.#options.onEvents(events.filter((event) => event.type !== "closing") as Event[]);
    // Not waiting for the close frame, which may come late or never.
    if (closing) this.#lost(closing.code);
  }

  #opened(): void {
    this.#openedAt = Date.now();
    this.#pingTimer = setInterval(() => this.#ping(), PING_MS);
    this.#enter("open");
  }

  #ping(): void {
    if (this.#socket?.readyState !== OPEN) return;
    this.#socket.send(PING);
    this.#deadline ??= setTimeout(() => this.#lost(LOST), PONG_MS);
  }

  #wake(): void {
    if (this.#state === "waiting") this.reconnect();
    // A socket that slept with the machine looks open and is not: ask it.
    else if (this.#state === "open") this.#ping();
  }

  #lost(code: number): void {
    if (this.#closed) return;
    const wasOpen = this.#state === "open";
    if (wasOpen && Date.now() - this.#openedAt > STEADY_MS) this.#attempt = 0;
    this.#abandon();
    const next = afterClose(code, this.#attempt++);
    if (next.do === "stop") return this.#enter("stopped", code);
    // A fresh token that was refused as well, though, is for a person to look at.
    if (next.do === "sign_in" && !(this.#options.renews && wasOpen)) return this.#enter("signed_out", code);
    const afterMs = next.do === "retry" ? next.afterMs : 0;
    this.#retryTimer = setTimeout(() => void this.#connect(), afterMs);
    this.#enter("waiting", code);
  }

  #abandon(): void {
    stopTimer(this.#retryTimer);
    stopTimer(this.#deadline);
    stopInterval(this.#pingTimer);
    this.#deadline = undefined;
    this.#generation++;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
  }

  #enter(state: ConnectionState, code?: number): void {
    this.#state = state;
    this.#options.onState(state, code);
  }
}

function eventsIn<E>(frame: string): E[] | undefined {
  try {
    const events: unknown = JSON.parse(frame);
    return Array.isArray(events) ? events : undefined;
  } catch {
    return undefined;
  }
}
