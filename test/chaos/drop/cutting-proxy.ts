/**
 * A TCP proxy between one client and a server, with latency and cuts: what is in flight at a cut is lost in both
 * directions, as when a phone changes networks, and neither side knows what the other received.
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Latency of each direction. Without it hardly anything would be in flight at a cut on one machine, and the case that
 * matters most, a message stored while its acknowledgement is lost, would not occur.
 */
const LATENCY_MS = 40;
/** How long a fading connection withholds the client's data before it is cut. */
const FADING_MS = 500;

/**
 * How a connection is cut. `sudden`: only what is in flight is lost. `lost`: the connection fades first, and what the
 * client sends meanwhile is lost. `late`: it fades, and what the client sent reaches the server after the client has
 * reconnected and is about to send it again, as from a relay on the way that did not notice the cut. Only deduplication
 * in the server helps then.
 */
export type CutKind = "sudden" | "lost" | "late";

/** A client's connection and the one to the server that carries it. */
interface Pair {
  client: Socket;
  server: Socket;
  /** The client's data since the connection began to fade; absent before. */
  withheld?: Buffer[];
}

export class CuttingProxy {
  readonly #targetPort: number;
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  /** Pairs cut for the client whose withheld data is still to reach the server. */
  readonly #halfOpen = new Set<Pair>();
  #refusesUntil = 0;
  #cuts = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#listener = createServer((client) => this.#accept(client));
  }

  /** Starts a proxy to `targetPort` of this machine, on a free port. */
  static async start(targetPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort);
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    return proxy;
  }

  /** Where the client connects. */
  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** How many cuts ended a connection. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Cuts the connection, and refuses new ones for `refuseMs`. */
  async cut(kind: CutKind, refuseMs: number): Promise<void> {
    if (kind !== "sudden") {
      for (const pair of this.#pairs) pair.withheld ??= [];
      await sleep(FADING_MS);
    }
    this.#refusesUntil = Date.now() + refuseMs;
    if (this.#pairs.size > 0) this.#cuts++;
    for (const pair of this.#pairs) {
      pair.client.destroy();
      if (kind === "late") this.#halfOpen.add(pair);
      else pair.server.destroy();
    }
    this.#pairs.clear();
  }

  close(): void {
    this.#listener.close();
    for (const { client, server } of [...this.#pairs, ...this.#halfOpen]) {
      client.destroy();
      server.destroy();
    }
  }

  #accept(client: Socket): void {
    // `close` always follows an error and is handled.
    client.on("error", () => {});
    if (Date.now() < this.#refusesUntil) return void client.resetAndDestroy();
    const server = connect(this.#targetPort, "127.0.0.1");
    server.on("error", () => {});
    client.setNoDelay(true);
    server.setNoDelay(true);
    const pair: Pair = { client, server };
    this.#pairs.add(pair);
    client.on("data", (data) =>
      delayed(server, () => (pair.withheld ? pair.withheld.push(data) : server.write(data))),
    );
    server.on("data", (data) => delayed(client, () => client.write(data)));
    // The server has answered on the new connection; now it gets what was withheld on the old one.
    server.once("data", () => this.#flushHalfOpen());
    client.on("end", () => delayed(server, () => server.end()));
    server.on("end", () => delayed(client, () => client.end()));
    client.on("close", () => {
      if (this.#halfOpen.has(pair)) return;
      this.#pairs.delete(pair);
      delayed(server, () => server.destroy());
    });
    server.on("close", () => {
      this.#halfOpen.delete(pair);
      this.#pairs.delete(pair);
      delayed(client, () => client.destroy());
    });
  }

  #flushHalfOpen(): void {
    for (const { server, withheld = [] } of this.#halfOpen) server.end(Buffer.concat(withheld));
    this.#halfOpen.clear();
  }
}

/** Acts on `socket` after the latency. Timers of one length fire in order, so data keeps its order. */
function delayed(socket: Socket, act: () => void): void {
  setTimeout(() => !socket.destroyed && act(), LATENCY_MS);
}
