/** What invitations cost, and that they make nothing else dearer. */
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { passTime, runAlarm, startClock } from "../../cost/clock.ts";
import { meter } from "../../cost/meter.ts";
import { newThread, person, personInOtherShard } from "../../support/host-users.ts";
import { threadStub } from "../../support/objects.ts";
import { useSettings } from "../../support/settings.ts";
import { accept, decline, put, withdraw, write } from "./people.ts";

beforeEach(async () => {
  startClock();
  await useSettings({ contactPolicy: "consent" });
});
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

/** A group of Ada's, some time after it was made, and Bob, who is a stranger. */
async function group() {
  const ada = await person("Ada");
  const bob = await personInOtherShard(ada, "Bob");
  const { id } = await newThread(ada, "group", [], "Pond");
  await settle(id);
  return { ada, bob, id };
}

async function settle(threadId: string): Promise<void> {
  await runAlarm(threadStub(threadId));
  passTime(60_000);
}

/** Rows written in the thread and in Presence by an action, alarms set included as the rows that they are. */
async function rowsOf(threadId: string, action: () => Promise<unknown>) {
  const { thread, presence } = await meter(action);
  await settle(threadId);
  return {
    thread: thread.rowsWritten,
    alarms: thread.alarmsSet,
    presence: presence.rowsWritten,
    calls: presence.calls,
  };
}

it("costs eight rows to invite, and none again; less to decline; and those of a new member to accept", async () => {
  const { ada, bob, id } = await group();
  const invite = () => put(ada, id, bob.user);
  // In the thread the invitation, the act, and that Presence is to be notified, which goes when it was; in Presence the count, and
  // what the invited sees, with its index, and the thread, where nobody else of that shard is in it.
  expect(await rowsOf(id, invite)).toMatchObject({ thread: 4, alarms: 1, presence: 4 });
  expect(await rowsOf(id, invite)).toMatchObject({ thread: 0, alarms: 0, presence: 0 });
  expect(await rowsOf(id, () => withdraw(ada, id, bob.user))).toMatchObject({ thread: 6, presence: 4 });
  await invite();
  await settle(id);
  expect(await rowsOf(id, () => decline(bob, id))).toMatchObject({ thread: 4, alarms: 1, presence: 3 });
  await invite();
  expect(await rowsOf(id, () => accept(bob, id))).toMatchObject({ thread: 13, alarms: 1, presence: 5 });
});

it("costs nothing for each message in a group that somebody is invited into", async () => {
  const { ada, bob, id } = await group();
  await write(ada, id);
  await settle(id);
  const before = await rowsOf(id, () => write(ada, id));
  await put(ada, id, bob.user);
  await settle(id);
  expect(await rowsOf(id, () => write(ada, id))).toEqual(before);
});
