/** Hiding a direct thread: it leaves one's list, and comes back with the next message. */
import { reset } from "cloudflare:test";
import { afterEach, expect, it, vi } from "vitest";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { Thread, ThreadSummary } from "../../../src/protocol/model.ts";
import { meter } from "../../cost/meter.ts";
import { runAlarm, startClock } from "../../cost/clock.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { costOf, evict, shardStub, threadStub } from "../../support/objects.ts";
import { openPresence, openThread, type TestSocket } from "../../support/socket.ts";
import { rowsOf, settle, shardFor } from "../shard.ts";

afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

async function write(who: Person, id: string): Promise<void> {
  expect((await who.call("POST", `/api/threads/${id}/messages`, { body: "hello" })).status).toBe(201);
}

async function hide(who: Person, id: string): Promise<number> {
  return (await who.call("DELETE", `/api/threads/${id}/members/${who.user.id}`)).status;
}

async function listOf(who: Person): Promise<ThreadSummary[]> {
  return ((await (await who.call("GET", "/api/threads")).json()) as { threads: ThreadSummary[] }).threads;
}

/** Ada and Bo, in a direct thread with one message of Ada's, which Bo has not read. */
async function pair() {
  const [ada, bo] = [await person("Ada"), await person("Bo")];
  const { id } = await newThread(ada, "direct", [bo]);
  await write(ada, id);
  await runAlarm(threadStub(id));
  await eventually(async () => expect(await listOf(bo)).toMatchObject([{ seq: 1, unread: 1 }]));
  return { ada, bo, id };
}

async function openTab(who: Person): Promise<TestSocket<PresenceEvent>> {
  const tab = await openPresence(who);
  await tab.next("welcome");
  return tab;
}

it("takes it off one's list and out of one's totals, on every device, and off nobody else's", async () => {
  const { ada, bo, id } = await pair();
  const tabs = [await openTab(bo), await openTab(bo)];
  expect(await hide(bo, id)).toBe(204);
  for (const tab of tabs)
    expect(await tab.next("thread_removed")).toEqual({
      type: "thread_removed",
      threadId: id,
      wasUnread: true,
    });
  expect(await listOf(bo)).toEqual([]);
  await evict(shardStub(bo.user.id));
  const welcome = await (await openPresence(bo)).next("welcome");
  expect(welcome).toMatchObject({ threads: [], unreadThreads: 0 });
  expect(await listOf(ada)).toMatchObject([{ id }]);
  // One is its member as before, may open it, and is seen by it.
  expect((await (await bo.call("GET", `/api/threads/${id}`)).json()) as Thread).toMatchObject({
    memberCount: 2,
  });
  await (await openThread(bo, id)).next("welcome");
  // Again it changes nothing.
  expect(await hide(bo, id)).toBe(204);
  for (const tab of tabs) {
    await settle(tab);
    expect(tab.events.filter(({ type }) => type === "thread_removed")).toHaveLength(1);
  }
});

it("ends with the next message, whoever sends it, with all that is unread", async () => {
  const { ada, bo, id } = await pair();
  const tab = await openTab(bo);
  await hide(bo, id);
  await write(ada, id);
  await runAlarm(threadStub(id));
  expect(await tab.next("thread")).toEqual({
    type: "thread",
    thread: expect.objectContaining({ id, seq: 2, unread: 2 }),
  });
  expect(await tab.next("new_message")).toEqual(expect.objectContaining({ threadId: id, seq: 2, unread: 2 }));
  expect(tab.events.find(({ type }) => type === "new_message")).not.toHaveProperty("wasUnread");
  expect(await listOf(bo)).toMatchObject([{ id, unread: 2 }]);
  expect(await rowsOf(bo.user, "hidden_threads")).toEqual([]);
  await hide(bo, id);
  await write(bo, id);
  await runAlarm(threadStub(id));
  expect(await tab.next("thread")).toMatchObject({ thread: { id, seq: 3, unread: 0 } });
});

it("is not ended by what is no message, nor by a message from before it that arrives late", async () => {
  startClock();
  const { ada, bo, id } = await pair();
  const tab = await openTab(bo);
  const socket = await openThread(ada, id);
  await socket.next("welcome");
  // As the thread says it, of whose second message Presence has yet to hear.
  await shardFor(bo.user).hideThread(bo.user.id, id, 2);
  await socket.ask({ type: "chat", id: "late", body: "late" });
  await socket.ask({ type: "edit", id: "edit", seq: 2, body: "other" });
  await runAlarm(threadStub(id));
  expect((await bo.call("PUT", `/api/threads/${id}/read`, { seq: 2 })).status).toBe(200);
  await settle(tab);
  expect(tab.events.filter(({ type }) => ["thread", "new_message", "read"].includes(type))).toEqual([]);
  expect(await listOf(bo)).toEqual([]);
});

it("comes too late where a newer message is there", async () => {
  const { bo, id } = await pair();
  await shardFor(bo.user).hideThread(bo.user.id, id, 0);
  expect(await listOf(bo)).toMatchObject([{ id }]);
});

it("costs a call to the thread and one to the user's shard, and a row there; as the thread comes back another", async () => {
  startClock();
  const { ada, bo, id } = await pair();
  await runAlarm(threadStub(id));
  const hidden = await meter(() => hide(bo, id));
  expect(hidden.thread).toMatchObject({ calls: 1, rowsWritten: 0, alarmsSet: 0 });
  expect(hidden.presence).toMatchObject({ rowsWritten: 1, alarmsSet: 0 });
  const back = await costOf(shardStub(bo.user.id), async () => {
    await write(ada, id);
    await runAlarm(threadStub(id));
  });
  // The thread's own row, which every message writes, and this.
  expect(back.rowsWritten).toBe(2);
});

it("is for direct threads alone: a group is left", async () => {
  const [ada, bo] = [await person("Ada"), await person("Bo")];
  const { id } = await newThread(ada, "group", [bo]);
  expect(await hide(bo, id)).toBe(204);
  expect((await bo.call("GET", `/api/threads/${id}`)).status).toBe(404);
  await shardFor(ada.user).hideThread(ada.user.id, id, 100);
  expect(await listOf(ada)).toMatchObject([{ id }]);
  // Of somebody else it is as before.
  const direct = await newThread(ada, "direct", [bo]);
  const path = `/api/threads/${direct.id}/members/${bo.user.id}`;
  expect((await ada.call("DELETE", path)).status).toBe(403);
  expect((await (await person("Cy")).call("DELETE", path)).status).toBe(404);
});

it("leaves nothing when the thread is deleted", async () => {
  const { bo, id } = await pair();
  await hide(bo, id);
  const tab = await openTab(bo);
  await shardFor(bo.user).threadDeleted(id);
  expect(await tab.next("thread_removed")).toEqual({ type: "thread_removed", threadId: id });
  expect(await rowsOf(bo.user, "hidden_threads")).toEqual([]);
});
