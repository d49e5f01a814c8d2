/** What may happen while users move, one thing at a time. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Presence } from "../../../src/presence/presence.ts";
import { shardOf } from "../../../src/rpc/shards.ts";
import { expectLogged } from "../../support/console.ts";
import { evict } from "../../support/objects.ts";
import type { Person } from "../../support/people.ts";
import {
  ask,
  crash,
  deploy,
  forgetEverything,
  group,
  moveShard,
  moveStep,
  openSocket,
  openTab,
  passerby,
  say,
  shard,
  someone,
  stored,
  threadsOf,
  notified,
} from "./deployment.ts";

beforeEach(() => deploy({ shards: 8 }));
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await forgetEverything();
});

const OLD = 3;
const NEW = 11;

/** Ada moves from shard 3 to 11, Bo stays in 3, Cy stays elsewhere; they share a thread. */
async function scene() {
  const ada = await someone("Ada", { shard: NEW, of: 16 });
  const bo = await someone("Bo", { shard: OLD, of: 16 });
  const cy = await someone("Cy", { shard: 5, of: 16 });
  const threadId = await group(ada, bo, cy);
  await say(ada, threadId, "first");
  await say(bo, threadId, "second");
  for (const who of [ada, bo, cy]) await notified(who, threadId);
  await deploy({ shards: 16, before: 8 });
  return { ada, bo, cy, threadId };
}

async function unread(who: Person): Promise<number[]> {
  return (await threadsOf(who)).map((thread) => thread.unread);
}

describe("before the command", () => {
  it("everything is where it was", async () => {
    const { ada, bo, cy, threadId } = await scene();
    const tab = await openTab(ada);
    await tab.next("welcome", (event) => event.unreadThreads === 1);
    await say(cy, threadId);
    await tab.next("new_message", (event) => event.unread === 2);
    await notified(bo, threadId);
    expect(await unread(bo)).toEqual([1]);
    expect(await stored(NEW)).not.toContain(ada.user.id);
  });
});

describe("a user who moves", () => {
  it("takes along threads, markers, profile and when they were last seen, and leaves nothing behind", async () => {
    const { ada, bo, cy, threadId } = await scene();
    const before = await threadsOf(ada);
    const state = () => ask(cy, "GET", `/api/presence?ids=${ada.user.id}`);
    const seen = await state();
    expect(await moveStep(OLD, 8, 16)).toEqual({ moved: 1, done: true });
    expect(await threadsOf(ada)).toEqual(before);
    expect(await state()).toEqual(seen);
    expect(await ask(bo, "GET", `/api/users/${ada.user.id}`)).toEqual(ada.user);
    expect(await ask(bo, "GET", "/api/users?q=ad")).toMatchObject({ users: [ada.user] });
    const kept = await runInDurableObject(shard(OLD), (_object, { storage }) => ({
      users: storage.sql.exec("SELECT user_id FROM users").toArray(),
      keys: storage.sql.exec("SELECT DISTINCT user_id FROM user_keys").toArray(),
      threads: storage.sql.exec("SELECT user_id FROM user_threads").toArray(),
      senders: storage.sql.exec("SELECT senders FROM threads").toArray(),
    }));
    const only = [{ user_id: bo.user.id }];
    expect(kept).toEqual({
      users: only,
      keys: only,
      threads: only,
      senders: [{ senders: '{"' + bo.user.id + '":2}' }],
    });
    await deploy({ shards: 16 });
    expect(await threadsOf(ada)).toEqual(before);
    await say(cy, threadId);
    await notified(ada, threadId);
    expect(await unread(ada)).toEqual([2]);
  });

  it("has each tab closed to reconnect, and reconnects to the new shard", async () => {
    const { ada, cy, threadId } = await scene();
    const [tab, other] = [await openTab(ada), await openTab(cy)];
    await evict(shard(OLD));
    await moveStep(OLD, 8, 16);
    expect(await tab.next("closing")).toMatchObject({ code: 1001 });
    const back = await openTab(ada);
    await back.next("welcome", (event) => event.unreadThreads === 1);
    await say(cy, threadId);
    await back.next("new_message", (event) => event.unread === 2);
    back.send({ type: "read", threadId, seq: 3 });
    await back.next("read", (event) => event.unread === 0);
    expect(other.events.some((event) => event.type === "closing")).toBe(false);
    const tabs = await runInDurableObject(shard(NEW), (_object, state) => state.getWebSockets().length);
    expect(tabs).toBe(1);
  });

  it("is notified of threads that they join and leave, that are renamed and deleted, when the thread knows nothing of a move", async () => {
    const { ada, bo, threadId } = await scene();
    await moveStep(OLD, 8, 16);
    const tab = await openTab(ada);
    await tab.next("welcome");
    const second = await group(bo, ada);
    await tab.next("thread", (event) => event.thread.id === second);
    await ask(bo, "PATCH", `/api/threads/${second}`, { name: "Pond" });
    await tab.next("thread", (event) => event.thread.name === "Pond");
    await ask(bo, "DELETE", `/api/threads/${second}/members/${encodeURIComponent(ada.user.id)}`);
    await tab.next("thread_removed", (event) => event.threadId === second);
    await ask(ada, "DELETE", `/api/threads/${threadId}`);
    await tab.next("thread_removed", (event) => event.threadId === threadId);
    expect(await stored(NEW)).not.toContain(threadId);
    expect(await stored(OLD)).not.toContain(threadId);
  });

  it("may sign in for the first time after their id was moved", async () => {
    const { bo } = await scene();
    await moveStep(OLD, 8, 16);
    const dee = await someone("Dee", { shard: NEW, of: 16 });
    await group(bo, dee);
    expect(await unread(dee)).toEqual([0]);
    expect(await stored(OLD)).not.toContain(dee.user.id);
  });

  it("may be known from a public thread alone", async () => {
    const { bo } = await scene();
    const { id } = await ask<{ id: string }>(bo, "POST", "/api/threads", { kind: "public" });
    const stranger = await passerby("Stranger", { shard: NEW, of: 16 });
    await openSocket(stranger, `/api/threads/${id}/socket`);
    await notified(stranger, id);
    await moveStep(OLD, 8, 16);
    expect(await unread(stranger)).toEqual([0]);
    await say(bo, id);
    await notified(stranger, id);
    expect(await unread(stranger)).toEqual([1]);
  });
});

