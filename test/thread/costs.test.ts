/** The upper limits of what each action may cost a thread, measured from the cursors of its own statements. */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { shardOf } from "../../src/rpc/shards.ts";
import { alarmAt, holdWaits, passTime, runAlarm, startClock } from "../cost/clock.ts";
import { meter } from "../cost/meter.ts";
import { shardFor, SHARDS } from "../presence/shard.ts";
import { costOf, evict, threadRpc, threadStub } from "../support/objects.ts";
import { host, newKey } from "../support/host-server.ts";
import { hostToken, unknownPerson, newThread, person, type Person } from "../support/host-users.ts";
import { openPresence, openThread, type TestSocket } from "../support/socket.ts";

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  // What a test did not wait for, such as a notification in the next second, is not to be in another's count.
  await reset();
});

/** A group of Ada, Bob and `more`, with so many messages in its history. */
async function groupOfTwo(messages = 0, more: Person[] = []) {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob, ...more]);
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
  return { ada, bob, more, thread, stub };
}

/** A socket whose welcome has come and whose session does not end soon; no notification is pending. */
async function openIdle(who: Person, threadId: string) {
  const socket = await openThread(who, threadId);
  await socket.next("welcome");
  await runDurableObjectAlarm(threadStub(threadId));
  return socket;
}

/** A group of so many members: Ada, Bob, and others who are spread over these shards. */
async function groupOf(members: number, shards: readonly number[]) {
  const others = await Promise.all(
    Array.from({ length: members - 2 }, (_, i) => personOn(shards[i % shards.length] ?? 0)),
  );
  return groupOfTwo(1, others);
}

async function personOn(shard: number): Promise<Person> {
  const who = await unknownPerson("Member", (id) => shardOf(id, SHARDS) === shard);
  await shardFor(who.user).signIn(who.user);
  return who;
}

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);

