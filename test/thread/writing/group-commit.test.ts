/** Group commit: commands that come close together are applied together, and a lone one at once. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GroupCommit } from "../../../src/thread/writing/group-commit.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function groupCommit() {
  const groups: number[][] = [];
  return { groups, commit: new GroupCommit<number>((commands) => groups.push(commands)) };
}

it("applies a lone command at once, and the next lone one too", () => {
  const { groups, commit } = groupCommit();
  commit.submit([1]);
  expect(groups).toEqual([[1]]);
  // Nor does a sender wait who sends each command after the reply to the last.
  vi.advanceTimersByTime(1);
  commit.submit([2]);
  expect(groups).toEqual([[1], [2]]);
});

it("does not delay consecutive commands, except to probe now and then whether more come together", () => {
  const { groups, commit } = groupCommit();
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
    // A broadcast to a large room takes longer than commands are gathered.
    vi.setSystemTime(Date.now() + 50);
  });
  commit.submit([1]);
  for (const command of [2, 3, 4]) commit.submit([command]);
  expect(groups).toEqual([[1]]);
  vi.advanceTimersByTime(5);
  expect(groups).toEqual([[1], [2, 3, 4]]);
});

/** Submits commands at the same moment, and lets enough time pass for them to be applied. */
function together(commit: GroupCommit<number>, commands: readonly number[]) {
  for (const command of commands) commit.submit([command]);
  vi.advanceTimersByTime(5);
}

it("waits until as many commands came as in recent groups, and no longer than 5 ms", () => {
  const { groups, commit } = groupCommit();
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
  const { groups, commit } = groupCommit();
  commit.submit([0]);
  for (const many of [2, 5, 9, 40]) {
    const commands = Array.from({ length: many }, (_, i) => i);
    together(commit, commands);
    expect(groups.at(-1)).toEqual(commands);
  }
});

it("probes now and then whether more come than expected, and expects them from then on", () => {
  const { groups, commit } = groupCommit();
  commit.submit([0]);
  for (let i = 0; i < 100; i++) together(commit, [1, 2]);
  const many = [3, 4, 5, 6];
  let rounds = 0;
  for (; groups.at(-1)?.length !== many.length && rounds < 40; rounds++) together(commit, many);
  expect(rounds).toBeGreaterThan(1);
  // A round takes 5 ms here, and there is a probe each 50 ms.
  expect(rounds).toBeLessThanOrEqual(10 + 1);
  for (let i = 0; i < 3; i++) together(commit, many);
  for (const command of many) commit.submit([command]);
  expect(groups.slice(-4)).toEqual([many, many, many, many]);
});

it("gathers the first command after a burst, and applies it at once after a pause", () => {
  const { groups, commit } = groupCommit();
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

it("applies a group as soon as it has the maximum size", () => {
  const { groups, commit } = groupCommit();
  commit.submit([0]);
  for (let i = 1; i <= 512; i++) commit.submit([i]);
  expect(groups.map(({ length }) => length)).toEqual([1, 512]);
});

it("applies waiting commands once when it is flushed", () => {
  const { groups, commit } = groupCommit();
  commit.submit([1]);
  commit.submit([2]);
  commit.flush();
  vi.advanceTimersByTime(100);
  expect(groups).toEqual([[1], [2]]);
});
