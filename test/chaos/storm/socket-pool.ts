/** All sockets of a thread: several for each user, as with tabs and devices. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { SignedInUser } from "../support/users.ts";
import type { NetworkSwitch } from "./network-switch.ts";
import { ReconnectingSocket } from "./reconnecting-socket.ts";

/** Sockets opened at once before the storm. */
const BATCH = 100;
const CHECK_INTERVAL_MS = 20;
/** Long enough for a slow machine: it only passes in full when something is wrong. */
const TIMEOUT_MS = 180_000;

interface PoolOptions {
  /** The thread's socket address. */
  url: string;
  users: readonly SignedInUser[];
  network: NetworkSwitch;
  random: Random;
}

export class SocketPool {
  readonly sockets: ReconnectingSocket[] = [];
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Opens so many sockets, the users in turn; resolves when each has its `welcome`. */
  async open(count: number): Promise<void> {
    const { url, users, network, random } = this.#options;
    for (let i = 0; i < count; i++) {
      const user = users[i % users.length];
      if (!user) throw new Error("a pool needs users");
      this.sockets.push(new ReconnectingSocket({ url, token: user.token, network, random }));
      if (i % BATCH === BATCH - 1 || i === count - 1) await this.until(({ isWelcomed }) => isWelcomed);
    }
  }

  /** Resolves when the condition holds for every socket, or after three minutes: the report shows which ones it does not hold for. */
  async until(condition: (socket: ReconnectingSocket) => boolean): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS;
    while (!this.sockets.every(condition) && performance.now() < deadline) await sleep(CHECK_INTERVAL_MS);
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }
}
