/** Commands that come close together are applied together; a lone one never waits. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GroupCommit } from "../../../src/thread/writing/group-commit.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function gathering() {
  const groups: number[][] = [];
  return { groups, commit: new GroupCommit<number>((commands) => groups.push(commands)) };
}

it("applies a lone command at once, and the next lone one too", () => {
  const { groups, commit } = gathering();
  commit.submit([1]);
  expect(groups).toEqual([[1]]);
  // Whoever says one thing after another, each once the last was answered, is not held up either.
  vi.advanceTimersByTime(1);
  commit.submit([2]);
  expect(groups).toEqual([[1], [2]]);
});

it("delays no commands that follow one another, except to probe now and then whether more come", () => {
  const { groups, commit } = gathering();
  let waited = 0;
  for (let i = 1; i <= 200; i++) {
    commit.submit([i]);
    if (groups.length < i) waited += 1;
    vi.advanceTimersByTime(i % 2);
    expect(groups).toHaveLength(i);
  }
  // 100 ms have passed.
  expect(waited).toBeLessThanOrEqual(3);
});

it("gathers commands that come right after the one before was applied, however long that took", () => {
  const groups: number[][] = [];
  const commit = new GroupCommit<number>((commands) => {
    groups.push(commands);
    // Telling a large room takes longer than commands are gathered for.
    vi.setSystemTime(Date.now() + 50);
  });
  commit.submit([1]);
  for (const command of [2, 3, 4]) commit.submit([command]);
  expect(groups).toEqual([[1]]);
  vi.advanceTimersByTime(5);
  expect(groups).toEqual([[1], [2, 3, 4]]);
});

/** Commands that come together, one after the other, and time for who waits to be applied. */
function together(commit: GroupCommit<number>, commands: readonly number[]) {
  for (const command of commands) commit.submit([command]);
  vi.advanceTimersByTime(5);
}

it("waits no longer for others once as many are here as came together lately, nor for fewer for longer than 5 ms", () => {
  const { groups, commit } = gathering();
  commit.submit([0]);
  for (let i = 0; i < 3; i++) together(commit, [1, 2, 3]);
  for (const command of [4, 5]) commit.submit([command]);
  vi.advanceTimersByTime(4);
  expect(groups.at(-1)).toEqual([1, 2, 3]);
  commit.submit([6]);
  expect(groups.at(-1)).toEqual([4, 5, 6]);
  commit.submit([7]);
  vi.advanceTimersByTime(5);
  expect(groups.at(-1)).toEqual([7]);
});

it("applies more together as more come", () => {
  const { groups, commit } = gathering();
  commit.submit([0]);
  for (const many of [2, 5, 9, 40]) {
    const commands = Array.from({ length: many }, (_, i) => i);
    together(commit, commands);
    expect(groups.at(-1)).toEqual(commands);
  }
});

it("probes now and then whether more come than expected, and expects them from then on", () => {
  const { groups, commit } = gathering();
  commit.submit([0]);
  for (let i = 0; i < 100; i++) together(commit, [1, 2]);
  const many = [3, 4, 5, 6];
  let rounds = 0;
  for (; groups.at(-1)?.length !== many.length && rounds < 40; rounds++) together(commit, many);
  expect(rounds).toBeGreaterThan(1);
  // A round takes 5 ms here, and it is looked each 50 ms.
  expect(rounds).toBeLessThanOrEqual(10 + 1);
  for (let i = 0; i < 3; i++) together(commit, many);
  for (const command of many) commit.submit([command]);
  expect(groups.slice(-4)).toEqual([many, many, many, many]);
});

it("takes the first after a busy moment for one of many, and after a quiet one for a lone one", () => {
  const { groups, commit } = gathering();
  commit.submit([1]);
  commit.submit([2]);
  commit.submit([3]);
  vi.advanceTimersByTime(2);
  expect(groups).toEqual([[1], [2, 3]]);
  vi.advanceTimersByTime(10);
  commit.submit([4]);
  commit.submit([5]);
  expect(groups).toHaveLength(2);
  vi.advanceTimersByTime(2);
  expect(groups.at(-1)).toEqual([4, 5]);
  vi.advanceTimersByTime(1_000);
  commit.submit([6]);
  expect(groups.at(-1)).toEqual([6]);
});

it("waits for no more than it may apply in one stretch", () => {
  const { groups, commit } = gathering();
  commit.submit([0]);
  for (let i = 1; i <= 512; i++) commit.submit([i]);
  expect(groups.map(({ length }) => length)).toEqual([1, 512]);
});

it("applies what waits when it is asked to, and does not do it again", () => {
  const { groups, commit } = gathering();
  commit.submit([1]);
  commit.submit([2]);
  commit.flush();
  vi.advanceTimersByTime(100);
  expect(groups).toEqual([[1], [2]]);
});
