/** A Durable Object that stores nothing and checks nobody: what the platform itself allows, whoever writes for it. */
import { once } from "node:events";
import { serveConfig } from "../../../src/dev/workerd.ts";
import { roomSeats } from "./peers.ts";
import { peerFile } from "./server-process.ts";
import type { System } from "./system.ts";

export const durableObject: System = {
  name: "object",
  title: "bare Durable Object",
  start: async () => {
    const { process: child, port } = await serveConfig(peerFile("durable-object.capnp"));
    return {
      pid: child.pid ?? 0,
      // Its frames are arrays of events, as Lilypad's are.
      seats: async (rooms, perRoom) => roomSeats({ port, dialect: "lilypad", path: "/?" }, rooms, perRoom),
      stop: async () => {
        child.removeAllListeners("exit");
        child.kill("SIGKILL");
        await once(child, "exit");
      },
    };
  },
};
