import { abortAllDurableObjects, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  alarmOf,
  eventsDuring,
  evict,
  group,
  HOUR,
  known,
  openTab,
  passTime,
  runAlarm,
  settled,
  shardFor,
  type Tab,
} from "../shard.ts";
import { StatusPublisher } from "../../../src/presence/status/status-publisher.ts";
import { PeerShards } from "../../../src/presence/peer-shards.ts";
import { Presence } from "../../../src/presence/presence.ts";
import type { User } from "../../../src/protocol/model.ts";
import { expectLogged } from "../../support/console.ts";
import { shardStub } from "../../support/objects.ts";
import { eventually } from "../../support/patience.ts";

// Two shards, so that each has alarms and evictions of its own.
const WATCHER = 0;
const WATCHED = 1;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await reset();
});

async function statusOf(user: User, threadId: string) {
  return (await shardFor(user).statuses([user.id], [threadId]))[0];
}

/** Two who share a group; the first one's tab watches the second. */
async function watching() {
  const [ada, bo] = [await known("Ada", WATCHER), await known("Bo", WATCHED)];
  const thread = await group(ada, bo);
  const tab = await openTab(ada);
  tab.send({ type: "watch", userIds: [bo.id] });
  expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "offline" });
  return { ada, bo, thread, tab };
}

/** The tab subscribes to a user, and receives this. */
async function seen(tab: Tab, user: User, status: "online" | "offline"): Promise<void> {
  tab.send({ type: "watch", userIds: [user.id] });
  expect(await tab.next("presence")).toMatchObject({ userId: user.id, status });
}

async function close(tab: Tab): Promise<void> {
  tab.close();
  await tab.closed;
}

describe("to a request for statuses", () => {
  it("a user is online while a tab is open, and 5 s longer", async () => {
    const ada = await known();
    const { id } = await group(ada);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "offline" });
    const tabs = [await openTab(ada), await openTab(ada)];
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "online" });
    for (const tab of tabs) {
      expect(await statusOf(ada, id)).toMatchObject({ status: "online" });
      await close(tab);
    }
    const closedAt = Date.now();
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "online" });
    await evict(ada);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "online" });
    passTime(5_001);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "offline", lastSeenAt: closedAt });
    await evict(ada);
    expect(await statusOf(ada, id)).toEqual({ userId: ada.id, status: "offline", lastSeenAt: closedAt });
  });

  it("a user whose tabs were all silent for more than 90 s is offline", async () => {
    const ada = await known();
    const { id } = await group(ada);
    const tab = await openTab(ada);
    passTime(89_000);
    expect(await statusOf(ada, id)).toMatchObject({ status: "online" });
    passTime(2_000);
    expect(await statusOf(ada, id)).toMatchObject({ status: "offline" });
    await close(tab);
  });

  it("users in none of the threads are left out, except the viewer", async () => {
    const [ada, bo, cy] = [await known("Ada", 2), await known("Bo", 2), await known("Cy", 2)];
    const { id } = await group(bo);
    const statuses = await shardFor(ada).statuses([cy.id, bo.id, ada.id], [id], ada.id);
    expect(statuses.map(({ userId }) => userId)).toEqual([bo.id, ada.id]);
  });
});

