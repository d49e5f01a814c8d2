/** The server that shows the limit of the load generator: it is no chat, and only pushes messages. */
import { peerFile, startServer } from "./server-process.ts";
import type { ChatServer } from "./chat-server.ts";

export const nullServer: ChatServer = {
  name: "null",
  title: "null server",
  start: async () => {
    const { pid, port, stop } = await startServer(process.execPath, [peerFile("null.mjs")]);
    return {
      pid,
      targets: async (rooms, perRoom) =>
        Array.from({ length: rooms * perRoom }, () => ({ port, path: "/", dialect: "plain" as const })),
      stop,
    };
  },
};
