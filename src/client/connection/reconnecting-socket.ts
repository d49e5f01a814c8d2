/**
 * A socket that is kept connected: it connects, notices when the connection is dead, and reconnects as the contract's
 * close codes say. It knows frames and codes, not what the events mean.
 */
import { CLOSE } from "../../protocol/errors.ts";
import { PING, PONG } from "../../protocol/subprotocol.ts";
import { freshToken, TokenFailure, type GetToken } from "../get-token.ts";
import type { Diagnosis } from "../http/diagnosis.ts";
import { RequestError } from "../http/request-error.ts";
import { stopTimer, type Timer } from "../timer.ts";
import type { ConnectionState } from "./connection-state.ts";
import { Heartbeat } from "./heartbeat.ts";
import { isFinal, reconnectDelayMs } from "./reconnect-delay.ts";
import { isClosing, parseFrame, type SocketEvent } from "./socket-frame.ts";
import { watchNetwork } from "./wake.ts";

/** `WebSocket.OPEN`, which not every runtime's type has. */
const OPEN = 1;
/** How long an attempt may take, from asking for a token to the first frame. */
const CONNECT_MS = 20_000;
/** A socket that was open for longer counts as a success: the next back-off starts from the beginning. */
const STEADY_MS = 1_000;
/** After so many attempts in a row that came to nothing, it is looked why. */
const FAILURES_TO_DIAGNOSE = 2;
/** After so many, a `getToken` that throws while Lilypad can be reached is no matter of the network: the user is signed out. */
const TOKEN_FAILURES = 5;
/** Close code of a connection that was lost (RFC 6455, section 7.4.1), also used for one that the client gave up. */
const CONNECTION_LOST = 1006;

export interface ReconnectingSocketOptions<Event extends SocketEvent> {
  /** Opens a socket, for each attempt anew; with a token where `getToken` is given. */
  openSocket(token: string | undefined): WebSocket;
  /** Asked for a fresh token before each attempt; undefined where a session cookie signs in. */
  getToken: GetToken | undefined;
  /** The events of a frame, and the frame's length in UTF-16 units. */
  onEvents(events: readonly Event[], frameLength: number): void;
  /** The code and the reason are those of what has ended, if something has. */
  onStateChange(state: ConnectionState, closeCode?: number, reason?: string): void;
  diagnosis: Pick<Diagnosis, "find" | "reached">;
}

export class ReconnectingSocket<Event extends SocketEvent> {
  readonly #options: ReconnectingSocketOptions<Event>;
  readonly #heartbeat: Heartbeat;
  #stopWatching: () => void;
  #state: ConnectionState = "connecting";
  #isClosed = false;
  #socket: WebSocket | undefined;
  /** The attempt under way or that led to the present socket. One that is not this any more was given up. */
  #attempt: object | undefined;
  #failures = 0;
  #openedAt = 0;
  /** A session ended, and the fresh token that was asked for since has not opened a socket yet. */
  #isRenewing = false;
  /** Why the last attempt came to no socket, if the application's `getToken` was at fault. */
  #tokenFailure: TokenFailure | undefined;
  /** It has stopped over a fault that was found here, and not because the server said so. */
  #hasFoundFault = false;
  #retryTimer: Timer | undefined;
  /** The server has asked for the wait that is under way. */
  #isRateLimited = false;

