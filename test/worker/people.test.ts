/** Finding people, and whether they are here, as far as each deployment lets it. */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { USER_SEARCHES_PER_MINUTE } from "../../src/protocol/limits.ts";
import type { User, UserPresence } from "../../src/protocol/model.ts";
import { unknownPerson, newThread, person, unique, type Person } from "../support/people.ts";
import { problemOf, requestWith } from "./requests.ts";

afterEach(() => vi.useRealTimers());

type Mode = "all" | "shared" | "off" | undefined;

/** A GET by somebody, where `USER_SEARCH` is this. */
function get(who: Person, path: string, mode?: Mode): Promise<Response> {
  const headers = { authorization: `Bearer ${who.token}` };
  return requestWith({ USER_SEARCH: mode ?? env.USER_SEARCH }, path, { headers });
}

async function find(who: Person, q: string, mode?: Mode): Promise<User[]> {
  const response = await get(who, `/api/users?q=${encodeURIComponent(q)}`, mode);
  expect(response.status).toBe(200);
  return (await response.json<{ users: User[] }>()).users;
}

/** Ada, and others of one beginning: a direct partner, one of a group of hers, one of a public thread, a stranger. */
async function village() {
  const stem = unique("Villager");
  const ada = await person("Ada");
  const [direct, grouped, met, stranger] = [
    await person(`${stem} Direct`),
    await person(`${stem} Grouped`),
    await person(`${stem} Met`),
    await person(`${stem} Stranger`),
  ];
  await newThread(ada, "direct", [direct]);
  await newThread(grouped, "group", [ada]);
  await newThread(ada, "public", [met]);
  return { stem, ada, direct, grouped, met, stranger };
}

describe("a search", () => {
  it("finds everyone of all shards by name or id, in any case, sorted by what matched", async () => {
    const { stem, ada, direct, grouped, met, stranger } = await village();
    const all = [direct.user, grouped.user, met.user, stranger.user];
    expect(await find(ada, stem.toUpperCase(), "all")).toEqual(all);
    expect(await find(ada, stem)).toEqual(all);
    expect(await find(ada, ` ${stranger.user.id.slice(0, 50)} `)).toEqual([stranger.user]);
  });

  it("gives the first 20 of all shards together", async () => {
    const stem = unique("Crowd");
    const people = [];
    for (let i = 0; i < 25; i++) people.push(await person(`${stem} ${String(i).padStart(2, "0")}`));
    const [first] = people;
    const found = first ? await find(first, `${stem} `) : [];
    expect(found).toEqual(people.slice(0, 20).map(({ user }) => user));
  });

  it("finds by a composed name what was written as letter and accent", async () => {
    const stem = unique("x");
    const zoe = await person(`Zoé ${stem}`);
    expect(await find(zoe, `zoe\u0301 ${stem}`)).toEqual([zoe.user]);
  });

  it("of `shared` finds those with a direct or group thread in common alone", async () => {
    const { stem, ada, direct, grouped, stranger } = await village();
    expect(await find(ada, stem, "shared")).toEqual([direct.user, grouped.user]);
    expect(await find(stranger, stem, "shared")).toEqual([]);
  });

  it("of `off` is forbidden", async () => {
    const ada = await person("Ada");
    for (const path of ["/api/users?q=ada", `/api/users/${ada.user.id}`]) {
      const response = await get(ada, path, "off");
      expect(response.status).toBe(403);
      expect((await problemOf(response)).code).toBe("forbidden");
    }
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
});

describe("a user by id", () => {
  it("is any known user", async () => {
    const { ada, stranger } = await village();
    const response = await get(ada, `/api/users/${stranger.user.id}`, "all");
    expect(await response.json()).toEqual(stranger.user);
  });

  it("is not_found where the user is unknown", async () => {
    const [ada, nobody] = [await person("Ada"), await unknownPerson("Bob")];
    const response = await get(ada, `/api/users/${nobody.user.id}`);
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toContain(nobody.user.id);
  });

  it("of `shared` is oneself or one with a direct or group thread in common, and else as if unknown", async () => {
    const { ada, direct, grouped, met, stranger } = await village();
    for (const { user } of [ada, direct, grouped]) {
      const response = await get(ada, `/api/users/${user.id}`, "shared");
      expect(await response.json()).toEqual(user);
    }
    const nobody = await unknownPerson("Bob");
    for (const { user } of [met, stranger, nobody]) {
      const response = await get(ada, `/api/users/${user.id}`, "shared");
      expect(response.status).toBe(404);
      expect((await problemOf(response)).detail).toBe(`No such user: ${user.id}`);
    }
  });
});

describe("presence", () => {
  async function statuses(who: Person, others: Person[]): Promise<UserPresence[]> {
    const response = await get(who, `/api/presence?ids=${others.map(({ user }) => user.id).join(",")}`);
    expect(response.status).toBe(200);
    return (await response.json<{ presence: UserPresence[] }>()).presence;
  }

  it("lists users with a direct or group thread in common, once each, and leaves out the others", async () => {
    const { ada, direct, grouped, met, stranger } = await village();
    const seen = await statuses(ada, [stranger, direct, met, grouped, direct]);
    expect(seen.map(({ userId }) => userId).toSorted()).toEqual([direct.user.id, grouped.user.id].toSorted());
    expect(seen.every(({ status }) => status === "offline")).toBe(true);
  });

  it("includes the caller, with no thread at all", async () => {
    const ada = await person("Ada");
    expect(await statuses(ada, [ada])).toEqual([{ userId: ada.user.id, status: "offline" }]);
  });
});
