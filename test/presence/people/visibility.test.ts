/** Who shares a thread with whom: right, at a cost that no user can make long, and with others served in between. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { reset } from "cloudflare:test";
import type { User } from "../../../src/protocol/model.ts";
import { startClock } from "../../cost/clock.ts";
import { meter } from "../../cost/meter.ts";
import { person } from "../../support/host-users.ts";
import { shardStub } from "../../support/objects.ts";
import { openPresence } from "../../support/socket.ts";
import { costIn, shardFor, unknownUser } from "../shard.ts";

afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const SHARD = 2;
/** Of a user who is in very many threads. */
const MANY = 3_000;

let made = 0;

/** Ids of threads that nobody is in yet, in no order. */
function threadIds(count: number): string[] {
  const numbers = Array.from({ length: count }, () => (made += 1));
  return numbers.map((n) => (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0").repeat(8));
}

/** Makes users members of groups, in their shards' storage alone. */
async function join(ids: readonly string[], ...users: User[]): Promise<void> {
  for (const user of users)
    await runInDurableObject(shardStub(user.id), (_, { storage: { sql } }) => {
      const list = JSON.stringify(ids);
      sql.exec("INSERT INTO user_threads SELECT ?, value, 0 FROM json_each(?)", user.id, list);
      sql.exec(
        `INSERT INTO threads (thread_id, rev, kind, created_at, seq, active_at, senders)
         SELECT value, 1, 'group', 0, 0, 0, '{}' FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
        list,
      );
    });
}

/** Known users, in their shard's storage alone. */
async function people(count: number): Promise<User[]> {
  const users = Array.from({ length: count }, () => unknownUser("Bo", SHARD));
  const [first] = users;
  if (!first) return [];
  await runInDurableObject(shardStub(first.id), (_, { storage: { sql } }) =>
    sql.exec(
      "INSERT INTO users (user_id, name) SELECT value, 'Bo' FROM json_each(?)",
      JSON.stringify(idsOf(users)),
    ),
  );
  return users;
}

const idsOf = (some: readonly User[]) => some.map(({ id }) => id);

/** Whose status is disclosed to one who is in these threads. */
async function seen(some: readonly User[], threads: string[]): Promise<string[]> {
  const [first] = some;
  if (!first) return [];
  return (await shardFor(first).statuses(idsOf(some), threads)).map(({ userId }) => userId);
}

describe("a user is visible", () => {
  it("by any one thread of many, of either side", async () => {
    const [one, few, many, stranger] = await people(4);
    if (!one || !few || !many || !stranger) throw new Error("nobody");
    const mine = threadIds(MANY);
    for (const [i, user] of [one, few, many].entries()) await join(mine.slice(i, i + 1), user);
    await join(threadIds(100), few);
    await join(threadIds(MANY), many, stranger);
    const all = [one, few, many, stranger];
    expect(await seen(all, mine)).toEqual(idsOf([one, few, many]));
    // One with a single thread, of which another has very many: looked up, not searched for.
    expect(await seen(all, mine.slice(2, 3))).toEqual([many.id]);
    expect(await seen(all, [])).toEqual([]);
  });

  it("to nobody, in more threads than one statement returns", async () => {
    const [ada] = await people(1);
    if (!ada) throw new Error("nobody");
    const [mine = "", ...others] = threadIds(12_000);
    await join(others, ada);
    const asked = threadIds(2_000);
    expect(await seen([ada], asked)).toEqual([]);
    await join([mine], ada);
    expect(await seen([ada], [...asked, mine])).toEqual([ada.id]);
  });
});

describe("of one with 3,000 threads", () => {
  it("a request for the status of 100 strangers reads the strangers' threads alone", async () => {
    const strangers = await people(100);
    for (const stranger of strangers) await join(threadIds(20), stranger);
    const [first] = strangers;
    if (!first) throw new Error("nobody");
    const mine = threadIds(MANY);
    const cost = await costIn(first, () => seen(strangers, mine));
    // And the row at which each one's threads end.
    expect(cost.read).toBe(100 * 21 - 1);
  });

  it("a request for the status of 20 who are in all of these threads reads a few of each", async () => {
    const friends = await people(20);
    const ours = threadIds(MANY);
    await join(ours, ...friends);
    const [first] = friends;
    if (!first) throw new Error("nobody");
    const cost = await costIn(first, async () => expect(await seen(friends, ours)).toHaveLength(20));
    // And of whoever is online over Socket.IO, once after the shard woke.
    expect(cost.read).toBe(20 * (64 + 1) + 1);
  });

  it("GET /api/presence reads their own threads once, and those asked for", async () => {
    // On a slow machine her sign-in would be long ago, and whether it still stands asked again.
    startClock();
    const ada = await person("Ada");
    const friends = await people(100);
    await join(threadIds(MANY), ada.user);
    const ours = threadIds(1);
    await join(ours, ada.user, ...friends);
    const spent = await meter(() => ada.call("GET", `/api/presence?ids=${idsOf(friends).join()}`));
    // One where her shard is theirs.
    expect(spent.presence.calls).toBeLessThanOrEqual(2);
    expect(spent.presence.rowsWritten).toBe(0);
    expect(spent.presence.rowsRead).toBeLessThanOrEqual(2 * (MANY + 1) + 100 * 3 + 1);
  });

  it("watch of 500 reads their own threads once, and those of the 500", async () => {
    const ada = await person("Ada");
    const friends = await people(500);
    await join(threadIds(MANY), ada.user);
    await join(threadIds(1), ada.user, ...friends);
    const tab = await openPresence(ada);
    await tab.next("welcome");
    const spent = await meter(async () => {
      tab.send({ type: "watch", userIds: idsOf(friends) });
      let received = 0;
      while (received++ < 500) await tab.next("presence");
    });
    // Of each of the 500: the membership and where they end, and three times the user. And the rows of the two lists; of whoever
    // is online over Socket.IO, once after their shard woke, unless that is hers.
    const rows = 2 * MANY + 3 + 500 * 5;
    expect([rows, rows + 1]).toContain(spent.presence.rowsRead);
  });
});

it("others are served while the threads of many are read", async () => {
  const many = await people(20);
  for (const one of many) await join(threadIds(MANY), one);
  const [ada] = many;
  if (!ada) throw new Error("nobody");
  const served = await runInDurableObject(shardStub(ada.id), async (shard) => {
    const done = { now: false };
    const asked = shard.statuses(idsOf(many), threadIds(MANY)).then(() => (done.now = true));
    // What comes next has its turn, long before 60,000 memberships are read.
    await scheduler.wait(0);
    const isDone = done.now;
    await asked;
    return !isDone;
  });
  expect(served).toBe(true);
});
