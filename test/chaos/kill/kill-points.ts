/** The points at which the process is killed, and the load up to each. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clients } from "./clients.ts";
import type { KillContext } from "./resuming-client.ts";

export const KILL_POINTS = [
  "at the first ack",
  "while resuming",
  "at the last ack",
  "in mid-burst",
  "right after sending",
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

/** The most commands a writer sends in a burst, and about how long a burst takes on an idle machine. */
const BURST_COMMANDS = 40;
const BURST_MS = 60;

/** Starts a burst of random length at every writer; resolves at the kill point. */
export async function loadUpTo(
  point: KillPoint,
  { writers }: Clients,
  { random, changes }: KillContext,
): Promise<void> {
  for (const writer of writers) {
    const commands = random.between(1, BURST_COMMANDS);
    writer.startBurst(commands, random.between(1, commands));
  }
  switch (point) {
    case "right after sending":
      return;
    case "at the first ack":
      await changes.until(() => writers.some(({ acks }) => acks > 0), "the first ack of a burst");
      return;
    case "at the last ack":
      await changes.until(() => writers.every(({ pending }) => pending === 0), "the last ack of a burst");
      return;
    case "in mid-burst":
    case "while resuming":
      await sleep(random.between(1, BURST_MS));
  }
}
