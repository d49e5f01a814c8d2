/** Notices a dead socket: pings while frames arrive, and reports when a frame that was expected does not. */
import { PING_MS } from "../../protocol/limits.ts";
import { stopTimer, type Timer } from "../timer.ts";

/** How long a `pong`, or the answer to a command, may take. */
const ANSWER_MS = 10_000;

export interface HeartbeatOptions {
  sendPing(): void;
  /** No frame arrived in time. */
  onSilence(): void;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #pingTimer: Timer | undefined;
  #deadline: Timer | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** A frame arrived. Any frame is a sign of life, not only a `pong`. */
  received(): void {
    stopTimer(this.#deadline);
    this.#deadline = undefined;
    // Set by what arrives and never by another timer. In a page that is hidden for minutes, timers that repeat or set each
    // other run once a minute (developer.chrome.com, "Heavy throttling of chained JS timers"): too rarely for the server.
    this.#pingTimer ??= setTimeout(() => this.ping(), PING_MS);
  }

  /** Pings now, instead of when it is due. */
  ping(): void {
    stopTimer(this.#pingTimer);
    this.#pingTimer = undefined;
    this.expectFrame();
    this.#options.sendPing();
  }

  /** Expects some frame within this time, unless one is expected already. */
  expectFrame(withinMs: number = ANSWER_MS): void {
    this.#deadline ??= setTimeout(() => this.#options.onSilence(), withinMs);
  }

  /** Expects nothing and pings no more. */
  stop(): void {
    stopTimer(this.#deadline);
    stopTimer(this.#pingTimer);
    this.#deadline = undefined;
    this.#pingTimer = undefined;
  }
}
