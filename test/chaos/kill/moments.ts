/** The moments at which the process is killed, and how everyone talks up to then. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RoomParts } from "./room-client.ts";
import type { World } from "./world.ts";

export const MOMENTS = [
  "at the first ack",
  "while resuming",
  "at the last ack",
  "in mid-burst",
  "right after sending",
] as const;
export type Moment = (typeof MOMENTS)[number];

/** What each writer says in a burst, at most; and how long the burst takes, about, on an idle machine. */
const BURST = 40;
const BURST_MS = 60;

/** Lets everyone talk, each a random amount, and resolves at the moment for the kill. */
export async function talkUpTo(moment: Moment, world: World, { random, bell }: RoomParts): Promise<void> {
  for (const writer of world.writers) {
    const commands = random.between(1, BURST);
    writer.talk(commands, random.between(1, commands));
  }
  switch (moment) {
    case "right after sending":
      return;
    case "at the first ack":
      await bell.until(() => world.writers.some(({ acks }) => acks > 0), "the first ack of a burst");
      return;
    case "at the last ack":
      await bell.until(() => world.writers.every(({ pending }) => pending === 0), "the last ack of a burst");
      return;
    case "in mid-burst":
    case "while resuming":
      await sleep(random.between(1, BURST_MS));
  }
}
