/** An object may be evicted between any two events while its sockets stay open. It must behave as if it had not been. */
import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DurableEvent, ThreadEvent } from "../../src/protocol/events.ts";
import type { ThreadPage } from "../../src/protocol/http.ts";
import { interceptCalls, lost } from "../support/calls.ts";
import { evict, shardStub, threadStub } from "../support/objects.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { openPresence, openThread } from "../support/socket.ts";

afterEach(() => vi.useRealTimers());

/** Runs a fixed conversation, and `between` after each of its steps. Returns all that was received. */
async function conversation(between: (stub: DurableObjectStub) => Promise<void>) {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob], "Pond");
  const path = `/api/threads/${thread.id}`;
  const stub = threadStub(thread.id);
  const betweenSteps = () => between(stub);
  const answers: unknown[] = [];
  const a = await openThread(ada, thread.id);
  await betweenSteps();
  const b = await openThread(bob, thread.id);
  await a.next("join");
  await betweenSteps();
  for (const command of [
    { type: "chat", id: "1", body: "one" },
    { type: "chat", id: "2", body: "two" },
    { type: "chat", id: "1", body: "one" },
    { type: "edit", id: "3", seq: 1, body: "ONE" },
    { type: "react", id: "4", seq: 1, emoji: "👍" },
    { type: "react", id: "5", seq: 1, emoji: "👍" },
    { type: "delete", id: "6", seq: 2 },
    { type: "chat", id: "7", body: " " },
  ]) {
    answers.push(await a.ask(command));
    await betweenSteps();
  }
  b.send({ type: "read", seq: 1 });
  await a.next("read");
  await betweenSteps();
  a.send({ type: "typing" });
  await b.next("typing");
  await betweenSteps();
  await ada.call("PATCH", path, { name: "Lake" });
  await b.next("thread");
  await betweenSteps();
  b.close();
  await a.next("leave");
  await betweenSteps();
  const view = (await (await bob.call("GET", path)).json()) as Record<string, unknown>;
  await betweenSteps();
  const c = await openThread(bob, thread.id, `${thread.epoch}:0`);
  await c.next("thread");
  await a.next("join");
  await betweenSteps();
  const list = (await (await bob.call("GET", "/api/threads")).json()) as Record<string, unknown>;
  const names = new Map([ada.user.id, bob.user.id, thread.id, thread.epoch].map((id, i) => [id, `<${i}>`]));
  const received = [a, b, c].map((socket) => socket.events.filter((event) => event.type !== "welcome"));
  return anonymous({ answers, received, view, list }, names);
}

/** Without what differs from run to run: ids and times. */
function anonymous(value: unknown, names: Map<string, string>): unknown {
  let text = JSON.stringify(value, (key, inner: unknown) => (/At$|^at$/.test(key) ? "<time>" : inner));
  for (const [id, name] of names) text = text.replaceAll(id, name);
  return JSON.parse(text);
}

describe("evicted between every two steps", () => {
  it("a thread sends the same as one that was never evicted", async () => {
    const plain = await conversation(async () => undefined);
    const evicted = await conversation(evict);
    expect(evicted).toEqual(plain);
    expect(plain).toMatchObject({ view: { name: "Lake", seq: 2, rev: 6, you: { readSeq: 1 } } });
  });

  it("bad commands in a row are still counted, so that ten close the socket", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    const socket = await openThread(ada, thread.id);
    for (let i = 0; i < 9; i++) {
      socket.send({ type: "nonsense", id: `n${i}` });
      await socket.next("error");
      await evict(threadStub(thread.id));
    }
    socket.send({ type: "nonsense" });
    expect(await socket.next("closing")).toMatchObject({ code: 4000 });
  });

  it("a sender's own read marker is kept", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group");
    const socket = await openThread(ada, thread.id);
    const markers: unknown[] = [];
    for (let i = 1; i <= 120; i++) {
      vi.setSystemTime(Date.now() + 10_000);
      await socket.ask({ type: "chat", id: `m${i}`, body: "x" });
      if (i % 40 !== 0) continue;
      await evict(threadStub(thread.id));
      const view = (await (await ada.call("GET", `/api/threads/${thread.id}`)).json()) as {
        you: { readSeq: number };
      };
      markers.push(view.you.readSeq);
    }
    expect(markers).toEqual([40, 80, 120]);
  });
});

describe("after an eviction", () => {
  it("the room broadcasts no leave when one of two sockets closes, and one when the last does", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob]);
    const observer = await openThread(bob, thread.id);
    const [first, second] = [await openThread(ada, thread.id), await openThread(ada, thread.id)];
    await observer.next("join");
    const settle = async () => observer.ask({ type: "edit", id: "none", seq: 1, body: "x" });
    for (const [socket, leaves] of [
      [second, 0],
      [first, 1],
    ] as const) {
      await evict(threadStub(thread.id));
      socket.close();
      await socket.closed;
      await settle();
      expect(observer.events.filter(({ type }) => type === "leave")).toHaveLength(leaves);
    }
  });
});

