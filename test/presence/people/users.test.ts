import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { group, known, openTab, rowsIn, shardFor, someone, FakeThread } from "../shard.ts";
import { searchKey } from "../../../src/presence/people/user-search-key.ts";
import { unique } from "../../support/people.ts";

describe("a user", () => {
  it("is known once they have signed in or opened a tab, and not before", async () => {
    const [signedIn, withTab, stranger] = [someone("Ada", 4), someone("Bo", 4), someone("Cy", 4)];
    const shard = shardFor(signedIn);
    await shard.signIn(signedIn);
    await openTab(withTab);
    const found = await shard.profiles([signedIn.id, withTab.id, stranger.id]);
    expect(new Set(found)).toEqual(new Set([signedIn, withTab]));
  });

  it("is updated by a later sign-in, and found by the new name alone", async () => {
    const before = { ...someone(), name: unique("Before"), avatarUrl: "https://lilypad.test/a.png" };
    const shard = shardFor(before);
    await shard.signIn(before);
    const after = { id: before.id, name: unique("After") };
    await shard.signIn(after);
    expect(await shard.profiles([before.id])).toEqual([after]);
    expect(await shard.searchUsers(before.name, null)).toEqual([]);
    expect(await shard.searchUsers(after.name, null)).toMatchObject([{ user: after }]);
  });

  it("costs nothing to sign in again", async () => {
    const ada = await known();
    expect(await rowsIn(ada, () => shardFor(ada).signIn(ada))).toMatchObject({ written: 0 });
  });
});

describe("a user search", () => {
  it("finds by the beginning of name or id, in any case and either Unicode form", async () => {
    const ada = { ...someone(), name: `Zoe\u0301 ${unique("x")}`.normalize("NFC") };
    const shard = shardFor(ada);
    await shard.signIn(ada);
    for (const prefix of ["zoe\u0301 x", "ZO\u00c9 X", ada.id.slice(0, -1), ada.id.toUpperCase()]) {
      const found = await shard.searchUsers(prefix, null);
      expect(found.map(({ user }) => user.id)).toContain(ada.id);
    }
    expect(await shard.searchUsers(ada.id.slice(1), null)).toEqual([]);
  });

  it("finds at most 20, each once, sorted by the key that matched", async () => {
    const stem = unique("crowd");
    const shard = shardFor(someone("Any", 6));
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const no = String(i).padStart(2, "0");
        return shard.signIn({ id: `${stem}-id-${no}`, name: `${stem}-name-${no}` });
      }),
    );
    const found = await shard.searchUsers(stem, null);
    expect(found).toHaveLength(20);
    expect(found.map(({ user }) => user.id)).toEqual(
      found.map((_, i) => `${stem}-id-${String(i).padStart(2, "0")}`),
    );
    expect(found.map(({ key }) => key)).toEqual(found.map(({ key }) => key).toSorted());
  });

  it("finds those in one of the given threads alone, however many others match", async () => {
    const stem = unique("hay");
    const shard = shardFor(someone("Any", 7));
    for (let i = 0; i < 60; i++) await shard.signIn({ id: `${stem}-${i}`, name: `${stem}` });
    const needle = await known("Needle", 7);
    await shard.signIn({ ...needle, name: `${stem} zz` });
    const thread = await group(needle);
    const found = await shard.searchUsers(stem, [thread.id]);
    expect(found).toMatchObject([{ user: { id: needle.id } }]);
    expect(await shard.searchUsers(stem, [])).toEqual([]);
  });

  it("takes wildcards and quotes literally", async () => {
    const shard = shardFor(await known());
    for (const prefix of ["%%", "__", "a' OR 1=1", '"', "\u{10ffff}\u{10ffff}"])
      expect(await shard.searchUsers(prefix, null)).toEqual([]);
  });
});

it("finds a name in capitals, whatever letter its words end with", async () => {
  const { id, name } = await known("Αστέρης");
  const shard = shardFor({ id, name });
  for (const asked of ["ΑΣ", "αστέρησ", "ΑΣΤΈΡΗΣ"])
    expect(await shard.searchUsers(searchKey(asked), null)).toMatchObject([{ user: { id } }]);
});

describe("rate limits", () => {
  beforeEach(() => void vi.setSystemTime(Date.now()));
  afterEach(() => vi.useRealTimers());

  it("allows a user 20 new threads at once, and says when the next one is allowed", async () => {
    const ada = await known();
    for (let i = 0; i < 20; i++) expect(await shardFor(ada).admitThread(ada.id)).toMatchObject({ ok: true });
    const refused = await shardFor(ada).admitThread(ada.id);
    expect(refused).toMatchObject({ ok: false, failure: { code: "rate_limited" } });
    const retryAfterMs = refused.ok ? 0 : (refused.failure.retryAfterMs ?? 0);
    expect(retryAfterMs).toBeGreaterThan(2_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_000);
  });

  it("allows a user 60 searches at once, and returns their direct and group threads each time", async () => {
    const ada = await known();
    const thread = await group(ada);
    await new FakeThread("public").join(ada);
    for (let i = 0; i < 60; i++)
      expect(await shardFor(ada).admitUserSearch(ada.id)).toEqual({ ok: true, value: [thread.id] });
    expect(await shardFor(ada).admitUserSearch(ada.id)).toMatchObject({
      ok: false,
      failure: { code: "rate_limited" },
    });
  });
});
