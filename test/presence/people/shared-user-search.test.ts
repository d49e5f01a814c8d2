/** The user search among those with whom one shares a thread: what it finds, and how much it reads at most. */
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { searchKey } from "../../../src/presence/people/user-search-key.ts";
import { shardStub } from "../../support/objects.ts";
import { unique } from "../../support/host-users.ts";
import { costIn, FakeThread, knownUser, searchIn, shardFor, unknownUser } from "../shard.ts";

afterEach(() => reset());

const SHARD = 3;
/** Docs and design: a search reads no more rows than this in any shard. */
const MOST_ROWS = 20_000;

const anyone = () => unknownUser("Any", SHARD);

const search = (prefix: string, among: string[]) => searchIn(anyone(), prefix, among);
const idsOf = (found: { user: { id: string } }[]) => found.map(({ user }) => user.id);

/** Makes so many users of the shard known by name, and members of these threads, in its storage alone. */
async function addUsers(stem: string, count: number, threadIds: string[]): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `${unique(stem)}-${i}`);
  await runInDurableObject(shardStub(anyone().id), (_, { storage: { sql } }) => {
    const list = JSON.stringify(ids);
    sql.exec("INSERT INTO users (user_id, name) SELECT value, ? FROM json_each(?)", stem, list);
    sql.exec("INSERT INTO user_keys SELECT ?, value FROM json_each(?)", searchKey(stem), list);
    for (const threadId of threadIds)
      sql.exec("INSERT INTO user_threads SELECT value, ?, 0 FROM json_each(?)", threadId, list);
  });
  return ids;
}

const threadIds = (count: number) => Array.from({ length: count }, () => new FakeThread().id);

describe("a search among the members of one's threads", () => {
  it("finds everyone where these are few, whatever the number of others with such a name", async () => {
    const [here = "", elsewhere = ""] = threadIds(2);
    await addUsers("Bo", 700, [elsewhere]);
    const friends = await addUsers("Bo", 5, [here]);
    const found = await search("bo", [here]);
    expect(idsOf(found).toSorted()).toEqual(friends.toSorted());
  });

  it("finds everyone where few have such a name, whatever the number of members", async () => {
    const [huge = "", small = ""] = threadIds(2);
    await addUsers("Somebody", 3_000, [huge]);
    const friends = [...(await addUsers("Bo", 5, [small])), ...(await addUsers("Bo", 5, [huge]))];
    await addUsers("Bo", 10, threadIds(1));
    const found = await search("bo", [huge, small]);
    expect(idsOf(found).toSorted()).toEqual(friends.toSorted());
  });

  it("finds members of small threads also beside a huge one, where very many have such a name", async () => {
    const [huge = "", small = "", elsewhere = ""] = threadIds(3);
    await addUsers("Somebody", 3_000, [huge]);
    await addUsers("Bo", 700, [elsewhere]);
    const friends = await addUsers("Bo", 5, [small]);
    expect(idsOf(await search("bo", [huge, small])).toSorted()).toEqual(friends.toSorted());
  });

  it("finds the first 20 in the order of what matched", async () => {
    const [here = ""] = threadIds(1);
    const later = await addUsers("Bob", 15, [here]);
    const first = await addUsers("Bo", 15, [here]);
    const found = idsOf(await search("bo", [here]));
    expect(found).toHaveLength(20);
    expect(found.slice(0, 15).toSorted()).toEqual(first.toSorted());
    expect(later).toEqual(expect.arrayContaining(found.slice(15)));
  });
});

describe(`at most ${MOST_ROWS} rows are read in a shard`, () => {
  const read = async (prefix: string, among: string[]) =>
    (await costIn(anyone(), () => shardFor(anyone()).searchUsers(prefix, among))).read;

  it("for one who shares threads with very many", async () => {
    const ours = threadIds(20);
    await addUsers("Bo", 4_000, ours);
    for (const prefix of ["bo", "nobody"]) expect(await read(prefix, ours)).toBeLessThanOrEqual(MOST_ROWS);
  });

  it("for one with very many threads, with members of very many others", async () => {
    const ours = threadIds(1_500);
    for (const ourThread of [ours.slice(0, 100), ours.slice(100, 200)])
      await addUsers("Cleo", 300, [...ourThread, ...threadIds(10)]);
    await addUsers("Bo", 600, threadIds(100));
    for (const prefix of ["bo", "cleo", "nobody"])
      expect(await read(prefix, ours)).toBeLessThanOrEqual(MOST_ROWS);
  });

  it("and few for one with few, who is found by their name", async () => {
    const [here = ""] = threadIds(1);
    await addUsers("Bo", 10, [here]);
    await addUsers("Cleo", 3_000, threadIds(1));
    // Members, keys, and three rows of each profile; and those at which a query ends.
    expect(await read("bo", [here])).toBeLessThanOrEqual(1 + 10 + 10 + 3 * 10 + 3);
  });
});

describe("searches at the same time", () => {
  it("have their turns one after another, and others are served in between", async () => {
    const ours = threadIds(20);
    await addUsers("Bo", 2_000, ours);
    const shard = shardFor(anyone());
    const searches = Array.from({ length: 40 }, () => shard.searchUsers("nobody", ours));
    let done = 0;
    for (const one of searches) void one.then(() => done++);
    await searches[0];
    await shard.profiles(["nobody"]);
    expect(done).toBeLessThan(40);
    await Promise.all(searches);
  });

  it("are refused where very many wait, and the others are answered", async () => {
    const ours = threadIds(2);
    const friends = await addUsers("Bo", 5, ours);
    const shard = shardFor(anyone());
    const results = await Promise.all(Array.from({ length: 300 }, () => shard.searchUsers("bo", ours)));
    const answered = results.filter((result) => Array.isArray(result));
    expect(answered.length).toBeGreaterThanOrEqual(100);
    for (const found of answered) expect(idsOf(found).toSorted()).toEqual(friends.toSorted());
    const failures = results.flatMap((result) => (Array.isArray(result) ? [] : [result.failure]));
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures)
      expect(failure).toMatchObject({ code: "rate_limited", retryAfterMs: 1_000 });
    expect(idsOf(await search("bo", ours))).toHaveLength(5);
  });
});

it("whose threads are searched: the newest 1,000, by their activity", async () => {
  const ada = await knownUser("Ada", SHARD);
  const ids = threadIds(1_200);
  await runInDurableObject(shardStub(ada.id), (_, { storage: { sql } }) => {
    const list = JSON.stringify(ids);
    sql.exec("INSERT INTO user_threads SELECT ?, value, 0 FROM json_each(?)", ada.id, list);
    sql.exec(
      `INSERT INTO threads (thread_id, rev, kind, created_at, seq, active_at, senders)
       SELECT value, 1, 'group', 0, 0, 5000 - key, '{}' FROM json_each(?)`,
      list,
    );
  });
  expect(await shardFor(ada).admitUserSearch(ada.id)).toEqual({ ok: true, value: ids.slice(0, 1_000) });
});
