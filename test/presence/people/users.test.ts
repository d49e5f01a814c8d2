import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  groupOf,
  knownUser,
  openTab,
  costIn,
  searchIn,
  shardFor,
  unknownUser,
  FakeThread,
} from "../shard.ts";
import { searchKey } from "../../../src/presence/people/user-search-key.ts";
import { unique } from "../../support/host-users.ts";

describe("a user", () => {
  it("is known once they have signed in or opened a tab, and not before", async () => {
    const [signedIn, withTab, unknown] = [unknownUser("Ada", 4), unknownUser("Bo", 4), unknownUser("Cy", 4)];
    const shard = shardFor(signedIn);
    await shard.signIn(signedIn);
    await openTab(withTab);
    const found = await shard.profiles([signedIn.id, withTab.id, unknown.id]);
    expect(new Set(found)).toEqual(new Set([signedIn, withTab]));
  });

  it("is updated by a later sign-in, and found by the new name alone", async () => {
    const before = { ...unknownUser(), name: unique("Before"), avatarUrl: "https://lilypad.test/a.png" };
    const shard = shardFor(before);
    await shard.signIn(before);
    const after = { id: before.id, name: unique("After") };
    await shard.signIn(after);
    expect(await shard.profiles([before.id])).toEqual([after]);
    expect(await shard.searchUsers(before.name, null)).toEqual([]);
    expect(await shard.searchUsers(after.name, null)).toMatchObject([{ user: after }]);
  });

  it("costs a row, one for their id and one for each word of their name, up to ten", async () => {
    const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`).join(" ");
    for (const [name, rows] of [
      ["Ada", 3],
      ["Ada Lovelace", 4],
      [words(12), 12],
    ] as const) {
      const user = { ...unknownUser(), name };
      expect(await costIn(user, () => shardFor(user).signIn(user))).toMatchObject({ written: rows });
    }
  });

  it("costs as much as differs to be renamed", async () => {
    const ada = { ...unknownUser(), name: "Ada Lovelace" };
    await shardFor(ada).signIn(ada);
    // The profile, overwritten and then written; the keys of both words are removed, and two others added.
    const renamed = { ...ada, name: "Grace Hopper" };
    expect(await costIn(ada, () => shardFor(ada).signIn(renamed))).toMatchObject({ written: 6 });
    const withPicture = { ...renamed, avatarUrl: "https://lilypad.test/a.png" };
    expect(await costIn(ada, () => shardFor(ada).signIn(withPicture))).toMatchObject({ written: 2 });
  });

  it("costs nothing to sign in again", async () => {
    const ada = await knownUser();
    expect(await costIn(ada, () => shardFor(ada).signIn(ada))).toMatchObject({ written: 0 });
  });
});

describe("a user search", () => {
  it("finds users by prefix of name or id, in any case and either Unicode form", async () => {
    const ada = { ...unknownUser(), name: `Zoe\u0301 ${unique("x")}`.normalize("NFC") };
    const shard = shardFor(ada);
    await shard.signIn(ada);
    for (const prefix of ["zoe\u0301 x", "ZO\u00c9 X", ada.id.slice(0, -1), ada.id.toUpperCase()]) {
      const found = await searchIn(ada, prefix);
      expect(found.map(({ user }) => user.id)).toContain(ada.id);
    }
    expect(await shard.searchUsers(ada.id.slice(1), null)).toEqual([]);
  });

  it("returns at most 20, each once, sorted by the key that matched", async () => {
    const stem = unique("user");
    const any = unknownUser("Any", 6);
    const shard = shardFor(any);
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const no = String(i).padStart(2, "0");
        return shard.signIn({ id: `${stem}-id-${no}`, name: `${stem}-name-${no}` });
      }),
    );
    const found = await searchIn(any, stem);
    expect(found).toHaveLength(20);
    expect(found.map(({ user }) => user.id)).toEqual(
      found.map((_, i) => `${stem}-id-${String(i).padStart(2, "0")}`),
    );
    expect(found.map(({ key }) => key)).toEqual(found.map(({ key }) => key).toSorted());
  });

  it("reads as many rows as it shows users, and of each of them at most ten more", async () => {
    const stem = unique("row");
    const shard = shardFor(unknownUser("Any", 5));
    const other = unique("other");
    for (let i = 0; i < 60; i++) await shard.signIn({ id: `${other}-${i}`, name: `Somebody ${stem}` });
    const one = unknownUser("Any", 5);
    const search = (q: string) => () => shard.searchUsers(q, null);
    // A key of each, and three rows to look their profile up; and one key more where the query looks ahead.
    expect((await costIn(one, search(stem))).read).toBeLessThanOrEqual((1 + 3) * 20 + 1);
    for (let i = 0; i < 30; i++)
      await shard.signIn({ id: `${i}-${other}`, name: `${stem}z `.repeat(9) + String(i) });
    expect((await costIn(one, search(`${stem}z`))).read).toBeLessThanOrEqual((10 + 3) * 20 + 1);
  });

  it("finds only members of the given threads, however many others match", async () => {
    const stem = unique("hay");
    const shard = shardFor(unknownUser("Any", 7));
    for (let i = 0; i < 60; i++) await shard.signIn({ id: `${stem}-${i}`, name: `${stem}` });
    const needle = await knownUser("Needle", 7);
    await shard.signIn({ ...needle, name: `${stem} zz` });
    const thread = await groupOf(needle);
    const found = await searchIn(needle, stem, [thread.id]);
    expect(found).toMatchObject([{ user: { id: needle.id } }]);
    expect(await shard.searchUsers(stem, [])).toEqual([]);
  });

  it("treats wildcards and quotes literally", async () => {
    const shard = shardFor(await knownUser());
    for (const prefix of ["%%", "__", "a' OR 1=1", '"', "\u{10ffff}\u{10ffff}"])
      expect(await shard.searchUsers(prefix, null)).toEqual([]);
  });
});

it("finds a name in capitals, also where its case mapping depends on the end of a word", async () => {
  const { id, name } = await knownUser("Αστέρης");
  const shard = shardFor({ id, name });
  for (const asked of ["ΑΣ", "αστέρησ", "ΑΣΤΈΡΗΣ"])
    expect(await shard.searchUsers(searchKey(asked), null)).toMatchObject([{ user: { id } }]);
});

describe("rate limits", () => {
  beforeEach(() => void vi.setSystemTime(Date.now()));
  afterEach(() => vi.useRealTimers());

  it("allow a user 20 new threads at once, and say when the next one is allowed", async () => {
    const ada = await knownUser();
    for (let i = 0; i < 20; i++) expect(await shardFor(ada).admitThread(ada.id)).toMatchObject({ ok: true });
    const refused = await shardFor(ada).admitThread(ada.id);
    expect(refused).toMatchObject({ ok: false, failure: { code: "rate_limited" } });
    const retryAfterMs = refused.ok ? 0 : (refused.failure.retryAfterMs ?? 0);
    expect(retryAfterMs).toBeGreaterThan(2_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_000);
  });

  it("allow a user 60 searches at once, and return their direct and group threads each time", async () => {
    const ada = await knownUser();
    const thread = await groupOf(ada);
    await new FakeThread("public").join(ada);
    for (let i = 0; i < 60; i++)
      expect(await shardFor(ada).admitUserSearch(ada.id)).toEqual({ ok: true, value: [thread.id] });
    expect(await shardFor(ada).admitUserSearch(ada.id)).toMatchObject({
      ok: false,
      failure: { code: "rate_limited" },
    });
  });
});
