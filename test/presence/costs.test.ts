import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { User } from "../../src/protocol/model.ts";
import { keepHeartbeatsFresh, startClock } from "../cost/clock.ts";
import { meter } from "../cost/meter.ts";
import { interceptCalls } from "../support/calls.ts";
import { person } from "../support/host-users.ts";
import { openPresence } from "../support/socket.ts";
import {
  alarmOf,
  evictShardOf,
  groupOf,
  HOUR,
  knownUser,
  openRaw,
  openTab,
  passTime,
  runAlarmOf,
  costIn,
  settle,
  shardFor,
  SHARDS,
  FakeThread,
  type Tab,
} from "./shard.ts";

// Rows written cost the most; each alarm set is billed as one. The limits are the measured numbers.

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const SHARD = 3;

describe("a notification", () => {
  it("writes one row, whatever the number of members and tabs", async () => {
    const users = await Promise.all(Array.from({ length: 60 }, () => knownUser("Many", SHARD)));
    const [ada, bo] = users;
    if (!ada || !bo) throw new Error("nobody");
    const thread = await groupOf(...users);
    for (const user of users.slice(0, 20)) await openTab(user);
    for (const author of [ada, bo, ada]) {
      const cost = await costIn(ada, () => thread.notify(thread.message(author), ada));
      expect(cost.written).toBe(1);
      // The thread, whether it has a member, the sender; and a few rows for each connected member, none for the others.
      expect(cost.read).toBeLessThanOrEqual(3 + 5 * 20 + 2);
    }
  });

  it("reads at most two rows per connected user or per member, whichever are fewer", async () => {
    const few = await Promise.all(Array.from({ length: 3 }, () => knownUser("Few", SHARD)));
    const others = await Promise.all(Array.from({ length: 60 }, () => knownUser("Other", SHARD)));
    const [ada] = few;
    if (!ada) throw new Error("nobody");
    for (const user of [...few, ...others]) await openTab(user);
    const small = await groupOf(...few);
    const cost = await costIn(ada, () => small.notify(small.message(ada), ada));
    expect(cost.read).toBeLessThanOrEqual(3 + 2 * 3);
  });

  it("writes the senders' own rows only after 64 of them have sent", async () => {
    const users = await Promise.all(Array.from({ length: 65 }, () => knownUser("Many", SHARD)));
    const thread = await groupOf(...users);
    let written = 0;
    for (const author of users)
      written += (await costIn(author, () => thread.notify(thread.message(author), author))).written;
    expect(written).toBeLessThanOrEqual(65 + 65);
  });

  it("of a read marker writes one row, and a repeat none", async () => {
    const [ada, bo] = [await knownUser("Ada", SHARD), await knownUser("Bo", SHARD)];
    const thread = await groupOf(ada, bo);
    await thread.notify(thread.message(bo), bo);
    const read = () => thread.notify({ ...thread.update, senders: {}, readers: { [ada.id]: 1 } }, ada);
    expect((await costIn(ada, read)).written).toBe(1);
    expect((await costIn(ada, read)).written).toBe(0);
  });

  it("of a join writes three rows: the membership, its index, and the thread", async () => {
    const [ada, bo] = [await knownUser("Ada", SHARD), await knownUser("Bo", SHARD)];
    const thread = await groupOf(ada);
    expect((await costIn(bo, () => thread.join(bo))).written).toBe(3);
  });
});

describe("a page opened by a user with 200 threads", () => {
  it("writes nothing, and reads in proportion to the threads", async () => {
    const ada = await knownUser("Ada", SHARD);
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        const thread = new FakeThread();
        await thread.join(ada);
        await thread.notify(thread.message(ada), ada);
      }),
    );
    // The first socket of a shard sets the alarm for the end of its session; later ones need none.
    await openTab(ada, Date.now() + HOUR / 2);
    const opening = await costIn(ada, () => openRaw(ada));
    expect(opening.written).toBe(0);
    // For each thread: the membership, the thread, and its place in the order.
    expect(opening.read).toBeLessThanOrEqual(3 * 200 + 10);
    const listing = await costIn(ada, () => shardFor(ada).threads(ada.id, { cursor: undefined, limit: 200 }));
    expect(listing.written).toBe(0);
    expect(listing.read).toBeLessThanOrEqual(3 * 200 + 10);
  });
});

