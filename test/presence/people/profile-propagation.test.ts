/** How a changed profile reaches all threads of its user: each once, through evictions and failures, and not as often as one likes. */
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startClock } from "../../cost/clock.ts";
import { heldAt, interceptCalls, lost } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { gate } from "../../support/gate.ts";
import { unique } from "../../support/host-users.ts";
import { shardStub } from "../../support/objects.ts";
import type { User } from "../../../src/protocol/model.ts";
import { costIn, evictShardOf, passTime, rowsOf, runAlarmOf, shardFor, userInThreads } from "../shard.ts";

/** What threads were sent, in order. The threads of these tests are not there: they do nothing with it. */
let sent: { threadId: string; name: string }[] = [];

beforeEach(() => {
  sent = [];
  // The alarms of the steps come when a test runs them.
  startClock();
  onCall(async () => {});
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

/** What happens before a thread has a call; where this throws, it does not. */
function onCall(before: (threadId: string) => Promise<void>): void {
  interceptCalls("CHAT_THREAD", "profileChanged", async ({ id }, { name }) => {
    await before(id.toString());
    sent.push({ threadId: id.toString(), name });
  });
}

const rename = (user: User, name: string) => shardFor(user).signIn({ ...user, name });
/** Runs the alarms of all steps. */
const noJob = (user: User) =>
  eventually(async () => {
    await runAlarmOf(user);
    expect(await rowsOf(user, "profile_jobs")).toEqual([]);
  });
const idsSent = () => sent.map(({ threadId }) => threadId);

/** The most subrequests that the free plan allows one invocation of a Worker or an object. */
const SUBREQUESTS = 50;

/** What is sent in one invocation: the alarm's, with what a request before it may have begun. Then a minute passes. */
async function invocation(user: User): Promise<string[]> {
  const before = sent.length;
  await runAlarmOf(user);
  passTime(60_000);
  return idsSent().slice(before);
}

/** From now on these threads do not answer. Returns how many calls there were, of any thread, and brings them back. */
function cutOff(isCutOff: (threadId: string, call: number) => boolean) {
  const outage = { calls: 0, over: false };
  onCall(async (threadId) => {
    if (!outage.over && isCutOff(threadId, (outage.calls += 1))) await lost();
  });
  return outage;
}

it("is sent to each thread once, to those of the newest activity first", async () => {
  const { ada, threadIds } = await userInThreads(120);
  await rename(ada, "Countess");
  await noJob(ada);
  expect(idsSent().toSorted()).toEqual(threadIds.toSorted());
  expect(idsSent().slice(0, 25).toSorted()).toEqual(threadIds.slice(0, 25).toSorted());
  expect(new Set(sent.map(({ name }) => name))).toEqual(new Set(["Countess"]));
});

it("calls at most half as many threads in an invocation as a plan may allow", async () => {
  const { ada, threadIds } = await userInThreads(120);
  await rename(ada, "Countess");
  for (let left = threadIds.length; left > 0;) {
    const now = await invocation(ada);
    expect(now.length).toBeGreaterThan(0);
    expect(now.length).toBeLessThanOrEqual(SUBREQUESTS / 2);
    left -= now.length;
  }
  expect(idsSent().toSorted()).toEqual(threadIds.toSorted());
});

it("costs two rows for the profile, two of its search keys, and two for each 25 threads besides three", async () => {
  const { ada } = await userInThreads(120, 2);
  const renaming = async () => {
    await rename(ada, "Countess");
    await noJob(ada);
  };
  // The job: made, moved on by the newest 25 and by pages of 25 ids, and removed. And the alarm of each step.
  const steps = 1 + Math.ceil(120 / 25);
  expect((await costIn(ada, renaming)).written).toBe(2 + 2 + (1 + steps) + steps);
  expect(sent).toHaveLength(120);
  passTime(60_000);
  const { ada: lone } = await userInThreads(0, 3);
  expect((await costIn(lone, () => rename(lone, "Lone"))).written).toBe(2 + 2);
});

it("goes on where it was after an eviction or a crash, whatever became of the alarm", async () => {
  const { ada, threadIds } = await userInThreads(8, 4);
  const byId = threadIds.toSorted();
  await runInDurableObject(shardStub(ada.id), async (_, { storage }) => {
    storage.sql.exec("INSERT INTO profile_jobs VALUES (?, ?, 0, 0, '[]', 0)", ada.id, byId[3] ?? "");
    await storage.deleteAlarm();
  });
  await evictShardOf(ada);
  expect(await shardFor(ada).profiles([ada.id])).toEqual([ada]);
  await noJob(ada);
  expect(idsSent().toSorted()).toEqual(byId.slice(4));
});

it("waits for a thread that does not answer, and sends it the newest profile when it does", async () => {
  expectLogged(/expected: lost/);
  const { ada, threadIds } = await userInThreads(3, 5);
  const [broken] = threadIds;
  let isBroken = true;
  onCall(async (threadId) => {
    if (isBroken && threadId === broken) await lost();
  });
  await rename(ada, "Countess");
  await runAlarmOf(ada);
  expect(await rowsOf(ada, "profile_jobs")).toMatchObject([{ missed: JSON.stringify([broken]) }]);
  expect(idsSent().toSorted()).toEqual(threadIds.slice(1).toSorted());
  isBroken = false;
  passTime(10_000);
  await noJob(ada);
  expect(sent.at(-1)).toEqual({ threadId: broken, name: "Countess" });
  expect(sent).toHaveLength(3);
});

it("is not given up while some threads answer, however many do not at first", async () => {
  expectLogged(/expected: lost/);
  const { ada, threadIds } = await userInThreads(700);
  // As if an invocation's calls ran out each second time.
  cutOff((_, call) => call % 100 > 50);
  await rename(ada, "Countess");
  while ((await rowsOf(ada, "profile_jobs")).length > 0) await invocation(ada);
  expect(new Set(idsSent())).toEqual(new Set(threadIds));
});

it("calls threads that did not answer again, in as many invocations as that takes", async () => {
  expectLogged(/expected: lost/);
  const { ada, threadIds } = await userInThreads(80);
  const outage = cutOff(() => true);
  await rename(ada, "Countess");
  while (outage.calls < threadIds.length) {
    const before = outage.calls;
    await invocation(ada);
    expect(outage.calls - before).toBeLessThanOrEqual(SUBREQUESTS / 2);
  }
  outage.over = true;
  while ((await rowsOf(ada, "profile_jobs")).length > 0)
    expect((await invocation(ada)).length).toBeLessThanOrEqual(SUBREQUESTS / 2);
  expect(idsSent().toSorted()).toEqual(threadIds.toSorted());
});

it("goes on to the other threads where those of one step are gone", async () => {
  expectLogged(/expected: lost/);
  const { ada, threadIds } = await userInThreads(60);
  // What the step after that of the newest threads calls.
  const gone = new Set(threadIds.toSorted().slice(0, SUBREQUESTS / 2));
  for (const id of threadIds.slice(0, SUBREQUESTS / 2)) gone.delete(id);
  cutOff((threadId) => gone.has(threadId));
  await rename(ada, "Countess");
  const others = threadIds.filter((id) => !gone.has(id));
  while (sent.length < others.length) await invocation(ada);
  expect(idsSent().toSorted()).toEqual(others.toSorted());
});

it("is sent again only after a pause, as it is then, however often it changes", async () => {
  const { ada, threadIds } = await userInThreads(5, 6);
  await rename(ada, "First");
  await noJob(ada);
  for (let i = 0; i < 30; i++) await rename(ada, `Name ${i}`);
  expect(sent).toHaveLength(threadIds.length);
  // At least 10 s, and more for a user with more threads.
  passTime(9_000);
  await runAlarmOf(ada);
  expect(sent).toHaveLength(threadIds.length);
  passTime(2_000);
  await runAlarmOf(ada);
  await noJob(ada);
  expect(sent.slice(threadIds.length).map(({ name }) => name)).toEqual(threadIds.map(() => "Name 29"));
});

it("is sent again to those that were sent the profile before, where it changes while it is being sent", async () => {
  const { ada, threadIds } = await userInThreads(3, 7);
  await runInDurableObject(shardStub(ada.id), (_, { storage }) => {
    const [first = ""] = threadIds.toSorted();
    storage.sql.exec(
      "INSERT INTO profile_jobs VALUES (?, ?, ?, 0, '[]', 0)",
      ada.id,
      first,
      Date.now() + 500,
    );
  });
  await rename(ada, "Meanwhile");
  passTime(1_000);
  await evictShardOf(ada);
  await runAlarmOf(ada);
  expect(sent).toHaveLength(2);
  passTime(20_000);
  await runAlarmOf(ada);
  await noJob(ada);
  expect(idsSent().slice(2).toSorted()).toEqual(threadIds.toSorted());
});

it("is sent again after the pause, where it changes while the first threads are being sent it", async () => {
  const { ada, threadIds } = await userInThreads(3, 1);
  const held = gate();
  const calls = interceptCalls("CHAT_THREAD", "profileChanged", heldAt(held));
  await rename(ada, "First");
  const alarm = runAlarmOf(ada);
  await calls.begun(3);
  await rename(ada, "Second");
  held.open();
  await alarm;
  expect(await rowsOf(ada, "profile_jobs")).toMatchObject([{ changed_again: 0 }]);
  passTime(20_000);
  await runAlarmOf(ada);
  await noJob(ada);
  expect(sent.map(({ name }) => name)).toEqual([
    ...threadIds.map(() => "First"),
    ...threadIds.map(() => "Second"),
  ]);
});

it("is not begun for a name that is the same, or of an earlier time", async () => {
  const { ada } = await userInThreads(2, 0);
  const now = Date.now();
  await shardFor(ada).signIn({ ...ada, name: unique("New") }, now + 2_000);
  await noJob(ada);
  const before = sent.length;
  await shardFor(ada).signIn({ ...ada, name: "Old" }, now + 1_000);
  await shardFor(ada).signIn({ ...ada, name: sent[0]?.name ?? "" }, now + 3_000);
  expect(await rowsOf(ada, "profile_jobs")).toEqual([]);
  expect(sent).toHaveLength(before);
});
