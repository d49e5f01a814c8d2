/**
 * A line that goes dead without a word: to the server it looks as a phone does that was carried into a tunnel. The
 * connection stays, nothing comes any more, and nobody says goodbye.
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
      // A side that ends is told to nobody: that is what this line is for.
      clientSide.on("error", () => {});
      serverSide.on("error", () => {});
    });
  }

  /** A line to `targetPort` of this machine. */
  static async start(targetPort: number): Promise<SilentProxy> {
    const proxy = new SilentProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Where a client connects. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on the server hears nothing more from those who came this way, and they are gone. */
  fallSilent(): void {
    for (const side of this.#clientSides) side.destroy();
  }

  /** Ends it all. */
  close(): void {
    this.#server.close();
    for (const side of [...this.#clientSides, ...this.#serverSides]) side.destroy();
  }
}
