/** The measurement of `npm run cost`: every action once, in this code. Prints the result as a line for the script. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { threadStub } from "../../support/objects.ts";
import { keepHeartbeatsFresh, startClock } from "../clock.ts";
import { events } from "../counts.ts";
import { reportLine } from "../measurement.ts";
import { measuredActions } from "./actions.ts";
import { requestedWorkload } from "./requested-workload.ts";
import { createParticipants } from "./participants.ts";
import { bytesOf, measuredStorage } from "./storage-sizes.ts";

beforeEach(async () => {
  startClock();
  await keepHeartbeatsFresh();
});
afterEach(() => {
  vi.useRealTimers();
});

it("counts the operations of every action", { timeout: 600_000 }, async () => {
  const workload = requestedWorkload();
  const participants = await createParticipants(workload);
  const threadBytes = await bytesOf(threadStub(participants.thread.id));
  const actions = await measuredActions(workload, participants);
  const stored = await measuredStorage(workload, threadBytes);
  console.log(
    reportLine({
      actions,
      stored,
      shards: Number(env.PRESENCE_SHARDS),
      shardsConcerned: participants.shardsConcerned,
    }),
  );
  // Every action ran. What each may cost is asserted by the cost tests of thread and presence, not here, so that a bill
  // can be computed for code that costs too much.
  for (const { worker, thread, presence, relay } of Object.values(actions)) {
    expect(worker + events(thread) + events(presence)).toBeGreaterThan(0);
    // Rooms of this size need no relays.
    expect(events(relay)).toBe(0);
  }
  expect(actions.message).toMatchObject({ worker: 0, thread: { objects: 1 / workload.burst } });
  expect(actions.threadOpened).toMatchObject({ worker: 1, thread: { upgrades: 1, objects: 1 } });
  expect(actions.pageOpened).toMatchObject({ worker: 3, presence: { upgrades: 1 } });
  expect(stored.message).toBeGreaterThan(workload["body-length"]);
});
