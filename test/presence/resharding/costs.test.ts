/** The work of one message is bounded by the shards concerned, however many shards, members and messages there are. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Presence } from "../../../src/presence/presence.ts";
import { shardOf } from "../../../src/rpc/shards.ts";
import { costOf, threadStub } from "../../support/objects.ts";
import type { Person } from "../../support/people.ts";
import {
  deploy,
  forgetEverything,
  group,
  moveShard,
  say,
  shard,
  someone,
  threadsOf,
  notified,
} from "./deployment.ts";
import { eventually } from "../../support/patience.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await forgetEverything();
});

const BURST = 10;

function shardsOf(people: Person[], shards: number): Set<number> {
  return new Set(people.map(({ user }) => shardOf(user.id, shards)));
}

async function crowd(size: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let i = 0; i < size; i++) people.push(await someone("Member"));
  return people;
}

/** The calls that a burst of messages makes of shards, and what each writes. */
async function burst(author: Person, threadId: string, concerned: Set<number>) {
  await notified(author, threadId);
  const first = (await threadsOf(author))[0]?.seq ?? 0;
  const calls = vi.spyOn(Presence.prototype, "threadChanged");
  const costs = new Map<number, number>();
  let measured = async () => {
    for (let i = 0; i < BURST; i++) await say(author, threadId);
    // Later than what is sent together with the first of them.
    vi.setSystemTime(Date.now() + 2_000);
    const newest = BURST + first;
    await eventually(async () => {
      await runDurableObjectAlarm(threadStub(threadId));
      const last = calls.mock.calls.filter(([update]) => update.seq === newest);
      expect(last.length).toBeGreaterThanOrEqual(concerned.size);
      expect(calls.mock.settledResults.every(({ type }) => type === "fulfilled")).toBe(true);
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
  const updates = calls.mock.calls.map(([update]) => update.seq);
  calls.mockRestore();
  return { updates, costs: [...costs.values()] };
}

describe.each([8, 16, 64])("with %i shards", (shards) => {
  it("a burst of messages makes one call per notification and shard with members, of one row each", async () => {
    await deploy({ shards });
    for (const size of [2, 12, 60]) {
      const people = await crowd(size);
      const [author] = people;
      if (!author) throw new Error("nobody");
      const threadId = await group(author, ...people.slice(1));
      const concerned = shardsOf(people, shards);
      const { updates, costs } = await burst(author, threadId, concerned);
      const notifications = new Set(updates).size;
      expect(updates).toHaveLength(notifications * concerned.size);
      for (const rows of costs) expect(rows).toBe(notifications);
    }
  });
});

describe("after a move", () => {
  it("a message costs the calls and rows of a deployment that began with as many shards", async () => {
    await deploy({ shards: 8 });
    const people = await crowd(20);
    const [author] = people;
    if (!author) throw new Error("nobody");
    const threadId = await group(author, ...people.slice(1));
    await say(author, threadId);
    await notified(author, threadId);
    await deploy({ shards: 16, before: 8 });
    for (let i = 0; i < 8; i++) await moveShard(i, 8, 16);
    await deploy({ shards: 16 });
    const concerned = shardsOf(people, 16);
    const { updates, costs } = await burst(author, threadId, concerned);
    const notifications = new Set(updates).size;
    expect(updates).toHaveLength(notifications * concerned.size);
    for (const rows of costs) expect(rows).toBe(notifications);
  });

  it("a thread assigns its members to the new shards once", async () => {
    await deploy({ shards: 8 });
    const people = await crowd(20);
    const [author] = people;
    if (!author) throw new Error("nobody");
    const threadId = await group(author, ...people.slice(1));
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
    expect(await shards()).toEqual({ sortedBy: 8, held: shardsOf(people, 8) });
    await deploy({ shards: 16 });
    expect(await shards()).toEqual({ sortedBy: 16, held: shardsOf(people, 16) });
    await deploy({ shards: 16 });
    const written = await runInDurableObject(threadStub(threadId), (_thread, { storage }) =>
      storage.sql.exec<{ rows: number }>("SELECT total_changes() AS rows").one(),
    );
    expect(written).toEqual({ rows: 0 });
  });

  it("a user who moves costs 10 rows, and 7 for each of their threads, in both shards together", async () => {
    await deploy({ shards: 8 });
    const ada = await someone("Ada", { shard: 11, of: 16 });
    const bo = await someone("Bo", { shard: 5, of: 16 });
    const THREADS = 10;
    for (let i = 0; i < THREADS; i++) await say(bo, await group(ada, bo));
    await deploy({ shards: 16, before: 8 });
    let there = 0;
    const here = await costOf(shard(3), async () => {
      there = (await costOf(shard(11), () => moveShard(3, 8, 16))).rowsWritten;
    });
    expect(here.rowsWritten + there).toBeLessThanOrEqual(10 + 7 * THREADS);
  });

  it("while users move, a message makes at most one more call for each shard that users move to", async () => {
    await deploy({ shards: 8 });
    const people = await crowd(20);
    const [author] = people;
    if (!author) throw new Error("nobody");
    const threadId = await group(author, ...people.slice(1));
    await deploy({ shards: 16, before: 8 });
    for (let i = 0; i < 8; i++) await moveShard(i, 8, 16);
    const { updates } = await burst(author, threadId, shardsOf(people, 16));
    expect(updates.length).toBeLessThanOrEqual(new Set(updates).size * 2 * shardsOf(people, 8).size);
  });
});
