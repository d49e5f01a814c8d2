/** Clients that stop reading: what waits for them must not fill the server's memory, whatever it is. */
import { defineProgram, type ProgramReport } from "./support/program.ts";
import { Server } from "./support/server.ts";
import { flood } from "./stall/flood.ts";
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
    const report: ProgramReport = { rows: [], violations: [] };
    for (const scenario of [
      (server: Server) => flood(server, { mib, stalled, isPaced: true }),
      (server: Server) => flood(server, { mib, stalled, isPaced: false }),
      (server: Server) => unread(server, "resumes"),
      (server: Server) => unread(server, "pages"),
    ]) {
      const server = await Server.start();
      try {
        const { rows, violations } = await scenario(server);
        report.rows.push(...rows);
        report.violations.push(...violations);
      } finally {
        await server.stop();
      }
    }
    return report;
  },
});
