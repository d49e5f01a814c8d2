/**
 * One socket that stays: it connects, notices when it is dead, and comes back as the contract's closing
 * codes tell it to. It knows frames and codes, not what the events mean.
 */
import { PING_MS } from "../../protocol/limits.ts";
import { PING, PONG } from "../../protocol/subprotocol.ts";
import type { ConnectionState } from "./connection-state.ts";
import { UNAUTHENTICATED, waitAfter } from "./reconnect-delay.ts";
import { onWake } from "./wake.ts";
import { stopTimer, type Timer } from "../timer.ts";

/** `WebSocket.OPEN`, which not every runtime's type has. */
const OPEN = 1;
/** How long a `pong` or an answer may take; and all from asking for a token to a socket's first frame. */
const ANSWER_MS = 10_000;
const WELCOME_MS = 20_000;
/** A socket that lived this long was a success: the next back-off starts small again, also on a line that comes and goes. */
const STEADY_MS = 1_000;
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
  /** Whether an attempt brings a fresh token, so that a session that ended is no reason to ask anybody. */
  renews: boolean;
  /** The events of a frame, and how long it was. */
  onEvents(events: readonly Event[], length: number): void;
  onState(state: ConnectionState, code?: number): void;
}

export class Connection<Event extends { type: string }> {
  /** How the socket stands, for others to read. */
  state: ConnectionState = "connecting";
  /** Whether its owner has ended it. */
  closed = false;
  readonly #options: ConnectionOptions<Event>;
  readonly #stopWaking: () => void;
  #socket: WebSocket | undefined;
  #attempt = 0;
  /** Rises with each attempt, so that what belongs to an earlier one is recognised and dropped. */
  #generation = 0;
  #openedAt = 0;
  /** A fresh token was asked for and has not opened a socket yet. */
  #renewing = false;
  #retryTimer: Timer | undefined;
  #pingTimer: Timer | undefined;
  #deadline: Timer | undefined;

  constructor(options: ConnectionOptions<Event>) {
    this.#options = options;
    this.#stopWaking = onWake(() => this.#wake());
  }

  /** Sends a command; false where there is no open socket to send it on. */
  send(command: object): boolean {
    if (this.state !== "open" || this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  /** As `send`, for a command that is answered: where nothing at all comes for a while, the socket is dead. */
  ask(command: object): boolean {
    const sent = this.send(command);
    if (sent) this.#expectFrame(ANSWER_MS);
    return sent;
  }

  /** Connects; drops the socket first, if there is one. */
  reconnect(): void {
    if (this.closed) return;
    this.#abandon();
    void this.#connect();
  }

  /** Drops a socket whose events do not fit together. Backs off, since the next one may be no better. */
  distrust(): void {
    this.#lost(LOST);
  }

  /** Ends it: no timer, listener or socket is left. */
  close(): void {
    this.closed = true;
    this.state = "stopped";
    this.#stopWaking();
    this.#abandon();
  }

  async #connect(): Promise<void> {
    const generation = ++this.#generation;
    // Before anybody is told: whoever closes it then leaves no timer.
    this.#expectFrame(WELCOME_MS);
    this.#enter("connecting");
    try {
      const socket = await this.#options.open();
      if (generation !== this.#generation) return socket.close();
      this.#socket = socket;
      socket.addEventListener("message", ({ data }) => {
        if (socket === this.#socket) this.#receive(String(data));
      });
      const lost = (code: number) => {
        if (socket === this.#socket) this.#lost(code);
      };
      socket.addEventListener("close", ({ code }) => lost(code));
      // Node's tells of an attempt that failed by this alone (undici 6.28); elsewhere a close with 1006 follows.
      socket.addEventListener("error", () => lost(LOST));
    } catch {
      if (generation === this.#generation) this.#lost(LOST);
    }
  }

  #receive(frame: string): void {
    // Any frame is a sign of life, not the pong alone.
    stopTimer(this.#deadline);
    this.#deadline = undefined;
    // Set by what is received and never by a timer: in a page that is hidden for minutes, timers that repeat or set one
    // another run once a minute (developer.chrome.com, "Heavy throttling of chained JS timers"), too late for the server.
    this.#pingTimer ??= setTimeout(() => this.#ping(), PING_MS);
    if (frame === PONG) return;
    const events = eventsIn<Event | Closing>(frame);
    // Not the contract's: something between us and the server speaks.
    if (!events) return this.#lost(LOST);
    const closing = events.find((event) => event.type === "closing") as Closing | undefined;
    if (this.state !== "open" && !closing) {
      this.#openedAt = performance.now();
      this.#renewing = false;
      this.#enter("open");
    }
    this.#options.onEvents(events as Event[], frame.length);
    // Not waiting for the close frame, which may come late or never.
    if (closing) this.#lost(closing.code);
  }

  #ping(): void {
    stopTimer(this.#pingTimer);
    this.#pingTimer = undefined;
    if (this.#socket?.readyState !== OPEN) return;
    this.#expectFrame(ANSWER_MS);
    this.#socket.send(PING);
  }

  #expectFrame(withinMs: number): void {
    this.#deadline ??= setTimeout(() => this.#lost(LOST), withinMs);
  }

  #wake(): void {
    // A socket that slept with the machine looks open and is not: ask it.
    if (this.state === "open") this.#ping();
    // An attempt that began without a network may take long to notice that there is one.
    else if (this.state === "waiting" || this.state === "connecting") this.reconnect();
  }

  #lost(code: number): void {
    // By a listener, in the middle of a frame.
    if (this.closed) return;
    if (this.state === "open" && performance.now() - this.#openedAt > STEADY_MS) this.#attempt = 0;
    this.#abandon();
    const waitMs = waitAfter(code, this.#attempt++);
    if (waitMs === undefined) return this.#enter("stopped", code);
    if (code === UNAUTHENTICATED) {
      // A fresh token that was refused as well is for a person to look at.
      if (!this.#options.renews || this.#renewing) return this.#enter("signed_out", code);
      this.#renewing = true;
    }
    this.#retryTimer = setTimeout(() => void this.#connect(), waitMs);
    this.#enter("waiting", code);
  }

  #abandon(): void {
    stopTimer(this.#retryTimer);
    stopTimer(this.#deadline);
    stopTimer(this.#pingTimer);
    this.#deadline = this.#pingTimer = undefined;
    this.#generation++;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
  }

  #enter(state: ConnectionState, code?: number): void {
    this.state = state;
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
