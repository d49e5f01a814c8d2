/**
 * Time as tests of costs have it: always ahead of the machine's, so that no alarm rings by itself in the middle of a
 * count, and each rings when the test says so. `vi.useRealTimers()` ends it.
 */
import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";

/** No test takes so long. */
const AHEAD_MS = 3_600_000;

export function startClock(): void {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + AHEAD_MS);
}

export function passTime(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** When an object's alarm is for; null where none is pending. */
export function alarmAt(stub: DurableObjectStub): Promise<number | null> {
  return runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm());
}

/** Rings an object's alarm, if one is pending, whenever it is for. */
export function ring(stub: DurableObjectStub): Promise<boolean> {
  return runDurableObjectAlarm(stub);
}

/**
 * From here on every open socket has sent its heartbeat just now, whatever time it is. The runtime would stamp real
 * ones by the machine's clock, and those who are here for hours of this one would count as lost.
 */
export async function everyoneAlwaysPings(): Promise<void> {
  await runInDurableObject(env.CHAT_THREAD.get(env.CHAT_THREAD.newUniqueId()), (_thread, ctx) => {
    const states = Object.getPrototypeOf(ctx) as DurableObjectState;
    states.getWebSocketAutoResponseTimestamp = () => new Date();
  });
}
