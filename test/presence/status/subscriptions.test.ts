import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startClock } from "../../cost/clock.ts";
import { jsonCodec } from "../../../src/sockets/codec.ts";
import { presenceStub } from "../../../src/rpc/shards.ts";
import { Subscriptions } from "../../../src/presence/status/subscriptions.ts";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { User, UserPresence } from "../../../src/protocol/model.ts";
import { answerHeldAt, heldAt, interceptCalls } from "../../support/calls.ts";
import { gate } from "../../support/gate.ts";
import {
  evictShardOf,
  groupOf,
  knownUser,
  openTab,
  SHARDS,
  passTime,
  runAlarmOf,
  costIn,
  rowsOf,
  settle,
  FakeThread,
  type Tab,
} from "../shard.ts";
import { eventually } from "../../support/eventually.ts";

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

function watch(tab: Tab, ...users: User[]): void {
  tab.send({ type: "watch", userIds: users.map(({ id }) => id) });
}

/** The statuses of a user that the tab received, in order. */
function receivedStatuses(tab: Tab, user: User): string[] {
  return tab.events.flatMap((event) =>
    event.type === "presence" && event.userId === user.id ? [event.status] : [],
  );
}

/** Waits for all calls between shards. Only for tests that nothing is sent, where there is no event to await. */
async function settleShards(...tabs: Tab[]): Promise<void> {
  for (let shard = 0; shard < SHARDS; shard++) await presenceStub(env, shard).profiles([]);
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  for (const tab of tabs) await settle(tab);
}

async function goOffline(user: User, tab: Tab): Promise<void> {
  tab.close();
  await tab.closed;
  passTime(5_000);
  await runAlarmOf(user);
}

