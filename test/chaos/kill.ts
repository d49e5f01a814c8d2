/** Kills the server process under load, again and again, and checks the durability guarantees after each restart. */
import { connectAll, createClients } from "./kill/clients.ts";
import { checkDeduplication } from "./kill/deduplication.ts";
import { KillCounts, ViolationLog } from "./kill/kill-counts.ts";
import { KILL_POINTS, type KillPoint } from "./kill/kill-points.ts";
import { killRound } from "./kill/round.ts";
import { ChangeNotifier, WaitTimeout } from "./support/change-notifier.ts";
import { defineProgram } from "./support/program.ts";
import { randomFrom } from "./support/random.ts";
import { Server } from "./support/server.ts";

export const kill = defineProgram({
  name: "kill",
  summary:
    "Kills the server with SIGKILL while clients write, and restarts it on the same storage: acknowledged messages are stored once and in order, resuming misses nothing, and every notification arrives.",
  duration: "about 1 min",
  options: {
    rounds: { kind: "number", default: 30, min: 1, help: "kills, at each of the kill points in turn" },
    writers: { kind: "number", default: 4, min: 2, help: "users who write" },
    relays: { kind: "number", default: 0, help: "1: all sockets but one are at relays, as in a large room" },
  },
  run: async ({ rounds, writers, relays, seed }) => {
    const server = await Server.start(relays ? { ROOM_SOCKETS: "1", RELAY_SOCKETS: "2" } : {});
    const violations = new ViolationLog();
    const countsByPoint = new Map<KillPoint, KillCounts>(
      KILL_POINTS.map((point) => [point, new KillCounts()]),
    );
    let current = new KillCounts();
    const context = {
      server,
      random: randomFrom(seed),
      changes: new ChangeNotifier(),
      violations,
      counts: () => current,
    };
    try {
      const clients = await createClients(writers, context);
      await connectAll([...clients.rooms, ...clients.tabs], context.changes);
      for (let round = 0; round < rounds; round++) {
        const point = KILL_POINTS[round % KILL_POINTS.length] ?? KILL_POINTS[0];
        current = countsByPoint.get(point) ?? current;
        await killRound(clients, point, current, context);
      }
      await checkDeduplication(clients, context);
    } catch (error) {
      // A wait that timed out is a violation that ends the run; anything else is a bug of this program.
      if (!(error instanceof WaitTimeout)) throw error;
      violations.add(error.message);
    } finally {
      await server.stop();
    }
    const total = new KillCounts();
    for (const counts of countsByPoint.values()) total.add(counts);
    const rows = [...countsByPoint].map(([point, counts]) => counts.row(point));
    return { rows: [...rows, total.row("total")], violations: violations.all };
  },
});
