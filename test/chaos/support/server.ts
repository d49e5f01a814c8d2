/** Lilypad on bare workerd with on-disk storage, which can be killed and started again on the same storage. */
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startWorkerd, type Workerd } from "../../../src/dev/workerd.ts";
import { sharedBundle } from "./bundle.ts";
import { withConstants, type Constants } from "./constants.ts";

/** The host application's key, with which the tests sign their users' tokens. */
export const AUTH_SECRET = "a-secret-for-the-chaos-tests-0123456789";

/** The same of its server. */
export const SERVER_SECRET = "a-third-secret-for-the-chaos-tests-01234";

/** The server's settings: no rate limits. */
export const VARS = {
  ENVIRONMENT: "development",
  GUEST_SIGN_IN: "true",
  RATE_LIMITS: "off",
  CONTACT_POLICY: "open",
  AUTH_SECRET,
  SESSION_SECRET: "another-secret-for-the-chaos-tests-0123",
  SERVER_SECRET,
};

export interface ServerOptions {
  /** Other values for constants of the source. */
  constants?: Constants;
  /** Whether to open V8's inspector; true if absent. */
  inspector?: boolean;
  /** An ES module to run as a second Worker in the same process, with Lilypad bound as `LILYPAD`. */
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

  private constructor(
    directory: string,
    bundle: string,
    vars: Record<string, string>,
    options: ServerOptions,
  ) {
    this.#directory = directory;
    this.#bundle = bundle;
    this.#vars = vars;
    this.#inspector = options.inspector ?? true;
    this.#companion = options.companion;
  }

  /** Starts Lilypad on empty storage and a free port. `vars` override `VARS`. */
  static async start(vars: Record<string, string> = {}, options: ServerOptions = {}): Promise<Server> {
    const directory = await mkdtemp(join(tmpdir(), "lilypad-chaos-"));
    const { constants } = options;
    const bundle = constants ? await bundleWith(constants, directory) : await sharedBundle();
    const server = new Server(directory, bundle, { ...VARS, ...vars }, options);
    await server.restart();
    return server;
  }

  /** Id of the workerd process; 0 while it is not running. */
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

  /** Where its objects store: a directory for each class, files for each object. */
  get storage(): string {
    return join(this.#directory, "storage");
  }

  /** Kills the process with SIGKILL, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#workerd?.process;
    this.#workerd = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  /** Starts it again on the same storage and port. `vars` override its settings from now on. */
  async restart(vars: Record<string, string> = {}): Promise<void> {
    this.#vars = { ...this.#vars, ...vars };
    this.#workerd = await startWorkerd({
      bundle: this.#bundle,
      storage: this.storage,
      port: this.#port,
      vars: this.#vars,
      inspector: this.#inspector,
      ...(this.#companion !== undefined && { companion: this.#companion }),
    });
    this.#port = this.#workerd.port;
  }

  /** Kills it and deletes its storage. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Where the companion listens. */
  get companionUrl(): string {
    return `http://127.0.0.1:${this.#workerd?.companionPort}`;
  }

  /** V8's inspector of the isolate that runs Lilypad. */
  get inspectorUrl(): string {
    return `ws://127.0.0.1:${this.#workerd?.inspectorPort}/lilypad`;
  }
}

/** A bundle in a directory of this server's. */
async function bundleWith(constants: Constants, directory: string): Promise<string> {
  const source = await readFile(join(await sharedBundle(), "index.js"), "utf8");
  const bundle = join(directory, "worker");
  await mkdir(bundle);
  await writeFile(join(bundle, "index.js"), withConstants(source, constants));
  return bundle;
}
