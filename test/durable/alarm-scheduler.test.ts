/** The alarm of an object, which its duties share. */
import { afterEach, expect, it, vi } from "vitest";
import { AlarmScheduler } from "../../src/durable/alarm-scheduler.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A scheduler over storage that only counts: `set` is every alarm that was set, each a row written. */
async function scheduler(pending: number | null = null) {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const set: number[] = [];
  const storage = {
    getAlarm: async () => pending,
    setAlarm: async (time: number) => void set.push(time),
  } as unknown as DurableObjectStorage;
  const alarm = new AlarmScheduler(storage);
  await alarm.load();
  return { alarm, set };
}

it("is set only where none is pending or the pending one is too late", async () => {
  const { alarm, set } = await scheduler(5_000);
  alarm.wakeBy(5_000);
  alarm.wakeBy(9_000);
  expect(set).toEqual([]);
  alarm.wakeBy(4_000);
  alarm.wakeBy(4_500);
  expect(set).toEqual([4_000]);
});

it("runs every duty in the order of registration, and is set for the one that is due first", async () => {
  const { alarm, set } = await scheduler();
  const ran: string[] = [];
  const duty = (name: string, due?: number) => ({
    name,
    run: () => void ran.push(name),
    dueAt: () => due,
  });
  alarm.register(duty("one", 1_000_300), duty("two"), duty("three", 1_000_200));
  await alarm.alarm();
  expect(ran).toEqual(["one", "two", "three"]);
  expect(set).toEqual([1_000_200]);
});

it("is not set again where no duty has anything left", async () => {
  const { alarm, set } = await scheduler(1_000_000);
  alarm.register({ name: "idle", run: () => {} });
  await alarm.alarm();
  expect(set).toEqual([]);
});

it("runs the other duties where one fails, and is set to retry that one soon", async () => {
  const { alarm, set } = await scheduler();
  const logged = vi.spyOn(console, "error").mockReturnValue();
  const other = vi.fn<() => Promise<void>>(async () => {});
  alarm.register(
    { name: "failing", run: () => Promise.reject(new Error("out of order")) },
    { name: "other", run: other },
  );
  await alarm.alarm();
  expect(other).toHaveBeenCalledOnce();
  expect(set).toEqual([1_005_000]);
  expect(logged.mock.calls[0]?.[0]).toContain("failing");
});

it("is set seldom while things keep becoming pending, and soon again after a pause", async () => {
  const { alarm, set } = await scheduler();
  /** Something becomes pending every two seconds for a while; returns how far ahead the alarm was set, each time that it was. */
  const converse = async (seconds: number): Promise<number[]> => {
    const ahead: number[] = [];
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; vi.setSystemTime(Date.now() + 2_000)) {
      if (Date.now() >= (set.at(-1) ?? Infinity)) await alarm.alarm();
      const before = set.length;
      alarm.wakeForPending(Date.now());
      ahead.push(...set.slice(before).map((time) => time - Date.now()));
    }
    return ahead;
  };
  expect(await converse(60)).toEqual([5_000, 10_000, 20_000, 20_000, 20_000]);
  await alarm.alarm();
  vi.setSystemTime(Date.now() + 10_000);
  expect(await converse(10)).toEqual([5_000, 10_000]);
});
