/** The measurement of `npm run cost`: every action once, in this code. Prints the result as a line for the script. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { threadStub } from "../../support/objects.ts";
import { keepHeartbeatsFresh, startClock } from "../clock.ts";
import { events } from "../counts.ts";
import { reportLine } from "../measurement.ts";
import { measuredActions } from "./actions.ts";
import { requestedWorkload } from "./requested-workload.ts";
import { socketIoActions } from "./socketio-actions.ts";
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
  const plain = await measuredActions(workload, participants);
  const actions = { ...plain, ...(await socketIoActions(workload)) };
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
  for (const { worker, thread, presence, socketIo, relay } of Object.values(actions)) {
    expect(worker + events(thread) + events(presence) + events(socketIo)).toBeGreaterThan(0);
    // Rooms of this size need no relays.
    expect(events(relay)).toBe(0);
  }
  expect(actions.message).toMatchObject({ worker: 0, thread: { objects: 1 / workload.burst } });
  expect(actions.threadOpened).toMatchObject({ worker: 1, thread: { upgrades: 1, objects: 1 } });
  expect(actions.pageOpened).toMatchObject({ worker: 3, presence: { upgrades: 1 } });
  expect(actions.socketIoMessage).toMatchObject({ worker: 0, socketIo: { frames: 1 } });
  expect(actions.socketIoHeartbeat).toMatchObject({ socketIo: { alarms: 1, alarmsSet: 1, frames: 0 } });
  expect(stored.message).toBeGreaterThan(workload["body-length"]);
});
