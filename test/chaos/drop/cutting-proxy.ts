/**
 * A bad line between one client and a server: it takes a while, and now and then it is cut. What was under way on it is
 * lost in both directions, as when a phone changes its network, and nobody is told what arrived.
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Each direction takes this long. Without it hardly anything would ever be under way when a line on one machine is cut,
 * and what a cut is really about, a message that was stored but whose answer was lost, would never happen.
 */
const LATENCY_MS = 40;
/** A line that fades takes nothing to the server any more for so long before it is cut. */
const FADING_MS = 500;

/**
 * How a line is cut. `sudden`: only what is under way at that moment is lost. `lost`: the line fades first, and what was
 * said meanwhile is lost. `late`: it fades, and what was said reaches the server once the client is back on a new
 * connection and about to say it again, as from a relay on the way that noticed nothing. Only what the server knows of
 * repeats helps then.
 */
export type CutKind = "sudden" | "lost" | "late";

/** One connection of the client, and the one to the server that it is carried on. */
interface Call {
  client: Socket;
  server: Socket;
  /** What the client said since the line began to fade; absent before. */
  held?: Buffer[];
}

export class CuttingProxy {
  readonly #targetPort: number;
  readonly #listener: Server;
  readonly #calls = new Set<Call>();
  /** Cut for the client, while the server does not know of it. */
  readonly #undead = new Set<Call>();
  #refusesUntil = 0;
  #cuts = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#listener = createServer((client) => this.#answer(client));
  }

  /** A line to `targetPort` of this machine, from a port of its own. */
  static async start(targetPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort);
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    return proxy;
  }

  /** Where a client connects. */
  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** How many cuts there were that cut something. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Cuts the line, and lets nobody through for a while. */
  async cut(kind: CutKind, refuseMs: number): Promise<void> {
    if (kind !== "sudden") {
      for (const call of this.#calls) call.held ??= [];
      await sleep(FADING_MS);
    }
    this.#refusesUntil = Date.now() + refuseMs;
    if (this.#calls.size > 0) this.#cuts++;
    for (const call of this.#calls) {
      call.client.destroy();
      if (kind === "late") this.#undead.add(call);
      else call.server.destroy();
    }
    this.#calls.clear();
  }

  close(): void {
    this.#listener.close();
    for (const { client, server } of [...this.#calls, ...this.#undead]) {
      client.destroy();
      server.destroy();
    }
  }

  #answer(client: Socket): void {
    // `close` follows an error, and says all that is needed.
    client.on("error", () => {});
    if (Date.now() < this.#refusesUntil) return void client.resetAndDestroy();
    const server = connect(this.#targetPort, "127.0.0.1");
    server.on("error", () => {});
    client.setNoDelay(true);
    server.setNoDelay(true);
    const call: Call = { client, server };
    this.#calls.add(call);
    client.on("data", (said) => later(server, () => (call.held ? call.held.push(said) : server.write(said))));
    server.on("data", (said) => later(client, () => client.write(said)));
    // The server has answered the new connection, so it has said what it knew: now the old one's last words.
    server.once("data", () => this.#bury());
    client.on("end", () => later(server, () => server.end()));
    server.on("end", () => later(client, () => client.end()));
    client.on("close", () => {
      if (this.#undead.has(call)) return;
      this.#calls.delete(call);
      later(server, () => server.destroy());
    });
    server.on("close", () => {
      this.#undead.delete(call);
      this.#calls.delete(call);
      later(client, () => client.destroy());
    });
  }

  /** Lets those that were cut say to the server what they had left to say. */
  #bury(): void {
    for (const { server, held = [] } of this.#undead) server.end(Buffer.concat(held));
    this.#undead.clear();
  }
}

/** Timers of one length keep their order, and so does what is carried by them. */
function later(to: Socket, carry: () => void): void {
  setTimeout(() => !to.destroyed && carry(), LATENCY_MS);
}
