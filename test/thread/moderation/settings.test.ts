/** What moderators set of a thread: its topic, slow mode, whether it is locked, who posts. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Thread } from "../../../src/protocol/model.ts";
import { passTime, runAlarm, startClock } from "../../cost/clock.ts";
import { newThread, person } from "../../support/host-users.ts";
import { costOf, evict, storedText, threadStub } from "../../support/objects.ts";
import { openThread } from "../../support/socket.ts";
import { ok, moderatedThread, refused, send, set, theHost, timeOut, TRANSPORTS } from "./moderated-thread.ts";

const SECOND = 1_000;
const ALL = { topic: "Frogs", slowModeMs: 5 * SECOND, locked: true, whoPosts: "moderators" };

describe("the settings of a thread", () => {
  it("are in the thread and in its events, live and replayed, and survive an eviction", async () => {
    const thread = await moderatedThread();
    const { moderator, member, id, path } = thread;
    const watching = await openThread(member, id);
    const { cursor, thread: before } = await watching.next("welcome");
    expect(before).toMatchObject({ topic: null, slowModeMs: 0, locked: false, whoPosts: "members" });
    expect(await set(moderator, thread, ALL)).toMatchObject(ALL);
    expect(await watching.next("thread")).toMatchObject({ thread: { name: "Talk", ...ALL } });
    await evict(threadStub(id));
    const back = await openThread(member, id, cursor);
    expect(await back.next("thread")).toMatchObject({ thread: ALL });
    expect(await ok(member.call("GET", path))).toMatchObject(ALL);
    expect(await set(theHost, thread, { topic: null, name: "Pond" })).toMatchObject({
      ...ALL,
      topic: null,
      name: "Pond",
    });
  });

  it("change in one event with the name; what is absent stays, and what is the same makes no event", async () => {
    const thread = await moderatedThread();
    const { owner, id } = thread;
    const socket = await openThread(owner, id);
    await set(owner, thread, { name: "Pond", topic: "Frogs" });
    const same = await set(owner, thread, { name: "Pond", topic: "Frogs", locked: false });
    expect(same).toMatchObject({ rev: 2, topic: "Frogs", slowModeMs: 0 });
    await set(owner, thread, { slowModeMs: SECOND });
    expect(await socket.next("thread")).toMatchObject({ rev: 2, thread: { name: "Pond", topic: "Frogs" } });
    expect(await socket.next("thread")).toMatchObject({
      rev: 3,
      thread: { topic: "Frogs", slowModeMs: SECOND },
    });
    const { entries } = await ok<{ entries: object[] }>(owner.call("GET", `${thread.path}/audit`));
    expect(entries.slice(0, 2)).toMatchObject([
      { action: "thread.updated", detail: { slowModeMs: SECOND } },
      { action: "thread.updated", detail: { name: "Pond", topic: "Frogs" } },
    ]);
  });

  it.each([
    ["a topic of 251 characters", { topic: "x".repeat(251) }],
    ["a blank topic", { topic: " " }],
    ["slow mode of more than six hours", { slowModeMs: 6 * 3_600_000 + 1 }],
    ["slow mode below 0", { slowModeMs: -1 }],
    ["parts of milliseconds", { slowModeMs: 0.5 }],
    ["who posts, made up", { whoPosts: "owners" }],
    ["a lock that is no boolean", { locked: 1 }],
  ])("refuse %s", async (_what, settings) => {
    const { moderator, path } = await moderatedThread();
    expect(await refused(moderator.call("PATCH", path, settings))).toMatchObject({ code: "bad_request" });
  });

  it("take a topic of 250 characters, and slow mode of six hours", async () => {
    const thread = await moderatedThread();
    const most = { topic: "x".repeat(250), slowModeMs: 6 * 3_600_000 };
    expect(await set(thread.moderator, thread, most)).toMatchObject(most);
  });

  it("are not there in a direct thread, where nobody may change them, nor the host", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "direct", [bob]);
    expect(thread).not.toHaveProperty("locked");
    for (const who of [ada, theHost])
      expect(await refused(who.call("PATCH", `/api/threads/${thread.id}`, { locked: true }))).toMatchObject({
        code: "forbidden",
      });
  });

  it("cost three rows where they are set anew, and none where they are the same", async () => {
    const thread = await moderatedThread();
    const settings = { slowModeMs: 1_000, locked: true, whoPosts: "moderators" };
    const cost = () => costOf(threadStub(thread.id), () => set(thread.moderator, thread, settings));
    expect([(await cost()).rowsWritten, (await cost()).rowsWritten]).toEqual([3, 0]);
  });

  it("leave no former topic in storage", async () => {
    const thread = await moderatedThread();
    await set(thread.owner, thread, { topic: "the old secret" });
    await set(thread.owner, thread, { topic: "short" });
    const text = JSON.parse(await storedText(threadStub(thread.id))) as [string, unknown][];
    expect(JSON.stringify(text.find(([table]) => table === "settings"))).not.toContain("secret");
  });
});

describe.each(TRANSPORTS)("over %s, in a locked thread", (_name, transport, acts) => {
  it.each(acts)("members may not %s, and moderators may", async (act) => {
    const thread = await moderatedThread();
    const { owner, moderator, member } = thread;
    await send(act === "edit" ? member : moderator, thread);
    await set(moderator, thread, { locked: true });
    await evict(threadStub(thread.id));
    expect(await transport(member, thread, act)).toMatchObject({ code: "forbidden" });
    // Message 1 is the member's own.
    for (const who of act === "edit" ? [] : [moderator, owner])
      expect(await transport(who, thread, act)).toBeUndefined();
    await set(moderator, thread, { locked: false });
    expect(await transport(member, thread, act)).toBeUndefined();
  });
});

describe.each(TRANSPORTS)("over %s, where moderators post", (_name, transport, acts) => {
  it.each(acts)("%s: members may not send, and do the rest", async (act) => {
    const thread = await moderatedThread();
    const { moderator, member } = thread;
    await send(member, thread);
    await set(moderator, thread, { whoPosts: "moderators" });
    const refusal = await transport(member, thread, act);
    expect(refusal?.code).toBe(act === "chat" ? "forbidden" : undefined);
    for (const who of act === "edit" ? [] : [moderator])
      expect(await transport(who, thread, act)).toBeUndefined();
  });
});

it("a moderator edits what is theirs in a locked thread, and the host posts in it", async () => {
  const thread = await moderatedThread();
  const { moderator, path } = thread;
  await set(moderator, thread, { locked: true, whoPosts: "moderators" });
  await send(moderator, thread);
  await ok(moderator.call("PATCH", `${path}/messages/1`, { body: "new" }));
  const news = await ok(theHost.call("POST", `${path}/messages`, { body: "news" }));
  expect(news).toMatchObject({ seq: 2 });
});

describe("slow mode", () => {
  beforeEach(startClock);
  afterEach(() => void vi.useRealTimers());

  it.each(TRANSPORTS)("over %s, holds a member back, and says for how long", async (_name, transport) => {
    const thread = await moderatedThread();
    const { moderator, member } = thread;
    await set(moderator, thread, { slowModeMs: 10 * SECOND });
    expect(await transport(member, thread, "chat")).toBeUndefined();
    passTime(4 * SECOND);
    expect(await transport(member, thread, "chat")).toMatchObject({
      code: "rate_limited",
      retryAfterMs: 6 * SECOND,
    });
    // What is no new message is not slowed down.
    expect(await transport(member, thread, "edit")).toBeUndefined();
    passTime(6 * SECOND);
    expect(await transport(member, thread, "chat")).toBeUndefined();
  });

  it("holds back each member by themself; moderators, owners and the host not", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, member, path } = thread;
    const other = await person("Other");
    await ok(owner.call("PUT", `${path}/members/${other.user.id}`));
    await set(moderator, thread, { slowModeMs: 10 * SECOND });
    for (const who of [member, other, moderator, moderator, owner, owner]) await send(who, thread);
    for (let i = 0; i < 2; i++) await ok(theHost.call("POST", `${path}/messages`, { body: "news" }));
    expect(await refused(other.call("POST", `${path}/messages`, { body: "x" }))).toMatchObject({
      code: "rate_limited",
    });
  });

  it("counts from before it was on, over an eviction, and from deleted messages", async () => {
    const thread = await moderatedThread();
    const { moderator, member, path, id } = thread;
    await send(member, thread);
    await ok(member.call("DELETE", `${path}/messages/1`));
    passTime(SECOND);
    await set(moderator, thread, { slowModeMs: 10 * SECOND });
    passTime(600);
    await evict(threadStub(id));
    const again = () => refused(member.call("POST", `${path}/messages`, { body: "x" }));
    expect(await again()).toMatchObject({ retryAfterMs: 8_400 });
    await set(moderator, thread, { slowModeMs: 60 * SECOND });
    expect(await again()).toMatchObject({ retryAfterMs: 58_400 });
    await set(moderator, thread, { slowModeMs: 0 });
    await send(member, thread);
    await set(moderator, thread, { slowModeMs: SECOND });
    expect(await again()).toMatchObject({ retryAfterMs: SECOND });
  });

  it("is looked for beyond the newest messages of others", async () => {
    const thread = await moderatedThread();
    const { moderator, member, path, id } = thread;
    await send(member, thread);
    await set(moderator, thread, { slowModeMs: 3_600 * SECOND });
    passTime(60 * SECOND);
    const stub = threadStub(id);
    await runInDurableObject(stub, (_instance, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)
         INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at)
         SELECT i, i + 10, i + 10, ?, 'id-' || i, 'body', ? FROM n`,
        moderator.user.id,
        Date.now(),
      );
    });
    await evict(stub);
    expect(await refused(member.call("POST", `${path}/messages`, { body: "x" }))).toMatchObject({
      retryAfterMs: 3_540 * SECOND,
    });
  });

  it("acknowledges a repeat, also after an eviction, and does not count it", async () => {
    const thread = await moderatedThread();
    const { moderator, member, id } = thread;
    await set(moderator, thread, { slowModeMs: 10 * SECOND });
    const socket = await openThread(member, id);
    expect(await socket.ask({ type: "chat", id: "1", body: "x" })).toMatchObject({ type: "ack", seq: 1 });
    passTime(9 * SECOND);
    const repeat = await openThread(member, id);
    expect(await repeat.ask({ type: "chat", id: "1", body: "x" })).toMatchObject({ type: "ack", seq: 1 });
    await runAlarm(threadStub(id));
    await evict(threadStub(id));
    const later = await openThread(member, id);
    expect(await later.ask({ type: "chat", id: "1", body: "x", since: 0 })).toMatchObject({ type: "ack" });
    passTime(SECOND);
    expect(await later.ask({ type: "chat", id: "2", body: "x" })).toMatchObject({ type: "ack", seq: 2 });
  });

  it("goes on for a member who leaves and comes back", async () => {
    const thread = await moderatedThread("public");
    const { owner, member, path } = thread;
    await set(owner, thread, { slowModeMs: 60_000 });
    await send(member, thread);
    const own = `${path}/members/${member.user.id}`;
    await ok(member.call("DELETE", own));
    await ok(member.call("PUT", own));
    expect(await refused(member.call("POST", `${path}/messages`, { body: "again" }))).toMatchObject({
      code: "rate_limited",
    });
  });

  it("lets one of several at once through", async () => {
    const thread = await moderatedThread();
    const { moderator, member, id } = thread;
    await set(moderator, thread, { slowModeMs: 10 * SECOND });
    const socket = await openThread(member, id);
    const ids = ["a", "b", "c"];
    socket.send(ids.slice(0, 2).map((one) => ({ type: "chat", id: one, body: one })));
    await socket.ask({ type: "chat", id: "c", body: "c" });
    const answers = socket.events.filter(({ type }) => type === "ack" || type === "error");
    expect(answers).toMatchObject([
      { type: "ack", id: "a" },
      { code: "rate_limited", id: "b" },
      { code: "rate_limited", id: "c" },
    ]);
  });

  it("holds back a moderator from the moment they are none", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, path } = thread;
    await set(owner, thread, { slowModeMs: 10 * SECOND });
    for (let i = 0; i < 2; i++) await send(moderator, thread);
    await ok(owner.call("PUT", `${path}/members/${moderator.user.id}`, { role: "member" }));
    expect(await refused(moderator.call("POST", `${path}/messages`, { body: "x" }))).toMatchObject({
      code: "rate_limited",
    });
  });

  it("costs a message no row written, and no row read once the last ones were", async () => {
    const thread = await moderatedThread();
    const { moderator, member, id } = thread;
    const socket = await openThread(member, id);
    const cost = async (name: string) => {
      passTime(SECOND);
      return costOf(threadStub(id), () => socket.ask({ type: "chat", id: name, body: "x" }));
    };
    await cost("first");
    const { rowsRead, rowsWritten } = await cost("without");
    await set(moderator, thread, { slowModeMs: SECOND });
    await cost("warm");
    expect(await cost("with")).toMatchObject({ rowsRead, rowsWritten });
  });
});

describe("when the last owner of a public thread leaves", () => {
  it("the longest-standing moderator becomes owner", async () => {
    const thread = await moderatedThread("public");
    const { owner, moderator, path } = thread;
    const later = await person("Later");
    await ok(owner.call("PUT", `${path}/members/${later.user.id}`, { role: "moderator" }));
    await ok(owner.call("DELETE", `${path}/members/${owner.user.id}`));
    expect((await ok<Thread>(moderator.call("GET", path))).you?.role).toBe("owner");
    expect((await ok<Thread>(later.call("GET", path))).you?.role).toBe("moderator");
  });

  it("there is none without a moderator, until the host names one, of whom there is again a successor", async () => {
    const thread = await moderatedThread("public");
    const { owner, moderator, member, path } = thread;
    await ok(moderator.call("DELETE", `${path}/members/${moderator.user.id}`));
    await ok(owner.call("DELETE", `${path}/members/${owner.user.id}`));
    expect((await ok<Thread>(member.call("GET", path))).members.map(({ role }) => role)).toEqual(["member"]);
    expect(await refused(member.call("PATCH", path, { name: "Mine" }))).toMatchObject({ code: "forbidden" });
    await ok(theHost.call("PUT", `${path}/members/${member.user.id}`, { role: "owner" }));
    await set(member, thread, { name: "Mine" });
    const { entries } = await ok<{ entries: object[] }>(theHost.call("GET", `${path}/audit`));
    expect(entries).not.toContainEqual(expect.objectContaining({ action: "owner.succeeded" }));
  });

  it("a moderator who is timed out becomes owner, and may not act until then", async () => {
    const thread = await moderatedThread("public");
    const { owner, moderator, path } = thread;
    await timeOut(owner, moderator, thread, 3_600_000);
    await ok(owner.call("DELETE", `${path}/members/${owner.user.id}`));
    expect((await ok<Thread>(moderator.call("GET", path))).you?.role).toBe("owner");
    expect(await refused(moderator.call("DELETE", path))).toMatchObject({ code: "forbidden" });
  });
});
