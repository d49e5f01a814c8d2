/** A Lilypad of the chaos tests' own: bare workerd, on-disk storage, which can be killed and started again. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker, startWorkerd, type Workerd } from "../../../src/dev/workerd.ts";

/** The host application's key: the tests make its users' tokens themselves. */
export const AUTH_SECRET = "a-secret-for-chaos-alone-0123456789";

const VARS = {
  ENVIRONMENT: "development",
  GUEST_SIGN_IN: "true",
  RATE_LIMITS: "off",
  AUTH_SECRET,
  SESSION_SECRET: "another-secret-for-chaos-alone-0123",
};

export class Server {
  readonly #directory: string;
  readonly #vars: Record<string, string>;
  #workerd: Workerd | undefined;
  #port = 0;

  private constructor(directory: string, vars: Record<string, string>) {
    this.#directory = directory;
    this.#vars = vars;
  }

  /** Builds Lilypad and starts it on empty storage and a free port. `vars` override the tests' own. */
  static async start(vars: Record<string, string> = {}): Promise<Server> {
    const directory = await mkdtemp(join(tmpdir(), "lilypad-chaos-"));
    const server = new Server(directory, { ...VARS, ...vars });
    await bundleWorker(join(directory, "worker"));
    await server.restart();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Such as `http://127.0.0.1:8787`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Ends the process at once, as a power cut would: SIGKILL, in the middle of whatever it is doing. */
  async kill(): Promise<void> {
    const child = this.#workerd?.process;
    this.#workerd = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  /** Starts it on the same storage and the same port, after it was killed. */
  async restart(): Promise<void> {
    this.#workerd = await startWorkerd({
      bundle: join(this.#directory, "worker"),
      storage: join(this.#directory, "storage"),
      port: this.#port,
      vars: this.#vars,
      inspector: true,
    });
    this.#port = this.#workerd.port;
  }

  /** Ends it for good; nothing of it is left on the disk. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  /** What the process holds of the machine's memory, in bytes: what waits in sockets is outside of V8's heap. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.#workerd?.process.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** V8's inspector of the isolate in which Lilypad runs, to ask it things. */
  get inspectorUrl(): string {
    return `ws://127.0.0.1:${this.#workerd?.inspectorPort}/lilypad`;
  }
}