describe("a subscription", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

  it("is sent no offline for a user who moves and reconnects, until they leave", async () => {
    const { ada, cy } = await scene();
    const watcher = await openTab(cy);
    watcher.send({ type: "watch", userIds: [ada.user.id] });
    await watcher.next("presence", (event) => event.status === "offline");
    await openTab(ada);
    await watcher.next("presence", (event) => event.status === "online");
    await moveStep(OLD, 8, 16);
    const back = await openTab(ada);
    await back.next("welcome");
    passTime(6_000);
    await runDurableObjectAlarm(shard(NEW));
    const heard = watcher.events.filter((event) => event.type === "presence");
    expect(heard.map((event) => event.status)).toEqual(["offline", "online"]);
    back.close();
    await back.closed;
    passTime(6_000);
    await runDurableObjectAlarm(shard(NEW));
    await watcher.next("presence", (event) => event.status === "offline");
  });

  it("is sent offline for a user who does not reconnect after a move", async () => {
    const { ada, cy } = await scene();
    const watcher = await openTab(cy);
    watcher.send({ type: "watch", userIds: [ada.user.id] });
    await watcher.next("presence", (event) => event.status === "offline");
    await openTab(ada);
    await watcher.next("presence", (event) => event.status === "online");
    await moveStep(OLD, 8, 16);
    passTime(6_000);
    expect(await runDurableObjectAlarm(shard(NEW))).toBe(true);
    await watcher.next("presence", (event) => event.status === "offline");
  });

  it("goes on for a subscriber who moves, to users who move and users who stay", async () => {
    const { ada, bo, cy } = await scene();
    const dee = await someone("Dee", { shard: NEW, of: 16 });
    await group(dee, ada, bo, cy);
    await moveStep(OLD, 8, 16);
    const tab = await openTab(dee);
    tab.send({ type: "watch", userIds: [ada, bo, cy].map(({ user }) => user.id) });
    for (let i = 0; i < 3; i++) await tab.next("presence", (event) => event.status === "offline");
    for (const who of [ada, bo, cy]) {
      await openTab(who);
      await tab.next("presence", (event) => event.userId === who.user.id && event.status === "online");
    }
    const unknownPerson = await someone("Ed", { shard: NEW, of: 16 });
    tab.send({ type: "watch", userIds: [unknownPerson.user.id] });
    await openTab(unknownPerson);
    await group(unknownPerson, dee);
    const seen = await tab.next("presence", (event) => event.userId === unknownPerson.user.id);
    expect(seen.status).toBe("online");
  });

  it("of a subscriber who has moved is not undone by the old shard", async () => {
    const { cy } = await scene();
    const dee = await someone("Dee", { shard: NEW, of: 16 });
    await group(dee, cy);
    const tab = await openTab(dee);
    tab.send({ type: "watch", userIds: [cy.user.id] });
    await tab.next("presence");
    await moveStep(OLD, 8, 16);
    const back = await openTab(dee);
    back.send({ type: "watch", userIds: [cy.user.id] });
    await back.next("presence");
    passTime(6_000);
    await runDurableObjectAlarm(shard(OLD));
    await openTab(cy);
    const seen = await back.next("presence");
    expect(seen.status).toBe("online");
  });

  it("that ends is removed in the new shard too", async () => {
    const { ada, cy } = await scene();
    const watcher = await openTab(cy);
    watcher.send({ type: "watch", userIds: [ada.user.id] });
    await watcher.next("presence");
    await moveStep(OLD, 8, 16);
    const rows = () =>
      runInDurableObject(shard(NEW), (_object, { storage }) =>
        storage.sql.exec("SELECT watcher_id, watched FROM watchers").toArray(),
      );
    expect(await rows()).toEqual([{ watcher_id: cy.user.id, watched: JSON.stringify([ada.user.id]) }]);
    watcher.send([
      { type: "watch", userIds: [] },
      { type: "read", threadId: "none", seq: 1 },
    ]);
    await watcher.next("error");
    expect(await rows()).toEqual([]);
  });
});

