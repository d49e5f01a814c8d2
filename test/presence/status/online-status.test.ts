import { abortAllDurableObjects, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startClock } from "../../cost/clock.ts";
import {
  alarmOf,
  eventsDuring,
  evictShardOf,
  groupOf,
  HOUR,
  knownUser,
  openTab,
  passTime,
  runAlarmOf,
  settle,
  shardFor,
  type Tab,
} from "../shard.ts";
import { PeerShards } from "../../../src/presence/peer-shards.ts";
import { Presence } from "../../../src/presence/presence.ts";
import type { User } from "../../../src/protocol/model.ts";
import { interceptCalls, lost } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { shardStub } from "../../support/objects.ts";
import { eventually } from "../../support/eventually.ts";

// The subscriber and the user are in different shards, so that each has its own alarm and evictions.
const SUBSCRIBER_SHARD = 0;
const USER_SHARD = 1;

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

async function statusOf(user: User, threadId: string) {
  return (await shardFor(user).statuses([user.id], [threadId]))[0];
}

/** Two users who share a group. The tab of the first subscribes to the second. */
async function subscribedPair() {
  const [ada, bo] = [await knownUser("Ada", SUBSCRIBER_SHARD), await knownUser("Bo", USER_SHARD)];
  const thread = await groupOf(ada, bo);
  const tab = await openTab(ada);
  tab.send({ type: "watch", userIds: [bo.id] });
  expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "offline" });
  return { ada, bo, thread, tab };
}

/** Subscribes a tab to a user, and expects it to receive this status. */
async function expectStatus(tab: Tab, user: User, status: "online" | "offline"): Promise<void> {
  tab.send({ type: "watch", userIds: [user.id] });
  expect(await tab.next("presence")).toMatchObject({ userId: user.id, status });
}

async function close(tab: Tab): Promise<void> {
  tab.close();
  await tab.closed;
}

describe("in the answer to a request for statuses", () => {
  it("a user is online while a tab is open, and 5 s longer", async () => {
    const ada = await knownUser();
    const { id } = await groupOf(ada);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "offline" });
    const tabs = [await openTab(ada), await openTab(ada)];
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "online" });
    for (const tab of tabs) {
      expect(await statusOf(ada, id)).toMatchObject({ status: "online" });
      await close(tab);
    }
    const closedAt = Date.now();
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "online" });
    await evictShardOf(ada);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "online" });
    passTime(5_001);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "offline", lastSeenAt: closedAt });
    await evictShardOf(ada);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "offline", lastSeenAt: closedAt });
  });

  it("a user whose tabs were all silent for more than 90 s is offline", async () => {
    const ada = await knownUser();
    const { id } = await groupOf(ada);
    const tab = await openTab(ada);
    passTime(89_000);
    expect(await statusOf(ada, id)).toMatchObject({ status: "online" });
    passTime(2_000);
    expect(await statusOf(ada, id)).toMatchObject({ status: "offline" });
    await close(tab);
  });

  it("users in none of the threads are left out, except the viewer", async () => {
    const [ada, bo, cy] = [await knownUser("Ada", 2), await knownUser("Bo", 2), await knownUser("Cy", 2)];
    const { id } = await groupOf(bo);
    const statuses = await shardFor(ada).statuses([cy.id, bo.id, ada.id], [id], ada.id);
    expect(statuses.map(({ userId }) => userId)).toEqual([bo.id, ada.id]);
  });
});

