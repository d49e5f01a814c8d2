import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepHeartbeatsFresh } from "../cost/clock.ts";
import { meter } from "../cost/meter.ts";
import { person } from "../support/people.ts";
import { openPresence } from "../support/socket.ts";
import {
  alarmOf,
  evict,
  group,
  HOUR,
  known,
  openRaw,
  openTab,
  passTime,
  runAlarm,
  rowsIn,
  settled,
  shardFor,
  SHARDS,
  FakeThread,
  type Tab,
} from "./shard.ts";

// Rows written are the dearest unit there is; an alarm set counts as one. Numbers are what was measured, as limits.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const SHARD = 2;

describe("a notification", () => {
  it("writes one row, however many members and tabs there are", async () => {
    const people = await Promise.all(Array.from({ length: 60 }, () => known("Many", SHARD)));
    const [ada, bo] = people;
    if (!ada || !bo) throw new Error("nobody");
    const thread = await group(...people);
    for (const user of people.slice(0, 20)) await openTab(user);
    for (const author of [ada, bo, ada]) {
      const cost = await rowsIn(ada, () => thread.notify(thread.message(author), ada));
      expect(cost.written).toBe(1);
      // The thread, whether anyone is left, the sender; and a few for each who is connected, none for other members.
      expect(cost.read).toBeLessThanOrEqual(3 + 5 * 20 + 2);
    }
  });

  it("reads no more than twice those who are connected, or the members, whichever are fewer", async () => {
    const few = await Promise.all(Array.from({ length: 3 }, () => known("Few", SHARD)));
    const others = await Promise.all(Array.from({ length: 60 }, () => known("Other", SHARD)));
    const [ada] = few;
    if (!ada) throw new Error("nobody");
    for (const user of [...few, ...others]) await openTab(user);
    const small = await group(...few);
    const cost = await rowsIn(ada, () => small.notify(small.message(ada), ada));
    expect(cost.read).toBeLessThanOrEqual(3 + 2 * 3);
  });

  it("costs senders a row each only when 64 of them have sent", async () => {
    const people = await Promise.all(Array.from({ length: 65 }, () => known("Many", SHARD)));
    const thread = await group(...people);
    let written = 0;
    for (const author of people)
      written += (await rowsIn(author, () => thread.notify(thread.message(author), author))).written;
    expect(written).toBeLessThanOrEqual(65 + 65);
  });

  it("moving a read marker writes one row, and the second time none", async () => {
    const [ada, bo] = [await known("Ada", SHARD), await known("Bo", SHARD)];
    const thread = await group(ada, bo);
    await thread.notify(thread.message(bo), bo);
    const read = () => thread.notify({ ...thread.update, senders: {}, readers: { [ada.id]: 1 } }, ada);
    expect((await rowsIn(ada, read)).written).toBe(1);
    expect((await rowsIn(ada, read)).written).toBe(0);
  });

  it("joining writes the membership and its index, and the thread", async () => {
    const [ada, bo] = [await known("Ada", SHARD), await known("Bo", SHARD)];
    const thread = await group(ada);
    expect((await rowsIn(bo, () => thread.join(bo))).written).toBe(3);
  });
});

describe("a page opened by a user with 200 threads", () => {
  it("writes nothing, and reads in proportion to the threads", async () => {
    const ada = await known("Ada", SHARD);
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const thread = new FakeThread();
        await thread.join(ada);
        await thread.notify(thread.message(ada), ada);
      }),
    );
    // Of each thread the membership, the thread, and its place in the order.
    // The first socket of a shard sets the alarm that ends its session; that of a later one pays for nothing.
    await openTab(ada, Date.now() + HOUR / 2);
    const opening = await rowsIn(ada, () => openRaw(ada));
    expect(opening.written).toBe(0);
    expect(opening.read).toBeLessThanOrEqual(3 * 200 + 10);
    const listing = await rowsIn(ada, () => shardFor(ada).threads(ada.id, { cursor: undefined, limit: 200 }));
    expect(listing.written).toBe(0);
    expect(listing.read).toBeLessThanOrEqual(3 * 200 + 10);
  });
});

describe("a user who opens the page", () => {
  it("is one request to Presence, and a row only where their name is another", async () => {
    const ada = await person("Ada");
    await openPresence(ada);
    const again = await meter(async () => (await openPresence(ada)).next("welcome"));
    expect(again).toMatchObject({ worker: 1, thread: { objects: 0 } });
    expect(again.presence).toMatchObject({ upgrades: 1, calls: 0, rowsWritten: 0, alarmsSet: 0 });
    const listed = await meter(() => ada.call("GET", "/api/threads"));
    expect(listed).toMatchObject({ worker: 1, thread: { objects: 0 } });
    expect(listed.presence).toMatchObject({ calls: 1, rowsWritten: 0, alarmsSet: 0 });
    const renamed = await rowsIn(ada.user, () => openRaw({ ...ada.user, name: "Ada Byron" }));
    // The user, and the name they are found by: one key goes, one comes.
    expect(renamed.written).toBe(3);
  });
});

describe("a user search", () => {
  it("asks each shard once, and reads a few rows in each", async () => {
    const ada = await person("Ada");
    for (let i = 0; i < 40; i++) await known("Searched");
    const spent = await meter(() => ada.call("GET", "/api/users?q=searched"));
    // One more of the searcher's own shard, which counts how often they search.
    expect(spent).toMatchObject({ worker: 1, presence: { calls: SHARDS + 1, rowsWritten: 0 } });
    // Of 40 with this beginning at most 20 in each: their keys, and who they are.
    expect(spent.presence.rowsRead).toBeLessThanOrEqual(SHARDS * 2 * 20);
  });

  it("reads in proportion to what it gives, however many there are", async () => {
    const shard = shardFor(await known("Any", SHARD));
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => shard.signIn({ id: `id-${i}`, name: `Name ${i}` })),
    );
    const ada = await known("Ada", SHARD);
    const cost = await rowsIn(ada, () => shard.searchUsers("name", null));
    expect(cost.written).toBe(0);
    expect(cost.read).toBeLessThanOrEqual(100);
  });
});

