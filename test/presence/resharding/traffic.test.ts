/** Resharding during random traffic and crashes: no user loses a thread, a marker or a notification. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { shardOf } from "../../../src/rpc/shards.ts";
import type { User } from "../../../src/protocol/model.ts";
import { randomFrom, type Random } from "../../chaos/support/random.ts";
import { mayLog } from "../../support/console.ts";
import type { Person } from "../../support/host-users.ts";
import { crash } from "../../support/objects.ts";
import { ask, deploy, resetAll, moveStep, shard, signedIn } from "./deployment.ts";
import { Traffic } from "./traffic.ts";
import { eventually } from "../../support/eventually.ts";

// Calls that a crash interrupts are logged.
beforeEach(() => mayLog(/a call to an object failed/));
afterEach(async () => {
  vi.restoreAllMocks();
  await resetAll();
});

/** First letters, some of which SQLite and JavaScript sort differently. */
const LETTERS = ["a", "m", "z", "é", "\u{ff5e}", "\u{1f438}"];

/** Stores so many users that each shard needs several steps to move them. */
async function populate(shards: number): Promise<void> {
  const ids = Array.from({ length: 2_200 * shards }, (_n, i) => `${LETTERS[i % LETTERS.length]}-${i}`);
  for (const [number, own] of Map.groupBy(ids, (id) => shardOf(id, shards))) {
    await runInDurableObject(shard(number), (_object, { storage }) => {
      storage.sql.exec(
        "INSERT INTO users (user_id, name) SELECT value, value FROM json_each(?)",
        JSON.stringify(own),
      );
    });
  }
}

/** Runs the resharding command, again whenever it fails, while objects crash now and then. */
async function moveThroughCrashes(
  traffic: Traffic,
  { before, after }: { before: number; after: number },
  random: Random,
): Promise<void> {
  const shards = Array.from({ length: before }, (_n, number) => number);
  while (shards.length > 0) {
    await traffic.awaitActions(random.between(1, 15));
    const number = random.pick(shards);
    const steps = [moveStep(number, before, after).catch(() => undefined)];
    if (random.next() < 0.3) steps.push(moveStep(number, before, after).catch(() => undefined));
    if (random.next() < 0.5) await crash(shard(random.pick([number, random.between(0, after - 1)])));
    const done = (await Promise.all(steps)).some((step) => step?.done);
    if (done) shards.splice(shards.indexOf(number), 1);
  }
}

async function expectAgreement(traffic: Traffic): Promise<void> {
  await eventually(async () => {
    await traffic.runAlarms();
    const expected = await traffic.expectedLists();
    expect(await traffic.lists()).toEqual(expected);
    for (const [who, tab] of traffic.tabs) expect(tab.known, who.user.id).toEqual(expected.get(who));
  });
}

async function expectAllFound(users: readonly Person[]): Promise<void> {
  for (const { user } of users) {
    const [anyone] = users;
    if (!anyone) continue;
    const query = encodeURIComponent(user.id);
    const { users: found } = await ask<{ users: User[] }>(anyone, "GET", `/api/users?q=${query}`);
    expect(found.map(({ id }) => id)).toEqual([user.id]);
    expect(await ask<User>(anyone, "GET", `/api/users/${query}`)).toEqual(found[0]);
  }
}

/** Queries for the ids of the users that a shard stores. Authors and subscribers in rows of others may be of any shard. */
const STORED_USER_IDS = [
  "SELECT user_id AS id FROM users",
  "SELECT user_id AS id FROM user_keys",
  "SELECT user_id AS id FROM user_threads",
  "SELECT user_id AS id FROM tab_watches",
  "SELECT key AS id FROM threads, json_each(senders)",
  "SELECT value AS id FROM watchers, json_each(watched)",
];

/** The ids of the users of whom a shard stores anything. */
function storedUserIds(number: number): Promise<Set<string>> {
  return runInDurableObject(shard(number), (_object, { storage: { sql } }) => {
    return new Set(
      STORED_USER_IDS.flatMap((query) => sql.exec<{ id: string }>(query).toArray()).map(({ id }) => id),
    );
  });
}

describe.each([
  { before: 8, after: 16, seed: 1 },
  { before: 2, after: 6, seed: 2 },
])("from $before shards to $after, with seed $seed", ({ before, after, seed }) => {
  it("every user's list agrees with the threads", async () => {
    const random = randomFrom(seed);
    await deploy({ shards: before });
    await populate(before);
    const users: Person[] = [];
    for (let i = 0; i < 24; i++) users.push(await signedIn(`${LETTERS[i % LETTERS.length]}Ada`));
    const traffic = await Traffic.create(users, 8, random);
    await traffic.run(5);
    await expectAgreement(traffic);

    await deploy({ shards: after, before });
    traffic.openTabs();
    await expectAgreement(traffic);
    const tabs = [...traffic.tabs.values()];
    await traffic.runDuring(moveThroughCrashes(traffic, { before, after }, random));
    await expectAgreement(traffic);
    expect(tabs.some(({ moves }) => moves > 0)).toBe(true);
    await expectAllFound(users);
    for (let number = 0; number < after; number++) {
      const ids = [...(await storedUserIds(number))];
      expect(ids.filter((id) => shardOf(id, after) !== number)).toEqual([]);
    }

    await deploy({ shards: after });
    await traffic.run(10);
    await expectAgreement(traffic);
    await expectAllFound(users);
    for (const tab of traffic.tabs.values()) tab.close();
  });
});
