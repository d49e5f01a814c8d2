/** A Lilypad of the chaos tests' own: bare workerd, on-disk storage, which can be killed and started again. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker, startWorkerd, type Workerd } from "../../../src/dev/workerd.ts";

/** The host application's key: the tests make its users' tokens themselves. */
export const AUTH_SECRET = "a-secret-for-chaos-alone-0123456789";

/** How it is configured: nobody is held back by any rate. */
export const VARS = {
  ENVIRONMENT: "development",
  GUEST_SIGN_IN: "true",
  RATE_LIMITS: "off",
  AUTH_SECRET,
  SESSION_SECRET: "another-secret-for-chaos-alone-0123",
};

/** What a server may share with others, or do without. */
export interface ServerOptions {
  /** Where `bundleWorker` has put Lilypad; built anew if not given. */
  bundle?: string;
  /** Whether its isolate can be asked things; on, if not given. */
  inspector?: boolean;
  /** A Worker that runs beside it in the same process. */
  companion?: string;
}

export class Server {
  readonly #directory: string;
  readonly #bundle: string;
  #vars: Record<string, string>;
  readonly #inspector: boolean;
  readonly #companion: string | undefined;
  #workerd: Workerd | undefined;
  #port = 0;

  private constructor(directory: string, vars: Record<string, string>, options: ServerOptions) {
    this.#directory = directory;
    this.#bundle = options.bundle ?? join(directory, "worker");
    this.#vars = vars;
    this.#inspector = options.inspector ?? true;
    this.#companion = options.companion;
  }

  /** Builds Lilypad and starts it on empty storage and a free port. `vars` override the tests' own. */
  static async start(vars: Record<string, string> = {}, options: ServerOptions = {}): Promise<Server> {
    const directory = await mkdtemp(join(tmpdir(), "lilypad-chaos-"));
    const server = new Server(directory, { ...VARS, ...vars }, options);
    if (options.bundle === undefined) await bundleWorker(server.#bundle);
    await server.restart();
    return server;
  }

  /** The process's id; 0 while there is none. */
  get pid(): number {
    return this.#workerd?.process.pid ?? 0;
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

  /** Starts it on the same storage and the same port, after it was killed. `vars` override those it had. */
  async restart(vars: Record<string, string> = {}): Promise<void> {
    this.#vars = { ...this.#vars, ...vars };
    this.#workerd = await startWorkerd({
      bundle: this.#bundle,
      storage: join(this.#directory, "storage"),
      port: this.#port,
      vars: this.#vars,
      inspector: this.#inspector,
      ...(this.#companion !== undefined && { companion: this.#companion }),
    });
    this.#port = this.#workerd.port;
  }

  /** Ends it for good; nothing of it is left on the disk. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Where its companion listens. */
  get companionUrl(): string {
    return `http://127.0.0.1:${this.#workerd?.companionPort}`;
  }

  /** V8's inspector of the isolate in which Lilypad runs, to ask it things. */
  get inspectorUrl(): string {
    return `ws://127.0.0.1:${this.#workerd?.inspectorPort}/lilypad`;
  }
}
