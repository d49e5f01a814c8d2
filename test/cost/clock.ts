/**
 * The clock of the objects, which stands still but for `passTime`. It is always ahead of the machine's, so that no alarm
 * fires by itself, however slow the machine: each fires when a test calls `runAlarm`. `vi.useRealTimers()` ends it.
 */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, onTestFinished, vi } from "vitest";
import { sharedByObjects } from "../support/shared-by-objects.ts";

/** Longer than any test takes. */
const AHEAD_MS = 3_600_000;
/** From the first to the last of these lengths, a timer is one of an object's waits. Those of tests are longer. */
const WAITS_MS = { from: 50, to: 5_000 };
/** Between two looks at the clock. */
const LOOK_MS = 2;

export function startClock(): void {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + AHEAD_MS);
}

export function passTime(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** The waits of the objects, in a test that holds them. */
export interface HeldWaits {
  /** When the next one is over that is not over yet; undefined where there is none. */
  readonly nextEnd: number | undefined;
}

/**
 * Until the end of the test, the objects' waits are over when `passTime` has passed them: the moment in which joins are
 * gathered, the second in which notifications are sent together. On a slow machine they would be over in the middle of
 * what is to come together. An object that waits cannot be evicted meanwhile.
 */
export function holdWaits(): HeldWaits {
  const { setTimeout, clearTimeout } = globalThis;
  const wait = scheduler.wait.bind(scheduler);
  const hold = { isOver: false };
  onTestFinished(() => {
    hold.isOver = true;
    Object.assign(globalThis, { setTimeout, clearTimeout });
    waiting.mockRestore();
  });
  const isWait = (ms: number) => ms >= WAITS_MS.from && ms <= WAITS_MS.to;
  // In whole milliseconds, as the clock is set.
  const endOf = (ms: number) => Math.ceil(Date.now() + ms);
  const isDue = (dueAt: number) => hold.isOver || Date.now() >= dueAt;

  type Timer = ReturnType<typeof setTimeout>;
  /** The machine's timer of each wait, by the one that the object knows. */
  const looks = new Map<unknown, Timer>();
  /** When each wait is over. */
  const ends = new Map<unknown, number>();
  // By timers of the object that waits: nobody else may run its code.
  const held = (callback: () => void, ms: number): Timer => {
    const dueAt = endOf(ms);
    const look = () => {
      if (!isDue(dueAt)) return void looks.set(timer, setTimeout(look, LOOK_MS));
      looks.delete(timer);
      ends.delete(timer);
      callback();
    };
    const timer = setTimeout(look, LOOK_MS);
    ends.set(timer, dueAt);
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, ms = 0) =>
      isWait(ms) ? held(callback, ms) : setTimeout(callback, ms),
    clearTimeout: (timer: Timer) => {
      clearTimeout(looks.get(timer) ?? timer);
      looks.delete(timer);
      ends.delete(timer);
    },
  });
  const waiting = vi.spyOn(scheduler, "wait").mockImplementation(async (ms, options) => {
    if (!isWait(ms)) return wait(ms, options);
    const dueAt = endOf(ms);
    const key = Symbol("a wait");
    ends.set(key, dueAt);
    try {
      while (!isDue(dueAt)) await wait(LOOK_MS, options);
    } finally {
      ends.delete(key);
    }
  });
  return {
    get nextEnd() {
      // Those of an object that has crashed are never taken off.
      const later = [...ends.values()].filter((end) => end > Date.now());
      return later.length > 0 ? Math.min(...later) : undefined;
    },
  };
}

/**
 * Until the end of the test, no wait of an object takes any time: the clock goes on to its end as soon as it has begun, and
 * stands otherwise. For what comes after a wait, and for objects that are evicted, which takes until their waits are over.
 * After `startClock`.
 */
export function skipWaits(): void {
  const wait = scheduler.wait.bind(scheduler);
  const waits = holdWaits();
  const test = { isOver: false };
  onTestFinished(() => {
    test.isOver = true;
  });
  const skip = async () => {
    for (; !test.isOver; await wait(LOOK_MS)) {
      const { nextEnd } = waits;
      if (nextEnd !== undefined) vi.setSystemTime(nextEnd);
    }
  };
  void skip();
}

/** For each test of a file: the clock stands, and no wait takes any time. */
export function withoutWaits(): void {
  beforeEach(() => {
    startClock();
    skipWaits();
  });
  afterEach(async () => {
    vi.useRealTimers();
    // The next test begins at an earlier time: nothing is to remember this one.
    await reset();
  });
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
  const { state } = await sharedByObjects();
  state.getWebSocketAutoResponseTimestamp = () => new Date();
}
