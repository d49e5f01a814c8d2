/** Updates that come close together are applied together; one that comes alone never waits. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { UpdateBatcher } from "../../../src/presence/threads/update-batcher.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function applying() {
  const taken: string[] = [];
  const batcher = new UpdateBatcher();
  const say = (word: string) => void batcher.turn().then(() => taken.push(word));
  return { taken, say };
}

it("applies an update that comes alone at once, and a later one too", async () => {
  const { taken, say } = applying();
  say("one");
  await Promise.resolve();
  await Promise.resolve();
  expect(taken).toEqual(["one"]);
  await vi.advanceTimersByTimeAsync(50);
  say("two");
  await Promise.resolve();
  await Promise.resolve();
  expect(taken).toEqual(["one", "two"]);
});

it("applies updates that come close together in one stretch, in order, and waits no longer than 25 ms", async () => {
  const { taken, say } = applying();
  for (const word of ["one", "two", "three"]) say(word);
  await vi.advanceTimersByTimeAsync(24);
  expect(taken).toEqual(["one"]);
  say("four");
  // Nothing but what was promised runs between two of them.
  vi.advanceTimersByTime(1);
  setTimeout(() => taken.push("another task"), 0);
  await vi.advanceTimersByTimeAsync(0);
  expect(taken).toEqual(["one", "two", "three", "four", "another task"]);
});

it("goes on batching while updates keep coming", async () => {
  const { taken, say } = applying();
  say("one");
  for (let i = 0; i < 10; i++) {
    say(`${i}a`);
    await vi.advanceTimersByTimeAsync(10);
    say(`${i}b`);
    expect(taken.at(-1)).not.toBe(`${i}a`);
    await vi.advanceTimersByTimeAsync(15);
    expect(taken.slice(-2)).toEqual([`${i}a`, `${i}b`]);
  }
});
