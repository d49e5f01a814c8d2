/** Sends a fresh token before a session ends: the server then need not close the socket. */
import { freshToken, type GetToken } from "../get-token.ts";
import { stopTimer, type Timer } from "../timer.ts";

/**
 * How long before the end of the session a fresh token is asked for, so that it arrives in time on a slow network. Also
 * the shortest time between two, if a wrong clock makes the session look over.
 */
const LEAD_MS = 30_000;
/** The longest delay of a timer, 24 days: a session that lasts longer is renewed then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface SessionRenewalOptions {
  getToken: GetToken;
  /** Sends the token to the server; false if the connection is not open. */
  sendToken(token: string): boolean;
}

export class SessionRenewal {
  readonly #options: SessionRenewalOptions;
  #timer: Timer | undefined;

  constructor(options: SessionRenewalOptions) {
    this.#options = options;
  }

  /** Renews the session before `expiresAt`, in milliseconds since the epoch, and then each time before it ends again. */
  schedule(expiresAt: number): void {
    this.stop();
    const lifetimeMs = expiresAt - Date.now();
    const delayMs = Math.min(Math.max(LEAD_MS, lifetimeMs - LEAD_MS), LONGEST_TIMER_MS);
    const timer = setTimeout(() => void this.#renew(timer, lifetimeMs), delayMs);
    this.#timer = timer;
  }

  stop(): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
  }

  async #renew(timer: Timer, lifetimeMs: number): Promise<void> {
    try {
      const token = await freshToken(this.#options.getToken);
      // Stopped, or scheduled anew by another socket, before the token arrived: it may be too old by now.
      if (timer !== this.#timer) return;
      // The server's answer does not say when the new session ends: tokens of one host last equally long.
      if (this.#options.sendToken(token)) this.schedule(Date.now() + lifetimeMs);
    } catch {
      // The session ends, and the server closes the socket: that asks for a token again.
    }
  }
}