describe("to subscribers", () => {
  it("a user is online at once, and offline 5 s after the last tab closed", async () => {
    const { bo, tab } = await watching();
    const tabs = [await openTab(bo), await openTab(bo)];
    expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
    const events = await eventsDuring(tab, async () => {
      for (const one of tabs) await close(one);
      await runAlarm(bo);
    });
    expect(events).toEqual([]);
    const closedAt = Date.now();
    expect(await alarmOf(bo)).toBe(closedAt + 5_000);
    passTime(5_000);
    await runAlarm(bo);
    expect(await tab.next()).toEqual({
      type: "presence",
      userId: bo.id,
      status: "offline",
      lastSeenAt: closedAt,
    });
    expect(await alarmOf(bo)).toBeNull();
  });

  it("a reloaded page is no change, whatever memory is lost", async () => {
    const { ada, bo, tab } = await watching();
    let page = await openTab(bo);
    await tab.next("presence");
    const events = await eventsDuring(tab, async () => {
      for (let i = 0; i < 3; i++) {
        await close(page);
        await evict(bo);
        passTime(2_000);
        page = await openTab(bo);
        await evict(ada);
        await evict(bo);
        passTime(4_000);
        await runAlarm(bo);
        await evict(bo);
      }
    });
    expect(events).toEqual([]);
    await close(page);
    await evict(bo);
    passTime(5_000);
    await evict(ada);
    await runAlarm(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "offline" });
  });

  it("a user with a new tab stays online when the old one closes late", async () => {
    const { bo, tab } = await watching();
    const old = await openTab(bo);
    await tab.next("presence");
    const fresh = await openTab(bo);
    const events = await eventsDuring(tab, async () => {
      await close(old);
      passTime(5_000);
      await runAlarm(bo);
    });
    expect(events).toEqual([]);
    await settled(fresh);
  });

  it("a user who comes back while offline is being published is online in the end", async () => {
    const { bo, tab } = await watching();
    let page = await openTab(bo);
    for (let i = 0; i < 5; i++) {
      await close(page);
      passTime(5_000);
      const ringing = runAlarm(bo);
      page = await openTab(bo);
      await ringing;
      await settled(tab);
      await eventually(() =>
        expect(tab.events.findLast((event) => event.type === "presence")).toMatchObject({ status: "online" }),
      );
    }
  });

  it("a user who vanished without closing is offline within two minutes", async () => {
    const { bo, tab } = await watching();
    const lost = await openTab(bo);
    await tab.next("presence");
    const heardAt = Date.now();
    const isTold = () =>
      tab.events.some((event) => event.type === "presence" && event.lastSeenAt !== undefined);
    let rounds = 0;
    for (; !isTold(); rounds++) {
      const alarm = await alarmOf(bo);
      if (alarm === null) throw new Error("nothing would ever find it");
      passTime(alarm - Date.now());
      await runAlarm(bo);
      await settled(tab);
    }
    expect(Date.now() - heardAt).toBeLessThanOrEqual(120_000);
    expect(rounds).toBeLessThanOrEqual(2);
    expect(tab.events.findLast((event) => event.type === "presence")).toEqual({
      type: "presence",
      userId: bo.id,
      status: "offline",
      lastSeenAt: heardAt,
    });
    expect(await lost.next("closing")).toMatchObject({ code: 4100 });
    expect(await alarmOf(bo)).toBeNull();
  });

  it.each([
    ["of whom online was never published", false],
    ["whom another subscriber has as online", true],
  ])(
    "a user who was silent for so long that they counted as offline, %s, is online again once heard",
    async (_, believed) => {
      const [ada, bo] = [await known("Ada", WATCHER), await known("Bo", WATCHED)];
      const cy = await known("Cy", WATCHER);
      await group(ada, bo, cy);
      // Pings are timed by the runtime's own clock, which nothing can set: so the tab was opened in the past.
      passTime(-100_000);
      const page = await openTab(bo);
      passTime(50_000);
      if (believed) await seen(await openTab(cy), bo, "online");
      passTime(50_000);
      const tab = await openTab(ada);
      await seen(tab, bo, "offline");
      page.send("ping");
      await page.pong();
      await runAlarm(bo);
      expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
    },
  );

  it("a user of whom online could not be published is published in the next round", async () => {
    const { bo, tab } = await watching();
    const publish = vi
      .spyOn(PeerShards.prototype, "publish")
      .mockRejectedValueOnce(new Error("expected: overloaded"));
    const page = await openTab(bo);
    await settled(page);
    expect(publish).toHaveBeenCalled();
    await runAlarm(bo);
    expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
  });

  it("a user of whom online could not be published is published when their page is loaded again", async () => {
    const { bo, tab } = await watching();
    vi.spyOn(PeerShards.prototype, "publish").mockRejectedValueOnce(new Error("expected: overloaded"));
    const page = await openTab(bo);
    await settled(page);
    await close(page);
    passTime(1_000);
    await openTab(bo);
    expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
  });

  it("a user of whom offline could not be published for minutes was last seen when they left", async () => {
    const { bo, tab } = await watching();
    passTime(HOUR / 2);
    const page = await openTab(bo);
    await tab.next("presence");
    await close(page);
    await settled(tab);
    const closedAt = Date.now();
    const publish = vi
      .spyOn(PeerShards.prototype, "publish")
      .mockRejectedValue(new Error("expected: overloaded"));
    const nextRound = async () => {
      const alarm = await alarmOf(bo);
      if (alarm === null) throw new Error("it would never be published");
      passTime(alarm - Date.now());
      await runAlarm(bo);
    };
    for (let round = 0; round < 4; round++) await nextRound();
    expect(Date.now() - closedAt).toBeGreaterThan(120_000);
    publish.mockRestore();
    await nextRound();
    expect(await tab.next("presence")).toMatchObject({ status: "offline", lastSeenAt: closedAt });
  });

  it("a user whose old tab was lost is online at once with a new one", async () => {
    const [ada, bo] = [await known("Ada", WATCHER), await known("Bo", WATCHED)];
    await group(ada, bo);
    await openTab(bo);
    passTime(100_000);
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    expect(await tab.next("presence")).toMatchObject({ status: "offline" });
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });
  });

  it("a user who was lost in a crash is offline in the next round, and one who came back is not", async () => {
    const { ada, bo, thread, tab } = await watching();
    const cy = await known("Cy", WATCHED);
    await thread.join(cy);
    tab.send({ type: "watch", userIds: [bo.id, cy.id] });
    await openTab(bo);
    await openTab(cy);
    await tab.next("presence", (event) => event.userId === cy.id && event.status === "online");
    await settled(tab);

    await abortAllDurableObjects();
    const again = await openTab(ada);
    again.send({ type: "watch", userIds: [bo.id, cy.id] });
    await openTab(cy);
    await settled(again);
    expect(await alarmOf(bo)).toBeLessThanOrEqual(Date.now() + 60_000);
    await runAlarm(bo);
    passTime(5_000);
    await runAlarm(bo);
    expect(
      await again.next("presence", (event) => event.userId === bo.id && event.lastSeenAt !== undefined),
    ).toMatchObject({ status: "offline" });
    const last = again.events.findLast((event) => event.type === "presence" && event.userId === cy.id);
    expect(last).toMatchObject({ status: "online" });
  });

  it("changes are sent also after the user's shard has lost its memory", async () => {
    const { bo, tab } = await watching();
    await evict(bo);
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });
  });
});