describe("a crash", () => {
  const durable = (events: ThreadEvent[]) =>
    events.filter((event): event is DurableEvent => "rev" in event && event.type !== "ack");

  it("loses no acknowledged message, and a resume brings each once", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob]);
    const a = await openThread(ada, thread.id);
    const acked = [];
    for (const id of ["1", "2", "3"]) {
      acked.push(await a.ask({ type: "chat", id, body: id }));
      if (id === "2") await abortAllDurableObjects();
      if (id === "2") break;
    }
    const again = await openThread(ada, thread.id, `${thread.epoch}:1`);
    expect(await again.ask({ type: "chat", id: "2", body: "2", since: 1 })).toMatchObject({
      type: "ack",
      seq: 2,
    });
    expect(await again.ask({ type: "chat", id: "3", body: "3" })).toMatchObject({ type: "ack", seq: 3 });
    const b = await openThread(bob, thread.id, `${thread.epoch}:0`);
    await b.next("chat", (event) => event.rev === 3);
    expect(durable(b.events).map((event) => event.rev)).toEqual([1, 2, 3]);
    expect(acked).toHaveLength(2);
  });

  it("right after a message does not lose its notification: the alarm for it is part of the commit", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob]);
    await runDurableObjectAlarm(threadStub(thread.id));
    const a = await openThread(ada, thread.id);
    // Within the second after a notification, the next is sent when that second is over.
    await a.ask({ type: "chat", id: "1", body: "first" });
    await runDurableObjectAlarm(threadStub(thread.id));
    await a.ask({ type: "chat", id: "2", body: "pending" });
    await abortAllDurableObjects();
    const tab = await openPresence(bob);
    await runDurableObjectAlarm(threadStub(thread.id));
    const update = tab.events.find((event) => event.type === "new_message") ?? (await tab.next("welcome"));
    expect(JSON.stringify(update)).toContain(`"seq":2`);
    const list = await bob.call("GET", "/api/threads");
    expect(await list.json()).toMatchObject({
      threads: [{ unread: 2, lastMessage: { seq: 2, preview: "pending" } }],
    });
    const own = await ada.call("GET", "/api/threads");
    expect(await own.json()).toMatchObject({ threads: [{ unread: 0, readSeq: 2 }] });
  });
});

describe("a sender's own read marker", () => {
  async function unreadOf(who: Person): Promise<number | undefined> {
    const { threads } = (await (await who.call("GET", "/api/threads")).json()) as ThreadPage;
    return threads[0]?.unread;
  }

  it("is sent for every sender of a commit, not for the first alone", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob]);
    await runDurableObjectAlarm(threadStub(thread.id));
    const a = await openThread(ada, thread.id);
    a.send(["1", "2", "3"].map((id) => ({ type: "chat", id, body: id })));
    await a.next("ack", ({ id }) => id === "3");
    await runDurableObjectAlarm(threadStub(thread.id));
    expect([await unreadOf(ada), await unreadOf(bob)]).toEqual([0, 3]);
  });

  it("is sent after a crash, also where the thread had stored it and Presence had not received it", async () => {
    const everyone = await Promise.all(["Ada", "Bob", "Cy", "Dee"].map((name) => person(name)));
    const [ada, ...others] = everyone as [Person, ...Person[]];
    const thread = await newThread(ada, "group", others);
    await runDurableObjectAlarm(threadStub(thread.id));
    const notifications = interceptCalls("PRESENCE", "threadChanged", lost);
    const ids = Array.from({ length: 15 }, (_, i) => `${i}`);
    for (const who of everyone) {
      const socket = await openThread(who, thread.id);
      socket.send(ids.map((id) => ({ type: "chat", id, body: id })));
      await socket.next("ack", ({ id }) => id === ids.at(-1));
    }
    await abortAllDurableObjects();
    notifications.stop();
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await Promise.all(everyone.map(unreadOf))).toEqual([45, 30, 15, 0]);
  });
});

it("an evicted shard remembers its users, threads and markers", async () => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob]);
  await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "x" });
  await runDurableObjectAlarm(threadStub(thread.id));
  await evict(shardStub(bob.user.id));
  const tab = await openPresence(bob);
  expect(await tab.next("welcome")).toMatchObject({
    unreadThreads: 1,
    threads: [{ threadId: thread.id, unread: 1 }],
  });
  await evict(shardStub(bob.user.id));
  tab.send({ type: "read", threadId: thread.id, seq: 1 });
  expect(await tab.next("read")).toEqual({
    type: "read",
    threadId: thread.id,
    readSeq: 1,
    unread: 0,
    wasUnread: true,
  });
});
