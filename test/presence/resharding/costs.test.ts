/** The cost of a message depends on the shards concerned only, whatever the number of shards, members and messages. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { shardOf } from "../../../src/rpc/shards.ts";
import { interceptCalls } from "../../support/calls.ts";
import { costOf, threadStub } from "../../support/objects.ts";
import type { Person } from "../../support/host-users.ts";
import {
  deploy,
  resetAll,
  createGroup,
  moveShard,
  sendMessage,
  shard,
  signedIn,
  threadsOf,
  awaitNotification,
} from "./deployment.ts";
import { eventually } from "../../support/eventually.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(async () => {
  vi.useRealTimers();
  await resetAll();
});

const BURST = 10;

function shardsOf(users: Person[], shards: number): Set<number> {
  return new Set(users.map(({ user }) => shardOf(user.id, shards)));
}

async function signedInUsers(size: number): Promise<Person[]> {
  const users: Person[] = [];
  for (let i = 0; i < size; i++) users.push(await signedIn("Member"));
  return users;
}

/** The updates that a burst of messages sends to shards, and the rows that each shard writes. */
async function burst(author: Person, threadId: string, concerned: Set<number>) {
  await awaitNotification(author, threadId);
  const first = (await threadsOf(author))[0]?.seq ?? 0;
  const calls = interceptCalls("PRESENCE", "threadChanged");
  const costs = new Map<number, number>();
  let measured = async () => {
    for (let i = 0; i < BURST; i++) await sendMessage(author, threadId);
    // Past the second in which messages are sent together with the first.
    vi.setSystemTime(Date.now() + 2_000);
    const newest = BURST + first;
    await eventually(async () => {
      await runDurableObjectAlarm(threadStub(threadId));
      const last = calls.made.filter(({ args: [update] }) => update.seq === newest);
      expect(last.length).toBeGreaterThanOrEqual(concerned.size);
      expect(calls.made.every(({ outcome }) => outcome === "answered")).toBe(true);
    });
  };
  for (const number of concerned) {
    const within = measured;
    measured = async () => {
      const { rowsWritten, alarmsSet } = await costOf(shard(number), within);
      costs.set(number, rowsWritten + alarmsSet);
    };
  }
  await measured();
  const updates = calls.made.map(({ args: [update] }) => update.seq);
  calls.stop();
  return { updates, costs: [...costs.values()] };
}

describe.each([2, 8, 16, 64])("with %i shards", (shards) => {
  it("a burst of messages makes one call per notification and shard with members, of one row each", async () => {
    await deploy({ shards });
    const everyone = await signedInUsers(60);
    for (const size of [2, 12, 60]) {
      const users = everyone.slice(-size);
      const [author] = users;
      if (!author) throw new Error("nobody");
      const threadId = await createGroup(author, ...users.slice(1));
      const concerned = shardsOf(users, shards);
      const { updates, costs } = await burst(author, threadId, concerned);
      const notifications = new Set(updates).size;
      expect(updates).toHaveLength(notifications * concerned.size);
      for (const rows of costs) expect(rows).toBe(notifications);
    }
  });
});

describe("after resharding", () => {
  it("a message costs as many calls and rows as in a deployment that began with as many shards", async () => {
    await deploy({ shards: 8 });
    const users = await signedInUsers(20);
    const [author] = users;
    if (!author) throw new Error("nobody");
    const threadId = await createGroup(author, ...users.slice(1));
    await sendMessage(author, threadId);
    await awaitNotification(author, threadId);
    await deploy({ shards: 16, before: 8 });
    for (let i = 0; i < 8; i++) await moveShard(i, 8, 16);
    await deploy({ shards: 16 });
    const concerned = shardsOf(users, 16);
    const { updates, costs } = await burst(author, threadId, concerned);
    const notifications = new Set(updates).size;
    expect(updates).toHaveLength(notifications * concerned.size);
    for (const rows of costs) expect(rows).toBe(notifications);
  });

  it("a thread assigns its members to the new shards once", async () => {
    await deploy({ shards: 8 });
    const users = await signedInUsers(20);
    const [author] = users;
    if (!author) throw new Error("nobody");
    const threadId = await createGroup(author, ...users.slice(1));
    const shards = () =>
      runInDurableObject(threadStub(threadId), (_thread, { storage }) => ({
        sortedBy: storage.sql.exec<{ shards: number }>("SELECT shards FROM thread").one().shards,
        held: new Set(
          storage.sql
            .exec<{ shard: number }>("SELECT shard FROM members")
            .toArray()
            .map((row) => row.shard),
        ),
      }));
    expect(await shards()).toEqual({ sortedBy: 8, held: shardsOf(users, 8) });
    await deploy({ shards: 16 });
    expect(await shards()).toEqual({ sortedBy: 16, held: shardsOf(users, 16) });
    await deploy({ shards: 16 });
    const written = await runInDurableObject(threadStub(threadId), (_thread, { storage }) =>
      storage.sql.exec<{ rows: number }>("SELECT total_changes() AS rows").one(),
    );
    expect(written).toEqual({ rows: 0 });
  });

  it("a moved user costs at most 10 rows, and 7 for each of their threads, in both shards together", async () => {
    await deploy({ shards: 8 });
    const ada = await signedIn("Ada", { shard: 11, of: 16 });
    const bo = await signedIn("Bo", { shard: 5, of: 16 });
    const THREADS = 10;
    for (let i = 0; i < THREADS; i++) await sendMessage(bo, await createGroup(ada, bo));
    await deploy({ shards: 16, before: 8 });
    let there = 0;
    const here = await costOf(shard(3), async () => {
      there = (await costOf(shard(11), () => moveShard(3, 8, 16))).rowsWritten;
    });
    expect(here.rowsWritten + there).toBeLessThanOrEqual(10 + 7 * THREADS);
  });

  it("while users move, a message makes at most one more call for each shard that users move to", async () => {
    await deploy({ shards: 8 });
    const users = await signedInUsers(20);
    const [author] = users;
    if (!author) throw new Error("nobody");
    const threadId = await createGroup(author, ...users.slice(1));
    await deploy({ shards: 16, before: 8 });
    for (let i = 0; i < 8; i++) await moveShard(i, 8, 16);
    const { updates } = await burst(author, threadId, shardsOf(users, 16));
    expect(updates.length).toBeLessThanOrEqual(new Set(updates).size * 2 * shardsOf(users, 8).size);
  });
});
