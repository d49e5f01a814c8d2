/** Words that come close together are taken in together; a lone one never waits. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { UpdateBatcher } from "../../src/presence/threads/update-batcher.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function listening() {
  const taken: string[] = [];
  const batcher = new UpdateBatcher();
  const say = (word: string) => void batcher.turn().then(() => taken.push(word));
  return { taken, say };
}

it("takes a lone word at once, and another one later", async () => {
  const { taken, say } = listening();
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

it("takes what comes close together in one stretch, in order, and waits for no more than 25 ms", async () => {
  const { taken, say } = listening();
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

it("goes on to gather while words keep coming", async () => {
  const { taken, say } = listening();
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
