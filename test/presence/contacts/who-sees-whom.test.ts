/** Who sees whose status, with each CONTACT_POLICY. */
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import type { User } from "../../../src/protocol/model.ts";
import { keepHeartbeatsFresh, startClock } from "../../cost/clock.ts";
import { useSettings } from "../../support/settings.ts";
import {
  evictShardOf,
  FakeThread,
  groupOf,
  HOUR,
  knownUser,
  openTab,
  passTime,
  rowsOf,
  runAlarmOf,
  settle,
  shardFor,
  type Tab,
} from "../shard.ts";

const MINUTE = 60_000;

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

function watch(tab: Tab, ...users: User[]): void {
  tab.send({ type: "watch", userIds: users.map(({ id }) => id) });
}

async function seen(viewer: User, ...others: User[]): Promise<string[]> {
  const ids = others.map(({ id }) => id);
  const statuses = await shardFor(viewer).statusesFor(viewer.id, ids);
  const shown = new Set(statuses.map(({ userId }) => userId));
  return others.filter(({ id }) => shown.has(id)).map(({ name }) => name);
}

function statusesIn(tab: Tab): PresenceEvent[] {
  return tab.events.filter(({ type }) => type === "presence");
}

/** Ada, and others who share with her a group, a large group, a direct thread both wrote in, one they did not, and a public thread. */
async function scene() {
  const [ada, grouped, crowded, friend, asked, visitor] = [
    await knownUser("Ada", 1),
    await knownUser("Grouped", 2),
    await knownUser("Crowded", 3),
    await knownUser("Friend", 1),
    await knownUser("Asked", 2),
    await knownUser("Visitor", 3),
  ];
  const join = async (kind: "direct" | "group" | "public", makesContacts: boolean, other: User) => {
    const thread = new FakeThread(kind, kind === "direct" ? null : "The pond");
    const joined = [ada, other].map(({ id }) => ({ userId: id, readSeq: 0 }));
    const pair = kind === "direct" ? { pair: [ada, other] } : {};
    await thread.notify(thread.change({ joined, makesContacts, ...pair }), ada, other);
    return thread;
  };
  await join("group", true, grouped);
  const crowd = await join("group", false, crowded);
  await join("direct", true, friend);
  const request = await join("direct", false, asked);
  await join("public", false, visitor);
  return { ada, grouped, crowded, friend, asked, visitor, crowd, request };
}

describe.each([
  ["consent", ["Grouped", "Friend"]],
  ["open", ["Grouped", "Crowded", "Friend", "Asked"]],
  ["host", ["Grouped", "Crowded", "Friend", "Asked"]],
] as const)("with the policy %s", (contactPolicy, expected) => {
  it(`one sees ${expected.join(", ")}, asking once and watching, in both directions`, async () => {
    await useSettings({ contactPolicy });
    const { ada, grouped, crowded, friend, asked, visitor } = await scene();
    const others = [grouped, crowded, friend, asked, visitor];
    expect(await seen(ada, ...others)).toEqual(expected);
    for (const other of others)
      expect(await seen(other, ada)).toEqual(
        (expected as readonly string[]).includes(other.name) ? ["Ada"] : [],
      );
    const tab = await openTab(ada);
    watch(tab, ...others);
    for (let i = 0; i < expected.length; i++) await tab.next("presence");
    const names = new Map(others.map(({ id, name }) => [id, name]));
    const watched = statusesIn(tab).map((event) => names.get((event as { userId: string }).userId));
    expect(watched.toSorted()).toEqual([...expected].toSorted());
    // And everybody who comes online later.
    const before = tab.events.length;
    for (const other of others) await openTab(other);
    for (let i = 0; i < expected.length; i++)
      await tab.next("presence", (event) => event.status === "online");
    await settle(tab);
    expect(tab.events.slice(before).filter(({ type }) => type === "presence")).toHaveLength(expected.length);
  });
});

