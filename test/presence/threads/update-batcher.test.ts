/** Updates that come close together are applied together; one that comes alone never waits. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { UpdateBatcher } from "../../../src/presence/threads/update-batcher.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function recordingBatcher() {
  const applied: string[] = [];
  const batcher = new UpdateBatcher();
  const submit = (update: string) => void batcher.turn().then(() => applied.push(update));
  return { applied, submit };
}

it("applies an update that comes alone at once, and a later one too", async () => {
  const { applied, submit } = recordingBatcher();
  submit("one");
  await Promise.resolve();
  await Promise.resolve();
  expect(applied).toEqual(["one"]);
  await vi.advanceTimersByTimeAsync(50);
  submit("two");
  await Promise.resolve();
  await Promise.resolve();
  expect(applied).toEqual(["one", "two"]);
});

it("applies updates that come close together in one stretch, in order, and waits no longer than 25 ms", async () => {
  const { applied, submit } = recordingBatcher();
  for (const update of ["one", "two", "three"]) submit(update);
  await vi.advanceTimersByTimeAsync(24);
  expect(applied).toEqual(["one"]);
  submit("four");
  // No other task runs between two of them.
  vi.advanceTimersByTime(1);
  setTimeout(() => applied.push("another task"), 0);
  await vi.advanceTimersByTimeAsync(0);
  expect(applied).toEqual(["one", "two", "three", "four", "another task"]);
});

it("keeps batching while updates keep coming", async () => {
  const { applied, submit } = recordingBatcher();
  submit("one");
  for (let i = 0; i < 10; i++) {
    submit(`${i}a`);
    await vi.advanceTimersByTimeAsync(10);
    submit(`${i}b`);
    expect(applied.at(-1)).not.toBe(`${i}a`);
    await vi.advanceTimersByTimeAsync(15);
    expect(applied.slice(-2)).toEqual([`${i}a`, `${i}b`]);
  }
});
