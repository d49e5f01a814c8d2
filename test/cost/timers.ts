/** The timers of objects: one that is pending keeps its object from hibernating, and that time is billed. */
import { expect, onTestFinished } from "vitest";
import { eventually } from "../support/eventually.ts";
import { passTime } from "./clock.ts";

export interface WatchedTimers {
  /** The delays of those that are pending, in milliseconds. */
  readonly pending: readonly number[];
  /** With `holdWaits`: lets the objects' waits end, one after another, until no timer is pending anywhere. */
  quiet(): Promise<void>;
}

/** Until the end of the test, what timers are pending: those of objects, as long as the test awaits nothing. After `holdWaits`. */
export function watchTimers(): WatchedTimers {
  const { setTimeout, clearTimeout } = globalThis;
  type Timer = ReturnType<typeof setTimeout>;
  const delays = new Map<Timer, number>();
  const watched = {
    setTimeout: (callback: () => void, ms = 0) => {
      const timer = setTimeout(() => {
        delays.delete(timer);
        callback();
      }, ms);
      delays.set(timer, ms);
      return timer;
    },
    clearTimeout: (timer: Timer) => {
      delays.delete(timer);
      clearTimeout(timer);
    },
  };
  Object.assign(globalThis, watched);
  onTestFinished(() => {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  });
  return {
    get pending() {
      return [...delays.values()];
    },
    quiet: () =>
      eventually(() => {
        if (delays.size > 0) passTime(1_000);
        expect([...delays.values()]).toEqual([]);
      }),
  };
}