describe("for subscribers", () => {
  it("a user is online at once, and offline 5 s after the last tab closed", async () => {
    const { bo, tab } = await subscribedPair();
    const tabs = [await openTab(bo), await openTab(bo)];
    expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
    const events = await eventsDuring(tab, async () => {
      for (const one of tabs) await close(one);
      await runAlarmOf(bo);
    });
    expect(events).toEqual([]);
    const closedAt = Date.now();
    expect(await alarmOf(bo)).toBe(closedAt + 5_000);
    passTime(5_000);
    await runAlarmOf(bo);
    expect(await tab.next()).toEqual({
      type: "presence",
      userId: bo.id,
      status: "offline",
      lastSeenAt: closedAt,
    });
    expect(await alarmOf(bo)).toBeNull();
  });

  it("reloading a page changes nothing, whatever is evicted meanwhile", async () => {
    const { ada, bo, tab } = await subscribedPair();
    let page = await openTab(bo);
    await tab.next("presence");
    const events = await eventsDuring(tab, async () => {
      for (let i = 0; i < 3; i++) {
        await close(page);
        await evictShardOf(bo);
        passTime(2_000);
        page = await openTab(bo);
        await evictShardOf(ada);
        await evictShardOf(bo);
        passTime(4_000);
        await runAlarmOf(bo);
        await evictShardOf(bo);
      }
    });
    expect(events).toEqual([]);
    await close(page);
    await evictShardOf(bo);
    passTime(5_000);
    await evictShardOf(ada);
    await runAlarmOf(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "offline" });
  });

  it("a user with a new tab stays online when the old one closes late", async () => {
    const { bo, tab } = await subscribedPair();
    const old = await openTab(bo);
    await tab.next("presence");
    const fresh = await openTab(bo);
    const events = await eventsDuring(tab, async () => {
      await close(old);
      passTime(5_000);
      await runAlarmOf(bo);
    });
    expect(events).toEqual([]);
    await settle(fresh);
  });

  it("a user who reconnects while offline is being published is online in the end", async () => {
    const { bo, tab } = await subscribedPair();
    let page = await openTab(bo);
    for (let i = 0; i < 5; i++) {
      await close(page);
      passTime(5_000);
      const alarm = runAlarmOf(bo);
      page = await openTab(bo);
      await alarm;
      await settle(tab);
      await eventually(() =>
        expect(tab.events.findLast((event) => event.type === "presence")).toMatchObject({ status: "online" }),
      );
    }
  });

  it("a user who vanished without closing is offline within two minutes", async () => {
    const { bo, tab } = await subscribedPair();
    const old = await openTab(bo);
    await tab.next("presence");
    const openedAt = Date.now();
    const isPublished = () =>
      tab.events.some((event) => event.type === "presence" && event.lastSeenAt !== undefined);
    let rounds = 0;
    for (; !isPublished(); rounds++) {
      const alarm = await alarmOf(bo);
      if (alarm === null) throw new Error("no alarm is set to notice it");
      passTime(alarm - Date.now());
      await runAlarmOf(bo);
      await settle(tab);
    }
    expect(Date.now() - openedAt).toBeLessThanOrEqual(120_000);
    expect(rounds).toBeLessThanOrEqual(2);
    expect(tab.events.findLast((event) => event.type === "presence")).toEqual({
      type: "presence",
      userId: bo.id,
      status: "offline",
      lastSeenAt: openedAt,
    });
    expect(await old.next("closing")).toMatchObject({ code: 4100 });
    expect(await alarmOf(bo)).toBeNull();
  });

  it.each([
    ["whose online status was never published", false],
    ["who is online for another subscriber", true],
  ])(
    "a user who counted as offline after long silence, %s, is online again after a ping",
    async (_, isSubscribed) => {
      const [ada, bo] = [await knownUser("Ada", SUBSCRIBER_SHARD), await knownUser("Bo", USER_SHARD)];
      const cy = await knownUser("Cy", SUBSCRIBER_SHARD);
      await groupOf(ada, bo, cy);
      // The runtime stamps pings by its own clock, which cannot be set: so the tab is opened in the past.
      vi.setSystemTime(vi.getRealSystemTime() - 100_000);
      const page = await openTab(bo);
      passTime(50_000);
      if (isSubscribed) await expectStatus(await openTab(cy), bo, "online");
      passTime(50_000);
      const tab = await openTab(ada);
      await expectStatus(tab, bo, "offline");
      page.send("ping");
      await page.pong();
      await runAlarmOf(bo);
      expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
    },
  );

  it("a user whose online status could not be published is published by the next alarm", async () => {
    const { bo, tab } = await subscribedPair();
    expectLogged(/a call to an object failed Error: expected: lost/);
    const outage = interceptCalls("PRESENCE", "statusChanged", lost);
    const page = await openTab(bo);
    await settle(page);
    expect(outage.made).not.toEqual([]);
    outage.stop();
    await runAlarmOf(bo);
    expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
  });

  it("a user whose online status could not be published is published when they reload the page", async () => {
    const { bo, tab } = await subscribedPair();
    expectLogged(/a call to an object failed Error: expected: lost/);
    const outage = interceptCalls("PRESENCE", "statusChanged", lost);
    const page = await openTab(bo);
    await settle(page);
    outage.stop();
    await close(page);
    passTime(1_000);
    await openTab(bo);
    expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
  });

  it("a user whose offline status could not be published for minutes was last seen when they disconnected", async () => {
    const { bo, tab } = await subscribedPair();
    passTime(HOUR / 2);
    const page = await openTab(bo);
    await tab.next("presence");
    await close(page);
    await settle(tab);
    const closedAt = Date.now();
    expectLogged(/a call to an object failed Error: expected: lost/);
    const outage = interceptCalls("PRESENCE", "statusChanged", lost);
    const nextRound = async () => {
      const alarm = await alarmOf(bo);
      if (alarm === null) throw new Error("it would never be published");
      passTime(alarm - Date.now());
      await runAlarmOf(bo);
    };
    for (let round = 0; round < 4; round++) await nextRound();
    expect(Date.now() - closedAt).toBeGreaterThan(120_000);
    outage.stop();
    await nextRound();
    expect(await tab.next("presence")).toMatchObject({ status: "offline", lastSeenAt: closedAt });
  });

  it("a user whose old tab was lost is online at once with a new one", async () => {
    const [ada, bo] = [await knownUser("Ada", SUBSCRIBER_SHARD), await knownUser("Bo", USER_SHARD)];
    await groupOf(ada, bo);
    await openTab(bo);
    passTime(100_000);
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    expect(await tab.next("presence")).toMatchObject({ status: "offline" });
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });
  });

  it("a user who did not reconnect after a crash is offline by the next alarm, and one who did is not", async () => {
    const { ada, bo, thread, tab } = await subscribedPair();
    const cy = await knownUser("Cy", USER_SHARD);
    await thread.join(cy);
    tab.send({ type: "watch", userIds: [bo.id, cy.id] });
    await openTab(bo);
    await openTab(cy);
    await tab.next("presence", (event) => event.userId === cy.id && event.status === "online");
    await settle(tab);

    await abortAllDurableObjects();
    const again = await openTab(ada);
    again.send({ type: "watch", userIds: [bo.id, cy.id] });
    await openTab(cy);
    await settle(again);
    expect(await alarmOf(bo)).toBeLessThanOrEqual(Date.now() + 60_000);
    await runAlarmOf(bo);
    passTime(5_000);
    await runAlarmOf(bo);
    expect(
      await again.next("presence", (event) => event.userId === bo.id && event.lastSeenAt !== undefined),
    ).toMatchObject({ status: "offline" });
    const last = again.events.findLast((event) => event.type === "presence" && event.userId === cy.id);
    expect(last).toMatchObject({ status: "online" });
  });

  it("changes are sent also after the user's shard was evicted", async () => {
    const { bo, tab } = await subscribedPair();
    await evictShardOf(bo);
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });
  });
});