  /** Connects when `reconnect` is first called. */
  constructor(options: ReconnectingSocketOptions<Event>) {
    this.#options = options;
    this.#heartbeat = new Heartbeat({
      sendPing: () => this.#sendFrame(PING),
      onSilence: () => this.#disconnected(CONNECTION_LOST),
    });
    this.#stopWatching = this.#watchNetwork();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Whether `close` was called, and not `open` since. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends a command, or several in one frame; false if the connection is not open. */
  send(command: object): boolean {
    return this.#state === "open" && this.#sendFrame(JSON.stringify(command));
  }

  /** As `send`, for commands that are answered: if nothing at all arrives for a while, the connection is dead. */
  sendForAnswer(command: object): boolean {
    const isSent = this.send(command);
    if (isSent) this.#heartbeat.expectFrame();
    return isSent;
  }

  /** Connects now; closes the present socket first, if there is one. */
  reconnect(): void {
    if (this.#isClosed) return;
    this.#hasFoundFault = false;
    this.#abandon();
    void this.#connect();
  }

  /** Gives up a socket whose events do not fit together. Backs off, since the next one may be no better. */
  reset(): void {
    this.#disconnected(CONNECTION_LOST);
  }

  /** Connects again after `close`, as if it had never been connected. */
  open(): void {
    if (!this.#isClosed) return;
    this.#isClosed = false;
    this.#failures = 0;
    this.#isRenewing = false;
    this.#stopWatching = this.#watchNetwork();
    this.reconnect();
  }

  /** Disconnects: no timer, listener or socket is left. */
  close(): void {
    this.#isClosed = true;
    this.#state = "stopped";
    this.#stopWatching();
    this.#abandon();
  }

  async #connect(): Promise<void> {
    const attempt = {};
    this.#attempt = attempt;
    // Before the change of state is announced: a listener that then closes the connection leaves no timer behind.
    this.#heartbeat.expectFrame(CONNECT_MS);
    this.#enter("connecting");
    const { getToken, openSocket } = this.#options;
    try {
      const token = getToken && (await freshToken(getToken));
      // Closed, or timed out, while waiting for the token.
      if (attempt !== this.#attempt) return;
      this.#tokenFailure = undefined;
      this.#listenTo(openSocket(token));
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(error as Error);
    }
  }

  /** No socket came of an attempt. */
  #failed(error: Error): void {
    if (error instanceof TokenFailure) {
      this.#tokenFailure = error;
      return this.#disconnected(CONNECTION_LOST, error.message);
    }
    // What `getToken` returned is no token.
    if (error instanceof RequestError) return this.#end("signed_out", error.message);
    // The browser opens no socket at this URL at all: that of a page on https to one on http, for instance.
    this.#end("stopped", error.message);
  }

  #listenTo(socket: WebSocket): void {
    this.#socket = socket;
    // A socket that was given up may still deliver what was on its way.
    const isCurrent = () => socket === this.#socket;
    socket.addEventListener("message", ({ data }) => {
      if (isCurrent()) this.#receive(String(data));
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (isCurrent()) this.#disconnected(code, reason);
    });
    // In Node a failed attempt is reported by this event alone (undici 6.28); elsewhere a close with 1006 follows.
    socket.addEventListener("error", () => {
      if (isCurrent()) this.#disconnected(CONNECTION_LOST);
    });
  }

  #receive(frame: string): void {
    this.#heartbeat.received();
    if (frame === PONG) return;
    const events = parseFrame<Event>(frame);
    // Not a frame of the contract: something between here and the server answers.
    if (!events) return this.#disconnected(CONNECTION_LOST);
    const closing = events.find(isClosing);
    if (this.#state !== "open" && !closing) this.#opened();
    this.#options.onEvents(events, frame.length);
    // Without waiting for the close frame, which may arrive late or never.
    if (closing) this.#disconnected(closing.code, closing.reason, closing.retryAfterMs);
  }

  /** The first frame has arrived. Not at the socket's `open` event, which a refused upgrade has too. */
  #opened(): void {
    this.#openedAt = performance.now();
    this.#isRenewing = false;
    this.#options.diagnosis.reached();
    this.#enter("open");
  }

  #disconnected(code: number, reason?: string, retryAfterMs?: number): void {
    // A listener closed the connection in the middle of a frame.
    if (this.#isClosed) return;
    const wasOpen = this.#state === "open";
    const wasSteady = wasOpen && performance.now() - this.#openedAt > STEADY_MS;
    if (wasSteady) this.#failures = 0;
    this.#abandon();
    if (isFinal(code)) return this.#enter("stopped", code, reason);
    if (code === CLOSE.unauthenticated) {
      // Only a person can help where no token can be asked for, or where a fresh one was refused as well.
      if (!this.#options.getToken || this.#isRenewing) return this.#enter("signed_out", code, reason);
      this.#isRenewing = true;
    }
    this.#isRateLimited = code === CLOSE.rateLimited;
    const delay = reconnectDelayMs(code, this.#failures, retryAfterMs);
    this.#retryTimer = setTimeout(() => void this.#connect(), delay);
    this.#failures += 1;
    this.#enter("waiting", code, reason);
    if (!wasOpen && this.#failures >= FAILURES_TO_DIAGNOSE) void this.#diagnose();
  }

  /** Looks whether it is the network that fails: no further attempt can help where it is the application. */
  async #diagnose(): Promise<void> {
    const { isReachable, fault } = await this.#options.diagnosis.find();
    if (this.#state !== "waiting" && this.#state !== "connecting") return;
    const tokenFailure = this.#failures >= TOKEN_FAILURES ? this.#tokenFailure : undefined;
    if (fault !== undefined) {
      this.#end("stopped", fault);
      this.#hasFoundFault = true;
    } else if (isReachable && tokenFailure) {
      this.#end("signed_out", tokenFailure.message);
    }
  }

  /** No further attempt is made by itself, for a reason that was found here. */
  #end(state: "stopped" | "signed_out", reason: string): void {
    this.#abandon();
    this.#enter(state, undefined, reason);
  }

  #watchNetwork(): () => void {
    return watchNetwork({ onOffline: () => this.#networkLost(), onWake: () => this.#wake() });
  }

  /** A socket would notice only when a ping is not answered. If the browser is wrong, the next attempt succeeds. */
  #networkLost(): void {
    if (this.#state === "open" || this.#state === "connecting") this.#disconnected(CONNECTION_LOST);
  }

  #wake(): void {
    // A socket that slept with the device looks open and may be dead.
    if (this.#state === "open") return this.#heartbeat.ping();
    // An attempt that began without a network may take long to notice that there is one again.
    if ((this.#state === "waiting" && !this.#isRateLimited) || this.#state === "connecting") this.reconnect();
    // What was found may have been a moment's: something on the way that answered in Lilypad's place.
    if (this.#hasFoundFault) this.reconnect();
  }

  /** Drops the present socket or attempt, without a change of state. */
  #abandon(): void {
    stopTimer(this.#retryTimer);
    this.#heartbeat.stop();
    this.#attempt = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(CLOSE.left);
  }

  #enter(state: ConnectionState, closeCode?: number, reason?: string): void {
    this.#state = state;
    // A close without a reason has an empty one.
    this.#options.onStateChange(state, closeCode, reason || undefined);
  }

  #sendFrame(frame: string): boolean {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(frame);
    return true;
  }
}
