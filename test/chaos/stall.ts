/** Clients that stop reading: what waits for them must not fill the server's memory, whatever it is. */
import { defineProgram } from "./support/program.ts";
import { Server } from "./support/server.ts";
import { flood, warmUp } from "./stall/flood.ts";
import { unread } from "./stall/unread.ts";

export const stall = defineProgram({
  name: "stall",
  summary:
    "Clients stop reading while another one floods the room, those that promised to acknowledge and those that did not: they are disconnected before their queues fill the server's memory, nobody else is, and when they read again they resume and miss nothing. One user resumes a long absence over 32 sockets, and asks for 40 pages of history, without reading: the memory that this takes is bounded.",
  duration: "about 60 s",
  options: {
    mib: { kind: "number", default: 64, min: 1, help: "MiB of messages sent while clients stall" },
    stalled: { kind: "number", default: 6, min: 1, help: "clients that stop reading" },
  },
  run: async ({ mib, stalled }) => {
    const scenarios = [
      async (server: Server) => {
        await warmUp(server, mib);
        const paced = await flood(server, { mib, stalled, isPaced: true });
        return [paced, await flood(server, { mib, stalled, isPaced: false })];
      },
      async (server: Server) => [await unread(server, "resumes")],
      async (server: Server) => [await unread(server, "pages")],
    ];
    const reports = (await Promise.all(scenarios.map(withServer))).flat();
    return {
      rows: reports.flatMap(({ rows }) => rows),
      violations: reports.flatMap(({ violations }) => violations),
    };
  },
});

/** Each has a server of its own, whose memory is measured. */
async function withServer<T>(scenario: (server: Server) => Promise<T>): Promise<T> {
  const server = await Server.start();
  try {
    return await scenario(server);
  } finally {
    await server.stop();
  }
}
