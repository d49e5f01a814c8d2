/** The timers of objects: one that is pending keeps its object from hibernating, and that time is billed. */
import { expect, onTestFinished } from "vitest";
import { eventually } from "../support/eventually.ts";
import { passTime, uniqueTimer } from "./clock.ts";

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
  /** By what the objects know them by. */
  const pending = new Map<Timer, { timer: Timer; ms: number }>();
  const watched = {
    setTimeout: (callback: () => void, ms = 0) => {
      const known = uniqueTimer();
      const timer = setTimeout(() => {
        pending.delete(known);
        callback();
      }, ms);
      pending.set(known, { timer, ms });
      return known;
    },
    clearTimeout: (known: Timer) => {
      clearTimeout(pending.get(known)?.timer ?? known);
      pending.delete(known);
    },
  };
  const delays = () => Array.from(pending.values(), ({ ms }) => ms);
  Object.assign(globalThis, watched);
  onTestFinished(() => {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  });
  return {
    get pending() {
      return delays();
    },
    quiet: () =>
      eventually(() => {
        if (pending.size > 0) passTime(1_000);
        expect(delays()).toEqual([]);
      }),
  };
}
