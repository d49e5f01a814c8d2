/**
 * A raw socket of a thread, written from the contract: it keeps its cursor, reconnects with it after back-off and full
 * jitter, and checks that every event has the rev it must have.
 */
import { WebSocket } from "ws";
import { formatCursor, parseCursor, type Cursor } from "../../../src/client/room/cursor.ts";
import { backoffMs } from "../../../src/client/connection/reconnect-delay.ts";
import { isDurable } from "../../../src/client/room/room-reducer.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import { BEARER_PREFIX, SUBPROTOCOL } from "../../../src/protocol/subprotocol.ts";
import type { Random } from "../support/random.ts";
import type { NetworkSwitch } from "./network-switch.ts";

/** An attempt without a `welcome` by then has failed. */
const WELCOME_TIMEOUT_MS = 20_000;

export interface SocketOptions {
  /** Such as `ws://127.0.0.1:8787/api/threads/…/socket`. */
  url: string;
  token: string;
  network: NetworkSwitch;
  random: Random;
}

export class ReconnectingSocket {
  readonly #options: SocketOptions;
  #socket: WebSocket | undefined;
  #cursor: Cursor | undefined;
  #isWelcomed = false;
  #attempt = 0;
  #failures = 0;
  #connectingAt = 0;
  readonly #reached = new Map<number, number>();
  #welcomedAt = 0;
  #isClosed = false;
  /** Violations of the contract. */
  readonly violations: string[] = [];

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Whether it is open and has its `welcome`. */
  get isWelcomed(): boolean {
    return this.#isWelcomed;
  }

  /** The rev of the last event received. */
  get rev(): number {
    return this.#cursor?.rev ?? 0;
  }

  /** When the last `welcome` arrived, by `performance.now()`. */
  get welcomedAt(): number {
    return this.#welcomedAt;
  }

  /** From the start of the last successful attempt to its `welcome`, in milliseconds. */
  get welcomeMs(): number {
    return this.#welcomedAt - this.#connectingAt;
  }

  /** Attempts that failed although the network was up. */
  get failures(): number {
    return this.#failures;
  }

  /** When the event with this rev arrived; undefined if it did not, or if a snapshot replaced it. */
  reachedAt(rev: number): number | undefined {
    return this.#reached.get(rev);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    if (this.#isClosed) return;
    const { url, token, network } = this.#options;
    if (!network.isUp) return this.#retry();
    const cursor = this.#cursor;
    this.#connectingAt = performance.now();
    const query = cursor ? `?cursor=${encodeURIComponent(formatCursor(cursor))}` : "";
    const socket = new WebSocket(url + query, [SUBPROTOCOL, BEARER_PREFIX + token], {
      handshakeTimeout: WELCOME_TIMEOUT_MS,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    const removeListener = network.onDown(() => socket.terminate());
    const timer = setTimeout(() => socket.terminate(), WELCOME_TIMEOUT_MS);
    socket.on("message", (frame: Buffer) => {
      clearTimeout(timer);
      for (const event of JSON.parse(frame.toString()) as ThreadEvent[]) this.#receive(event, cursor);
    });
    socket.on("close", () => {
      clearTimeout(timer);
      removeListener();
      if (network.isUp && !this.#isClosed) this.#failures++;
      this.#isWelcomed = false;
      this.#retry();
    });
    // `close` always follows and is handled.
    socket.on("error", () => {});
  }

  #retry(): void {
    if (this.#isClosed) return;
    const delayMs = backoffMs(this.#attempt++, () => this.#options.random.next());
    setTimeout(() => this.#connect(), delayMs);
  }

  #receive(event: ThreadEvent, sentCursor: Cursor | undefined): void {
    if (event.type === "welcome") return this.#welcome(event.cursor, event.resumed, sentCursor);
    if (event.type === "closing") this.violations.push(`closed with ${event.code} ${event.reason}`);
    if (event.type === "error") this.violations.push(`got an error: ${event.message}`);
    if (!isDurable(event) || !this.#cursor) return;
    const { rev } = this.#cursor;
    if (event.rev <= rev) this.violations.push(`rev ${event.rev} came again after ${rev}`);
    if (event.rev > rev + 1) this.violations.push(`rev ${event.rev} came after ${rev}`);
    this.#cursor = { ...this.#cursor, rev: event.rev };
    this.#reached.set(event.rev, performance.now());
  }

  #welcome(text: string, resumed: boolean, sentCursor: Cursor | undefined): void {
    const cursor = parseCursor(text);
    if (sentCursor && !resumed) this.violations.push("got a snapshot instead of the missed events");
    if (resumed && (!sentCursor || text !== formatCursor(sentCursor)))
      this.violations.push(
        `resumed at ${text} instead of ${sentCursor ? formatCursor(sentCursor) : "the beginning"}`,
      );
    if (!cursor) this.violations.push(`${text} is not a cursor`);
    this.#cursor = cursor;
    this.#isWelcomed = true;
    this.#attempt = 0;
    this.#welcomedAt = performance.now();
  }
}
