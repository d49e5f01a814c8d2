/**
 * A TCP proxy whose connections can go dead without being closed, as when a phone loses its network: the server's side
 * stays open, and nothing arrives on it any more.
 */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class SilentProxy {
  readonly #server: Server;
  readonly #clientSides = new Set<Socket>();
  readonly #serverSides = new Set<Socket>();

  private constructor(targetPort: number) {
    this.#server = createServer((clientSide) => {
      const serverSide = connect(targetPort, "127.0.0.1");
      this.#clientSides.add(clientSide);
      this.#serverSides.add(serverSide);
      clientSide.on("data", (chunk) => serverSide.write(chunk));
      serverSide.on("data", (chunk) => clientSide.destroyed || clientSide.write(chunk));
      // The end of one side is not passed on to the other: that is this proxy's purpose.
      clientSide.on("error", () => {});
      serverSide.on("error", () => {});
    });
  }

  /** Starts a proxy to `targetPort` of this machine. */
  static async start(targetPort: number): Promise<SilentProxy> {
    const proxy = new SilentProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Where clients connect. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Disconnects every client without letting the server know. */
  goSilent(): void {
    for (const side of this.#clientSides) side.destroy();
  }

  close(): void {
    this.#server.close();
    for (const side of [...this.#clientSides, ...this.#serverSides]) side.destroy();
  }
}
