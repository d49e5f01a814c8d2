/** Time that passes when a test says so, and jitter that is always the longest. */
import { afterEach, beforeEach, vi } from "vitest";

/** Call once at the top of a test file. */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(1);
    // The real one knows nothing of the fake time. It keeps no process alive, and so is not to be counted as a timer.
    vi.spyOn(AbortSignal, "timeout").mockImplementation(() => new AbortController().signal);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** Makes requests time out as the fake time passes. Their timers then count in `vi.getTimerCount()`. */
export function useFakeTimeouts(): void {
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const timeout = new AbortController();
    setTimeout(() => timeout.abort(), ms);
    return timeout.signal;
  });
}

/** Lets time pass, and whatever is due happen. Modules that are loaded when they are first needed come in no time. */
export async function pass(ms = 0): Promise<void> {
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(ms);
  await vi.dynamicImportSettled();
}
