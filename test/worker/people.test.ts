/** Searching users and requesting statuses, with each setting of USER_SEARCH. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { USER_SEARCHES_PER_MINUTE } from "../../src/protocol/limits.ts";
import type { User, UserPresence } from "../../src/protocol/model.ts";
import type { Refusal } from "../../src/rpc/result.ts";
import { presenceStubOf } from "../../src/rpc/shards.ts";
import { interceptCalls } from "../support/calls.ts";
import { eventually } from "../support/eventually.ts";
import { unknownPerson, newThread, person, unique, type Person } from "../support/host-users.ts";
import { problemOf, requestWith } from "./requests.ts";

afterEach(() => vi.useRealTimers());

type Mode = "all" | "shared" | "off" | undefined;

/** A GET request with this setting of `USER_SEARCH`. */
function get(who: Person, path: string, mode?: Mode): Promise<Response> {
  const headers = { authorization: `Bearer ${who.token}` };
  return requestWith({ USER_SEARCH: mode ?? env.USER_SEARCH }, path, { headers });
}

async function find(who: Person, q: string, mode?: Mode): Promise<User[]> {
  const response = await get(who, `/api/users?q=${encodeURIComponent(q)}`, mode);
  expect(response.status).toBe(200);
  return (await response.json<{ users: User[] }>()).users;
}

/** Ada, and users whose names begin alike: in a direct thread with her in which both have written, in a group, in a public thread, and in none. */
let related: ReturnType<typeof relateUsers> | undefined;
/** The same in every test: none changes anything of them. */
const relatedUsers = () => (related ??= relateUsers());

async function relateUsers() {
  const stem = unique("Related");
  const ada = await person("Ada");
  const [direct, grouped, fromPublicThread, stranger] = [
    await person(`${stem} Direct`),
    await person(`${stem} Grouped`),
    await person(`${stem} Public`),
    await person(`${stem} Stranger`),
  ];
  const { id } = await newThread(ada, "direct", [direct]);
  for (const who of [ada, direct]) await who.call("POST", `/api/threads/${id}/messages`, { body: "hello" });
  await eventually(async () => {
    const shard = presenceStubOf(env, ada.user.id);
    expect(await shard.contactsOf(ada.user.id, [direct.user.id])).toEqual([direct.user.id]);
  });
  await newThread(grouped, "group", [ada]);
  await newThread(ada, "public", [fromPublicThread]);
  return { stem, ada, direct, grouped, fromPublicThread, stranger };
}

