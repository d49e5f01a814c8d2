/** Users whom the host makes known and renames, what it keeps with them, and whose name counts. */
import { describe, expect, it } from "vitest";
import { host, hostAs } from "../support/host-server.ts";
import { eventually } from "../support/eventually.ts";
import {
  call,
  hostToken,
  newThread,
  person,
  unique,
  unknownPerson,
  type Person,
} from "../support/host-users.ts";
import { openPresence, openThread } from "../support/socket.ts";
import { problemOf } from "./requests.ts";

const put = (userId: string, body: unknown) => host("PUT", `/api/users/${encodeURIComponent(userId)}`, body);
const get = (userId: string) => host("GET", `/api/users/${encodeURIComponent(userId)}`);

/** The same user with a token that names them so, made so many seconds from now; undefined: it does not say when. */
async function named(
  { user: { id } }: Pick<Person, "user">,
  name: string,
  inSeconds?: number,
): Promise<Person> {
  const iat = inSeconds === undefined ? undefined : Math.floor(Date.now() / 1000) + inSeconds;
  const token = await hostToken({ sub: id, name, ...(iat !== undefined && { iat }) });
  const headers = { authorization: `Bearer ${token}` };
  return { user: { id, name }, token, call: (method, path, body) => call(method, path, body, headers) };
}

describe("a user whom the host puts", () => {
  it("is known from then on, without having signed in", async () => {
    const ada = await person("Ada");
    const id = unique("bo");
    const answer = await put(id, { name: " Bo ", avatarUrl: "https://pics.example/b.png" });
    expect(answer.status).toBe(200);
    const bo = { id, name: "Bo", avatarUrl: "https://pics.example/b.png" };
    expect(await answer.json()).toEqual(bo);
    const created = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [id] });
    expect(created.status).toBe(201);
    expect(await (await ada.call("GET", `/api/users/${id}`)).json()).toEqual(bo);
    expect((await hostAs({ user: bo }, "GET", "/api/threads")).status).toBe(200);
  });

  it("keeps what is absent, and loses what is null", async () => {
    const id = unique("bo");
    await put(id, { name: "Bo", avatarUrl: "https://pics.example/b.png", data: { plan: "pro", n: [1] } });
    expect(await (await put(id, { name: "Bob" })).json()).toMatchObject({
      name: "Bob",
      avatarUrl: "https://pics.example/b.png",
    });
    expect(await (await get(id)).json()).toMatchObject({ name: "Bob", data: { plan: "pro", n: [1] } });
    expect(await (await put(id, { name: "Bob", avatarUrl: null, data: null })).json()).toEqual({
      id,
      name: "Bob",
    });
    expect(Object.keys(await (await get(id)).json<object>()).toSorted()).toEqual([
      "createdAt",
      "id",
      "name",
      "threadCount",
    ]);
  });

  it("is the same after the same request again", async () => {
    const id = unique("bo");
    const body = { name: "Bo", data: { plan: "pro" } };
    const answers = [];
    for (let i = 0; i < 2; i += 1) answers.push(await (await put(id, body)).json());
    expect(answers[1]).toEqual(answers[0]);
  });

  it.each([
    ["guest-ada", { name: "Ada" }],
    ["Guest-ada", { name: "Ada" }],
    ["system", { name: "Ada" }],
    ["ada", {}],
    ["ada", { name: "" }],
    ["ada", { name: "Ada", data: [] }],
    ["ada", { name: "Ada", data: "text" }],
    ["ada", { name: "Ada", data: 7 }],
  ])("is refused as a bad request: %s %o", async (id, body) => {
    expect((await problemOf(await put(id, body))).code).toBe("bad_request");
  });

  it("may have data of 1,024 bytes as compact JSON, whatever its alphabet", async () => {
    const id = unique("bo");
    const overhead = JSON.stringify({ a: "" }).length;
    const data = (bytes: number) => ({ a: "ü".repeat((bytes - overhead) / 2) });
    expect((await put(id, { name: "Bo", data: data(1_024) })).status).toBe(200);
    expect((await problemOf(await put(id, { name: "Bo", data: data(1_026) }))).code).toBe("too_large");
    expect(await (await get(id)).json()).toMatchObject({ data: data(1_024) });
  });

  it("is the host's to put: users are forbidden to, whether or not the user exists", async () => {
    const ada = await person("Ada");
    for (const id of [ada.user.id, unique("nobody")])
      expect((await problemOf(await ada.call("PUT", `/api/users/${id}`, { name: "Eve" }))).code).toBe(
        "forbidden",
      );
    expect((await problemOf(await call("PUT", "/api/users/x", { name: "Eve" }))).code).toBe(
      "unauthenticated",
    );
  });
});

