/** Durable Objects that check nothing: the limit of the platform, without storage and with each message in SQLite. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveConfig } from "../../../src/dev/workerd.ts";
import { roomTargets } from "./peers.ts";
import { peerFile } from "./server-process.ts";
import type { ChatServer, RunningServer } from "./chat-server.ts";

export const durableObject: ChatServer = {
  name: "object",
  title: "bare Durable Object",
  start: () => start("durable-object.capnp"),
};

export const storingDurableObject: ChatServer = {
  name: "object+sqlite",
  title: "bare Durable Object, each message in SQLite",
  start: async () => start("durable-object-sqlite.capnp", await mkdtemp(join(tmpdir(), "lilypad-bench-"))),
};

async function start(config: string, storage?: string): Promise<RunningServer> {
  const { process: child, port } = await serveConfig(peerFile(config), {
    ...(storage !== undefined && { storage }),
  });
  return {
    pid: child.pid ?? 0,
    // Its frames are arrays of events, as Lilypad's.
    targets: async (rooms, perRoom) => roomTargets({ port, dialect: "lilypad", path: "/?" }, rooms, perRoom),
    stop: async () => {
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
      await once(child, "exit");
      if (storage !== undefined) await rm(storage, { recursive: true, force: true });
    },
  };
}
