/** What an action costs over Socket.IO, in every object concerned, with what happens afterwards by itself. */
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { holdWaits, runAlarm, startClock } from "../../cost/clock.ts";
import type { BilledOperations } from "../../cost/counts.ts";
import { meter } from "../../cost/meter.ts";
import { watchTimers, type WatchedTimers } from "../../cost/timers.ts";
import { SOCKETIO_SHARDS } from "../../../src/protocol/limits.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { threadStub } from "../../support/objects.ts";
import { SocketIoTestSocket, socketIoStub } from "../../support/socketio.ts";

let timers: WatchedTimers;

/** For each test of the file. */
export function measureCosts(): void {
  beforeEach(() => {
    startClock();
    holdWaits();
    timers = watchTimers();
    placeAt(0);
  });
  afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    await reset();
  });
}

/** Every new session is in this shard. */
export function placeAt(shard: number): void {
  vi.spyOn(Math, "random").mockReturnValue((shard + 0.5) / SOCKETIO_SHARDS);
}

/** The delays of the timers that are pending. */
export const pendingTimers = (): readonly number[] => timers.pending;

/** Lets all waits end. */
export const quiet = (): Promise<void> => timers.quiet();

/** What all of it costs, with what happens afterwards by itself: in the thread, and at Presence, at least so many calls. */
export async function costOf(
  work: () => Promise<unknown>,
  { threadCalls = 0, presenceCalls = 0 } = {},
): Promise<BilledOperations> {
  await quiet();
  return meter(async (soFar) => {
    await work();
    await eventually(async () => {
      await quiet();
      expect(soFar.thread.calls).toBeGreaterThanOrEqual(threadCalls);
      expect(soFar.presence.calls).toBeGreaterThanOrEqual(presenceCalls);
    });
    await quiet();
  });
}

/** Joins the room, and lets all that it causes happen. */
export const join = (socket: SocketIoTestSocket, room: string) =>
  costOf(() => socket.ask("join", { room }), { threadCalls: 2 });

export const connect = (who: Person) => SocketIoTestSocket.connect(who);

/** A group of Ada and Bob, each with a session, and the alarm that its creation set run. */
export async function groupOfTwo() {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const thread = await newThread(ada, "group", [bob]);
  const stub = threadStub(thread.id);
  const [a, b] = [await connect(ada), await connect(bob)];
  await runAlarm(stub);
  return { ada, bob, a, b, room: thread.id, stub, shard: socketIoStub(a.sid) };
}
