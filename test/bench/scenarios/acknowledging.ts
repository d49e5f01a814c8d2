/** How soon a sender knows that its message is taken. */
import { ERRORS, TIMES, USAGE } from "./columns.ts";
import { BODY_LENGTH, CONCURRENCY, inFlight } from "./rooms.ts";
import { isChat, type Scenario } from "./scenario.ts";

const SOCKETS = 10;

export const acknowledging: Scenario = {
  name: "ack",
  title: "From sending to the acknowledgement",
  note: `One talks in a room of ${SOCKETS}. Lilypad's and SQLite's acknowledgement says that it is on disk.`,
  columns: [{ figure: "acksPerS", title: "acks/s" }, ...TIMES, ERRORS, ...USAGE],
  ratio: "acksPerS",
  suits: isChat,
  run: async ({ running, generator, scale, tell }) => {
    const { warmMs, measureMs } = scale;
    await generator.do("open", { seats: await running.seats(1, SOCKETS), concurrency: CONCURRENCY });
    for (const window of [1, 64]) {
      const order = { window, bodyLength: BODY_LENGTH, warmMs, measureMs, pid: running.pid };
      const { complaints, ...figures } = await generator.do("acks", order);
      tell(inFlight(window), figures, { complaints });
    }
  },
};
