/**
 * A WebSocket to Lilypad written from the contract, without the project's client: a wrong assumption in the client must
 * not hide here as well.
 */
import { WebSocket } from "ws";
import type { PresenceEvent, ThreadEvent } from "../../../src/protocol/events.ts";

export class WireSocket<E extends PresenceEvent | ThreadEvent> {
  /** Resolves with the code when the connection is over, however it ended and whether or not it ever opened; no event follows. */
  readonly closed: Promise<number>;
  readonly #raw: WebSocket;

  /** Connects with `token`; `onEvent` gets every event, in order. */
  constructor(url: string, token: string, onEvent: (event: E) => void) {
    const raw = new WebSocket(url.replace(/^http/, "ws"), ["lilypad.v1", `bearer.${token}`], {
      perMessageDeflate: false,
    });
    this.#raw = raw;
    let pings: NodeJS.Timeout | undefined;
    this.closed = new Promise((resolve) => {
      raw.once("close", (code) => {
        clearInterval(pings);
        resolve(code);
      });
    });
    // `close` always follows and is handled.
    raw.on("error", () => {});
    raw.on("message", (data) => {
      const frame = String(data);
      if (frame === "pong") return;
      for (const event of JSON.parse(frame) as E[]) {
        // The server takes a client that is silent for longer as gone.
        if (event.type === "welcome")
          pings = setInterval(() => this.isOpen && raw.send("ping"), event.limits.pingMs);
        onEvent(event);
      }
    });
  }

  get isOpen(): boolean {
    return this.#raw.readyState === WebSocket.OPEN;
  }

  /** Sends a command, or an array of them in one frame. Dropped where the connection is not open. */
  send(commands: object): void {
    if (this.isOpen) this.#raw.send(JSON.stringify(commands));
  }

  /** Closes with a closing handshake, as a tab does. */
  close(): void {
    this.#raw.close(1000);
  }

  /** Stops reading from the network, as a page that hangs, until `resume`. */
  pause(): void {
    this.#raw.pause();
  }

  resume(): void {
    this.#raw.resume();
  }
}
