/** When batches are sent: the first at once, and four in a second at most. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BatchTiming } from "../../src/rpc/batch-timing.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** When batches were sent, by the clock. */
function sending() {
  const sent: number[] = [];
  const timing = new BatchTiming(async () => {
    sent.push(Date.now());
    return false;
  });
  return { sent, timing };
}

it("sends the first batch at once, and four in each second while there is always more", async () => {
  const { sent, timing } = sending();
  const from = Date.now();
  for (let ms = 0; ms < 3_000; ms += 10) {
    timing.due();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(sent.map((at) => at - from)).toEqual(Array.from({ length: 13 }, (_, i) => i * 250));
});

it("waits no longer where the clock was set back", async () => {
  const { sent, timing } = sending();
  timing.due();
  await timing.settled();
  vi.setSystemTime(Date.now() - 3_600_000);
  timing.due();
  await vi.advanceTimersByTimeAsync(250);
  expect(sent).toHaveLength(2);
});
