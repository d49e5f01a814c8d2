/** The meter counts each billed operation once, in whichever object it happens. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { evict, shardStub, threadStub } from "../support/objects.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { openPresence, openThread } from "../support/socket.ts";
import { passTime, runAlarm, startClock } from "./clock.ts";
import { meter } from "./meter.ts";

beforeEach(startClock);
afterEach(() => {
  vi.useRealTimers();
});

async function pair(): Promise<{ ada: Person; bob: Person; threadId: string }> {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { id } = await newThread(ada, "group", [bob]);
  // Its creation has been notified; this runs the alarm that was set for the case of a crash.
  await runAlarm(threadStub(id));
  return { ada, bob, threadId: id };
}

it("counts a message's frame, its row, the alarm set and run, and a call and a row in each shard", async () => {
  const { ada, threadId } = await pair();
  const socket = await openThread(ada, threadId);
  await socket.next("welcome");
  // A thread's first message costs a row more.
  await socket.ask({ type: "chat", id: "first", body: "x" });
  await runAlarm(threadStub(threadId));
  const spent = await meter(async () => {
    await socket.ask({ type: "chat", id: "1", body: "x" });
    await runAlarm(threadStub(threadId));
  });
  const shards = spent.presence.objects;
  expect([1, 2]).toContain(shards);
  expect(spent.worker).toBe(0);
  expect(spent.thread).toMatchObject({ frames: 1, alarms: 1, calls: 0, upgrades: 0, closes: 0, objects: 1 });
  expect(spent.thread).toMatchObject({ rowsWritten: 1, alarmsSet: 1 });
  expect(spent.presence).toMatchObject({ calls: shards, rowsWritten: shards, alarms: 0, frames: 0 });
});

it("counts an upgrade's request to the Worker, and the rows that an evicted object reads", async () => {
  const { ada, bob, threadId } = await pair();
  await openThread(bob, threadId);
  const open = () =>
    meter(async () => {
      await (await openThread(ada, threadId)).next("history");
    });
  const awake = await open();
  await evict(threadStub(threadId));
  const woken = await open();
  expect(awake).toMatchObject({
    worker: 1,
    thread: { upgrades: 1, rowsWritten: 0 },
    presence: { objects: 0 },
  });
  expect(woken.thread.rowsRead).toBeGreaterThan(awake.thread.rowsRead);
});

it("counts no call where an object calls itself", async () => {
  const ada = await person("Ada");
  const tab = await openPresence(ada);
  await tab.next("welcome");
  passTime(1_000);
  const spent = await meter(async () => {
    tab.send({ type: "watch", userIds: [ada.user.id] });
    tab.send({ type: "auth", id: "after", token: ada.token });
    await tab.next("ack");
  });
  expect(spent.presence).toMatchObject({ frames: 2, calls: 0 });
});

it("counts a closing socket, and nothing before or after", async () => {
  const { ada, bob, threadId } = await pair();
  const [a, b] = [await openThread(ada, threadId), await openThread(bob, threadId)];
  const spent = await meter(async () => {
    a.close();
    await b.next("leave");
  });
  b.close();
  await runAlarm(shardStub(ada.user.id));
  expect(spent.thread).toMatchObject({ closes: 1, frames: 0, rowsWritten: 0 });
});