describe("after a crash", () => {
  /** Crashes all objects, which closes all sockets. Ada opens a tab and subscribes again. */
  async function crash(ada: User, bo: User): Promise<Tab> {
    await abortAllDurableObjects();
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    return tab;
  }

  it("a user who reconnects is published online, also where offline was published before the crash", async () => {
    const { ada, bo, tab } = await subscribedPair();
    const page = await openTab(bo);
    await tab.next("presence");
    await close(page);
    passTime(5_001);
    await runAlarmOf(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "offline" });
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });

    const again = await crash(ada, bo);
    expect(await again.next("presence")).toMatchObject({ status: "offline" });
    await openTab(bo);
    expect(await again.next("presence")).toMatchObject({ status: "online" });
  });

  it("a user who is published as offline is so in a request for statuses too", async () => {
    const { ada, bo, thread, tab } = await subscribedPair();
    await openTab(bo);
    await tab.next("presence");
    const again = await crash(ada, bo);
    await again.next("presence");
    passTime(60_000);
    await runAlarmOf(bo);
    expect(await again.next("presence", ({ status }) => status === "offline")).toHaveProperty("lastSeenAt");
    expect(await statusOf(bo, thread.id)).toMatchObject({ status: "offline" });
  });
});

describe("the alarm", () => {
  it("runs on time for a user who is due while another is being published", async () => {
    const { bo, thread, tab } = await subscribedPair();
    const cy = await knownUser("Cy", USER_SHARD);
    await thread.join(cy);
    tab.send({ type: "watch", userIds: [bo.id, cy.id] });
    const [pageOfBo, pageOfCy] = [await openTab(bo), await openTab(cy)];
    await tab.next("presence", ({ userId, status }) => userId === cy.id && status === "online");
    await close(pageOfBo);
    passTime(10);
    await close(pageOfCy);
    const dueAt = Date.now() + 5_000;
    passTime(4_995);
    interceptCalls("PRESENCE", "statusChanged", async ({ send }) => {
      await send();
      passTime(10);
    });
    await runAlarmOf(bo);
    expect(await tab.next("presence", ({ status }) => status === "offline")).toMatchObject({ userId: bo.id });
    expect(await alarmOf(cy)).toBe(dueAt);
  });

  it("runs once a minute while a connected user has a subscriber, and not otherwise", async () => {
    const { bo, tab } = await subscribedPair();
    expect(await alarmOf(bo)).toBeNull();
    const page = await openTab(bo, Date.now() + HOUR);
    await tab.next("presence");
    expect(await alarmOf(bo)).toBe(Date.now() + 60_000);
    passTime(40_000);
    await runAlarmOf(bo);
    expect(await alarmOf(bo)).toBe(Date.now() + 60_000);
    tab.send({ type: "watch", userIds: [] });
    await settle(tab);
    await eventually(async () => expect(await alarmOf(bo)).not.toBeNull());
    await runAlarmOf(bo);
    expect(await alarmOf(bo)).toBeGreaterThan(Date.now() + 60_000);
    await close(page);
  });
});