describe("after a crash", () => {
  /** The objects lose their memory and their sockets; Ada watches again. */
  async function crash(ada: User, bo: User): Promise<Tab> {
    await abortAllDurableObjects();
    const tab = await openTab(ada);
    tab.send({ type: "watch", userIds: [bo.id] });
    return tab;
  }

  it("a user who comes back is published online, also where offline was published before the crash", async () => {
    const { ada, bo, tab } = await watching();
    const page = await openTab(bo);
    await tab.next("presence");
    await close(page);
    passTime(5_001);
    await runAlarm(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "offline" });
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });

    const again = await crash(ada, bo);
    expect(await again.next("presence")).toMatchObject({ status: "offline" });
    await openTab(bo);
    expect(await again.next("presence")).toMatchObject({ status: "online" });
  });

  it("a user who is published as offline is offline in a request for statuses too", async () => {
    const { ada, bo, thread, tab } = await watching();
    await openTab(bo);
    await tab.next("presence");
    const again = await crash(ada, bo);
    await again.next("presence");
    passTime(60_000);
    await runAlarm(bo);
    expect(await again.next("presence", ({ status }) => status === "offline")).toHaveProperty("lastSeenAt");
    expect(await statusOf(bo, thread.id)).toMatchObject({ status: "offline" });
  });
});

describe("the alarm", () => {
  it("comes on time for a user who became due while another was being published", async () => {
    const { bo, thread, tab } = await watching();
    const cy = await known("Cy", WATCHED);
    await thread.join(cy);
    tab.send({ type: "watch", userIds: [bo.id, cy.id] });
    const [pageOfBo, pageOfCy] = [await openTab(bo), await openTab(cy)];
    await tab.next("presence", ({ userId, status }) => userId === cy.id && status === "online");
    await close(pageOfBo);
    passTime(10);
    await close(pageOfCy);
    const dueAt = Date.now() + 5_000;
    passTime(4_995);
    const { publishOffline } = StatusPublisher.prototype;
    vi.spyOn(StatusPublisher.prototype, "publishOffline").mockImplementation(async function slow(
      this: StatusPublisher,
      now,
    ) {
      await publishOffline.call(this, now);
      passTime(10);
    });
    await runAlarm(bo);
    vi.restoreAllMocks();
    expect(await tab.next("presence", ({ status }) => status === "offline")).toMatchObject({ userId: bo.id });
    expect(await alarmOf(cy)).toBe(dueAt);
  });

  it("comes once a minute while a connected user has a subscriber, and not otherwise", async () => {
    const { bo, tab } = await watching();
    expect(await alarmOf(bo)).toBeNull();
    const page = await openTab(bo, Date.now() + HOUR);
    await tab.next("presence");
    expect(await alarmOf(bo)).toBe(Date.now() + 60_000);
    passTime(40_000);
    await runAlarm(bo);
    expect(await alarmOf(bo)).toBe(Date.now() + 60_000);
    tab.send({ type: "watch", userIds: [] });
    await settled(tab);
    await eventually(async () => expect(await alarmOf(bo)).not.toBeNull());
    await runAlarm(bo);
    expect(await alarmOf(bo)).toBeGreaterThan(Date.now() + 60_000);
    await close(page);
  });
});

it("any number of changes at once is published, though one call cannot carry them all", async () => {
  const ada = await known("Ada", WATCHER);
  const threadIds = Array.from({ length: 5_400 }, (_, i) => String(i).padStart(64, "0"));
  const changes = Array.from({ length: 100 }, (_, i) => ({
    presence: { userId: `gone-${i}`, status: "offline" as const },
    // Each its own: a list that is the same one would be sent once.
    threadIds: [...threadIds],
    watcherIds: [ada.id],
  }));
  const peers = new PeerShards(
    env,
    env.PRESENCE.newUniqueId(),
    {} as ConstructorParameters<typeof PeerShards>[2],
  );
  await expect(peers.publish(WATCHER, changes)).resolves.toBeUndefined();
});

it("a shard starts, and its alarm runs, where the settings are invalid for a while", async () => {
  expectLogged(/LilypadError: This server is not configured: PRESENCE_SHARDS is not a whole number/);
  const bo = await known("Bo", WATCHED);
  await runInDurableObject(shardStub(bo.id), async (_shard, ctx) => {
    const wrong = { ...env, PRESENCE_SHARDS: "eight" } as unknown as Env;
    await expect(new Presence(ctx, wrong).alarm()).resolves.toBeUndefined();
  });
});