describe("a user who opens the page", () => {
  it("is one request to Presence, and writes rows only where their name changed", async () => {
    const ada = await person("Ada");
    await openPresence(ada);
    const again = await meter(async () => (await openPresence(ada)).next("welcome"));
    expect(again).toMatchObject({ worker: 1, thread: { objects: 0 } });
    expect(again.presence).toMatchObject({ upgrades: 1, calls: 0, rowsWritten: 0, alarmsSet: 0 });
    const listed = await meter(() => ada.call("GET", "/api/threads"));
    expect(listed).toMatchObject({ worker: 1, thread: { objects: 0 } });
    expect(listed.presence).toMatchObject({ calls: 1, rowsWritten: 0, alarmsSet: 0 });
    const renamed = await costIn(ada.user, () => openRaw({ ...ada.user, name: "Ada Byron" }));
    // The user, overwritten and then written, and the keys of the name that they are found by: the old one removed, and one
    // for each word added.
    expect(renamed.written).toBe(5);
  });
});

describe("a user search", () => {
  it("calls each shard once, and reads a few rows in each", async () => {
    const ada = await person("Ada");
    // Some in every shard: one that has nobody is created by the search.
    const searched: User[] = [];
    for (let i = 0; i < 40; i++) searched.push(await knownUser("Searched", i % SHARDS));
    const searches = interceptCalls("PRESENCE", "searchUsers");
    const admissions = interceptCalls("PRESENCE", "admitUserSearch");
    const found = (await (await ada.call("GET", "/api/users?q=searched")).json()) as { users: User[] };
    expect(found.users).toHaveLength(20);
    expect(searches.made).toHaveLength(SHARDS);
    // The searcher's own shard limits the rate.
    expect(admissions.made).toHaveLength(1);
    for (const user of searched.slice(0, SHARDS)) {
      const cost = await costIn(user, () => shardFor(user).searchUsers("searched", null));
      expect(cost.written).toBe(0);
      // Of those who match: the keys of their names, their list, and profiles.
      expect(cost.read).toBeLessThanOrEqual((searched.length / SHARDS) * 4 + 5);
    }
  });

  it("reads rows in proportion to its results, whatever the number of users", async () => {
    const shard = shardFor(await knownUser("Any", SHARD));
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => shard.signIn({ id: `id-${i}`, name: `Name ${i}` })),
    );
    const ada = await knownUser("Ada", SHARD);
    const cost = await costIn(ada, () => shard.searchUsers("name", null));
    expect(cost.written).toBe(0);
    expect(cost.read).toBeLessThanOrEqual(100);
  });
});