describe("a search", () => {
  it("finds users of all shards by name or id, in any case, sorted by what matched", async () => {
    const { stem, ada, direct, grouped, fromPublicThread, stranger } = await relatedUsers();
    const all = [direct.user, grouped.user, fromPublicThread.user, stranger.user];
    expect(await find(ada, stem.toUpperCase(), "all")).toEqual(all);
    expect(await find(ada, stem)).toEqual(all);
    expect(await find(ada, ` ${stranger.user.id.slice(0, 50)} `)).toEqual([stranger.user]);
  });

  it("returns the first 20 of all shards together", async () => {
    const stem = unique("Found");
    const users = [];
    for (let i = 0; i < 25; i++) users.push(await person(`${stem} ${String(i).padStart(2, "0")}`));
    const [first] = users;
    const found = first ? await find(first, `${stem} `) : [];
    expect(found).toEqual(users.slice(0, 20).map(({ user }) => user));
  });

  it.each([
    ["its decomposed form", "Zoé", "zoe\u0301"],
    ["its letters without accents", "Zoé Nguyễn", "zoe nguyen"],
    ["letters with accents that it does not have", "Zoe", "ZOÉ"],
    ["its plain letters, where some have a stroke", "Łukasz Øresund", "lukasz oresund"],
    ["ss for ß", "Strauß", "STRAUSS"],
    ["a capital ß", "Strauss", "Strau\u1e9e"],
    ["i for ı", "Işıl", "isil"],
    ["ı for i", "İlker", "ılker"],
    ["full-width letters", "Ada", "Ａｄａ"],
    ["another form of sigma", "Αστέρης", "ΑΣΤΕΡΗΣ"],
    ["its consonants, where some are pointed", "שָׁלוֹם", "שלום"],
    ["a word within it", "Ada King-Lovelace", "love"],
    ["its last words", "Ada – Countess of Lovelace", "of Lovelace"],
    ["what follows an apostrophe", "Conan O’Brien", "brien"],
    ["a word after a non-joiner", "علی‌رضا", "رضا"],
    ["its given name, in ideographs", "王小明", "小明"],
    ["its given name, in Hangul", "김철수", "철수"],
    ["white space of another length", "Ada Lovelace", "ada  lovelace"],
  ])("finds a name by %s", async (_what, name, q) => {
    const { ada } = await relatedUsers();
    // After the name: what is searched for begins with a word of it.
    const found = await person(`${name} ${unique("x")}`);
    const [, stem = ""] = / (x-.*)$/.exec(found.user.name) ?? [];
    expect(await find(ada, `${q}`)).toContainEqual(found.user);
    expect(await find(ada, stem)).toEqual([found.user]);
  });

  it("takes one ideograph or one Hangul syllable, and of other letters two", async () => {
    const [wang, kim] = [await person("王小明"), await person("김철수")];
    expect(await find(wang, "明")).toContainEqual(wang.user);
    expect(await find(wang, "김")).toContainEqual(kim.user);
    for (const q of ["a", "", "é"]) expect((await get(wang, `/api/users?q=${q}`)).status).toBe(400);
  });

  it("finds nobody by what nobody sees", async () => {
    const ada = await person("Ada");
    expect(await find(ada, "\u200b\u0301")).toEqual([]);
  });

  it("with `shared` finds only users with a direct or group thread in common", async () => {
    const { stem, ada, direct, grouped, stranger } = await relatedUsers();
    expect(await find(ada, stem, "shared")).toEqual([direct.user, grouped.user]);
    expect(await find(stranger, stem, "shared")).toEqual([]);
  });

  it("finds everyone in development where nothing is set, and in production as with `shared`", async () => {
    const { stem, ada, direct, grouped, fromPublicThread, stranger } = await relatedUsers();
    const unset = async (settings: Parameters<typeof requestWith>[0]) => {
      const headers = { authorization: `Bearer ${ada.token}` };
      const response = await requestWith(
        { USER_SEARCH: undefined, ...settings },
        `/api/users?q=${encodeURIComponent(stem)}`,
        { headers },
      );
      return (await response.json<{ users: User[] }>()).users;
    };
    const all = [direct.user, grouped.user, fromPublicThread.user, stranger.user];
    expect(await unset({ ENVIRONMENT: "development" })).toEqual(all);
    expect(await unset({ ENVIRONMENT: "production" })).toEqual([direct.user, grouped.user]);
  });

  it("with `off` is forbidden", async () => {
    const response = await get(await person("Ada"), "/api/users?q=ada", "off");
    expect(response.status).toBe(403);
    expect((await problemOf(response)).code).toBe("forbidden");
  });

  it("with `shared` finds nobody by a direct thread that they have not written in", async () => {
    const stem = unique("Asked");
    const [ada, asked] = [await person("Ada"), await person(stem)];
    const { id } = await newThread(ada, "direct", [asked]);
    await ada.call("POST", `/api/threads/${id}/messages`, { body: "who are you?" });
    expect(await find(ada, stem, "shared")).toEqual([]);
    expect((await get(ada, `/api/users/${asked.user.id}`, "shared")).status).toBe(404);
  });

  it("is allowed 60 times a minute for each user", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    vi.setSystemTime(Date.now());
    for (let i = 0; i < USER_SEARCHES_PER_MINUTE; i++) await find(ada, "nobody at all");
    const refused = await get(ada, "/api/users?q=nobody");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await find(bob, "nobody at all")).toEqual([]);
  });

  it("is refused where a shard has too many to run", async () => {
    const ada = await person("Ada");
    const failure = { code: "rate_limited", message: "Too many.", retryAfterMs: 1_000 } as const;
    const refusal: Refusal = { ok: false, failure };
    interceptCalls("PRESENCE", "searchUsers", async () => refusal);
    const refused = await get(ada, "/api/users?q=nobody", "shared");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
  });
});

describe("a user by id", () => {
  it("is any known user", async () => {
    const { ada, stranger } = await relatedUsers();
    const response = await get(ada, `/api/users/${stranger.user.id}`, "all");
    expect(await response.json()).toEqual(stranger.user);
  });

  it("is not_found where the user is unknown", async () => {
    const [ada, unknownUser] = [await person("Ada"), await unknownPerson("Bob")];
    const response = await get(ada, `/api/users/${unknownUser.user.id}`);
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toContain(unknownUser.user.id);
  });

  it.each(["shared", "off"] as const)(
    "with `%s` is the caller or a contact; others are as if unknown",
    async (mode) => {
      const { ada, direct, grouped, fromPublicThread, stranger } = await relatedUsers();
      for (const { user } of [ada, direct, grouped]) {
        const response = await get(ada, `/api/users/${user.id}`, mode);
        expect(await response.json()).toEqual(user);
      }
      const unknownUser = await unknownPerson("Bob");
      for (const { user } of [fromPublicThread, stranger, unknownUser]) {
        const response = await get(ada, `/api/users/${user.id}`, mode);
        expect(response.status).toBe(404);
        expect((await problemOf(response)).detail).toBe(`No such user: ${user.id}`);
      }
    },
  );
});

describe("presence", () => {
  async function statuses(who: Person, others: Person[]): Promise<UserPresence[]> {
    const response = await get(who, `/api/presence?ids=${others.map(({ user }) => user.id).join(",")}`);
    expect(response.status).toBe(200);
    return (await response.json<{ presence: UserPresence[] }>()).presence;
  }

  it("lists users with a direct or group thread in common, once each, and leaves out the others", async () => {
    const { ada, direct, grouped, fromPublicThread, stranger } = await relatedUsers();
    const seen = await statuses(ada, [stranger, direct, fromPublicThread, grouped, direct]);
    expect(seen.map(({ userId }) => userId).toSorted()).toEqual([direct.user.id, grouped.user.id].toSorted());
    expect(seen.every(({ status }) => status === "offline")).toBe(true);
  });

  it("includes the caller, with no thread at all", async () => {
    const ada = await person("Ada");
    expect(await statuses(ada, [ada])).toEqual([{ userId: ada.user.id, status: "offline" }]);
  });
});
