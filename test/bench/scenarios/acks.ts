/** The time to the acknowledgement of a message. */
import { ERRORS, TIMES, CPU_USAGE } from "./columns.ts";
import { MESSAGE_LENGTH, CONCURRENCY, inFlight } from "./rooms.ts";
import { isChat, type Scenario } from "./scenario.ts";

const SOCKETS = 10;

export const acks: Scenario = {
  name: "ack",
  title: "From sending to the acknowledgement",
  note: `One socket sends in a room of ${SOCKETS}. With Lilypad and with SQLite, an acknowledged message is on disk.`,
  columns: [{ figure: "acksPerS", title: "acks/s" }, ...TIMES, ERRORS, ...CPU_USAGE],
  ratio: "acksPerS",
  supports: isChat,
  run: async ({ running, generator, scale, report }) => {
    const { warmMs, measureMs } = scale;
    await generator.run("open", { targets: await running.targets(1, SOCKETS), concurrency: CONCURRENCY });
    for (const window of [1, 64]) {
      const task = { window, bodyLength: MESSAGE_LENGTH, warmMs, measureMs, pid: running.pid };
      const { errorDetails, ...figures } = await generator.run("acks", task);
      report(inFlight(window), figures, { errorDetails });
    }
  },
};
