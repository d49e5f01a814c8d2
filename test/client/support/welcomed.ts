/** Rooms and presence that the server has welcomed: where most tests begin. */
import { pass } from "./fake-clock.ts";
import { startPresence, startRoom } from "./fake-server.ts";
import { history, presenceWelcome, welcome } from "./samples.ts";
import type { ThreadSummary } from "../../../src/client/client.ts";

type Options = Parameters<typeof startRoom>[0];

/** A room without messages. */
export async function emptyRoom(options?: Options) {
  const started = await startRoom(options);
  started.newest().deliver(welcome(0), history([]));
  await pass();
  return started;
}

/** Presence of a user who has these threads. */
export async function onlineWith(threads: readonly ThreadSummary[], options?: Options) {
  const started = await startPresence(options);
  started.newest().deliver(presenceWelcome(threads));
  await pass();
  return started;
}