describe("a crash in the middle", () => {
  /** What the new shard does with the first batch that has rows. */
  function atFirstBatch(what: (take: () => Promise<void>) => Promise<void>): void {
    const { receiveMovedUsers } = Presence.prototype;
    let isFirst = true;
    vi.spyOn(Presence.prototype, "receiveMovedUsers").mockImplementation(async function (
      this: Presence,
      batch,
    ) {
      const isEmpty = batch.threads.length + batch.users.length + batch.watchers.length === 0;
      if (isEmpty || !isFirst) return receiveMovedUsers.call(this, batch);
      isFirst = false;
      await what(() => receiveMovedUsers.call(this, batch));
    });
  }

  const lost = () => Promise.reject(new Error("expected: the line is dead"));
  const crashes: [string, (take: () => Promise<void>) => Promise<void>][] = [
    ["before a batch has arrived", lost],
    ["before the answer to a batch", (take) => take().then(lost)],
    ["of the old shard, before a batch has arrived", () => crash(shard(OLD)).then(lost)],
    ["of the old shard, before the answer to a batch", (take) => take().then(() => crash(shard(OLD)))],
    ["of the new shard", (take) => take().then(() => crash(shard(NEW)))],
  ];

  const thereafter: [string, (people: { ada: Person; cy: Person; threadId: string }) => Promise<unknown>][] =
    [
      ["the command again", () => moveStep(OLD, 8, 16)],
      ["the user's own request", ({ ada }) => threadsOf(ada)],
      ["a tab that is opened", ({ ada }) => openTab(ada)],
      [
        "a message to their thread",
        ({ cy, threadId }) => say(cy, threadId).then(() => notified(cy, threadId)),
      ],
    ];

  describe.each(crashes)("%s", (_when, what) => {
    it.each(thereafter)("is recovered from by %s", async (_who, next) => {
      const { ada, bo, cy, threadId } = await scene();
      expectLogged(/a call to an object failed Error: expected: (the line is dead|a crash)/);
      atFirstBatch(what);
      await moveStep(OLD, 8, 16).catch(() => undefined);
      await next({ ada, cy, threadId });
      expect(await stored(NEW)).toContain(ada.user.id);
      await say(cy, threadId);
      for (const who of [ada, bo, cy]) await notified(who, threadId);
      const [{ seq = 0 } = {}] = await threadsOf(cy);
      expect(await unread(ada)).toEqual([seq - 1]);
      expect(await unread(bo)).toEqual([seq - 2]);
      expect(await moveStep(OLD, 8, 16)).toEqual({ moved: 0, done: true });
    });
  });

  it("keeps all users where they are while the new shard takes none in", async () => {
    expectLogged(/a call to an object failed TypeError: .* method "receiveMovedUsers"/);
    const { ada } = await scene();
    await runInDurableObject(
      shard(NEW),
      (object) => void vi.spyOn(object, "receiveMovedUsers").mockImplementation(lost),
    );
    await expect(moveStep(OLD, 8, 16)).rejects.toThrow("503");
    expect(await unread(ada)).toEqual([1]);
    await openTab(ada);
  });
});

