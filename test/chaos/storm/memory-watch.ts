/** Watches what memory the server's process holds, and remembers the most. */
import type { Server } from "../support/server.ts";

const SAMPLE_MS = 50;

export class MemoryWatch {
  readonly #server: Server;
  readonly #timer: ReturnType<typeof setInterval>;
  #peak = 0;

  constructor(server: Server) {
    this.#server = server;
    this.#timer = setInterval(() => void this.now(), SAMPLE_MS);
  }

  /** The most that was ever seen, in bytes; 0 where the machine does not tell. */
  get peak(): number {
    return this.#peak;
  }

  /** What it is now, in bytes. */
  async now(): Promise<number> {
    const bytes = (await this.#server.memory()) ?? 0;
    this.#peak = Math.max(this.#peak, bytes);
    return bytes;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