describe("a message, from its frame to its notification", () => {
  it.each([2, 100])("writes one row, in a thread of %i members", async (members) => {
    const { ada, thread, stub } = await groupOf(members, ALL_SHARDS);
    const socket = await openIdle(ada, thread.id);
    passTime(60_000);
    const { thread: cost } = await meter(async () => {
      await socket.ask({ type: "chat", id: "1", body: "x" });
      await runAlarm(stub);
    });
    // The alarm is for the pending notification, should the object die before it is sent.
    expect(cost).toMatchObject({ rowsWritten: 1, alarmsSet: 1, frames: 1, alarms: 1 });
    // One of them for each table and index: the alarm looks whether this object keeps deletions (deleted-threads.ts).
    expect(cost.rowsRead).toBeLessThan(50);
  });

  it("sets the alarm twice where a session ends soon: once for the notification, once for that", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo(1);
    const socket = await openIdle(ada, thread.id);
    passTime(60_000);
    const exp = Math.floor(Date.now() / 1_000) + 120;
    const token = await hostToken({ sub: bob.user.id, name: bob.user.name, exp });
    await (await openThread({ ...bob, token }, thread.id)).next("welcome");
    const { thread: cost } = await meter(async () => {
      await socket.ask({ type: "chat", id: "1", body: "x" });
      await runAlarm(stub);
    });
    expect(cost).toMatchObject({ rowsWritten: 1, alarmsSet: 2, frames: 1, alarms: 1 });
    expect(await alarmAt(stub)).toBe(exp * 1_000);
  });

  it("writes one row more as the first of its thread", async () => {
    const { ada, thread, stub } = await groupOfTwo();
    const socket = await openIdle(ada, thread.id);
    const cost = await costOf(stub, () => socket.ask({ type: "chat", id: "1", body: "x" }));
    expect(cost.rowsWritten).toBe(2);
  });

  it("writes one row more as the second one's first in a direct thread, which makes them contacts", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const { id } = await newThread(ada, "direct", [bob]);
    const [adas, bobs] = [await openIdle(ada, id), await openIdle(bob, id)];
    const send = (socket: typeof adas, no: string) => socket.ask({ type: "chat", id: no, body: "x" });
    await send(adas, "1");
    const written: number[] = [];
    for (const [socket, no] of [
      [adas, "2"],
      [bobs, "3"],
      [bobs, "4"],
      [adas, "5"],
    ] as const)
      written.push((await costOf(threadStub(id), () => send(socket, no))).rowsWritten);
    expect(written).toEqual([1, 2, 1, 1]);
  });

  it("writes one row more with data, and two as the first that has some", async () => {
    const { ada, thread, stub } = await groupOfTwo(1);
    const socket = await openIdle(ada, thread.id);
    const send = (id: string) => socket.ask({ type: "chat", id, body: "x", data: { order: 123 } });
    expect((await costOf(stub, () => send("1"))).rowsWritten).toBe(3);
    expect((await costOf(stub, () => send("2"))).rowsWritten).toBe(2);
    const erased = await costOf(stub, () => socket.ask({ type: "delete", id: "d", seq: 2 }));
    expect(erased.rowsWritten).toBeLessThanOrEqual(3);
  });

  it("costs the same over HTTP, in an empty room", async () => {
    const { ada, thread, stub } = await groupOfTwo(1);
    await runAlarm(stub);
    passTime(60_000);
    const { thread: cost } = await meter(async () => {
      await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "x" });
      await runAlarm(stub);
    });
    expect(cost).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 1, alarms: 1 });
  });

  it.each([2, 10])(
    "costs under 1.2 rows in a steady stream by %i senders, alarms and read markers included",
    async (senders) => {
      const { ada, bob, thread, stub, more } = await groupOf(senders, ALL_SHARDS);
      const sockets = await Promise.all([ada, bob, ...more].map((who) => openThread(who, thread.id)));
      const [count, perSecond] = [300, 10];
      // The rate limit of each sender: 20 at once, and 10 in 10 seconds.
      const pauseEvery = senders * 20;
      const { thread: cost } = await meter(async () => {
        for (let i = 0; i < count; i++) {
          passTime(i % pauseEvery === 0 ? 20_000 : 1_000 / perSecond);
          await sockets[i % senders]?.ask({ type: "chat", id: `m${i}`, body: "hello" });
          if (i % perSecond === 0) await runAlarm(stub);
        }
      });
      expect((cost.rowsWritten + cost.alarmsSet) / count).toBeLessThan(1.2);
    },
  );

  it("sets ever fewer alarms while a conversation goes on, down to one in 20 seconds", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo(1);
    const [a, b] = [await openIdle(ada, thread.id), await openIdle(bob, thread.id)];
    const { thread: cost } = await meter(async () => {
      for (let i = 0; i < 30; i++) {
        passTime(2_000);
        if (((await alarmAt(stub)) ?? Infinity) <= Date.now()) await runAlarm(stub);
        await (i % 2 ? a : b).ask({ type: "chat", id: `m${i}`, body: "hello" });
      }
    });
    expect(cost).toMatchObject({ rowsWritten: 30, alarmsSet: 5, alarms: 4 });
    // One more alarm finds everything sent, and none is set after it.
    const { thread: end } = await meter(() => runAlarm(stub));
    expect(end).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
    expect(await alarmAt(stub)).toBeNull();
  });

  it("is notified without an alarm, right after the broadcast", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo();
    const socket = await openIdle(ada, thread.id);
    const tab = await openPresence(bob);
    await tab.next("welcome");
    const spent = await meter(async () => {
      for (const body of ["at once", "within the two seconds after it"]) {
        await socket.ask({ type: "chat", id: body, body });
        await tab.next("new_message", ({ preview }) => preview === body);
      }
    });
    expect(spent.thread).toMatchObject({ alarms: 0, alarmsSet: 1 });
    await runAlarm(stub);
  });

  it.each([
    [100, ALL_SHARDS],
    [40, ALL_SHARDS],
    [20, [3]],
  ])(
    "makes one call to each shard concerned, as does a whole burst: %i members on shards %j",
    async (members, shards) => {
      holdWaits();
      const { ada, bob, thread, stub } = await groupOf(members, shards);
      const concerned = new Set([...shards, ...[ada, bob].map(({ user }) => shardOf(user.id, SHARDS))]);
      const [a, b] = [await openIdle(ada, thread.id), await openIdle(bob, thread.id)];
      passTime(60_000);
      const first = await meter(async () => {
        await a.ask({ type: "chat", id: "first", body: "x" });
        await runAlarm(stub);
      });
      const burst = await meter(async () => {
        for (let i = 0; i < 10; i++) {
          await a.ask({ type: "chat", id: `a${i}`, body: "x" });
          await b.ask({ type: "chat", id: `b${i}`, body: "x" });
        }
        await runAlarm(stub);
      });
      // A row in each shard, and none per member. Messages within a second are one burst.
      for (const { presence } of [first, burst]) {
        expect(presence).toMatchObject({ calls: concerned.size, rowsWritten: concerned.size, alarmsSet: 0 });
      }
    },
  );

  it("costs one call and two rows for each reader who reads on, and one notification in the end", async () => {
    holdWaits();
    const { ada, bob, thread, stub, more } = await groupOf(10, ALL_SHARDS);
    const authors = [await openIdle(ada, thread.id), await openIdle(bob, thread.id)];
    const readers = await Promise.all(
      more.map(async (who) => ({
        room: await openThread(who, thread.id),
        tab: await openPresence(who),
      })),
    );
    let seq = 1;
    const sendNext = async () => {
      // In turn: the count of one who sends more than 10 in a second would be sent to their shard by itself.
      seq += 1;
      await authors[seq % 2]?.ask({ type: "chat", id: `m${seq}`, body: "hello" });
      await Promise.all(readers.map(({ room }) => room.next("chat", ({ message }) => message.seq === seq)));
      return seq;
    };
    await sendNext();
    await runAlarm(stub);
    const reading = await meter(async () => {
      for (const { room, tab } of readers) {
        await sendNext();
        await sendNext();
        room.send({ type: "read", seq: seq - 1 });
        // The update carries the newest message too, so that the unread count is right at once.
        expect(await tab.next("read")).toMatchObject({ readSeq: seq - 1, unread: 1 });
      }
    });
    expect(reading.presence).toMatchObject({ calls: readers.length, rowsWritten: 2 * readers.length });
    const { presence } = await meter(() => runAlarm(stub));
    expect(presence.calls).toBe(SHARDS);
    expect(presence.rowsWritten).toBeLessThanOrEqual(SHARDS);
  });
});

