/** Hosts for programs that use the client: a page of another site, and a Worker of another project. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { inject } from "vitest";

/** Serves one page on a free port. */
export async function serveHtml(html: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(html);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}`, close: () => void server.close() };
}

/** Starts a Worker with this code and `modules` (file by name) to import. It can connect to servers on this machine. */
export async function startScript(
  code: string,
  modules: Record<string, string>,
): Promise<{ url: string; stop: () => void }> {
  const directory = await mkdtemp(join(inject("scratch"), "worker-"));
  await writeFile(join(directory, "worker.js"), code);
  for (const [name, file] of Object.entries(modules)) await cp(file, join(directory, name));
  const embedded = ["worker.js", ...Object.keys(modules)]
    .map((name) => `(name = "${name}", esModule = embed "${name}")`)
    .join(", ");
  await writeFile(
    join(directory, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = (
          modules = [${embedded}],
          compatibilityDate = "2026-11-01",
          globalOutbound = "network",
        )),
        (name = "network", network = (allow = ["private", "public"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );`,
  );
  const args = ["serve", join(directory, "config.capnp"), "--control-fd=3"];
  const child = spawn("node_modules/workerd/bin/workerd", args, {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const [line] = (await once(createInterface({ input: child.stdio[3] as Readable }), "line")) as [string];
  const { port } = JSON.parse(line) as { port: number };
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill() };
}
