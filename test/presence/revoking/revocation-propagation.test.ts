/** How a revocation reaches all threads of its user: the newest first, each twice, through evictions and failures, in bounded steps. */
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startClock } from "../../cost/clock.ts";
import { interceptCalls } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import type { User } from "../../../src/protocol/model.ts";
import type { Revocation } from "../../../src/rpc/revocation.ts";
import {
  costIn,
  evictShardOf,
  HOUR,
  knownUser,
  passTime,
  rowsOf,
  runAlarmOf,
  shardFor,
  userInThreads,
} from "../shard.ts";

/** What threads were sent, in order. The threads of these tests are not there: they do nothing with it. */
let sent: { threadId: string; userId: string; revocation: Revocation }[] = [];
/** Which threads do not answer. */
let failing: { isCutOff: (threadId: string) => boolean };

beforeEach(() => {
  sent = [];
  failing = { isCutOff: () => false };
  startClock();
  interceptCalls("CHAT_THREAD", "revoked", async ({ id }, userId, revocation) => {
    const threadId = id.toString();
    if (failing.isCutOff(threadId)) throw new Error("expected: no answer");
    sent.push({ threadId, userId, revocation });
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const before = () => Math.floor(Date.now() / 1000) + 1;
const idsSent = () => sent.map(({ threadId }) => threadId);

/** What is sent in one invocation of the shard's alarm. */
async function invocation(user: User): Promise<string[]> {
  const already = sent.length;
  await runAlarmOf(user);
  return idsSent().slice(already);
}

/** Runs the alarms of all steps, with time for the waits between them. */
const untilDone = (user: User) =>
  eventually(async () => {
    passTime(2_000);
    await runAlarmOf(user);
    expect(await rowsOf(user, "revocation_jobs")).toEqual([]);
  });

it("goes to the newest threads at once, 25 in an invocation, and to all once no old verdict is left", async () => {
  const { ada, threadIds } = await userInThreads(230);
  await shardFor(ada).revoke(ada.id, before());
  const first: string[] = [];
  for (let step = 0; step < 8; step += 1) {
    const ids = await invocation(ada);
    expect(ids).toHaveLength(25);
    first.push(...ids);
  }
  for (let at = 0; at < 200; at += 25)
    expect(first.slice(at, at + 25).toSorted()).toEqual(threadIds.slice(at, at + 25).toSorted());
  expect(await invocation(ada)).toEqual([]);
  passTime(6_000);
  const second: string[] = [];
  for (let step = 0; step < 10; step += 1) {
    const ids = await invocation(ada);
    expect(ids.length).toBeLessThanOrEqual(25);
    second.push(...ids);
  }
  expect(second.toSorted()).toEqual(threadIds.toSorted());
  expect(await rowsOf(ada, "revocation_jobs")).toEqual([]);
});

it("says all that was revoked of the user", async () => {
  const { ada } = await userInThreads(1);
  const time = before();
  await shardFor(ada).revoke(ada.id, time);
  await shardFor(ada).endSession(ada.id, "laptop", Date.now() + HOUR);
  await untilDone(ada);
  expect(sent.at(-1)).toMatchObject({ userId: ada.id, revocation: { before: time, sessions: ["laptop"] } });
});

it("goes on after an eviction, in either round", async () => {
  const { ada, threadIds } = await userInThreads(60);
  await shardFor(ada).revoke(ada.id, before());
  await invocation(ada);
  await evictShardOf(ada);
  for (let step = 0; step < 3; step += 1) await invocation(ada);
  expect(new Set(idsSent())).toEqual(new Set(threadIds));
  passTime(6_000);
  sent = [];
  await invocation(ada);
  await evictShardOf(ada);
  await untilDone(ada);
  expect(idsSent().toSorted()).toEqual(threadIds.toSorted());
});

it("calls those that do not answer again, and gives up after many times", async () => {
  expectLogged(/a call to an object failed/);
  const { ada, threadIds } = await userInThreads(3);
  const [dead] = threadIds;
  failing.isCutOff = (id) => id === dead;
  await shardFor(ada).revoke(ada.id, before());
  for (let step = 0; step < 8; step += 1) {
    await invocation(ada);
    passTime(6_000);
  }
  expect(new Set(idsSent())).toEqual(new Set(threadIds.slice(1)));
  expect(await rowsOf(ada, "revocation_jobs")).toHaveLength(1);
  failing.isCutOff = () => false;
  passTime(60_000);
  await untilDone(ada);
  expect(idsSent().filter((id) => id === dead)).toHaveLength(1);

  expectLogged(/sockets of revoked sessions may be open in threads that do not answer/);
  failing.isCutOff = () => true;
  await shardFor(ada).revoke(ada.id, before());
  await eventually(async () => {
    passTime(60_000);
    await runAlarmOf(ada);
    expect(await rowsOf(ada, "revocation_jobs")).toEqual([]);
  });
});

it("takes as many users as an invocation may call the threads of", async () => {
  const users = [];
  for (let i = 0; i < 10; i += 1) users.push((await userInThreads(3)).ada);
  const [ada] = users;
  if (!ada) throw new Error("nobody");
  for (const user of users) await shardFor(user).revoke(user.id, before());
  // The alarm that the revocation sets has come for the first of them.
  expect((await invocation(ada)).length).toBe(25);
  expect((await invocation(ada)).length).toBe(5);
});

it("of sessions that one user ends in a loop is sent for the first few, and then from time to time", async () => {
  const { ada, threadIds } = await userInThreads(10);
  let calls = 0;
  for (let i = 0; i < 60; i += 1) {
    await shardFor(ada).endSession(ada.id, `session-${i}`, Date.now() + HOUR);
    calls += (await invocation(ada)).length;
    passTime(100);
  }
  expect(calls).toBeLessThanOrEqual(5 * threadIds.length + threadIds.length);
  await untilDone(ada);
  expect(sent.at(-1)?.revocation.sessions).toHaveLength(60);
});

it("of more ended sessions than are kept forgets those that would end first, and lets none of them in", async () => {
  const ada = await knownUser("Ada");
  const now = Date.now();
  const until = (i: number) => now + HOUR + i * 1_000;
  for (let i = 0; i < 110; i += 1) await shardFor(ada).endSession(ada.id, `session-${i}`, until(i));
  const kept = (await rowsOf(ada, "ended_sessions")).map((row) => row["session_id"]);
  // And the latest end of those that were forgotten.
  expect(kept).toHaveLength(100 + 1);
  expect(kept).toContain("session-109");
  expect(kept).not.toContain("session-9");
  const isRevoked = async (sessionId: string, expiresAt: number) =>
    (await shardFor(ada).verdictOn(ada.id, { issuedAt: 1, sessionId, expiresAt })).isRevoked;
  for (let i = 0; i < 110; i += 1) expect(await isRevoked(`session-${i}`, until(i))).toBe(true);
  expect(await isRevoked("another", until(10))).toBe(false);
  expect((await shardFor(ada).verdictOn(ada.id, { issuedAt: 1, expiresAt: until(0) })).isRevoked).toBe(false);
  passTime(2 * HOUR);
  await shardFor(ada).endSession(ada.id, "last", Date.now() + HOUR);
  expect(await rowsOf(ada, "ended_sessions")).toHaveLength(1);
});

it("costs a few rows, and one more for each 25 threads", async () => {
  const { ada } = await userInThreads(50);
  const revoked = await costIn(ada, () => shardFor(ada).revoke(ada.id, before()));
  // What was revoked, the job, and the alarm.
  expect(revoked.written).toBe(3);
  const again = await costIn(ada, () => shardFor(ada).revoke(ada.id, before() - 10));
  expect(again.written).toBe(0);
  const steps = await costIn(ada, () => untilDone(ada));
  // The first round's end, two steps of the second, and the job's end; each invocation sets the next one's alarm.
  expect(steps.written).toBeLessThanOrEqual(4 + 5);
  const asked = await costIn(ada, () => shardFor(ada).verdictOn(ada.id, { issuedAt: 1, sessionId: "x" }));
  expect(asked.written).toBe(0);
  expect(asked.read).toBeLessThanOrEqual(4);
});
