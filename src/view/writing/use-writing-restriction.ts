/** What keeps the user from writing, as it changes with time. */
import { useEffect, useState } from "preact/hooks";
import {
  COUNTED_MS,
  writingRestrictionOf,
  type WritingRestriction,
  type WritingState,
} from "./writing-restriction.ts";

/** Timers wait 2³¹ ms at most. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** With the time of which it was said. */
export type CurrentRestriction = WritingRestriction & { now: number };

/** Undefined where the user may write. Renders again at each second of a countdown, and when it ends. */
export function useWritingRestriction(state: WritingState): CurrentRestriction | undefined {
  const [, setTick] = useState(0);
  const now = Date.now();
  const restriction = writingRestrictionOf(state, now);
  const leftMs = restriction && "until" in restriction ? restriction.until - now : undefined;
  useEffect(() => {
    if (leftMs === undefined) return undefined;
    const wait = leftMs > COUNTED_MS ? leftMs - COUNTED_MS : leftMs % 1000 || 1000;
    const timer = setTimeout(() => setTick((tick) => tick + 1), Math.min(wait, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  });
  return restriction && { ...restriction, now };
}
