/** The server that the generator is checked against: it is no chat, and only pushes. */
import { peerFile, startServer } from "./server-process.ts";
import type { System } from "./system.ts";

export const nullServer: System = {
  name: "null",
  title: "null server",
  start: async () => {
    const { pid, port, stop } = await startServer(process.execPath, [peerFile("null.mjs")]);
    return {
      pid,
      seats: async (rooms, perRoom) =>
        Array.from({ length: rooms * perRoom }, () => ({ port, path: "/", dialect: "plain" as const })),
      stop,
    };
  },
};