describe("the command", () => {
  it("may run twice at once, and again when it is done", async () => {
    const { ada, bo } = await scene();
    const steps = await Promise.all([moveShard(OLD, 8, 16), moveShard(OLD, 8, 16)]);
    expect(steps).toHaveLength(2);
    expect([await unread(ada), await unread(bo)]).toEqual([[1], [0]]);
    expect(await moveStep(OLD, 8, 16)).toEqual({ moved: 0, done: true });
  });

  it("starts only from the number of shards that the last move ended with", async () => {
    const { ada } = await scene();
    await moveShard(OLD, 8, 16);
    await deploy({ shards: 32, before: 8 });
    await expect(moveStep(OLD, 8, 32)).rejects.toThrow(/409.*has moved from 8 shards to 16/);
    await deploy({ shards: 32, before: 16 });
    for (let i = 0; i < 16; i++) await moveShard(i, 16, 32);
    await deploy({ shards: 32 });
    expect(await unread(ada)).toEqual([1]);
    expect(await stored(shardOf(ada.user.id, 32))).toContain(ada.user.id);
  });

  it("merges what is in both shards, where users were looked for in new shards before they had moved", async () => {
    const { ada, bo, cy } = await scene();
    const dee = await someone("Dee", { shard: NEW, of: 16 });
    const older = await group(ada, dee, cy);
    await deploy({ shards: 16 });
    expect(await threadsOf(ada)).toEqual([]);
    for (const who of [ada, dee]) await ask(who, "POST", "/api/session");
    // By this the new shard knows more of the thread than what Ada brings along.
    const place = `/api/threads/${older}/members/${encodeURIComponent(dee.user.id)}`;
    await ask(ada, "DELETE", place);
    await ask(ada, "PUT", place);
    const newer = await group(bo, ada);
    await say(bo, newer);
    await notified(ada, newer);
    await deploy({ shards: 16, before: 8 });
    await moveShard(OLD, 8, 16);
    await say(cy, older);
    for (const id of [older, newer]) await notified(ada, id);
    const unreadIn = new Map((await threadsOf(ada)).map(({ id, unread: count }) => [id, count]));
    expect([unreadIn.get(older), unreadIn.get(newer)]).toEqual([1, 1]);
    expect(await unread(dee)).toEqual([1]);
  });

  it("moves a user with thousands of threads, and many users in many steps, through crashes of either side", async () => {
    const { ada, cy } = await scene();
    const ids = Array.from({ length: 60_000 }, (_n, i) => `many-${i}`).filter((id) => shardOf(id, 8) === OLD);
    const leaving = ids.filter((id) => shardOf(id, 16) === NEW);
    await runInDurableObject(shard(OLD), (_object, { storage }) => {
      storage.sql.exec(
        "INSERT INTO users (user_id, name) SELECT value, value FROM json_each(?)",
        JSON.stringify(ids),
      );
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO threads (thread_id, rev, kind, created_at, seq, active_at, senders)
         SELECT 'thread-' || i, 5, 'group', i, 5, i, '{}' FROM n`,
      );
      storage.sql.exec(
        "INSERT INTO user_threads SELECT ?, thread_id, 2 FROM threads WHERE thread_id LIKE 'thread-%'",
        ada.user.id,
      );
    });
    let moved = 0;
    for (let done = false, steps = 0; !done; steps++) {
      ({ done } = await moveStep(OLD, 8, 16).then((step) => ((moved += step.moved), step)));
      await crash(shard(steps % 2 ? OLD : NEW));
    }
    expect(moved).toBe(leaving.length + 1);
    const { unreadThreads } = await (await openTab(ada)).next("welcome");
    expect(unreadThreads).toBe(3001);
    const users = await runInDurableObject(shard(NEW), (_object, { storage }) =>
      storage.sql
        .exec<{ user_id: string }>("SELECT user_id FROM users WHERE user_id LIKE 'many-%'")
        .toArray(),
    );
    expect(users.map((row) => row.user_id).toSorted()).toEqual(leaving.toSorted());
    const rest = await stored(OLD);
    expect(leaving.filter((id) => rest.includes(`"${id}"`))).toEqual([]);
    expect(rest).not.toContain("thread-1");
    expect(await unread(cy)).toEqual([2]);
  });
});