it("publishes any number of changes at once, though one call cannot carry them all", async () => {
  const ada = await knownUser("Ada", SUBSCRIBER_SHARD);
  const threadIds = Array.from({ length: 5_400 }, (_, i) => String(i).padStart(64, "0"));
  const changes = Array.from({ length: 100 }, (_, i) => ({
    presence: { userId: `gone-${i}`, status: "offline" as const },
    // Separate arrays: the same one would be serialized once.
    threadIds: [...threadIds],
    watcherIds: [ada.id],
  }));
  const peers = new PeerShards(
    env,
    env.PRESENCE.newUniqueId(),
    {} as ConstructorParameters<typeof PeerShards>[2],
  );
  await expect(peers.publish(SUBSCRIBER_SHARD, changes)).resolves.toBeUndefined();
});

it("starts a shard and runs its alarm where the settings are invalid", async () => {
  expectLogged(/LilypadError: This server is not configured: PRESENCE_SHARDS is not a whole number/);
  const bo = await knownUser("Bo", USER_SHARD);
  await runInDurableObject(shardStub(bo.id), async (_shard, ctx) => {
    const wrong = { ...env, PRESENCE_SHARDS: "eight" } as unknown as Env;
    await expect(new Presence(ctx, wrong).alarm()).resolves.toBeUndefined();
  });
});