describe.each([
  ["in the same shard", 3, 3],
  ["in another shard", 3, 4],
])("a subscription to a user %s", (_, here, there) => {
  it("is sent the present status at once, and every change", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    await groupOf(ada, bo);
    const page = await openTab(bo);
    const tab = await openTab(ada);
    watch(tab, bo);
    expect(await tab.next("presence")).toEqual({ type: "presence", userId: bo.id, status: "online" });
    await goOffline(bo, page);
    expect(await tab.next("presence")).toMatchObject({ status: "offline", lastSeenAt: expect.any(Number) });
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });
    expect(receivedStatuses(tab, bo)).toEqual(["online", "offline", "online"]);
  });

  it("survives evictions of both shards between any two steps", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    const evictBoth = async () => {
      await evictShardOf(ada);
      await evictShardOf(bo);
    };
    await groupOf(ada, bo);
    await evictBoth();
    const tab = await openTab(ada);
    await evictBoth();
    watch(tab, bo);
    await tab.next("presence");
    await evictBoth();
    const page = await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });
    await evictBoth();
    page.close();
    await page.closed;
    await evictBoth();
    passTime(5_000);
    await runAlarmOf(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "offline" });
    await evictBoth();
    await openTab(bo);
    expect(await tab.next("presence")).toMatchObject({ status: "online" });
  });

  it("is sent nothing of a user with no direct or group thread in common", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    await new FakeThread("public").join(ada, bo);
    const tab = await openTab(ada);
    watch(tab, bo);
    await settleShards(tab);
    const page = await openTab(bo);
    await settleShards(tab);
    await goOffline(bo, page);
    await settleShards(tab);
    expect(receivedStatuses(tab, bo)).toEqual([]);
  });

  it("takes effect when the user joins a thread of the subscriber's", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    const thread = await groupOf(ada);
    await openTab(bo);
    const tab = await openTab(ada);
    watch(tab, bo);
    await settleShards(tab);
    expect(receivedStatuses(tab, bo)).toEqual([]);
    await thread.join(bo);
    await tab.next("presence");
    await settleShards(tab);
    expect(receivedStatuses(tab, bo)).toEqual(["online"]);
  });

  it("takes effect when the subscriber joins a thread of the user's", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    const thread = await groupOf(bo);
    const page = await openTab(bo);
    const tab = await openTab(ada);
    watch(tab, bo);
    await settleShards(tab);
    await thread.join(ada);
    await tab.next("presence");
    await settleShards(tab);
    expect(receivedStatuses(tab, bo)).toEqual(["online"]);
    await goOffline(bo, page);
    expect(await tab.next("presence", (event) => event.status === "offline")).toMatchObject({
      userId: bo.id,
    });
  });

  it("is sent the status once for a new thread in common, whichever shard is notified first", async () => {
    for (const order of ["both", "watcher", "watched"]) {
      const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
      await openTab(bo);
      const tab = await openTab(ada);
      watch(tab, bo);
      await settleShards(tab);
      const thread = new FakeThread("direct", null);
      if (order === "both") await thread.join(ada, bo);
      else for (const user of order === "watcher" ? [ada, bo] : [bo, ada]) await thread.join(user);
      await tab.next("presence");
      await settleShards(tab);
      expect([order, ...receivedStatuses(tab, bo)]).toEqual([order, "online"]);
    }
  });

  it("takes effect for a tab that was opened while one of the two had left the thread", async () => {
    for (const leaving of ["watcher", "watched"]) {
      const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
      const [who, other] = leaving === "watcher" ? [ada, bo] : [bo, ada];
      const thread = await groupOf(other);
      await openTab(bo);
      const tab = await openTab(ada);
      watch(tab, bo);
      await settleShards(tab);
      await thread.join(who);
      await tab.next("presence");
      await thread.leave(who);
      const fresh = await openTab(ada);
      watch(fresh, bo);
      await settleShards(fresh);
      await thread.join(who);
      await fresh.next("presence");
      await settleShards(tab);
      expect([leaving, receivedStatuses(tab, bo), receivedStatuses(fresh, bo)]).toEqual([
        leaving,
        ["online"],
        ["online"],
      ]);
    }
  });

  it("is sent nothing again when a second thread in common is made", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    await groupOf(ada, bo);
    await openTab(bo);
    const tab = await openTab(ada);
    watch(tab, bo);
    await tab.next("presence");
    const second = await groupOf(ada);
    await second.join(bo);
    await groupOf(ada, bo);
    await settleShards(tab);
    expect(receivedStatuses(tab, bo)).toEqual(["online"]);
  });

  it("is sent nothing more when no thread is in common any more", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    const thread = await groupOf(ada, bo);
    const tab = await openTab(ada);
    watch(tab, bo);
    await tab.next("presence");
    await thread.leave(bo);
    await openTab(bo);
    await settleShards(tab);
    expect(receivedStatuses(tab, bo)).toEqual(["offline"]);
  });

  it("belongs to one tab", async () => {
    const [ada, bo, cy] = [
      await knownUser("Ada", here),
      await knownUser("Bo", there),
      await knownUser("Cy", there),
    ];
    await groupOf(ada, bo, cy);
    const [one, two] = [await openTab(ada), await openTab(ada)];
    watch(one, bo);
    watch(two, cy);
    await one.next("presence");
    await two.next("presence");
    await openTab(bo);
    await openTab(cy);
    await one.next("presence", (event) => event.userId === bo.id && event.status === "online");
    await two.next("presence", (event) => event.userId === cy.id && event.status === "online");
    expect([receivedStatuses(one, cy), receivedStatuses(two, bo)]).toEqual([[], []]);
    watch(one, cy);
    expect(await one.next("presence")).toMatchObject({ userId: cy.id, status: "online" });
  });

  it("ends 5 s after the tab closed, and survives a reload", async () => {
    const [ada, bo] = [await knownUser("Ada", here), await knownUser("Bo", there)];
    await groupOf(ada, bo);
    const watchers = async () => (await rowsOf(bo, "watchers")).length;
    let tab = await openTab(ada);
    watch(tab, bo);
    await tab.next("presence");
    expect(await watchers()).toBe(1);
    tab.close();
    await tab.closed;
    tab = await openTab(ada);
    const reloaded = tab;
    const cost = await costIn(bo, async () => {
      watch(reloaded, bo);
      await reloaded.next("presence");
    });
    // In the subscriber's own shard the old tab's row is removed and the new one's added.
    expect(cost.written).toBe(here === there ? 2 : 0);
    tab.close();
    await tab.closed;
    expect(await watchers()).toBe(1);
    passTime(5_000);
    await runAlarmOf(ada);
    expect(await watchers()).toBe(0);
  });
});

it("a list that arrives after a newer one changes nothing", async () => {
  const bo = await knownUser("Bo", 6);
  const shard = presenceStub(env, 6 % SHARDS);
  const list = { watcherId: "w", userIds: [bo.id], threadIds: [] };
  await shard.watch({ ...list, version: 2 });
  await shard.watch({ ...list, userIds: [], version: 1 });
  const { written } = await costIn(bo, () => shard.watch({ ...list, version: 3 }));
  expect(written).toBe(0);
});

it("a shard that publishes to a subscriber without tabs is sent the current list, and removes the subscriber", async () => {
  const [ada, bo] = [await knownUser("Ada", 1), await knownUser("Bo", 2)];
  await groupOf(ada, bo);
  const shard = presenceStub(env, 2 % SHARDS);
  await shard.watch({ watcherId: ada.id, userIds: [bo.id], threadIds: [], version: 1 });
  await openTab(bo);
  await eventually(async () => expect(await rowsOf(bo, "watchers")).toEqual([]));
});

it("a subscription to 500 users in all shards is answered with all their statuses", async () => {
  const ada = await knownUser();
  const others = await Promise.all(Array.from({ length: 500 }, () => knownUser("Bo")));
  await groupOf(ada, ...others);
  const tab = await openTab(ada);
  watch(tab, ...others);
  const seen = new Set<string>();
  while (seen.size < 500) seen.add((await tab.next("presence")).userId);
  const events: PresenceEvent[] = tab.events.filter((event) => event.type === "presence");
  expect(events).toHaveLength(500);
});

