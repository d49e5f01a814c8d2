/** What each action costs the thread, from the cursors of its own statements: design.md's table, asserted. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { meter } from "../cost/meter.ts";
import { costOf, evict, threadStub } from "../support/objects.ts";
import { newThread, person, type Person } from "../support/people.ts";
import { openThread, type TestSocket } from "../support/socket.ts";

afterEach(() => vi.useRealTimers());

async function scene(messages = 0) {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob]);
  const stub = threadStub(thread.id);
  if (messages > 0) {
    await runInDurableObject(stub, (_instance, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at)
         SELECT i, i, i, ?, 'id-' || i, 'body', i FROM n`,
        messages,
        ada.user.id,
      );
      storage.sql.exec("UPDATE thread SET senders_saved_seq = ?", messages);
    });
    await evict(stub);
  }
  return { ada, bob, thread, stub };
}

/** A socket whose session does not end soon, past its welcome; no notification is owed any more. */
async function settled(who: Person, threadId: string) {
  const socket = await openThread(who, threadId);
  await socket.next("welcome");
  await runDurableObjectAlarm(threadStub(threadId));
  return socket;
}

describe("rows written", () => {
  it("by a lone message: its own row and the alarm that owes its notification", async () => {
    const { ada, thread, stub } = await scene();
    const socket = await settled(ada, thread.id);
    await socket.ask({ type: "chat", id: "warm", body: "x" });
    await runDurableObjectAlarm(stub);
    const cost = await costOf(stub, () => socket.ask({ type: "chat", id: "1", body: "x" }));
    expect(cost.rowsWritten).toBe(1);
    expect(cost.alarmsSet).toBe(1);
  });

  it("by a steady stream: under 1.2 a message, alarms included", async () => {
    const { ada, bob, thread, stub } = await scene();
    const [a, b] = [await settled(ada, thread.id), await settled(bob, thread.id)];
    let at = Date.now();
    const count = 400;
    const cost = await costOf(stub, async () => {
      for (let i = 0; i < count; i++) {
        // Ten messages a second, by two people in turn: more than the rate limit of one allows.
        at += 100;
        vi.setSystemTime(at);
        if (i % 20 === 0) vi.setSystemTime((at += 60_000));
        await (i % 2 ? a : b).ask({ type: "chat", id: `m${i}`, body: "hello" });
      }
    });
    expect((cost.rowsWritten + cost.alarmsSet) / count).toBeLessThan(1.2);
  });

  it.each([
    ["an edit", { type: "edit", id: "x", seq: 1, body: "y" }, 2],
    ["a reaction", { type: "react", id: "x", seq: 1, emoji: "👍" }, 2],
    ["taking it back", { type: "unreact", id: "x", seq: 1, emoji: "🐸" }, 2],
    ["a deletion", { type: "delete", id: "x", seq: 1 }, 2],
    ["reacting as one does already", { type: "react", id: "x", seq: 1, emoji: "🐸" }, 0],
    ["a repeat", { type: "chat", id: "1", body: "x" }, 0],
  ])("by %s: the change and the message", async (_name, command, rows) => {
    const { ada, thread, stub } = await scene();
    const socket = await settled(ada, thread.id);
    await socket.ask({ type: "chat", id: "1", body: "x" });
    await socket.ask({ type: "react", id: "2", seq: 1, emoji: "🐸" });
    const cost = await costOf(stub, () => socket.ask(command));
    expect(cost.rowsWritten).toBe(rows);
  });

  it("by a read marker over HTTP, which is told to Presence before it is answered", async () => {
    const { ada, bob, thread, stub } = await scene();
    const a = await settled(ada, thread.id);
    await a.ask({ type: "chat", id: "1", body: "x" });
    await runDurableObjectAlarm(stub);
    const { presence } = await meter(() => bob.call("PUT", `/api/threads/${thread.id}/read`, { seq: 1 }));
    expect(presence).toMatchObject({ calls: 1, rowsWritten: 1 });
  });

  it("by one who reads: one, when the burst is over, and none where the marker does not move", async () => {
    const { ada, bob, thread, stub } = await scene(10);
    const [a, b] = [await settled(ada, thread.id), await settled(bob, thread.id)];
    const cost = await costOf(stub, async () => {
      b.send([1, 2, 3, 4].map((seq) => ({ type: "read", seq })));
      await a.next("read", (event) => event.seq === 4);
    });
    expect(cost.rowsWritten).toBe(1);
    expect(
      (await costOf(stub, () => bob.call("PUT", `/api/threads/${thread.id}/read`, { seq: 2 }))).rowsWritten,
    ).toBeLessThan(2);
    const again = await costOf(stub, () => bob.call("PUT", `/api/threads/${thread.id}/read`, { seq: 4 }));
    expect(again.rowsWritten).toBe(0);
  });

  it("by opening a socket as a member, joining, leaving and typing: none", async () => {
    const { bob, ada, thread, stub } = await scene();
    const watching = await settled(ada, thread.id);
    const cost = await costOf(stub, async () => {
      const socket = await openThread(bob, thread.id);
      await socket.next("welcome");
      socket.send({ type: "typing" });
      await watching.next("typing");
      socket.close();
      await watching.next("leave");
    });
    expect(cost.rowsWritten).toBe(0);
  });

  it("where there is no thread: none, by any door", async () => {
    const { ada } = await scene();
    const id = env.CHAT_THREAD.newUniqueId().toString();
    const stub = threadStub(id);
    await stub.view(ada.user);
    const cost = await costOf(stub, async () => {
      await ada.call("GET", `/api/threads/${id}`);
      await ada.call("POST", `/api/threads/${id}/messages`, { body: "x" });
      await ada.call("PUT", `/api/threads/${id}/members/${ada.user.id}`, {});
      await ada.call("DELETE", `/api/threads/${id}`);
      await (
        await openThread(ada, id)
      ).closed;
    });
    expect(cost).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
    const tables = await runInDurableObject(stub, (_instance, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe("rows read", () => {
  /** The same in a history of 500 as in one of 20,000: what is read depends on what is shown. */
  const histories = [500, 20_000];

  async function reads(what: (s: Awaited<ReturnType<typeof scene>>) => Promise<unknown>): Promise<number[]> {
    const counts = [];
    for (const messages of histories) {
      const s = await scene(messages);
      await s.stub.view(s.ada.user);
      counts.push((await costOf(s.stub, () => what(s))).rowsRead);
    }
    return counts;
  }

  it("by opening a thread: its page and its members", async () => {
    const [short = 0, long = 0] = await reads(async ({ bob, thread }) => {
      const socket = await openThread(bob, thread.id);
      await socket.next("history");
    });
    expect(long).toBe(short);
    expect(long).toBeLessThan(50 + 40);
  });

  it("by opening after an eviction: besides, only the newest messages whose senders' markers are not stored yet", async () => {
    const { ada, thread, stub } = await scene();
    const socket = await settled(ada, thread.id);
    for (let i = 0; i < 240; i++) {
      vi.setSystemTime(Date.now() + 10_000);
      await socket.ask({ type: "chat", id: `m${i}`, body: "x" });
      // As in life: Presence hears of messages within a second.
      await runDurableObjectAlarm(stub);
    }
    await evict(stub);
    const cost = await costOf(stub, async () => {
      await (await openThread(ada, thread.id)).next("history");
    });
    expect(cost.rowsRead).toBeLessThan(50 + 50 + 40);
  });

  it("by resuming after 100 missed events: those events", async () => {
    const [short = 0, long = 0] = await reads(async ({ bob, thread, stub }) => {
      const view = await stub.view(bob.user);
      const rev = view.ok ? view.value.rev : 0;
      const socket = await openThread(bob, thread.id, `${thread.epoch}:${rev - 100}`);
      await socket.next("chat", (event) => event.rev === rev);
    });
    expect(long).toBe(short);
    expect(long).toBeLessThan(100 + 40);
  });

  it("by a page in the middle: that page", async () => {
    const [short = 0, long = 0] = await reads(({ bob, thread }) =>
      bob.call("GET", `/api/threads/${thread.id}/messages?around=250`),
    );
    expect(long).toBe(short);
    expect(long).toBeLessThan(50 + 20);
  });

  it("by a message: a few, once the newest 1,000 are known for their ids", async () => {
    const { ada, thread, stub } = await scene(20_000);
    const socket = await settled(ada, thread.id);
    const first = await costOf(stub, () => socket.ask({ type: "chat", id: "first", body: "x" }));
    expect(first.rowsRead).toBeLessThan(1_000 + 40);
    await runDurableObjectAlarm(stub);
    const second = await costOf(stub, () => socket.ask({ type: "chat", id: "second", body: "x" }));
    expect(second.rowsRead).toBeLessThan(40);
  });
});

it(
  "1,000 idle sockets with heartbeats set one alarm, for the first session that ends",
  { timeout: 30_000 },
  async () => {
    const crowd = await Promise.all(Array.from({ length: 32 }, () => person("Idler")));
    const [owner, ...others] = crowd as [Person, ...Person[]];
    const thread = await newThread(owner, "group", others);
    const stub = threadStub(thread.id);
    const sockets: TestSocket[] = [];
    const cost = await costOf(stub, async () => {
      for (const who of crowd) {
        for (let i = 0; i < 32; i++) sockets.push(await openThread(who, thread.id));
      }
      for (const socket of sockets) socket.send("ping");
      await Promise.all(sockets.map((socket) => socket.pong()));
    });
    expect(sockets).toHaveLength(1_024);
    expect(cost).toMatchObject({ rowsWritten: 0 });
    expect(cost.alarmsSet).toBeLessThanOrEqual(1);
    const alarm = await runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm());
    // The sessions of these tests last an hour.
    expect(alarm).toBeGreaterThan(Date.now() + 3_000_000);
  },
);
