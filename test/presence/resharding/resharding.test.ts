/** What may happen while users are moved to new shards, one thing at a time. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PresenceRpc } from "../../../src/rpc/presence.ts";
import { shardOf } from "../../../src/rpc/shards.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { answerLost, interceptCalls, lost, type CallHandler } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { crash, evict } from "../../support/objects.ts";
import type { Person } from "../../support/host-users.ts";
import { openThread } from "../../support/socket.ts";
import { SocketIoTestSocket } from "../../support/socketio.ts";
import {
  ask,
  deploy,
  resetAll,
  createGroup,
  moveShard,
  moveStep,
  openSocket,
  openTab,
  unknownPersonOn,
  sendMessage,
  shard,
  signedIn,
  storedIn,
  threadsOf,
  awaitNotification,
} from "./deployment.ts";

beforeEach(() => deploy({ shards: 8 }));
afterEach(async () => {
  vi.useRealTimers();
  await resetAll();
});

const OLD = 3;
const NEW = 11;

/** Three users in a thread, at the start of resharding: Ada is to move from shard 3 to 11, Bo stays in 3, Cy in 5. */
async function startResharding() {
  const ada = await signedIn("Ada", { shard: NEW, of: 16 });
  const bo = await signedIn("Bo", { shard: OLD, of: 16 });
  const cy = await signedIn("Cy", { shard: 5, of: 16 });
  const threadId = await createGroup(ada, bo, cy);
  await sendMessage(ada, threadId, "first");
  await sendMessage(bo, threadId, "second");
  for (const who of [ada, bo, cy]) await awaitNotification(who, threadId);
  await deploy({ shards: 16, before: 8 });
  return { ada, bo, cy, threadId };
}

async function unread(who: Person): Promise<number[]> {
  return (await threadsOf(who)).map((thread) => thread.unread);
}

describe("before the command runs", () => {
  it("users are served by their old shards", async () => {
    const { ada, bo, cy, threadId } = await startResharding();
    const tab = await openTab(ada);
    await tab.next("welcome", (event) => event.unreadThreads === 1);
    await sendMessage(cy, threadId);
    await tab.next("new_message", (event) => event.unread === 2);
    await awaitNotification(bo, threadId);
    expect(await unread(bo)).toEqual([1]);
    expect(await storedIn(NEW)).not.toContain(ada.user.id);
  });
});