describe("what the host sees of a user", () => {
  it("includes when they were first known, and how many threads they have", async () => {
    const before = Date.now();
    const ada = await person("Ada");
    await newThread(ada, "group", [], "Pond");
    await newThread(ada, "public", [], "Lake");
    const { createdAt, ...rest } = await (await get(ada.user.id)).json<{ createdAt: number }>();
    expect(rest).toEqual({ ...ada.user, threadCount: 2 });
    expect(createdAt).toBeGreaterThanOrEqual(before);
    expect(createdAt).toBeLessThanOrEqual(Date.now());
    await put(ada.user.id, { name: "Ada L." });
    expect(await (await get(ada.user.id)).json()).toMatchObject({ createdAt, name: "Ada L." });
  });

  it("is not found of an unknown one, and of the host itself", async () => {
    for (const id of [unique("nobody"), "system"])
      expect((await problemOf(await get(id))).code).toBe("not_found");
  });

  it("is shown to users without its data, but to those who may list members", async () => {
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    const { id } = await newThread(ada, "group", [bo]);
    await put(bo.user.id, { name: "Bo", data: { plan: "pro" } });
    expect(await (await ada.call("GET", `/api/users/${bo.user.id}`)).json()).toEqual(bo.user);
    const members = await (await ada.call("GET", `/api/threads/${id}/members`)).json<{ members: object[] }>();
    expect(members.members).toMatchObject([
      { user: ada.user },
      { user: { ...bo.user, data: { plan: "pro" } } },
    ]);
    const thread = await (await ada.call("GET", `/api/threads/${id}`)).json();
    expect(JSON.stringify(thread)).not.toContain("plan");
  });
});

describe("a name", () => {
  it("in a token counts if it was made later than the host's last word", async () => {
    const ada = await person("Ada");
    await put(ada.user.id, { name: "Host's" });
    for (const [name, inSeconds] of [
      ["Earlier", -60],
      ["Undated", undefined],
    ] as const)
      expect((await (await named(ada, name, inSeconds)).call("POST", "/api/session")).status).toBe(201);
    expect(await (await get(ada.user.id)).json()).toMatchObject({ name: "Host's" });
    await (await named(ada, "Later", 50)).call("POST", "/api/session");
    expect(await (await get(ada.user.id)).json()).toMatchObject({ name: "Later" });
  });

  it("of an older token or cookie is not shown anywhere", async () => {
    const ada = await unknownPerson("Ada");
    const cookie = (await ada.call("POST", "/api/session")).headers.get("set-cookie")?.split(";")[0] ?? "";
    await put(ada.user.id, { name: "Host's" });
    expect(await (await ada.call("POST", "/api/session")).json()).toMatchObject({ user: { name: "Host's" } });
    await eventually(async () => {
      const session = await call("GET", "/api/session", undefined, { cookie });
      expect(await session.json()).toMatchObject({ user: { name: "Host's" } });
      expect(await (await ada.call("GET", "/api/session")).json()).toMatchObject({
        user: { name: "Host's" },
      });
    });
    const thread = await newThread(ada, "public", [], "Lake");
    expect(thread.members[0]?.user.name).toBe("Host's");
    expect((await (await openThread(ada, thread.id)).next("welcome")).user.name).toBe("Host's");
    expect((await (await openPresence(ada)).next("welcome")).user.name).toBe("Host's");
  });

  it("that the host changes reaches open rooms, own tabs and lists, as often as it likes", async () => {
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    const { id } = await newThread(ada, "direct", [bo]);
    const [room, own, list] = [await openThread(bo, id), await openPresence(ada), await openPresence(bo)];
    for (const name of ["Ada the First", "Ada the Second"]) {
      await put(ada.user.id, { name });
      const user = { ...ada.user, name };
      expect((await room.next("user", (event) => event.user.name === name)).user).toEqual(user);
      expect((await own.next("user", (event) => event.user.name === name)).user).toEqual(user);
      const shown = await list.next("thread", ({ thread }) => JSON.stringify(thread).includes(name));
      expect(shown.thread.members).toContainEqual(user);
    }
    await eventually(async () =>
      expect(await (await bo.call("GET", `/api/threads/${id}`)).text()).toContain("Ada the Second"),
    );
  });
});
