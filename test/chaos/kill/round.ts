/** One round: everyone talks, the process is killed, is started again, and nothing may have been lost by that. */
import { setTimeout as sleep } from "node:timers/promises";
import { checkHistory } from "./history.ts";
import { talkUpTo, type Moment } from "./moments.ts";
import { awaitNews } from "./news.ts";
import type { RoomParts } from "./room-client.ts";
import type { Tally } from "./tally.ts";
import { allLost, comeBack, readSomething, type World } from "./world.ts";

/** A process that is killed again while everyone comes back has been up at most so long after the first was back. */
const RESUMING_MS = 20;

export async function killRound(world: World, moment: Moment, tally: Tally, parts: RoomParts): Promise<void> {
  const { server, bell } = parts;
  tally.rounds++;
  await readSomething(server, world, parts.random);
  await talkUpTo(moment, world, parts);
  await server.kill();
  await allLost(world);
  if (moment === "while resuming") await killAgain(world, parts);
  tally.underWay += pending(world);

  const startedAt = performance.now();
  await server.restart();
  await comeBack(world.tabs, bell);
  tally.slowestRestartMs = Math.max(tally.slowestRestartMs, performance.now() - startedAt);
  // With nothing left to be sent, nobody comes to the rooms yet: what is owed now is remembered on the disk alone.
  if (pending(world) === 0) tally.newsByAlarm += await awaitNews(world, bell, tally);
  await comeBack(world.rooms, bell);

  await bell.until(
    () => pending(world) === 0,
    () => `acknowledgements of ${pending(world)} commands`,
  );
  await checkRooms(world, tally, parts);
  await awaitNews(world, bell, tally);
}

/** Kills the process once more, while some are back and others are not. */
async function killAgain(world: World, { server, bell, random }: RoomParts): Promise<void> {
  await server.restart();
  for (const client of [...world.rooms, ...world.tabs]) client.connect();
  await bell.until(() => world.rooms.some(({ isWelcomed }) => isWelcomed), "the first to be back");
  await sleep(random.between(0, RESUMING_MS));
  await server.kill();
  await allLost(world);
}

async function checkRooms(world: World, tally: Tally, { server, bell, findings }: RoomParts): Promise<void> {
  for (const ledger of world.ledgers) {
    const readers = world.rooms.filter((room) => room.ledger === ledger);
    // Whoever sent the last command has heard of it before it was acknowledged.
    await bell.until(
      () => new Set(readers.map(({ rev }) => rev)).size === 1,
      () => `all readers to have heard the same: they are at ${readers.map(({ rev }) => rev).join()}`,
    );
    await checkHistory(server, ledger, readers, { findings, tally });
  }
}

/** How many commands are not acknowledged. */
function pending({ rooms }: World): number {
  return rooms.reduce((sum, room) => sum + room.pending, 0);
}
