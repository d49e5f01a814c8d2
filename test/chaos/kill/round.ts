/** One round: load, a kill at the given point, a restart, and the checks that nothing was lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { checkHistory } from "./check-history.ts";
import { allDisconnected, connectAll, moveReadMarker, type Clients } from "./clients.ts";
import type { KillCounts } from "./kill-counts.ts";
import { loadUpTo, type KillPoint } from "./kill-points.ts";
import { awaitNotifications } from "./notifications.ts";
import type { KillContext } from "./resuming-client.ts";

/** For the second kill while clients resume: at most so long after the first client is welcomed. */
const RESUMING_MS = 20;

export async function killRound(
  clients: Clients,
  point: KillPoint,
  counts: KillCounts,
  context: KillContext,
): Promise<void> {
  const { server, changes } = context;
  counts.rounds++;
  await moveReadMarker(server, clients, context.random);
  await loadUpTo(point, clients, context);
  await server.kill();
  await allDisconnected(clients);
  if (point === "while resuming") await killWhileResuming(clients, context);
  counts.inFlight += pending(clients);

  const startedAt = performance.now();
  await server.restart();
  await connectAll(clients.tabs, changes);
  counts.slowestRestartMs = Math.max(counts.slowestRestartMs, performance.now() - startedAt);
  // Where no command is left to send, nobody connects to a thread yet: only the stored alarm can cause the notifications.
  if (pending(clients) === 0)
    counts.notificationsByAlarm += await awaitNotifications(clients, changes, counts);
  await connectAll(clients.rooms, changes);

  await changes.until(
    () => pending(clients) === 0,
    () => `acknowledgements of ${pending(clients)} commands`,
  );
  await checkThreads(clients, counts, context);
  await awaitNotifications(clients, changes, counts);
}

/** Restarts the process and kills it once more while some clients are welcomed and others are not. */
async function killWhileResuming(clients: Clients, { server, changes, random }: KillContext): Promise<void> {
  await server.restart();
  for (const client of [...clients.rooms, ...clients.tabs]) client.connect();
  await changes.until(() => clients.rooms.some(({ isWelcomed }) => isWelcomed), "the first welcome");
  await sleep(random.between(0, RESUMING_MS));
  await server.kill();
  await allDisconnected(clients);
}

async function checkThreads(clients: Clients, counts: KillCounts, context: KillContext): Promise<void> {
  for (const thread of clients.threads) {
    const inThread = clients.rooms.filter((room) => room.thread === thread);
    // The sender of the last command received its event before the acknowledgement.
    await context.changes.until(
      () => new Set(inThread.map(({ rev }) => rev)).size === 1,
      () => `all clients of a thread at the same rev: they are at ${inThread.map(({ rev }) => rev).join()}`,
    );
    await checkHistory(thread, inThread, counts, context);
  }
}

/** How many commands are not acknowledged. */
function pending({ rooms }: Clients): number {
  return rooms.reduce((sum, room) => sum + room.pending, 0);
}
