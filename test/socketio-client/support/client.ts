/** The unmodified socket.io-client, whose events tests await. */
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { WAIT_LIMIT_MS } from "../../support/wait-limit.ts";

export interface Received {
  name: string;
  // What a server sends is what a test says that it is.
  // oxlint-disable-next-line typescript/no-explicit-any
  args: any[];
}

/** How the client connects: each of its transports, and the default, which begins with polling and upgrades. */
export const TRANSPORTS = {
  websocket: ["websocket"],
  polling: ["polling"],
  default: ["polling", "websocket"],
} as const;
export type TransportName = keyof typeof TRANSPORTS;

export class TestClient {
  readonly socket: Socket;
  /** Every event so far, those of the connection too. */
  readonly received: Received[] = [];
  #taken = 0;
  readonly #wake = new Set<() => void>();

  constructor(url: string, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 200, ...options });
    // The last argument of each is its offset.
    this.socket.onAny((name: string, ...args: unknown[]) => this.#add(name, args.slice(0, -1)));
    for (const name of ["connect", "connect_error", "disconnect"] as const)
      this.socket.on(name, (...args: unknown[]) => this.#add(name, args));
  }

  /** The next event of a name; those before it are skipped. */
  async next(
    name: string,
    matches: (...args: Received["args"]) => boolean = () => true,
  ): Promise<Received["args"]> {
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        deadline.reject(new Error(`waited for ${name}; saw ${JSON.stringify(this.received).slice(0, 2000)}`)),
      WAIT_LIMIT_MS,
    );
    try {
      for (;;) {
        for (let i = this.#taken; i < this.received.length; i++) {
          const event = this.received[i];
          if (event?.name !== name || !matches(...event.args)) continue;
          this.#taken = i + 1;
          return event.args;
        }
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake.add(resolve);
        await Promise.race([promise, deadline.promise]);
        this.#wake.delete(resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Emits an event and waits for its acknowledgement. */
  ask(name: string, input: unknown): Promise<Received["args"][0]> {
    return this.socket.timeout(WAIT_LIMIT_MS).emitWithAck(name, input);
  }

  /** The events of a name so far. */
  all(name: string): Received["args"][] {
    return this.received.filter((event) => event.name === name).map(({ args }) => args);
  }

  close(): void {
    this.socket.disconnect();
  }

  #add(name: string, args: unknown[]): void {
    this.received.push({ name, args });
    for (const wake of this.#wake) wake();
  }
}
