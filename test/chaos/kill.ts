/**
 * Kills the process under load, again and again, as a power cut would, and holds Lilypad to its first promise: what was
 * acknowledged is there, once, in its place; who resumes misses nothing; and who is owed news of it gets it.
 */
import { MOMENTS, type Moment } from "./kill/moments.ts";
import { checkRepeats } from "./kill/repeats.ts";
import { killRound } from "./kill/round.ts";
import { Findings, Tally } from "./kill/tally.ts";
import { inhabit } from "./kill/world.ts";
import { Bell, Impatience } from "./support/bell.ts";
import { randomFrom } from "./support/random.ts";
import { script } from "./support/script.ts";
import { Server } from "./support/server.ts";

// `relays` 1: all sockets but one are at relays, two at each, as in a large room.
await script(
  "chaos:kill",
  { rounds: 30, writers: 4, relays: 0 },
  async ({ rounds, writers, relays, seed }) => {
    const server = await Server.start(relays ? { ROOM_SOCKETS: "1", RELAY_SOCKETS: "2" } : {});
    const random = randomFrom(seed);
    const bell = new Bell();
    const findings = new Findings();
    const tallies = new Map<Moment, Tally>(MOMENTS.map((moment) => [moment, new Tally()]));
    let current = new Tally();
    const parts = { server, random, bell, findings, tally: () => current };
    try {
      const world = await inhabit(server, writers, parts);
      for (let round = 0; round < rounds; round++) {
        const moment = MOMENTS[round % MOMENTS.length] ?? MOMENTS[0];
        current = tallies.get(moment) ?? current;
        await killRound(world, moment, current, parts);
      }
      await checkRepeats(world, parts);
    } catch (error) {
      // What did not come in time is a violation, and there is no going on from it; anything else is a fault of this script.
      if (!(error instanceof Impatience)) throw error;
      findings.add(error.message);
    } finally {
      await server.stop();
    }
    const all = new Tally();
    for (const tally of tallies.values()) all.add(tally);
    const rows = [...tallies].map(([moment, tally]) => tally.row(moment));
    return { rows: [...rows, all.row("in all")], violations: findings.all };
  },
);
