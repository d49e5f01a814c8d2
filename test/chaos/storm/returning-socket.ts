/**
 * A raw socket of a thread that stays, by the letter of the contract and nothing more: it keeps its cursor, comes back
 * with it after back-off and full jitter, and holds every event to the rev that it must have.
 */
import { WebSocket } from "ws";
import { formatCursor, parseCursor, type Cursor } from "../../../src/client/room/cursor.ts";
import { backoffMs } from "../../../src/client/connection/reconnect-delay.ts";
import { isDurable } from "../../../src/client/room/room-reducer.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import { BEARER_PREFIX, SUBPROTOCOL } from "../../../src/protocol/subprotocol.ts";
import type { Random } from "../support/random.ts";
import type { Network } from "./network.ts";

/** An attempt that has not come to its welcome by then has failed. */
const WELCOME_MS = 20_000;

export interface SocketOptions {
  /** As in `ws://127.0.0.1:8787/api/threads/…/socket`. */
  url: string;
  token: string;
  network: Network;
  random: Random;
}

export class ReturningSocket {
  readonly #options: SocketOptions;
  #socket: WebSocket | undefined;
  #cursor: Cursor | undefined;
  #isBack = false;
  #attempt = 0;
  #failures = 0;
  #openedAt = 0;
  readonly #reached = new Map<number, number>();
  #backAt = 0;
  #answerMs = 0;
  #isClosed = false;
  /** What broke the contract, in words. */
  readonly complaints: string[] = [];

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Whether it is open and was welcomed. */
  get isBack(): boolean {
    return this.#isBack;
  }

  /** The last rev that came. */
  get rev(): number {
    return this.#cursor?.rev ?? 0;
  }

  /** When the last welcome came, as `performance.now()` tells it. */
  get backAt(): number {
    return this.#backAt;
  }

  /** How long the server took for that welcome, from the attempt's beginning. */
  get answerMs(): number {
    return this.#answerMs;
  }

  /** Attempts that came to nothing though the network was up. */
  get failures(): number {
    return this.#failures;
  }

  /** When it had everything up to `rev`; undefined if it never had, or had it from a snapshot. */
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
    const given = this.#cursor;
    this.#openedAt = performance.now();
    const resume = given ? `?cursor=${encodeURIComponent(formatCursor(given))}` : "";
    const socket = new WebSocket(url + resume, [SUBPROTOCOL, BEARER_PREFIX + token], {
      handshakeTimeout: WELCOME_MS,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    const stopWatching = network.onDown(() => socket.terminate());
    const deadline = setTimeout(() => socket.terminate(), WELCOME_MS);
    socket.on("message", (frame: Buffer) => {
      clearTimeout(deadline);
      for (const event of JSON.parse(frame.toString()) as ThreadEvent[]) this.#receive(event, given);
    });
    socket.on("close", () => {
      clearTimeout(deadline);
      stopWatching();
      if (network.isUp && !this.#isClosed) this.#failures++;
      this.#isBack = false;
      this.#retry();
    });
    // `close` follows, and says all that is needed.
    socket.on("error", () => {});
  }

  #retry(): void {
    if (this.#isClosed) return;
    const afterMs = backoffMs(this.#attempt++, () => this.#options.random.next());
    setTimeout(() => this.#connect(), afterMs);
  }

  #receive(event: ThreadEvent, given: Cursor | undefined): void {
    if (event.type === "welcome") return this.#welcomed(event.cursor, event.resumed, given);
    if (event.type === "closing") this.complaints.push(`it was closed: ${event.code} ${event.reason}`);
    if (event.type === "error") this.complaints.push(`it was refused: ${event.message}`);
    if (!isDurable(event) || !this.#cursor) return;
    const { rev } = this.#cursor;
    if (event.rev <= rev) this.complaints.push(`rev ${event.rev} came again after ${rev}`);
    if (event.rev > rev + 1) this.complaints.push(`rev ${event.rev} came after ${rev}`);
    this.#cursor = { ...this.#cursor, rev: event.rev };
    this.#reached.set(event.rev, performance.now());
  }

  #welcomed(text: string, resumed: boolean, given: Cursor | undefined): void {
    const cursor = parseCursor(text);
    if (given && !resumed) this.complaints.push("it was given a snapshot instead of what it missed");
    if (resumed && (!given || text !== formatCursor(given))) {
      this.complaints.push(
        `it resumed at ${text} instead of ${given ? formatCursor(given) : "the beginning"}`,
      );
    }
    if (!cursor) this.complaints.push(`${text} is no cursor`);
    this.#cursor = cursor;
    this.#isBack = true;
    this.#attempt = 0;
    this.#backAt = performance.now();
    this.#answerMs = this.#backAt - this.#openedAt;
  }
}
