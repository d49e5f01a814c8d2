/** One room of so many sockets, with more and more messages under way: deliveries, and how long the last one takes. */
import type { Column, Scenario } from "./scenario.ts";

export const WINDOWS = [1, 16, 64, 256];
/** How many of a room talk; the others only listen. */
const SENDERS = 16;
export const BODY_LENGTH = 100;
/** Sockets on their way into the room at once. */
export const CONCURRENCY = 50;

export const LOAD_COLUMNS: Column[] = [
  { figure: "deliveriesPerS", title: "deliveries/s", unit: "count" },
  { figure: "p50Ms", title: "p50 ms", unit: "ms" },
  { figure: "p99Ms", title: "p99 ms", unit: "ms" },
  { figure: "errors", title: "errors", unit: "count" },
  { figure: "serverCores", title: "server's cores", unit: "share" },
  { figure: "generatorBusy", title: "generator busy", unit: "share" },
];

/** As the tables name it. */
export function inFlight(window: number): string {
  return `${window} in flight`;
}

export function roomOf(sockets: number): Scenario {
  return {
    name: `room-${sockets}`,
    title: `One room of ${sockets.toLocaleString("en")} sockets`,
    columns: LOAD_COLUMNS,
    ratio: "deliveriesPerS",
    suits: () => true,
    run: async ({ running, generator, scale, tell }) => {
      await generator.do("open", { seats: await running.seats(1, sockets), concurrency: CONCURRENCY });
      for (const window of WINDOWS) {
        const { complaints, ...figures } = await generator.do("load", {
          rooms: 1,
          window,
          senders: SENDERS,
          bodyLength: BODY_LENGTH,
          warmMs: scale.warmMs,
          measureMs: scale.measureMs,
          pid: running.pid,
        });
        tell(inFlight(window), figures, complaints);
      }
    },
  };
}