describe("a moved user", () => {
  it("is answered about with nothing that whoever asked the old shard would have to dispose of", async () => {
    const { ada } = await startResharding();
    await moveStep(OLD, 8, 16);
    const isDisposable = await runInDurableObject(shard(OLD), async (object) => {
      const page = await object.threads(ada.user.id, { limit: 1 });
      return page.ok && Symbol.dispose in page;
    });
    expect(isDisposable).toBe(false);
  });

  it("keeps threads, markers, profile and last seen, and nothing stays in the old shard", async () => {
    const { ada, bo, cy, threadId } = await startResharding();
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
    await sendMessage(cy, threadId);
    await awaitNotification(ada, threadId);
    expect(await unread(ada)).toEqual([2]);
  });

  it("whose changed profile was not with all threads yet has it sent on by the new shard", async () => {
    const { ada, bo, threadId } = await startResharding();
    await runInDurableObject(shard(OLD), (_object, { storage }) => {
      // As left by a crash: the profile is changed, and the job has not begun.
      storage.sql.exec("UPDATE users SET name = 'Countess' WHERE user_id = ?", ada.user.id);
      const never = Date.now() + 3_600_000;
      storage.sql.exec("INSERT INTO profile_jobs VALUES (?, NULL, ?, 0, '[]', 0)", ada.user.id, never);
    });
    await moveStep(OLD, 8, 16);
    await eventually(async () => {
      const { members } = await ask<Thread>(bo, "GET", `/api/threads/${threadId}`);
      expect(members.map(({ user }) => user.name)).toContain("Countess");
    });
    const left = await runInDurableObject(shard(OLD), (_object, { storage }) =>
      storage.sql.exec("SELECT * FROM profile_jobs").toArray(),
    );
    expect(left).toEqual([]);
  });

  it("who was revoked stays so, and the new shard has the threads close what is open", async () => {
    const { ada, threadId } = await startResharding();
    const room = await openThread(ada, threadId);
    await room.next("welcome");
    await runInDurableObject(shard(OLD), async (object, { storage }) => {
      await object.endSession(ada.user.id, "laptop", Date.now() + 3_600_000);
      await object.revoke(ada.user.id, Math.floor(Date.now() / 1000) + 1);
      // As left by a crash: the job has not begun.
      storage.sql.exec("UPDATE revocation_jobs SET due_at = ?", Date.now() + 3_600_000);
      await storage.deleteAlarm();
    });
    await moveStep(OLD, 8, 16);
    expect((await room.next("closing")).code).toBe(4001);
    const moved = async (number: number) =>
      runInDurableObject(shard(number), (_object, { storage }) => [
        storage.sql.exec("SELECT user_id FROM revocations").toArray().length,
        storage.sql.exec("SELECT session_id FROM ended_sessions").toArray().length,
      ]);
    expect(await moved(OLD)).toEqual([0, 0]);
    expect(await moved(NEW)).toEqual([1, 1]);
    expect(await shard(OLD).verdictOn(ada.user.id, { issuedAt: 1 })).toEqual({ isRevoked: true });
  });

  it("whom the host has banned stays so, wherever that is asked or lifted", async () => {
    const { ada, threadId } = await startResharding();
    const room = await openThread(ada, threadId);
    await room.next("welcome");
    await shard(OLD).banUser(ada.user.id, { reason: "spam" });
    await moveStep(OLD, 8, 16);
    expect((await room.next("closing")).code).toBe(4003);
    for (const number of [OLD, NEW]) {
      expect(await shard(number).verdictOn(ada.user.id, { issuedAt: 1 })).toMatchObject({ ban: {} });
      expect(await shard(number).hostBans("", 10)).toHaveLength(number === NEW ? 1 : 0);
    }
    await shard(OLD).liftBan(ada.user.id);
    expect((await shard(NEW).verdictOn(ada.user.id, { issuedAt: 1 })).ban).toBeUndefined();
  });

  it("who blocks goes on to, with what is hidden, and the new shard has the thread hear of it", async () => {
    const { ada, bo, threadId } = await startResharding();
    const direct = (other: Person) =>
      ask<Thread>(ada, "POST", "/api/threads", { kind: "direct", memberIds: [other.user.id] });
    const [withBo, withDi] = [await direct(bo), await direct(await signedIn("Di", { shard: 5, of: 16 }))];
    for (const who of [ada, bo]) await sendMessage(who, withBo.id);
    await ask(ada, "DELETE", `/api/threads/${withDi.id}/members/${ada.user.id}`);
    const down = interceptCalls("CHAT_THREAD", "blockChanged", lost);
    expectLogged(/a call to an object failed/);
    await ask(ada, "PUT", `/api/blocks/${bo.user.id}`);
    down.stop();
    await moveStep(OLD, 8, 16);
    for (const number of [OLD, NEW]) {
      expect(await shard(number).contactsOf(ada.user.id, [bo.user.id])).toEqual([]);
      const page = await shard(number).blocks(ada.user.id, { cursor: undefined, limit: 10 });
      expect(page).toMatchObject({ ok: true, value: { blocks: [{ user: { id: bo.user.id } }] } });
    }
    await eventually(() => expect(sendMessage(bo, withBo.id)).rejects.toThrow("403"));
    await eventually(async () =>
      expect((await threadsOf(ada)).map(({ id }) => id).toSorted()).toEqual([threadId, withBo.id].toSorted()),
    );
    const left = await runInDurableObject(shard(OLD), (_object, { storage }) =>
      ["blocks", "block_jobs", "hidden_threads"].flatMap((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      ),
    );
    expect(left).toEqual([]);
    await ask(ada, "DELETE", `/api/blocks/${bo.user.id}`);
    await sendMessage(bo, withBo.id);
  });

  it("has each tab closed, and reconnects to the new shard", async () => {
    const { ada, cy, threadId } = await startResharding();
    const [tab, other] = [await openTab(ada), await openTab(cy)];
    await evict(shard(OLD));
    await moveStep(OLD, 8, 16);
    expect(await tab.next("closing")).toMatchObject({ code: 1001 });
    const reconnected = await openTab(ada);
    await reconnected.next("welcome", (event) => event.unreadThreads === 1);
    await sendMessage(cy, threadId);
    await reconnected.next("new_message", (event) => event.unread === 2);
    reconnected.send({ type: "read", threadId, seq: 3 });
    await reconnected.next("read", (event) => event.unread === 0);
    expect(other.events.some((event) => event.type === "closing")).toBe(false);
    const tabs = await runInDurableObject(shard(NEW), (_object, state) => state.getWebSockets().length);
    expect(tabs).toBe(1);
  });

  it("keeps each Socket.IO session, which goes on as a tab of the new shard with whom it watches", async () => {
    const { ada, bo, cy, threadId } = await startResharding();
    const session = await SocketIoTestSocket.connect(ada);
    expect(await session.ask("watch", { userIds: [bo.user.id] })).toMatchObject({
      presence: [{ userId: bo.user.id, status: "offline" }],
    });
    const watcher = await openTab(cy);
    watcher.send({ type: "watch", userIds: [ada.user.id] });
    await watcher.next("presence", ({ status }) => status === "online");
    await moveShard(OLD, 8, 16);
    const rowsIn = (no: number, table: string) =>
      runInDurableObject(shard(no), (_object, { storage }) =>
        storage.sql.exec(`SELECT * FROM ${table} WHERE user_id = ?`, ada.user.id).toArray(),
      );
    for (const table of ["socketio_tabs", "tab_watches"]) {
      expect(await rowsIn(OLD, table)).toEqual([]);
      expect(await rowsIn(NEW, table)).toHaveLength(1);
    }
    await sendMessage(cy, threadId);
    expect(await session.nextEvent("new_message")).toMatchObject({ threadId, seq: 3 });
    const tab = await openTab(bo);
    expect(await session.nextEvent("presence")).toEqual({ userId: bo.user.id, status: "online" });
    tab.close();
    session.close();
    await session.closed;
    await watcher.next("presence", ({ userId, status }) => userId === ada.user.id && status === "offline");
    expect(await rowsIn(NEW, "socketio_tabs")).toEqual([]);
    expect(watcher.events.filter((event) => event.type === "presence").map(({ status }) => status)).toEqual([
      "online",
      "offline",
    ]);
  });

  it("is notified of threads that are joined, renamed, left and deleted, though threads know nothing of the move", async () => {
    const { ada, bo, threadId } = await startResharding();
    await moveStep(OLD, 8, 16);
    const tab = await openTab(ada);
    await tab.next("welcome");
    const second = await createGroup(bo, ada);
    await tab.next("thread", (event) => event.thread.id === second);
    await ask(bo, "PATCH", `/api/threads/${second}`, { name: "Pond" });
    await tab.next("thread", (event) => event.thread.name === "Pond");
    await ask(bo, "DELETE", `/api/threads/${second}/members/${encodeURIComponent(ada.user.id)}`);
    await tab.next("thread_removed", (event) => event.threadId === second);
    await ask(ada, "DELETE", `/api/threads/${threadId}`);
    await tab.next("thread_removed", (event) => event.threadId === threadId);
    expect(await storedIn(NEW)).not.toContain(threadId);
    expect(await storedIn(OLD)).not.toContain(threadId);
  });

  it("may sign in for the first time after the shard was moved", async () => {
    const { bo } = await startResharding();
    await moveStep(OLD, 8, 16);
    const dee = await signedIn("Dee", { shard: NEW, of: 16 });
    // With a name: a group without one is listed by its members' names, also in the shards of the others.
    const group = { kind: "group", name: "Pond", memberIds: [dee.user.id] };
    await ask(bo, "POST", "/api/threads", group);
    expect(await unread(dee)).toEqual([0]);
    expect(await storedIn(OLD)).not.toContain(dee.user.id);
  });

  it("may be known from a public thread alone", async () => {
    const { bo } = await startResharding();
    const { id } = await ask<{ id: string }>(bo, "POST", "/api/threads", { kind: "public" });
    const joined = await unknownPersonOn("Joined", { shard: NEW, of: 16 });
    await openSocket(joined, `/api/threads/${id}/socket`);
    await awaitNotification(joined, id);
    await moveStep(OLD, 8, 16);
    expect(await unread(joined)).toEqual([0]);
    await sendMessage(bo, id);
    await awaitNotification(joined, id);
    expect(await unread(joined)).toEqual([1]);
  });
});

describe("a subscription", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

  it("is sent no offline for a moved user who reconnects, until they disconnect", async () => {
    const { ada, cy } = await startResharding();
    const subscriber = await openTab(cy);
    subscriber.send({ type: "watch", userIds: [ada.user.id] });
    await subscriber.next("presence", (event) => event.status === "offline");
    await openTab(ada);
    await subscriber.next("presence", (event) => event.status === "online");
    await moveStep(OLD, 8, 16);
    const reconnected = await openTab(ada);
    await reconnected.next("welcome");
    passTime(6_000);
    await runDurableObjectAlarm(shard(NEW));
    const received = subscriber.events.filter((event) => event.type === "presence");
    expect(received.map((event) => event.status)).toEqual(["offline", "online"]);
    reconnected.close();
    await reconnected.closed;
    passTime(6_000);
    await runDurableObjectAlarm(shard(NEW));
    await subscriber.next("presence", (event) => event.status === "offline");
  });

  it("is sent offline for a moved user who does not reconnect", async () => {
    const { ada, cy } = await startResharding();
    const subscriber = await openTab(cy);
    subscriber.send({ type: "watch", userIds: [ada.user.id] });
    await subscriber.next("presence", (event) => event.status === "offline");
    await openTab(ada);
    await subscriber.next("presence", (event) => event.status === "online");
    await moveStep(OLD, 8, 16);
    passTime(6_000);
    expect(await runDurableObjectAlarm(shard(NEW))).toBe(true);
    await subscriber.next("presence", (event) => event.status === "offline");
  });

  it("works for a moved subscriber, to users who move and users who stay", async () => {
    const { ada, bo, cy } = await startResharding();
    const dee = await signedIn("Dee", { shard: NEW, of: 16 });
    await createGroup(dee, ada, bo, cy);
    await moveStep(OLD, 8, 16);
    const tab = await openTab(dee);
    tab.send({ type: "watch", userIds: [ada, bo, cy].map(({ user }) => user.id) });
    for (let i = 0; i < 3; i++) await tab.next("presence", (event) => event.status === "offline");
    for (const who of [ada, bo, cy]) {
      await openTab(who);
      await tab.next("presence", (event) => event.userId === who.user.id && event.status === "online");
    }
    const ed = await signedIn("Ed", { shard: NEW, of: 16 });
    tab.send({ type: "watch", userIds: [ed.user.id] });
    await openTab(ed);
    await createGroup(ed, dee);
    const seen = await tab.next("presence", (event) => event.userId === ed.user.id);
    expect(seen.status).toBe("online");
  });

  it("of a moved subscriber is not removed by the old shard", async () => {
    const { cy } = await startResharding();
    const dee = await signedIn("Dee", { shard: NEW, of: 16 });
    await createGroup(dee, cy);
    const tab = await openTab(dee);
    tab.send({ type: "watch", userIds: [cy.user.id] });
    await tab.next("presence");
    await moveStep(OLD, 8, 16);
    const reconnected = await openTab(dee);
    reconnected.send({ type: "watch", userIds: [cy.user.id] });
    await reconnected.next("presence");
    passTime(6_000);
    await runDurableObjectAlarm(shard(OLD));
    await openTab(cy);
    const seen = await reconnected.next("presence");
    expect(seen.status).toBe("online");
  });

  it("that ends is removed in the new shard too", async () => {
    const { ada, cy } = await startResharding();
    const subscriber = await openTab(cy);
    subscriber.send({ type: "watch", userIds: [ada.user.id] });
    await subscriber.next("presence");
    await moveStep(OLD, 8, 16);
    const rows = () =>
      runInDurableObject(shard(NEW), (_object, { storage }) =>
        storage.sql.exec("SELECT watcher_id, watched FROM watchers").toArray(),
      );
    expect(await rows()).toEqual([{ watcher_id: cy.user.id, watched: JSON.stringify([ada.user.id]) }]);
    subscriber.send([
      { type: "watch", userIds: [] },
      { type: "read", threadId: "none", seq: 1 },
    ]);
    await subscriber.next("error");
    expect(await rows()).toEqual([]);
  });
});

