/**
 * Cuts every client's connection, again and again, while all of them talk, and counts what arrived: with Lilypad, and,
 * for comparison, with Socket.IO without and with its connection state recovery. The cuts are the same for each.
 */
import { cutSchedule } from "./drop/cut-schedule.ts";
import { startLilypad } from "./drop/lilypad.ts";
import { startSocketIo } from "./drop/socket-io.ts";
import { trial } from "./drop/trial.ts";
import { script } from "./support/script.ts";

const SYSTEMS = [
  (names: string[]) => startLilypad(names),
  () => startSocketIo({ recovery: false }),
  () => startSocketIo({ recovery: true }),
];

// `systems`: how many of them, from Lilypad on.
await script("chaos:drop", { seconds: 60, clients: 20, systems: SYSTEMS.length }, async (options) => {
  const lastsMs = options.seconds * 1_000;
  const names = Array.from({ length: options.clients }, (_client, i) => `c${i + 1}`);
  const schedule = cutSchedule(options.seed, names, lastsMs);
  const outcomes = [];
  for (const start of SYSTEMS.slice(0, options.systems)) {
    const system = await start(names);
    try {
      outcomes.push(await trial(system, schedule, lastsMs));
    } finally {
      await system.stop();
    }
  }
  return {
    rows: outcomes.flatMap(({ rows }) => rows),
    violations: outcomes.flatMap(({ violations }) => violations),
  };
});
