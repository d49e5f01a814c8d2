/** Cuts every client's connection while all of them write, in Lilypad and, for comparison, in Socket.IO. */
import type { ChatSystem } from "./drop/chat-system.ts";
import { cutSchedule } from "./drop/cut-schedule.ts";
import { startLilypadSocketIo } from "./drop/lilypad-socketio.ts";
import { startLilypad } from "./drop/lilypad.ts";
import { runSystem } from "./drop/run-system.ts";
import { startSocketIo } from "./drop/socket-io.ts";
import { UsageError } from "./support/command-line.ts";
import { defineProgram } from "./support/program.ts";

type Start = (names: string[]) => Promise<ChatSystem>;

const SYSTEMS: Record<string, Start> = {
  lilypad: startLilypad,
  "lilypad-socketio": startLilypadSocketIo,
  socketio: () => startSocketIo({ recovery: false }),
  "socketio-recovery": () => startSocketIo({ recovery: true }),
};

export const drop = defineProgram({
  name: "drop",
  summary:
    "Cuts every client's connection again and again while all of them write, and crashes the server: everything is delivered, once and in order, to Lilypad's client and to socket.io-client. Socket.IO's own server, with and without connection state recovery, goes through the same at the same time for comparison.",
  duration: "about 1.5 min",
  options: {
    seconds: { kind: "number", default: 60, min: 1, help: "how long clients write" },
    clients: { kind: "number", default: 20, min: 1, help: "clients in each room" },
    crashes: { kind: "number", default: 2, help: "how often each server crashes meanwhile" },
    systems: { kind: "text", placeholder: "A,B", help: `these alone, of ${Object.keys(SYSTEMS).join(", ")}` },
  },
  run: async (options) => {
    const durationMs = options.seconds * 1_000;
    const names = Array.from({ length: options.clients }, (_client, i) => `c${i + 1}`);
    const plan = {
      durationMs,
      clients: cutSchedule(options.seed, names, durationMs),
      crashesAt: Array.from(
        { length: options.crashes },
        (_, i) => (durationMs * (i + 1)) / (options.crashes + 1),
      ),
    };
    const starts = (options.systems?.split(",") ?? Object.keys(SYSTEMS)).map(startOf);
    const outcomes = await Promise.all(
      starts.map(async (start) => {
        const system = await start(names);
        try {
          return await runSystem(system, plan);
        } finally {
          await system.stop();
        }
      }),
    );
    return {
      rows: outcomes.flatMap(({ rows }) => rows),
      violations: outcomes.flatMap(({ violations }) => violations),
    };
  },
});

function startOf(name: string): Start {
  const start = SYSTEMS[name];
  if (start) return start;
  throw new UsageError(`--systems: there is no "${name}", only ${Object.keys(SYSTEMS).join(", ")}`);
}