describe("a failure or crash while users move", () => {
  type BatchHandler = CallHandler<PresenceRpc["receiveMovedUsers"]>;

  /** Decides what becomes of the first batch that is not empty. */
  function onFirstBatch(handle: BatchHandler): void {
    let isFirst = true;
    interceptCalls("PRESENCE", "receiveMovedUsers", (call, batch) => {
      const isEmpty = batch.threads.length + batch.users.length + batch.watchers.length === 0;
      if (isEmpty || !isFirst) return call.send();
      isFirst = false;
      return handle(call, batch);
    });
  }

  const crashes: [string, BatchHandler][] = [
    ["before a batch has arrived", lost],
    ["before the answer to a batch", answerLost],
    ["of the old shard, before a batch has arrived", () => crash(shard(OLD)).then(lost)],
    ["of the old shard, before the answer to a batch", ({ send }) => send().then(() => crash(shard(OLD)))],
    [
      "of the new shard",
      (_call, batch) =>
        runInDurableObject(shard(NEW), async (presence, state) => {
          await presence.receiveMovedUsers(batch);
          state.abort("expected: a crash");
        }),
    ],
  ];

  const recoveries: [string, (users: { ada: Person; cy: Person; threadId: string }) => Promise<unknown>][] = [
    ["running the command again", () => moveStep(OLD, 8, 16)],
    ["a request of the user", ({ ada }) => threadsOf(ada)],
    ["opening a tab", ({ ada }) => openTab(ada)],
    [
      "a message in their thread",
      ({ cy, threadId }) => sendMessage(cy, threadId).then(() => awaitNotification(cy, threadId)),
    ],
  ];

  describe.each(crashes)("%s", (_when, handle) => {
    it.each(recoveries)("is recovered from by %s", async (_who, next) => {
      const { ada, bo, cy, threadId } = await startResharding();
      expectLogged(/a call to an object failed Error: expected: (lost|the answer was lost|a crash)/);
      onFirstBatch(handle);
      await moveStep(OLD, 8, 16).catch(() => undefined);
      await next({ ada, cy, threadId });
      expect(await storedIn(NEW)).toContain(ada.user.id);
      await sendMessage(cy, threadId);
      for (const who of [ada, bo, cy]) await awaitNotification(who, threadId);
      const [{ seq = 0 } = {}] = await threadsOf(cy);
      expect(await unread(ada)).toEqual([seq - 1]);
      expect(await unread(bo)).toEqual([seq - 2]);
      expect(await moveStep(OLD, 8, 16)).toEqual({ moved: 0, done: true });
    });
  });

  it("keeps users in their old shard while the new one fails", async () => {
    expectLogged(/a call to an object failed Error: expected: lost/);
    const { ada } = await startResharding();
    interceptCalls("PRESENCE", "receiveMovedUsers", lost);
    await expect(moveStep(OLD, 8, 16)).rejects.toThrow("503");
    expect(await unread(ada)).toEqual([1]);
    await openTab(ada);
  });
});

