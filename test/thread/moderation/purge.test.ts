/** The purge that comes with a ban: what the banned wrote lately is deleted, by and by. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AuditPage } from "../../../src/protocol/moderation.ts";
import type { MessagePage } from "../../../src/protocol/http.ts";
import { alarmAt, passTime, runAlarm, startClock } from "../../cost/clock.ts";
import { costOf, evict, threadStub } from "../../support/objects.ts";
import { openThread } from "../../support/socket.ts";
import { ban, ok, moderatedThread, refused, send, type ModeratedThread } from "./moderated-thread.ts";

beforeEach(startClock);
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;

/** Stores so many messages of a user as if they had just sent them. */
async function flood({ id }: ModeratedThread, author: string, from: number, count: number): Promise<void> {
  const stub = threadStub(id);
  await runInDurableObject(stub, (_instance, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)
       INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at)
       SELECT i, i + 10, i + 10, ?3, 'id-' || i, 'spam', ?4 FROM n`,
      from,
      count,
      author,
      Date.now(),
    );
  });
  await evict(stub);
}

/** Runs alarms until no purge is pending; how many it took. */
async function purged({ id }: ModeratedThread): Promise<number> {
  const stub = threadStub(id);
  for (let alarms = 0; ; alarms++) {
    const pending = await runInDurableObject(stub, (_instance, { storage }) =>
      storage.sql.exec("SELECT * FROM purges").toArray(),
    );
    if (pending.length === 0) return alarms;
    expect(await alarmAt(stub), "an alarm is set for it").toBeLessThanOrEqual(Date.now());
    await runAlarm(stub);
    // What is left to do is stored.
    await evict(stub);
  }
}

async function bodies({ owner, path }: ModeratedThread, around: number): Promise<string[]> {
  const { messages } = await ok<MessagePage>(
    owner.call("GET", `${path}/messages?around=${around}&limit=200`),
  );
  return messages.map(({ body, deletedAt }) => (deletedAt === undefined ? body : "deleted"));
}

it("deletes what they wrote in that time, and nothing older, nor of others", async () => {
  const thread = await moderatedThread();
  const { owner, moderator, member, id, path } = thread;
  await send(member, thread, "old");
  passTime(10 * MINUTE);
  await send(member, thread, "new");
  await send(owner, thread, "of another");
  const watching = await openThread(owner, id);
  const { cursor } = await watching.next("welcome");
  await ban(moderator, member, thread, { purgeSeconds: 5 * 60 });
  await runAlarm(threadStub(id));
  expect(await bodies(thread, 1)).toEqual(["old", "deleted", "of another"]);
  expect(await watching.next("delete")).toMatchObject({ seq: 2, by: moderator.user });
  const back = await openThread(owner, id, cursor);
  expect(await back.next("delete")).toMatchObject({ seq: 2, by: moderator.user });
  const { entries } = await ok<AuditPage>(owner.call("GET", `${path}/audit?limit=1`));
  expect(entries).toMatchObject([{ action: "ban.set", target: member.user, detail: { purgeSeconds: 300 } }]);
});

it("goes on by alarm in bounded steps, over evictions, while others write and edit", async () => {
  const thread = await moderatedThread();
  const { owner, moderator, member, path } = thread;
  await send(member, thread, "first");
  await flood(thread, moderator.user.id, 2, 1_500);
  await flood(thread, member.user.id, 1_502, 400);
  await ban(owner, member, thread, { purgeSeconds: 86_400 });
  await runAlarm(threadStub(thread.id));
  await send(owner, thread, "meanwhile");
  await ok(moderator.call("PATCH", `${path}/messages/1400`, { body: "edited" }));
  expect(await refused(member.call("PATCH", `${path}/messages/1`, { body: "kept" }))).toMatchObject({
    code: "not_found",
  });
  expect(await purged(thread)).toBeGreaterThan(0);
  expect(new Set(await bodies(thread, 1_700))).toEqual(new Set(["deleted"]));
  expect(await bodies(thread, 1_402)).toContain("edited");
  expect((await bodies(thread, 1)).slice(0, 2)).toEqual(["deleted", "spam"]);
  expect((await bodies(thread, 1_902)).at(-1)).toBe("meanwhile");
});

it("leaves alone what its user writes when they are back", async () => {
  const thread = await moderatedThread("public");
  const { moderator, member, id, path } = thread;
  await send(member, thread, "before");
  await ban(moderator, member, thread, { purgeSeconds: 60 });
  await ok(moderator.call("DELETE", `${path}/bans/${member.user.id}`));
  await ok(member.call("PUT", `${path}/members/${member.user.id}`));
  await send(member, thread, "after");
  await runAlarm(threadStub(id));
  await purged(thread);
  expect(await bodies(thread, 1)).toEqual(["deleted", "after"]);
});

it("costs a row with the ban, and three for each message by and by", async () => {
  const thread = await moderatedThread();
  const { moderator, member, id } = thread;
  const stub = threadStub(id);
  await flood(thread, member.user.id, 1, 45);
  await send(member, thread);
  await runAlarm(stub);
  passTime(MINUTE);
  const banning = await costOf(stub, () => ban(moderator, member, thread, { purgeSeconds: 3_600 }));
  expect(banning.rowsWritten).toBeLessThanOrEqual(14);
  const step = await costOf(stub, () => runAlarm(stub));
  expect(step.rowsWritten).toBeLessThanOrEqual(46 * 3 + 1);
  expect(await purged(thread)).toBe(0);
});
