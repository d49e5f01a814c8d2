/**
 * The clock of the cost tests. It is always ahead of the machine's, so that no alarm fires by itself during a
 * measurement: each fires when a test calls `runAlarm`. `vi.useRealTimers()` ends it.
 */
import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";

/** Longer than any test takes. */
const AHEAD_MS = 3_600_000;

export function startClock(): void {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + AHEAD_MS);
}

export function passTime(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** When an object's alarm is due; null where none is set. */
export function alarmAt(stub: DurableObjectStub): Promise<number | null> {
  return runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm());
}

/** Runs an object's alarm now if one is set, whenever it is due. Resolves with whether there was one. */
export function runAlarm(stub: DurableObjectStub): Promise<boolean> {
  return runDurableObjectAlarm(stub);
}

/**
 * From here on every open socket has sent its heartbeat just now. The runtime would stamp real heartbeats by the
 * machine's clock, and with this one sockets that are open for hours would count as lost.
 */
export async function keepHeartbeatsFresh(): Promise<void> {
  await runInDurableObject(env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId()), (_thread, ctx) => {
    const states = Object.getPrototypeOf(ctx) as DurableObjectState;
    states.getWebSocketAutoResponseTimestamp = () => new Date();
  });
}
