/** Cuts every client's connection while all of them write, in Lilypad and, for comparison, in Socket.IO. */
import { cutSchedule } from "./drop/cut-schedule.ts";
import { startLilypad } from "./drop/lilypad.ts";
import { runSystem } from "./drop/run-system.ts";
import { startSocketIo } from "./drop/socket-io.ts";
import { defineProgram } from "./support/program.ts";

const SYSTEMS = [
  (names: string[]) => startLilypad(names),
  () => startSocketIo({ recovery: false }),
  () => startSocketIo({ recovery: true }),
];

export const drop = defineProgram({
  name: "drop",
  summary:
    "Cuts every client's connection again and again while all of them write: everything is delivered, once and in order. Socket.IO, with and without connection state recovery, goes through the same cuts for comparison.",
  duration: "about 4 min",
  options: {
    seconds: { kind: "number", default: 60, min: 1, help: "how long clients write, per system" },
    clients: { kind: "number", default: 20, min: 1, help: "clients in the room" },
    systems: {
      kind: "number",
      default: SYSTEMS.length,
      min: 1,
      help: "1: Lilypad alone; 2: and Socket.IO; 3: and Socket.IO with recovery",
    },
  },
  run: async (options) => {
    const durationMs = options.seconds * 1_000;
    const names = Array.from({ length: options.clients }, (_client, i) => `c${i + 1}`);
    const schedule = cutSchedule(options.seed, names, durationMs);
    const outcomes = [];
    for (const start of SYSTEMS.slice(0, options.systems)) {
      const system = await start(names);
      try {
        outcomes.push(await runSystem(system, schedule, durationMs));
      } finally {
        await system.stop();
      }
    }
    return {
      rows: outcomes.flatMap(({ rows }) => rows),
      violations: outcomes.flatMap(({ violations }) => violations),
    };
  },
});