describe("idle sockets", () => {
  it("wake their shard at the end of the first session, and not before", async () => {
    const users = await Promise.all(Array.from({ length: 30 }, () => knownUser("Idle", SHARD)));
    const [ada] = users;
    if (!ada) throw new Error("nobody");
    for (const user of users) await openTab(user, Date.now() + HOUR);
    const alarm = (await alarmOf(ada)) ?? 0;
    expect(alarm - Date.now()).toBeGreaterThanOrEqual(HOUR);
    expect(alarm - Date.now()).toBeLessThanOrEqual(HOUR + 30_000);
    passTime(alarm - Date.now());
    await runAlarmOf(ada);
    expect(await alarmOf(ada)).toBeNull();
  });

  it("of users with subscribers cost one row a minute: the next alarm", async () => {
    const [ada, bo] = [await knownUser("Ada", 0), await knownUser("Bo", SHARD)];
    await groupOf(ada, bo);
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    await tab.next("presence");
    await openTab(bo);
    await tab.next("presence");
    await evictShardOf(bo);
    const cost = await costIn(bo, () => runAlarmOf(bo));
    expect(cost.written).toBe(1);
    expect((await alarmOf(bo)) ?? 0).toBe(Date.now() + 60_000);
  });

  it("wake their shard once a minute while one of their users has a subscriber, and otherwise never", async () => {
    const [ada, ...users] = [
      await knownUser("Ada", 0),
      ...(await Promise.all(Array.from({ length: 8 }, () => knownUser("Idle", SHARD)))),
    ];
    const [bo] = users;
    if (!bo) throw new Error("nobody");
    await groupOf(ada, ...users);
    const end = Date.now() + 6 * HOUR;
    const tabs: Tab[] = [];
    for (const user of users) for (let i = 0; i < 32; i++) tabs.push(await openTab(user, end));
    await keepHeartbeatsFresh();
    const alarmAt = async () => (await alarmOf(bo)) ?? Infinity;
    /** Passes so many minutes: a heartbeat of every tab in each interval, and the alarm whenever it is due. */
    const pass = async (minutes: number, each: number) => {
      for (let passed = 0; passed < minutes; passed += each) {
        const before = tabs.map((tab) => tab.frames.length);
        for (const tab of tabs) tab.send("ping");
        await Promise.all(tabs.map((tab, i) => tab.pong(before[i])));
        passTime(each * 60_000);
        if ((await alarmAt()) <= Date.now()) await runAlarmOf(bo);
      }
    };

    const unwatched = await meter(() => pass(60, 15));
    expect(unwatched.presence).toMatchObject({ objects: 0, rowsRead: 0, rowsWritten: 0 });

    const subscriber = await openTab(ada, end);
    subscriber.send({ type: "watch", userIds: [bo.id] });
    await subscriber.next("presence");
    const watched = await meter(() => pass(20, 1));
    expect(watched.presence).toMatchObject({
      alarms: 20,
      alarmsSet: 20,
      frames: 0,
      calls: 0,
      rowsWritten: 0,
    });
    // All tabs are still open.
    expect(tabs.every((tab) => tab.raw.readyState === WebSocket.OPEN)).toBe(true);

    subscriber.close();
    await subscriber.closed;
    passTime(5_000);
    await runAlarmOf(ada);
    await runAlarmOf(bo);
    const after = await meter(() => pass(60, 15));
    expect(after.presence).toMatchObject({ objects: 0, rowsRead: 0, rowsWritten: 0 });
    expect(await alarmAt()).toBeGreaterThanOrEqual(end);
  });
});

describe("a subscription", () => {
  it("writes one row in the subscriber's shard and one in each shard subscribed to; a repeat writes none", async () => {
    const ada = await knownUser("Ada", 0);
    const others = await Promise.all(Array.from({ length: 50 }, () => knownUser("Bo", SHARD)));
    const [bo] = others;
    if (!bo) throw new Error("nobody");
    await groupOf(ada, ...others);
    const tab = await openTab(ada);
    const watch = async () => {
      tab.send({ type: "watch", userIds: others.map(({ id }) => id) });
      await tab.next("presence", ({ userId }) => userId === others.at(-1)?.id);
    };
    const first = { here: 0, there: 0 };
    first.there = (await costIn(bo, async () => (first.here = (await costIn(ada, watch)).written))).written;
    expect(first).toEqual({ here: 1, there: 1 });
    const again = { here: 0, there: 0 };
    again.there = (await costIn(bo, async () => (again.here = (await costIn(ada, watch)).written))).written;
    expect(again).toEqual({ here: 0, there: 0 });
  });

  it("costs 6 rows when its user comes online and goes offline: 2 statuses, when last seen, and 3 alarms", async () => {
    const [ada, bo] = [await knownUser("Ada", 0), await knownUser("Bo", SHARD)];
    await groupOf(ada, bo);
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    await tab.next("presence");
    const cost = await costIn(bo, async () => {
      const page = await openTab(bo);
      await tab.next("presence");
      page.close();
      await page.closed;
      passTime(5_000);
      await runAlarmOf(bo);
      await tab.next("presence");
    });
    await settle(tab);
    expect(cost.written).toBeLessThanOrEqual(6);
  });
});