describe("the command", () => {
  it("may run twice concurrently, and again after it is done", async () => {
    const { ada, bo } = await startResharding();
    const steps = await Promise.all([moveShard(OLD, 8, 16), moveShard(OLD, 8, 16)]);
    expect(steps).toHaveLength(2);
    expect([await unread(ada), await unread(bo)]).toEqual([[1], [0]]);
    expect(await moveStep(OLD, 8, 16)).toEqual({ moved: 0, done: true });
  });

  it("starts only from the number of shards that the last resharding ended with", async () => {
    const { ada } = await startResharding();
    await moveShard(OLD, 8, 16);
    await deploy({ shards: 32, before: 8 });
    await expect(moveStep(OLD, 8, 32)).rejects.toThrow(/409.*has moved from 8 shards to 16/);
    await deploy({ shards: 32, before: 16 });
    for (let i = 0; i < 16; i++) await moveShard(i, 16, 32);
    await deploy({ shards: 32 });
    expect(await unread(ada)).toEqual([1]);
    expect(await storedIn(shardOf(ada.user.id, 32))).toContain(ada.user.id);
  });

  it("refuses a lower number, and goes on where it is set back", async () => {
    const { ada, bo, threadId } = await startResharding();
    await moveShard(OLD, 8, 16);
    await deploy({ shards: 16 });
    await sendMessage(bo, threadId);
    await deploy({ shards: 8 });
    expectLogged(/PRESENCE_SHARDS was 16 and is 8/);
    await expect(sendMessage(bo, threadId)).rejects.toThrow("503");
    await deploy({ shards: 16 });
    await sendMessage(bo, threadId);
    await awaitNotification(ada, threadId);
    expect(await unread(ada)).toEqual([3]);
  });

  it("merges the data of both shards, where new shards were used before users had moved", async () => {
    const { ada, bo, cy } = await startResharding();
    const dee = await signedIn("Dee", { shard: NEW, of: 16 });
    const older = await createGroup(ada, dee, cy);
    await deploy({ shards: 16 });
    expect(await threadsOf(ada)).toEqual([]);
    for (const who of [ada, dee]) await ask(who, "POST", "/api/session");
    // So the new shard has a newer state of the thread than the one that is moved with Ada.
    const place = `/api/threads/${older}/members/${encodeURIComponent(dee.user.id)}`;
    await ask(ada, "DELETE", place);
    await ask(ada, "PUT", place);
    const newer = await createGroup(bo, ada);
    await sendMessage(bo, newer);
    await awaitNotification(ada, newer);
    await deploy({ shards: 16, before: 8 });
    await moveShard(OLD, 8, 16);
    await sendMessage(cy, older);
    for (const id of [older, newer]) await awaitNotification(ada, id);
    const unreadIn = new Map((await threadsOf(ada)).map(({ id, unread: count }) => [id, count]));
    expect([unreadIn.get(older), unreadIn.get(newer)]).toEqual([1, 1]);
    expect(await unread(dee)).toEqual([1]);
  });

  it("moves a user with thousands of threads, and many users in many steps, despite crashes of both shards", async () => {
    const { ada, cy } = await startResharding();
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
    const rest = await storedIn(OLD);
    const staying = new Set(rest.match(/"many-\d+"/g));
    expect(leaving.filter((id) => staying.has(`"${id}"`))).toEqual([]);
    expect(staying.size).toBe(ids.length - leaving.length);
    expect(rest).not.toContain("thread-1");
    expect(await unread(cy)).toEqual([2]);
  });
});
