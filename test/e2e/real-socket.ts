/** A WebSocket over a real network connection, which shows what the runtime's own test sockets do not: its closing. */
import { inject } from "vitest";
import { WebSocket } from "ws";
import { WAIT_LIMIT_MS } from "../support/wait-limit.ts";

export type Event = { type: string } & Record<string, unknown>;

export class RealSocket {
  readonly raw: WebSocket;
  readonly events: Event[] = [];
  /** Resolves with the close code: 1006 where there was no closing handshake. */
  readonly closed: Promise<number>;
  #onFrame = new Set<() => void>();

  constructor(
    path: string,
    { token, cookie, protocol = "lilypad.v1" }: { token?: string; cookie?: string; protocol?: string },
  ) {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(cookie !== undefined && { cookie }),
    };
    // The second is not in the types: how long a closing handshake may take.
    const options = { headers, closeTimeout: WAIT_LIMIT_MS };
    this.raw = new WebSocket(inject("url").replace("http", "ws") + path, protocol, options);
    this.closed = new Promise((resolve) => {
      this.raw.once("close", resolve);
    });
    this.raw.on("error", () => undefined);
    this.raw.on("message", (data) => {
      const text = String(data);
      if (text.startsWith("[")) this.events.push(...(JSON.parse(text) as Event[]));
      for (const listener of this.#onFrame) listener();
    });
  }

  send(command: unknown): void {
    this.raw.send(typeof command === "string" ? command : JSON.stringify(command));
  }

  /** Starts the closing handshake from the client's side. */
  close(code?: number): void {
    this.raw.close(code);
  }

  /** Waits for the first event of a type, which may have been received already. */
  async event(type: string, matches: (event: Event) => boolean = () => true): Promise<Event> {
    const deadline = AbortSignal.timeout(WAIT_LIMIT_MS);
    for (;;) {
      const found = this.events.find((event) => event.type === type && matches(event));
      if (found) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onFrame.add(resolve);
      deadline.addEventListener("abort", () => resolve());
      await promise;
      this.#onFrame.delete(resolve);
      if (deadline.aborted)
        throw new Error(`no ${type}; received ${JSON.stringify(this.events).slice(0, 1500)}`);
    }
  }
}
