/**
 * Lilypad on the bare workerd binary, with on-disk storage and without wrangler's proxies: for benchmarks and fault
 * injection. The Worker is the one that `wrangler deploy` would upload.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** No workerd outlives the process that started it, however that ends short of SIGKILL. */
const started = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});

const CLASSES = {
  CHAT_THREAD: "ChatThread",
  RELAY: "Relay",
  PRESENCE: "Presence",
  SOCKET_IO: "SocketIoShard",
};

/** Bundles the Worker into `directory`, as a deployment does. */
export async function bundleWorker(directory: string): Promise<void> {
  const args = ["node_modules/wrangler/bin/wrangler.js", "deploy", "--dry-run", "--outdir", directory];
  const env = { WRANGLER_SEND_METRICS: "false", ...process.env };
  const wrangler = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"], env });
  const [code] = (await once(wrangler, "exit")) as [number | null];
  if (code !== 0) throw new Error(`wrangler deploy --dry-run exited with ${code}`);
}

export interface WorkerdOptions {
  /** Where `bundleWorker` put the Worker. */
  bundle: string;
  /** Directory of the objects' storage, kept between starts. */
  storage: string;
  /** 0 for any free port. */
  port: number;
  /** The address to listen on. */
  host?: string;
  /** Variables and secrets (src/config). */
  vars: Record<string, string>;
  /** Whether to listen for V8's inspector as well. */
  inspector?: boolean;
  /** An ES module that runs beside Lilypad in the same process, as a Worker with Lilypad bound as `LILYPAD`. */
  companion?: string;
}

export interface Workerd {
  process: ChildProcess;
  port: number;
  /** Port of V8's inspector, if it was requested. */
  inspectorPort: number | undefined;
  /** Port of the companion, if there is one. */
  companionPort: number | undefined;
}

/** Starts Lilypad on workerd; resolves when it listens. */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  mkdirSync(options.storage, { recursive: true });
  const config = join(options.bundle, `config-${randomUUID()}.capnp`);
  writeFileSync(config, configFor(options));
  try {
    return await serveConfig(config, options);
  } finally {
    rmSync(config);
  }
}

/**
 * Starts workerd by a configuration with a socket `http`, a disk service `storage` where that is given, and for a companion a
 * socket of that name; resolves when it listens.
 */
export function serveConfig(
  config: string,
  { inspector, companion, storage, vars }: Partial<Omit<WorkerdOptions, "bundle" | "port" | "host">> = {},
): Promise<Workerd> {
  // workerd reports the ports it listens on to a file descriptor of its own.
  const args = ["serve", config, "--control-fd=3"];
  if (inspector) args.push("--inspector-addr=127.0.0.1:0");
  if (storage !== undefined) args.push(`--directory-path=storage=${resolve(storage)}`);
  const child = spawn("node_modules/workerd/bin/workerd", args, {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    env: { ...process.env, ...vars },
  });
  started.add(child);
  child.once("exit", () => started.delete(child));
  const control = createInterface({ input: child.stdio[3] as Readable });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code, signal) => fail(new Error(`workerd ended with ${code ?? signal}`)));
    const ports: { http?: number; companion?: number; inspector?: number } = {};
    control.on("line", (line) => {
      const { event, socket, port } = JSON.parse(line) as {
        event: string;
        socket?: "http" | "companion";
        port: number;
      };
      ports[event === "listen-inspector" ? "inspector" : (socket ?? "http")] = port;
      if (ports.http === undefined || (companion && ports.companion === undefined)) return;
      done({
        process: child,
        port: ports.http,
        inspectorPort: ports.inspector,
        companionPort: ports.companion,
      });
    });
  });
}

/** The configuration in Cap'n Proto's text form (workerd.capnp, in the workerd package, documents each field). */
function configFor({ port, host = "127.0.0.1", vars, companion }: WorkerdOptions): string {
  const text = (value: string) => JSON.stringify(value);
  const classes = Object.entries(CLASSES);
  const bindings = [
    ...classes.map(([name, type]) => `(name = ${text(name)}, durableObjectNamespace = ${text(type)})`),
    // From the environment of the process, so that no secret is in the file.
    ...Object.keys(vars).map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
  ];
  const namespaces = classes.map(
    ([, type]) => `(className = ${text(type)}, uniqueKey = ${text(`lilypad-${type}`)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "lilypad", worker = .lilypad),
    (name = "storage", disk = (writable = true)),
    # The host application may run on this machine too.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),${
      companion === undefined
        ? ""
        : `
    (name = "companion", worker = (
      modules = [(name = "companion.js", esModule = ${text(readFileSync(companion, "utf8"))})],
      compatibilityDate = ${text(compatibilityDate())},
      bindings = [(name = "LILYPAD", service = "lilypad")],
    )),`
    }
  ],
  sockets = [
    (name = "http", address = ${text(`${host}:${port}`)}, http = (), service = "lilypad"),${
      companion === undefined
        ? ""
        : `
    (name = "companion", address = ${text(`${host}:0`)}, http = (), service = "companion"),`
    }
  ],
);
const lilypad :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = ${text(compatibilityDate())},
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "storage"),
);
`;
}

function compatibilityDate(): string {
  const date = /^compatibility_date = "([\d-]+)"/m.exec(readFileSync("wrangler.toml", "utf8"))?.[1];
  if (date === undefined) throw new Error("wrangler.toml has no compatibility_date");
  return date;
}