describe("idle sockets", () => {
  it("wake their shard at the end of the first session alone, and do nothing in between", async () => {
    const people = await Promise.all(Array.from({ length: 30 }, () => known("Idle", SHARD)));
    const [ada] = people;
    if (!ada) throw new Error("nobody");
    for (const user of people) await openTab(user, Date.now() + HOUR);
    const alarm = (await alarmOf(ada)) ?? 0;
    expect(alarm - Date.now()).toBeGreaterThanOrEqual(HOUR);
    expect(alarm - Date.now()).toBeLessThanOrEqual(HOUR + 30_000);
    passTime(alarm - Date.now());
    await runAlarm(ada);
    expect(await alarmOf(ada)).toBeNull();
  });

  it("of users with subscribers cost one row a minute: the next alarm", async () => {
    const [ada, bo] = [await known("Ada", 0), await known("Bo", SHARD)];
    await group(ada, bo);
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    await tab.next("presence");
    await openTab(bo);
    await tab.next("presence");
    await evict(bo);
    const cost = await rowsIn(bo, () => runAlarm(bo));
    expect(cost.written).toBe(1);
    expect((await alarmOf(bo)) ?? 0).toBe(Date.now() + 60_000);
  });

  it("hundreds of them wake their shard once a minute while one of their users has a subscriber, and then no more", async () => {
    const [ada, ...people] = [
      await known("Ada", 0),
      ...(await Promise.all(Array.from({ length: 8 }, () => known("Idle", SHARD)))),
    ];
    const [bo] = people;
    if (!bo) throw new Error("nobody");
    await group(ada, ...people);
    const end = Date.now() + 6 * HOUR;
    const tabs: Tab[] = [];
    for (const user of people) for (let i = 0; i < 32; i++) tabs.push(await openTab(user, end));
    await keepHeartbeatsFresh();
    const alarmAt = async () => (await alarmOf(bo)) ?? Infinity;
    /** So many minutes, as the runtime would pass them: heartbeats, and the alarm whenever it is due. */
    const pass = async (minutes: number, each: number) => {
      for (let passed = 0; passed < minutes; passed += each) {
        const heard = tabs.map((tab) => tab.frames.length);
        for (const tab of tabs) tab.send("ping");
        await Promise.all(tabs.map((tab, i) => tab.pong(heard[i])));
        passTime(each * 60_000);
        if ((await alarmAt()) <= Date.now()) await runAlarm(bo);
      }
    };

    const unwatched = await meter(() => pass(60, 15));
    expect(unwatched.presence).toMatchObject({ objects: 0, rowsRead: 0, rowsWritten: 0 });

    const watcher = await openTab(ada, end);
    watcher.send({ type: "watch", userIds: [bo.id] });
    await watcher.next("presence");
    const watched = await meter(() => pass(20, 1));
    expect(watched.presence).toMatchObject({
      alarms: 20,
      alarmsSet: 20,
      frames: 0,
      calls: 0,
      rowsWritten: 0,
    });
    // Nobody has lost a tab by it.
    expect(tabs.every((tab) => tab.raw.readyState === WebSocket.OPEN)).toBe(true);

    watcher.close();
    await watcher.closed;
    passTime(5_000);
    await runAlarm(ada);
    await runAlarm(bo);
    const after = await meter(() => pass(60, 15));
    expect(after.presence).toMatchObject({ objects: 0, rowsRead: 0, rowsWritten: 0 });
    expect(await alarmAt()).toBeGreaterThanOrEqual(end);
  });
});

describe("a subscription", () => {
  it("writes one row in the subscriber's shard and one in each shard subscribed to, and a repeat none", async () => {
    const ada = await known("Ada", 0);
    const others = await Promise.all(Array.from({ length: 50 }, () => known("Bo", SHARD)));
    const [bo] = others;
    if (!bo) throw new Error("nobody");
    await group(ada, ...others);
    const tab = await openTab(ada);
    const watch = async () => {
      tab.send({ type: "watch", userIds: others.map(({ id }) => id) });
      await tab.next("presence", ({ userId }) => userId === others.at(-1)?.id);
    };
    const first = { here: 0, there: 0 };
    first.there = (await rowsIn(bo, async () => (first.here = (await rowsIn(ada, watch)).written))).written;
    expect(first).toEqual({ here: 1, there: 1 });
    const again = { here: 0, there: 0 };
    again.there = (await rowsIn(bo, async () => (again.here = (await rowsIn(ada, watch)).written))).written;
    expect(again).toEqual({ here: 0, there: 0 });
  });

  it("a user with a subscriber who comes online and goes offline costs 6 rows: 2 statuses, when last seen, and 3 alarms", async () => {
    const [ada, bo] = [await known("Ada", 0), await known("Bo", SHARD)];
    await group(ada, bo);
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    await tab.next("presence");
    const cost = await rowsIn(bo, async () => {
      const page = await openTab(bo);
      await tab.next("presence");
      page.close();
      await page.closed;
      passTime(5_000);
      await runAlarm(bo);
      await tab.next("presence");
    });
    await settled(tab);
    expect(cost.written).toBeLessThanOrEqual(6);
  });
});