it("a change that overtakes the answer to a request is not undone by it", async () => {
  const sent: string[] = [];
  const tab = {} as WebSocket;
  const answer = Promise.withResolvers<UserPresence[]>();
  const all = new Set(["bo"]);
  const subscriptions = new Subscriptions(env, {
    connections: {
      of: () => ({ gone: false }),
      encode: jsonCodec.encode,
      sendFrameInSession: (_: WebSocket, frame: string) => sent.push(frame),
    },
    tabSubscriptions: {
      of: () => all,
      union: () => all,
      tabsSubscribedTo: () => [tab],
      replace: () => ({ userId: "ada", before: new Set(), after: all }),
    },
    whoSeesWhom: {
      threadsOf: () => ["t"],
      usersIn: (users: string[]) => new Set(users),
      unblocked: (_: string, presences: UserPresence[]) => presences,
    },
    peers: { call: () => answer.promise },
  } as unknown as ConstructorParameters<typeof Subscriptions>[1]);
  const asked = subscriptions.subscribeSocket(tab, ["bo"]);
  await subscriptions.statusChanged([
    { presence: { userId: "bo", status: "online" }, threadIds: ["t"], watcherIds: ["ada"] },
  ]);
  answer.resolve([{ userId: "bo", status: "offline" }]);
  await asked;
  expect(sent).toEqual([JSON.stringify([{ type: "presence", userId: "bo", status: "online" }])]);
});

describe("the answer to a subscription", () => {
  it("leaves out users whom the subscriber may no longer see when it arrives", async () => {
    const [ada, bo, cy] = [await knownUser("Ada", 3), await knownUser("Bo", 4), await knownUser("Cy", 4)];
    const thread = await groupOf(ada, bo);
    await groupOf(ada, cy);
    const tab = await openTab(ada);
    const asked = gate();
    interceptCalls("PRESENCE", "watch", heldAt(asked));
    watch(tab, bo, cy);
    await asked.reached();
    await thread.leave(ada);
    await openTab(bo);
    asked.open();
    expect(await tab.next("presence")).toMatchObject({ userId: cy.id, status: "offline" });
    expect(tab.events.filter((event) => event.type === "presence")).toHaveLength(1);
  });

  it("is not sent because of a thread that the subscriber has left again", async () => {
    const [ada, bo] = [await knownUser("Ada", 3), await knownUser("Bo", 4)];
    const tab = await openTab(ada);
    await openTab(bo);
    watch(tab, bo);
    await settleShards(tab);
    const asked = gate();
    interceptCalls("PRESENCE", "newlyVisible", answerHeldAt(asked));
    const thread = new FakeThread();
    await thread.join(bo);
    await thread.join(ada);
    await asked.reached();
    await thread.leave(ada);
    asked.open();
    await settleShards(tab);
    expect(receivedStatuses(tab, bo)).toEqual([]);
  });

  /** Holds the answers of shards to subscriptions. */
  function holdAnswers() {
    const answers = gate();
    interceptCalls("PRESENCE", "watch", answerHeldAt(answers));
    return answers;
  }

  it("is not dropped for a change that only other subscribers were sent meanwhile", async () => {
    const [ada, bo, cy] = [await knownUser("Ada", 3), await knownUser("Bo", 4), await knownUser("Cy", 3)];
    await groupOf(ada, bo, cy);
    const [tab, other] = [await openTab(ada), await openTab(cy)];
    watch(other, bo);
    await other.next("presence");
    // Bo's new status is in flight, to those who had subscribed when it was published, while Ada subscribes.
    const changesHeld = gate();
    interceptCalls("PRESENCE", "statusChanged", heldAt(changesHeld));
    await openTab(bo);
    await changesHeld.reached();
    const answers = holdAnswers();
    watch(tab, bo);
    await answers.reached();
    changesHeld.open();
    expect(await other.next("presence")).toMatchObject({ status: "online" });
    answers.open();
    expect(await tab.next("presence")).toMatchObject({ userId: bo.id, status: "online" });
  });

  it("is not dropped for a notification of another thread in common that sends nothing", async () => {
    const [ada, bo] = [await knownUser("Ada", 3), await knownUser("Bo", 4)];
    await groupOf(ada, bo);
    await openTab(bo);
    const [one, two] = [await openTab(ada), await openTab(ada)];
    watch(one, bo);
    await one.next("presence");
    const answers = holdAnswers();
    watch(two, bo);
    await answers.reached();
    await groupOf(ada, bo);
    await settleShards(one);
    answers.open();
    expect(await two.next("presence")).toMatchObject({ userId: bo.id, status: "online" });
  });

  it("is sent to every tab, however many reconnect at once", async () => {
    const [ada, bo] = [await knownUser("Ada", 3), await knownUser("Bo", 4)];
    await groupOf(ada, bo);
    const tabs = await Promise.all(Array.from({ length: 32 }, () => openTab(ada)));
    for (const tab of tabs) watch(tab, bo);
    for (const tab of tabs) expect(await tab.next("presence")).toMatchObject({ userId: bo.id });
  });
});