describe("rows written", () => {
  it.each([
    // One of them is the thread's first edit alone.
    ["an edit", { type: "edit", id: "x", seq: 1, body: "y" }, 3],
    ["a reaction", { type: "react", id: "x", seq: 1, emoji: "👍" }, 2],
    ["taking a reaction back", { type: "unreact", id: "x", seq: 1, emoji: "🐸" }, 2],
    ["a deletion of a message with reactions", { type: "delete", id: "x", seq: 1 }, 3],
    ["a reaction that is there already", { type: "react", id: "x", seq: 1, emoji: "🐸" }, 0],
    ["a repeat", { type: "chat", id: "1", body: "x" }, 0],
  ])("by %s", async (_name, command, rows) => {
    const { ada, thread, stub } = await groupOfTwo();
    const socket = await openIdle(ada, thread.id);
    await socket.ask({ type: "chat", id: "1", body: "x" });
    await socket.ask({ type: "react", id: "2", seq: 1, emoji: "🐸" });
    const cost = await costOf(stub, () => socket.ask(command));
    expect(cost.rowsWritten).toBe(rows);
    // Presence is notified of the newest message's new text, and not of a reaction.
    expect(cost.alarmsSet).toBeLessThanOrEqual(command.type.endsWith("react") ? 0 : 1);
  });

  it("by the edits of a message: two, and three where they overwrite an earlier edit; a deletion, too", async () => {
    const { ada, thread, stub } = await groupOfTwo();
    const socket = await openIdle(ada, thread.id);
    for (const id of ["a", "b"]) await socket.ask({ type: "chat", id, body: "x" });
    await socket.ask({ type: "edit", id: "1", seq: 1, body: "the first edit of the thread" });
    const rows = async (command: { type: string; id: string; seq: number; body?: string }) =>
      (await costOf(stub, () => socket.ask(command))).rowsWritten;
    expect(await rows({ type: "edit", id: "2", seq: 2, body: "a much longer text than before" })).toBe(2);
    expect(await rows({ type: "edit", id: "3", seq: 2, body: "a text that is longer even than that" })).toBe(
      3,
    );
    expect(await rows({ type: "edit", id: "4", seq: 2, body: "a short one" })).toBe(3);
    expect(await rows({ type: "delete", id: "5", seq: 2 })).toBe(3);
  });

  it("by a reaction beyond the 50 that the message's own row lists: one more", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo();
    const socket = await openIdle(ada, thread.id);
    await socket.ask({ type: "chat", id: "1", body: "x" });
    await runInDurableObject(stub, (_instance, { storage }) => {
      const userIds = Array.from({ length: 50 }, (_, i) => `somebody-${i}`);
      const reactions = JSON.stringify([{ emoji: "🐸", count: 50, userIds }]);
      storage.sql.exec("UPDATE messages SET reactions = ?", reactions);
    });
    const path = `/api/threads/${thread.id}/messages/1/reactions/${encodeURIComponent("🐸")}`;
    expect((await costOf(stub, () => bob.call("PUT", path))).rowsWritten).toBe(3);
    expect((await costOf(stub, () => bob.call("DELETE", path))).rowsWritten).toBe(3);
  });

  it("by a member's changed profile: three, and an alarm where lists of threads show them", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo(1);
    await ada.call("PATCH", `/api/threads/${thread.id}`, { name: "Pond" });
    const socket = await openIdle(bob, thread.id);
    await runAlarm(stub);
    passTime(60_000);
    const named = (who: Person, name: string) =>
      costOf(stub, () => stub.profileChanged({ ...who.user, name }));
    // Bob sent none of the messages. A repeat is broadcast, and writes nothing.
    expect(await named(bob, "Robert")).toMatchObject({ rowsWritten: 3, alarmsSet: 0 });
    expect(await named(bob, "Robert")).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
    expect(await named(ada, "Countess")).toMatchObject({ rowsWritten: 3, alarmsSet: 1 });
    expect((await socket.next("user", ({ user }) => user.id === ada.user.id)).user.name).toBe("Countess");
    const stranger = await unknownPerson("Eve");
    expect(await named(stranger, "Nobody")).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
  });

  it("by a sender's read marker: none, also after an eviction", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo(1);
    const socket = await openIdle(ada, thread.id);
    const cost = await costOf(stub, () => socket.ask({ type: "chat", id: "1", body: "x" }));
    expect(cost.rowsWritten).toBe(1);
    await runAlarm(stub);
    await evict(stub);
    const again = await meter(async () => {
      const view = await ada.call("GET", `/api/threads/${thread.id}`);
      expect(await view.json()).toMatchObject({ you: { readSeq: 2 } });
      const page = await ada.call("GET", "/api/threads");
      expect(await page.json()).toMatchObject({ threads: [{ readSeq: 2, unread: 0 }] });
      await (await openThread(bob, thread.id)).next("history");
    });
    expect(again.thread.rowsWritten + again.presence.rowsWritten).toBe(0);
  });

  it.each([
    ["a room socket", (b: TestSocket, seq: number) => b.send({ type: "read", seq })],
    [
      "HTTP",
      (_b: TestSocket, seq: number, bob: Person, id: string) =>
        bob.call("PUT", `/api/threads/${id}/read`, { seq }),
    ],
  ])(
    "by a read marker over %s: one in the thread, one in the reader's shard, and one call",
    async (_name, read) => {
      const { ada, bob, thread, stub } = await groupOfTwo(10);
      const [a, b] = [await openIdle(ada, thread.id), await openIdle(bob, thread.id)];
      await a.ask({ type: "chat", id: "1", body: "x" });
      await runAlarm(stub);
      const tab = await openPresence(bob);
      await tab.next("welcome");
      const spent = await meter(async () => {
        await read(b, 11, bob, thread.id);
        await tab.next("read");
      });
      expect(spent.thread).toMatchObject({ rowsWritten: 1, alarmsSet: 0, alarms: 0 });
      expect(spent.presence).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 0, objects: 1 });
    },
  );

  it("by a read marker over HTTP, which Presence receives before the request is answered", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo();
    const a = await openIdle(ada, thread.id);
    await a.ask({ type: "chat", id: "1", body: "x" });
    await runAlarm(stub);
    const { presence } = await meter(() => bob.call("PUT", `/api/threads/${thread.id}/read`, { seq: 1 }));
    expect(presence).toMatchObject({ calls: 1, rowsWritten: 1 });
  });

  it("by a read marker over a presence socket: one in the thread, one in the reader's shard, and a call each way", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo();
    const a = await openIdle(ada, thread.id);
    await a.ask({ type: "chat", id: "1", body: "x" });
    await runAlarm(stub);
    const tab = await openPresence(bob);
    await tab.next("welcome");
    const spent = await meter(async () => {
      tab.send({ type: "read", threadId: thread.id, seq: 1 });
      await tab.next("read");
    });
    expect(spent.thread).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 0 });
    expect(spent.presence).toMatchObject({ frames: 1, calls: 1, rowsWritten: 1, alarmsSet: 0 });
  });

  it("by a burst of read markers: one, and none where the marker does not move", async () => {
    const { ada, bob, thread, stub } = await groupOfTwo(10);
    const [a, b] = [await openIdle(ada, thread.id), await openIdle(bob, thread.id)];
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
    const { bob, ada, thread, stub } = await groupOfTwo();
    const watching = await openIdle(ada, thread.id);
    const cost = await costOf(stub, async () => {
      const socket = await openThread(bob, thread.id);
      await socket.next("welcome");
      socket.send({ type: "typing" });
      await watching.next("typing");
      socket.close();
      await watching.next("leave");
    });
    expect(cost).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
  });

  it("by the first socket in an empty room: none, and Presence is not notified", async () => {
    const { ada, thread, stub } = await groupOfTwo();
    await runAlarm(stub);
    const spent = await meter(async () => {
      await (await openThread(ada, thread.id)).next("history");
    });
    expect(spent.thread).toMatchObject({ upgrades: 1, rowsWritten: 0, alarmsSet: 0 });
    expect(spent.presence.objects).toBe(0);
  });

  it("by a socket whose session ends soon: the alarm for that", async () => {
    const { ada, thread, stub } = await groupOfTwo();
    await runAlarm(stub);
    const exp = Math.floor(Date.now() / 1_000) + 120;
    const token = await hostToken({ sub: ada.user.id, name: ada.user.name, exp });
    const spent = await meter(async () => {
      await (await openThread({ ...ada, token }, thread.id)).next("history");
    });
    expect(spent.thread).toMatchObject({ upgrades: 1, rowsWritten: 0, alarmsSet: 1 });
  });

  it("by an invalid thread id: none, and no object starts", async () => {
    const { ada } = await groupOfTwo();
    const spent = await meter(async () => {
      for (const id of ["pond", "0".repeat(63), "F".repeat(64), "0".repeat(64), "a".repeat(65)]) {
        expect((await ada.call("GET", `/api/threads/${id}`)).status).toBe(404);
        expect((await ada.call("POST", `/api/threads/${id}/messages`, { body: "x" })).status).toBe(404);
        expect(await (await openThread(ada, id)).closed).toMatchObject({ code: 4004 });
      }
    });
    // An object that started would read whether it holds a thread.
    expect(spent.thread).toMatchObject({ objects: 0, rowsRead: 0 });
    expect(spent.presence.objects).toBe(0);
  });

  it("by any request or socket to a thread that does not exist: none", async () => {
    const { ada } = await groupOfTwo();
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

it("a new thread writes some rows for each of its tables, and sets one alarm", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const { thread } = await meter(() => newThread(ada, "group", [bob]));
  expect(thread).toMatchObject({ calls: 1, alarmsSet: 1, objects: 1 });
  expect(thread.rowsWritten).toBeLessThanOrEqual(90);
  expect(thread.rowsRead).toBeLessThanOrEqual(90);
});

describe("rows read", () => {
  /** Numbers of messages. The rows read depend on what is shown, and not on these. */
  const histories = [500, 5_000];

  /** The rows that an action reads in each of the histories. */
  async function reads(
    action: (s: Awaited<ReturnType<typeof groupOfTwo>>) => Promise<unknown>,
  ): Promise<number[]> {
    const counts = [];
    for (const messages of histories) {
      const s = await groupOfTwo(messages);
      await s.stub.view(s.ada.user);
      counts.push((await costOf(s.stub, () => action(s))).rowsRead);
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

  it("by opening after an eviction: also the newest messages, whose senders' markers are not stored yet", async () => {
    const { ada, thread, stub } = await groupOfTwo();
    const socket = await openIdle(ada, thread.id);
    for (let i = 0; i < 240; i += 5) {
      passTime(10_000);
      const rest = Array.from({ length: 4 }, (_, k) => ({ type: "chat", id: `m${i + k}`, body: "x" }));
      await socket.ask({ type: "chat", id: `m${i + 4}`, body: "x" }, rest);
      // As in production, where Presence is notified within a second.
      await runDurableObjectAlarm(stub);
    }
    await evict(stub);
    const cost = await costOf(stub, async () => {
      await (await openThread(ada, thread.id)).next("history");
    });
    expect(cost.rowsRead).toBeLessThan(50 + 50 + 40);
  });

  it("by opening after an eviction: no more where hundreds of users sent once", async () => {
    const { ada, thread, stub } = await groupOfTwo();
    await runInDurableObject(stub, (_instance, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
         INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at)
         SELECT i, i, i, 'gone-' || i, 'id-' || i, 'body', i FROM n`,
      );
    });
    await evict(stub);
    const socket = await openIdle(ada, thread.id);
    const count = 300;
    for (let i = 0; i < count; i += 20) {
      passTime(20_000);
      socket.send(Array.from({ length: 20 }, (_, k) => ({ type: "chat", id: `m${i + k}`, body: "x" })));
      await socket.next("ack", ({ id }) => id === `m${i + 19}`);
      await runAlarm(stub);
    }
    await evict(stub);
    const cost = await costOf(stub, async () => {
      await (await openThread(ada, thread.id)).next("history");
    });
    expect(cost.rowsRead).toBeLessThan(50 + 50 + 40);
  });

  it("by resuming after 100 missed events: those events", async () => {
    const [short = 0, long = 0] = await reads(async ({ bob, thread, stub }) => {
      const view = await threadRpc(stub).view(bob.user);
      const rev = view.ok ? view.value.rev : 0;
      const socket = await openThread(bob, thread.id, `${thread.epoch}:${rev - 100}`);
      await socket.next("chat", (event) => event.rev === rev);
    });
    expect(long).toBe(short);
    expect(long).toBeLessThan(100 + 40);
  });

  it.each([10, 100, 1_000])(
    "by resuming after %i missed edits: the changes and their messages",
    async (missed) => {
      const { bob, thread, stub } = await groupOfTwo(2_000);
      await runInDurableObject(stub, (_instance, { storage }) => {
        storage.sql.exec(
          `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO changes (rev, type, seq, at) SELECT 2000 + i, 'edit', i, i FROM n`,
          missed,
        );
      });
      await evict(stub);
      await stub.view(bob.user);
      const cost = await costOf(stub, async () => {
        const socket = await openThread(bob, thread.id, `${thread.epoch}:2000`);
        await socket.next("edit", (event) => event.rev === 2_000 + missed);
      });
      // Each change, its message as it is now, whether that has reactions, and as many of the newest messages as could have
      // been missed.
      expect(cost.rowsRead).toBeLessThan(4 * missed + 40);
    },
  );

  it.each([
    "limit=50",
    "before=20",
    "before=250",
    "before=401",
    "after=0",
    "after=250",
    "around=1",
    "around=250",
    "around=500",
  ])("by a page of history (%s): that page", async (query) => {
    const [short = 0, long = 0] = await reads(({ bob, thread }) =>
      bob.call("GET", `/api/threads/${thread.id}/messages?${query}`),
    );
    // The end of a page is known by the row after it, where there is one.
    expect(long - short).toBeLessThanOrEqual(1);
    expect(long).toBeLessThan(50 + 20);
  });

  it("by a message: a few, once the ids of the newest 1,000 were read for deduplication", async () => {
    const { ada, thread, stub } = await groupOfTwo(5_000);
    const socket = await openIdle(ada, thread.id);
    const first = await costOf(stub, () => socket.ask({ type: "chat", id: "first", body: "x" }));
    expect(first.rowsRead).toBeLessThan(1_000 + 40);
    await runDurableObjectAlarm(stub);
    const second = await costOf(stub, () => socket.ask({ type: "chat", id: "second", body: "x" }));
    expect(second.rowsRead).toBeLessThan(40);
  });
});

it("hundreds of idle sockets with heartbeats never wake their thread, and receive nothing after their sessions' end", async () => {
  const hours = 3;
  const members = await Promise.all(Array.from({ length: 8 }, () => person("Idler")));
  const [owner, ...others] = members as [Person, ...Person[]];
  const thread = await newThread(owner, "group", others);
  const stub = threadStub(thread.id);
  await runAlarm(stub);
  const exp = Math.floor(Date.now() / 1_000) + hours * 3_600;
  for (const who of members) who.token = await hostToken({ sub: who.user.id, name: who.user.name, exp });
  const sockets: TestSocket[] = [];
  const opening = await meter(async () => {
    for (const who of members) {
      for (let i = 0; i < 32; i++) sockets.push(await openThread(who, thread.id));
    }
  });
  expect(sockets).toHaveLength(256);
  expect(opening.thread).toMatchObject({ upgrades: 256, rowsWritten: 0, alarmsSet: 0 });

  expect(await alarmAt(stub)).toBeNull();
  /** Passes an hour, in which every socket sends a heartbeat and no alarm is due. */
  const oneHour = async () => {
    const before = sockets.map((socket) => socket.frames.length);
    for (const socket of sockets) socket.send("ping");
    await Promise.all(sockets.map((socket, i) => socket.pong(before[i])));
    passTime(3_600_000);
  };
  const idle = await meter(async () => {
    for (let round = 0; round <= hours; round++) await oneHour();
  });
  // None of the heartbeats ran any code of the thread.
  expect(idle.thread).toMatchObject({ objects: 0, rowsRead: 0, rowsWritten: 0, alarmsSet: 0 });
  // All sessions have ended by now. The thread notices when it next has something to send.
  owner.token = await hostToken({ sub: owner.user.id, name: owner.user.name });
  const back = await openThread(owner, thread.id);
  await back.ask({ type: "chat", id: "1", body: "is anybody here?" });
  await Promise.all(sockets.map((socket) => socket.next("closing", ({ code }) => code === 4001)));
  expect(sockets.flatMap(({ events }) => events.filter(({ type }) => type === "chat"))).toEqual([]);
});

describe("the host's server", () => {
  it("sends a message at the cost of a user's: one row", async () => {
    const { ada, thread, stub } = await groupOf(100, ALL_SHARDS);
    await openIdle(ada, thread.id);
    passTime(60_000);
    const { thread: cost } = await meter(async () => {
      expect((await host("POST", `/api/threads/${thread.id}/messages`, { body: "x" })).status).toBe(201);
      await runAlarm(stub);
    });
    expect(cost).toMatchObject({ rowsWritten: 1, alarmsSet: 1 });
  });

  it("makes a thread by key at the cost of a user's: seven rows a member", async () => {
    const [ada, ...others] = [
      await person("Ada"),
      await person("Bob"),
      await person("Cyd"),
      await person("Dan"),
    ];
    const rowsFor = async (make: () => Promise<unknown>) => (await meter(make)).thread.rowsWritten;
    const byHost = (members: Person[]) =>
      rowsFor(() =>
        host("PUT", `/api/threads/${newKey()}`, {
          kind: "group",
          members: members.map(({ user }) => ({ id: user.id })),
        }),
      );
    expect((await byHost([ada, ...others])) - (await byHost([ada]))).toBe(3 * 7);
    // It has no owner, whom an index of those above members would have.
    expect(await byHost([ada, ...others])).toBe((await rowsFor(() => newThread(ada, "group", others))) - 1);
  });

  it("brings a thread by key up to date where it is already: no row written, and nobody notified", async () => {
    const people = [await person("Ada"), await person("Bob")];
    const key = newKey();
    const members = people.map(({ user }) => ({ id: user.id }));
    const body = { kind: "group", name: "Order", data: { order: 123 }, members };
    await host("PUT", `/api/threads/${key}`, body);
    passTime(60_000);
    const cost = await meter(async () => {
      expect((await host("PUT", `/api/threads/${key}`, body)).status).toBe(200);
    });
    expect(cost.thread).toMatchObject({ calls: 1, rowsWritten: 0, alarmsSet: 0 });
    // Who the members are is asked of their shards.
    expect(cost.presence).toMatchObject({ rowsWritten: 0 });
    expect(cost.presence.calls).toBeLessThanOrEqual(2);
  });

  it("causes no row where a made-up key is asked for", async () => {
    const eve = await person("Eve");
    const { thread: cost } = await meter(async () => {
      for (let i = 0; i < 3; i++) await eve.call("GET", `/api/threads/${newKey()}`);
    });
    expect(cost).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
  });
});
