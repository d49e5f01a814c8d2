/** How a changed profile reaches all threads of its user: each once, through evictions and failures, and not as often as one likes. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ChatThread } from "../../../src/thread/chat-thread.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { gate } from "../../support/gate.ts";
import { unique } from "../../support/host-users.ts";
import { shardStub } from "../../support/objects.ts";
import type { User } from "../../../src/protocol/model.ts";
import {
  costIn,
  evictShardOf,
  FakeThread,
  knownUser,
  passTime,
  rowsOf,
  runAlarmOf,
  shardFor,
} from "../shard.ts";

/** What threads were sent, in order. The threads of these tests are not there: they do nothing with it. */
let sent: { threadId: string; name: string }[] = [];

beforeEach(() => {
  sent = [];
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(ChatThread.prototype, "profileChanged").mockImplementation(async function (
    this: ChatThread,
    user,
  ) {
    sent.push({ threadId: this.ctx.id.toString(), name: user.name });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A user with so many threads, the newest first. */
async function userWith(count: number, shard = 1): Promise<{ ada: User; threadIds: string[] }> {
  const ada = await knownUser("Ada", shard);
  const threads = Array.from({ length: count }, (_, i) => new FakeThread("group", null, 1_000_000 - i));
  await Promise.all(threads.map((thread) => thread.join(ada)));
  return { ada, threadIds: threads.map(({ id }) => id) };
}

const rename = (user: User, name: string) => shardFor(user).signIn({ ...user, name });
const noJob = (user: User) => eventually(async () => expect(await rowsOf(user, "profile_jobs")).toEqual([]));
const idsSent = () => sent.map(({ threadId }) => threadId);

it("is sent to each thread once, to those of the newest activity first", async () => {
  const { ada, threadIds } = await userWith(120);
  await rename(ada, "Countess");
  await noJob(ada);
  expect(idsSent().toSorted()).toEqual(threadIds.toSorted());
  expect(idsSent().slice(0, 50).toSorted()).toEqual(threadIds.slice(0, 50).toSorted());
  expect(new Set(sent.map(({ name }) => name))).toEqual(new Set(["Countess"]));
});

it("costs a row for the profile, two of its search keys, and one for each 50 threads besides two", async () => {
  const { ada } = await userWith(120, 2);
  const renaming = async () => {
    await rename(ada, "Countess");
    await noJob(ada);
  };
  // The job: made, moved on by the newest 50, by two pages of 50 ids, and removed. And the alarm in case it is interrupted.
  expect((await costIn(ada, renaming)).written).toBe(1 + 2 + 5 + 1);
  expect(sent).toHaveLength(120);
  passTime(60_000);
  const { ada: lone } = await userWith(0, 3);
  expect((await costIn(lone, () => rename(lone, "Lone"))).written).toBe(1 + 2);
});

it("goes on where it was after an eviction or a crash, whatever became of the alarm", async () => {
  const { ada, threadIds } = await userWith(8, 4);
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
  expectLogged(/expected: no answer/);
  const { ada, threadIds } = await userWith(3, 5);
  const [broken] = threadIds;
  let isBroken = true;
  vi.mocked(ChatThread.prototype.profileChanged).mockImplementation(async function (this: ChatThread, user) {
    if (isBroken && this.ctx.id.toString() === broken) throw new Error("expected: no answer");
    sent.push({ threadId: this.ctx.id.toString(), name: user.name });
  });
  await rename(ada, "Countess");
  await eventually(async () =>
    expect(await rowsOf(ada, "profile_jobs")).toMatchObject([{ missed: JSON.stringify([broken]) }]),
  );
  expect(idsSent().toSorted()).toEqual(threadIds.slice(1).toSorted());
  isBroken = false;
  await eventually(async () => {
    passTime(10_000);
    await runAlarmOf(ada);
    expect(sent.at(-1)).toEqual({ threadId: broken, name: "Countess" });
  });
  await noJob(ada);
  expect(sent).toHaveLength(3);
});

it("is sent again only after a pause, as it is then, however often it changes", async () => {
  const { ada, threadIds } = await userWith(5, 6);
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
  const { ada, threadIds } = await userWith(3, 7);
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
  await eventually(() => expect(sent).toHaveLength(2));
  passTime(20_000);
  await runAlarmOf(ada);
  await noJob(ada);
  expect(idsSent().slice(2).toSorted()).toEqual(threadIds.toSorted());
});

it("is sent again after the pause, where it changes while the first threads are being sent it", async () => {
  const { ada, threadIds } = await userWith(3, 1);
  const held = gate();
  vi.mocked(ChatThread.prototype.profileChanged).mockImplementation(async function (this: ChatThread, user) {
    sent.push({ threadId: this.ctx.id.toString(), name: user.name });
    await held.pass();
  });
  await rename(ada, "First");
  await eventually(() => expect(sent).toHaveLength(3));
  await rename(ada, "Second");
  held.open();
  await eventually(async () =>
    expect(await rowsOf(ada, "profile_jobs")).toMatchObject([{ changed_again: 0 }]),
  );
  passTime(20_000);
  await runAlarmOf(ada);
  await noJob(ada);
  expect(sent.map(({ name }) => name)).toEqual([
    ...threadIds.map(() => "First"),
    ...threadIds.map(() => "Second"),
  ]);
});

it("is not begun for a name that is the same, or of an earlier time", async () => {
  const { ada } = await userWith(2, 0);
  const now = Date.now();
  await shardFor(ada).signIn({ ...ada, name: unique("New") }, now + 2_000);
  await noJob(ada);
  const before = sent.length;
  await shardFor(ada).signIn({ ...ada, name: "Old" }, now + 1_000);
  await shardFor(ada).signIn({ ...ada, name: sent[0]?.name ?? "" }, now + 3_000);
  expect(await rowsOf(ada, "profile_jobs")).toEqual([]);
  expect(sent).toHaveLength(before);
});
