/**
 * A WebSocket to Lilypad as anyone could write it from the contract, without the project's client: what the client
 * believes of the server is not to be believed here too.
 */
import { WebSocket } from "ws";

/** The contract's own interval: whoever is silent for longer counts as vanished. */
const PING_MS = 30_000;

export class WireSocket<E> {
  /** Resolves when the connection is over, however it ended and whether or not it ever was open: nothing is heard after that. */
  readonly closed: Promise<void>;
  readonly #raw: WebSocket;

  /** Connects as the bearer of `token`; each event is handed to `hear`, in order. */
  constructor(url: string, token: string, hear: (event: E) => void) {
    const raw = new WebSocket(url.replace(/^http/, "ws"), ["lilypad.v1", `bearer.${token}`], {
      perMessageDeflate: false,
    });
    this.#raw = raw;
    const pinging = setInterval(() => this.isOpen && raw.send("ping"), PING_MS);
    this.closed = new Promise((done) => {
      raw.once("close", () => {
        clearInterval(pinging);
        done();
      });
    });
    // `close` follows, and says all that is needed.
    raw.on("error", () => {});
    raw.on("message", (data) => {
      const frame = String(data);
      if (frame !== "pong") for (const event of JSON.parse(frame) as E[]) hear(event);
    });
  }

  get isOpen(): boolean {
    return this.#raw.readyState === WebSocket.OPEN;
  }

  /** Sends a command, or several in one frame. What is sent on a connection that is over is lost. */
  send(commands: object): void {
    if (this.isOpen) this.#raw.send(JSON.stringify(commands));
  }

  /** Says goodbye, as a tab that is closed. */
  close(): void {
    this.#raw.close(1000);
  }

  /** Takes nothing more out of the network's buffers, as a page that hangs, until `resume`. */
  stall(): void {
    this.#raw.pause();
  }

  resume(): void {
    this.#raw.resume();
  }

  /** Breaks the connection off. */
  drop(): void {
    this.#raw.terminate();
  }
}
