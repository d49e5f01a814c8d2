/** A Durable Object that stores nothing and checks nothing: the limit of the platform. */
import { once } from "node:events";
import { serveConfig } from "../../../src/dev/workerd.ts";
import { roomTargets } from "./peers.ts";
import { peerFile } from "./server-process.ts";
import type { ChatServer } from "./chat-server.ts";

export const durableObject: ChatServer = {
  name: "object",
  title: "bare Durable Object",
  start: async () => {
    const { process: child, port } = await serveConfig(peerFile("durable-object.capnp"));
    return {
      pid: child.pid ?? 0,
      // Its frames are arrays of events, as Lilypad's.
      targets: async (rooms, perRoom) =>
        roomTargets({ port, dialect: "lilypad", path: "/?" }, rooms, perRoom),
      stop: async () => {
        child.removeAllListeners("exit");
        child.kill("SIGKILL");
        await once(child, "exit");
      },
    };
  },
};