describe("with the policy consent", () => {
  beforeEach(() => useSettings({ contactPolicy: "consent" }));

  it("those who become contacts see each other at once: by the second one's message, or as a group shrinks", async () => {
    const { ada, crowded, asked, crowd, request } = await scene();
    const [tab, others] = [await openTab(ada), [await openTab(crowded), await openTab(asked)]];
    watch(tab, crowded, asked);
    for (const other of others) watch(other, ada);
    for (const one of [tab, ...others]) await settle(one);
    expect([tab, ...others].flatMap(statusesIn)).toEqual([]);
    await crowd.notify(crowd.change({ makesContacts: true }), ada, crowded);
    expect(await tab.next("presence")).toMatchObject({ userId: crowded.id, status: "online" });
    expect(await others[0]?.next("presence")).toMatchObject({ userId: ada.id, status: "online" });
    await request.notify({ ...request.message(asked), makesContacts: true }, ada, asked);
    expect(await tab.next("presence")).toMatchObject({ userId: asked.id, status: "online" });
    expect(await others[1]?.next("presence")).toMatchObject({ userId: ada.id, status: "online" });
  });

  it("who came by a link is seen from the next day on", async () => {
    const [ada, late] = [await knownUser("Ada", 1), await knownUser("Late", 2)];
    const group = await groupOf(ada);
    const contactFrom = Date.now() + HOUR;
    const joined = [{ userId: late.id, readSeq: 0, contactFrom }];
    await group.notify(group.change({ joined, makesContacts: true }), ada, late);
    expect([await seen(ada, late), await seen(late, ada)]).toEqual([[], []]);
    passTime(HOUR);
    expect([await seen(ada, late), await seen(late, ada)]).toEqual([["Late"], ["Ada"]]);
  });

  it("they are shown to each other by alarm when that day comes, after an eviction too, and once", async () => {
    const [ada, late] = [await knownUser("Ada", 1), await knownUser("Late", 2)];
    const group = await groupOf(ada);
    const contactFrom = Date.now() + HOUR;
    const joined = [{ userId: late.id, readSeq: 0, contactFrom }];
    await group.notify(group.change({ joined, makesContacts: true }), ada, late);
    await evictShardOf(late);
    const expiresAt = contactFrom + HOUR;
    const [hers, theirs] = [await openTab(ada, expiresAt), await openTab(late, expiresAt)];
    watch(hers, late);
    watch(theirs, ada);
    for (const tab of [hers, theirs]) await settle(tab);
    await runAlarmOf(late);
    for (const tab of [hers, theirs]) await settle(tab);
    expect([hers, theirs].flatMap(statusesIn)).toEqual([]);
    expect(await rowsOf(late, "late_contacts")).toHaveLength(1);
    passTime(contactFrom + MINUTE - Date.now());
    await keepHeartbeatsFresh();
    await runAlarmOf(late);
    expect(await hers.next("presence")).toMatchObject({ userId: late.id, status: "online" });
    expect(await theirs.next("presence")).toMatchObject({ userId: ada.id, status: "online" });
    expect(await rowsOf(late, "late_contacts")).toEqual([]);
    await runAlarmOf(late);
    for (const tab of [hers, theirs]) {
      await settle(tab);
      expect(statusesIn(tab)).toHaveLength(1);
    }
  });

  it("they are not where the group has grown beyond 50 meanwhile", async () => {
    const [ada, late] = [await knownUser("Ada", 1), await knownUser("Late", 2)];
    const group = await groupOf(ada);
    const joined = [{ userId: late.id, readSeq: 0, contactFrom: Date.now() + MINUTE }];
    await group.notify(group.change({ joined, makesContacts: true }), ada, late);
    await group.notify(group.change({ makesContacts: false }), ada, late);
    const tab = await openTab(ada);
    watch(tab, late);
    await settle(tab);
    passTime(2 * MINUTE);
    await runAlarmOf(late);
    await settle(tab);
    expect(statusesIn(tab)).toEqual([]);
    expect(await rowsOf(late, "late_contacts")).toEqual([]);
  });
});
