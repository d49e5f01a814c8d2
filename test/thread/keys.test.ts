/** Threads by the host's own key: made and brought up to date by its server, and a thread like any other to their members. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Member, Thread } from "../../src/protocol/model.ts";
import { host, hostAs, newKey } from "../support/host-server.ts";
import { person, unique, unknownPerson, type Person } from "../support/host-users.ts";
import { storedText } from "../support/objects.ts";
import { openThread, upgrade } from "../support/socket.ts";
import { NO_THREAD, problemOf, request } from "../worker/requests.ts";

const path = (key: string) => `/api/threads/${encodeURIComponent(key)}`;
const ids = (thread: Thread) => thread.members.map(({ user }) => user.id);

async function put(key: string, body: unknown, status = 200): Promise<Thread> {
  const response = await host("PUT", path(key), body);
  expect(response.status, await response.clone().text()).toBe(status);
  return (await response.json()) as Thread;
}

/** A group of these users, and its key. */
async function group(...members: Person[]) {
  const key = newKey();
  const thread = await put(
    key,
    { kind: "group", members: members.map(({ user }) => ({ id: user.id })) },
    201,
  );
  return { key, thread };
}

describe("PUT makes the thread of a key", () => {
  it("once, with its members and no owner", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const key = newKey();
    const body = {
      kind: "group",
      name: "Order 123",
      members: [ada, bob].map(({ user }) => ({ id: user.id })),
      data: { order: 123 },
    };
    const thread = await put(key, body, 201);
    expect(thread).toMatchObject({
      kind: "group",
      name: "Order 123",
      key: key.slice(4),
      data: { order: 123 },
      seq: 0,
      rev: 0,
      memberCount: 2,
      members: [ada, bob].map(({ user }) => ({ user, role: "member" })),
    });
    expect(thread).not.toHaveProperty("you");
    expect(await put(key, body)).toEqual(thread);
  });

  it("once where two do at the same time", async () => {
    const ada = await person("Ada");
    const key = newKey();
    const body = { kind: "group", name: "Order", members: [{ id: ada.user.id }] };
    const answers = await Promise.all(Array.from({ length: 5 }, () => host("PUT", path(key), body)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201]);
    const threads = (await Promise.all(answers.map((answer) => answer.json()))) as Thread[];
    expect(new Set(threads.map((thread) => JSON.stringify(thread))).size).toBe(1);
    expect(threads[0]).toMatchObject({ rev: 0, memberCount: 1 });
  });

  it("and its members have it on their lists, and can write there", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { key, thread } = await group(ada, bob);
    for (const each of [key, thread.id]) {
      const sent = await ada.call("POST", `${path(each)}/messages`, { body: "hello" });
      expect(sent.status).toBe(201);
    }
    const { threads } = (await (await bob.call("GET", "/api/threads")).json()) as {
      threads: { id: string }[];
    };
    expect(threads.map(({ id }) => id)).toEqual([thread.id]);
    expect((await (await bob.call("GET", path(key))).json()) as Thread).toMatchObject({
      id: thread.id,
      key: key.slice(4),
      seq: 2,
    });
  });

  it("of a public thread, without members too", async () => {
    const key = newKey();
    expect(await put(key, { kind: "public", name: "Square" }, 201)).toMatchObject({
      kind: "public",
      members: [],
    });
    const socket = await openThread(await person("Ada"), encodeURIComponent(key));
    expect(await socket.next("welcome")).toMatchObject({ thread: { key: key.slice(4), memberCount: 1 } });
  });
});

describe("a key", () => {
  const odd = [
    "a/b?c#d%25",
    "guest-x",
    "system",
    "..",
    '["ada"]',
    '{"key":"x"}',
    "é",
    "e\u0301",
    "🐸".repeat(64),
    "x".repeat(128),
  ];

  it.each(odd)("may be %s, and is then a thread of its own", async (suffix) => {
    const key = `${newKey()}-${suffix}`.slice(-132);
    const named = `key:${key.slice(-128)}`;
    const made = await put(named, { kind: "group", name: "A" }, 201);
    expect(made.key).toBe(named.slice(4));
    expect(await put(named, { kind: "group" })).toEqual(made);
  });

  it("counts in its case and normalization", async () => {
    const key = newKey();
    const made = await Promise.all(
      ["é", "e\u0301", "É"].map((suffix) => put(key + suffix, { kind: "group" }, 201)),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(3);
  });

  it("names its thread with its colon percent-encoded, or not", async () => {
    const key = newKey();
    const { id } = await put(key, { kind: "group" }, 201);
    const plain = await host("GET", `/api/threads/${key}`);
    expect(((await plain.json()) as Thread).id).toBe(id);
  });

  it("cannot be the name of a direct thread's pair, which has a comma", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] });
    const pair = JSON.stringify([ada.user.id, bob.user.id].toSorted());
    expect((await problemOf(await host("PUT", path(`key:${pair}`), { kind: "group" }))).code).toBe(
      "bad_request",
    );
    expect((await ada.call("GET", path(`key:${pair}`))).status).toBe(404);
  });

  const invalid = ["key:", `key:${"x".repeat(129)}`, "key:a,b", "key:a\u0007"];
  it.each(invalid)("that is invalid is bad_request in PUT, else not_found: %j", async (key) => {
    expect((await problemOf(await host("PUT", path(key), { kind: "group" }))).code).toBe("bad_request");
    expect((await problemOf(await host("GET", path(key)))).code).toBe("not_found");
    const ada = await person("Ada");
    expect((await problemOf(await ada.call("GET", path(key)))).code).toBe("not_found");
    const socket = await upgrade(`${path(key)}/socket`, { authorization: `Bearer ${ada.token}` });
    expect((await socket.closed).code).toBe(4004);
  });

  it("that is not percent-encoded UTF-8 is refused alike", async () => {
    expect((await problemOf(await host("PUT", "/api/threads/key:%ff", { kind: "group" }))).code).toBe(
      "bad_request",
    );
    expect((await problemOf(await host("GET", "/api/threads/key:%ff"))).code).toBe("not_found");
  });

  it.each([NO_THREAD, "order-1", "KEY:order-1"])("is what PUT takes, and not %s", async (id) => {
    expect((await problemOf(await host("PUT", `/api/threads/${id}`, { kind: "group" }))).code).toBe(
      "not_found",
    );
  });
});

describe("to anyone but its members", () => {
  it("the key of a group answers as that of a thread that never existed, and nothing is written", async () => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const { key } = await group(ada);
    const never = newKey();
    for (const [method, suffix, body] of [
      ["GET", "", undefined],
      ["PATCH", "", { name: "x" }],
      ["DELETE", "", undefined],
      ["GET", "/members", undefined],
      ["PUT", `/members/${eve.user.id}`, {}],
      ["DELETE", `/members/${eve.user.id}`, undefined],
      ["GET", "/messages", undefined],
      ["POST", "/messages", { body: "x" }],
      ["POST", "/messages", { body: 5 }],
      ["PUT", "/messages/1/reactions/👍", undefined],
      ["PUT", "/read", { seq: 1 }],
    ] as const) {
      const [hidden, absent] = await Promise.all(
        [key, never].map(async (each) => {
          const response = await eve.call(method, path(each) + suffix, body);
          return { status: response.status, body: await response.text() };
        }),
      );
      expect(hidden, `${method} ${suffix}`).toEqual(absent);
      expect(hidden?.status).toBe(404);
    }
    for (const each of [key, never]) {
      const socket = await upgrade(`${path(each)}/socket`, { authorization: `Bearer ${eve.token}` });
      expect((await socket.closed).code).toBe(4004);
    }
    const object = env.CHAT_THREAD.get(env.CHAT_THREAD.idFromName(JSON.stringify({ key: never.slice(4) })));
    expect(await storedText(object)).toBe("[]");
  });

  it("PUT is forbidden to users, whether or not there is such a thread, and unauthenticated to nobody", async () => {
    const ada = await person("Ada");
    const { key } = await group(ada);
    for (const each of [key, newKey(), "key:", "key:%ff", NO_THREAD]) {
      expect((await problemOf(await ada.call("PUT", `/api/threads/${each}`, { kind: "group" }))).code).toBe(
        "forbidden",
      );
      expect((await problemOf(await hostAs(ada, "PUT", `/api/threads/${each}`))).code).toBe("forbidden");
      expect((await problemOf(await request(`/api/threads/${each}`, { method: "PUT" }))).code).toBe(
        "unauthenticated",
      );
    }
  });
});

describe("the members that PUT names", () => {
  it("are made known by a name where they are not yet, and named as before where they are", async () => {
    const [ada, zoe] = [await person("Ada"), await unknownPerson("Zoe")];
    const key = newKey();
    const avatarUrl = "https://pics.example/zoe.png";
    const members = [
      { id: ada.user.id, name: "Somebody" },
      { id: zoe.user.id, name: " Zoe ", avatarUrl },
    ];
    const thread = await put(key, { kind: "group", members }, 201);
    expect(thread.members.map(({ user }) => user)).toEqual([ada.user, { ...zoe.user, avatarUrl }]);
    expect(await (await ada.call("GET", `/api/users/${zoe.user.id}`)).json()).toEqual({
      ...zoe.user,
      avatarUrl,
    });
    expect((await zoe.call("GET", path(key))).status).toBe(200);
  });

  it("may be named otherwise by their own next sign-in", async () => {
    const zoe = await unknownPerson("Zoe");
    await put(newKey(), { kind: "group", members: [{ id: zoe.user.id, name: "Z" }] }, 201);
    await zoe.call("POST", "/api/session");
    expect(await (await zoe.call("GET", `/api/users/${zoe.user.id}`)).json()).toEqual(zoe.user);
  });

  it("are not found where they are unknown and have no name, and nothing changes", async () => {
    const [zoe, max, ada] = [await unknownPerson("Zoe"), await unknownPerson("Max"), await person("Ada")];
    const key = newKey();
    const members = [{ id: zoe.user.id }, { id: max.user.id, name: "Max" }, { id: ada.user.id }];
    const refused = await problemOf(await host("PUT", path(key), { kind: "group", members }));
    expect(refused.code).toBe("not_found");
    expect(refused.detail).toContain(zoe.user.id);
    expect(refused.detail).not.toContain(max.user.id);
    expect((await host("GET", path(key))).status).toBe(404);
    expect((await ada.call("GET", `/api/users/${max.user.id}`)).status).toBe(404);

    await put(key, { kind: "group", name: "Order" }, 201);
    const again = await host("PUT", path(key), { kind: "group", name: "Other", members });
    expect((await problemOf(again)).code).toBe("not_found");
    expect((await (await host("GET", path(key))).json()) as Thread).toMatchObject({
      name: "Order",
      memberCount: 0,
    });
  });

  it("are made known by no request that is a conflict", async () => {
    const [zoe, ada] = [await unknownPerson("Zoe"), await person("Ada")];
    const { key } = await group(ada);
    const members = [{ id: zoe.user.id, name: "Zoe" }];
    expect((await problemOf(await host("PUT", path(key), { kind: "public", members }))).code).toBe(
      "conflict",
    );
    expect((await ada.call("GET", `/api/users/${zoe.user.id}`)).status).toBe(404);
  });

  it("are each added once, by whichever entry has a name", async () => {
    const zoe = await unknownPerson("Zoe");
    const members = [{ id: zoe.user.id }, { id: zoe.user.id, name: "Zoe" }, { id: zoe.user.id }];
    expect(ids(await put(newKey(), { kind: "group", members }, 201))).toEqual([zoe.user.id]);
  });

  it("are added, with events, where they are not in it yet", async () => {
    const [ada, bob, cyd] = [await person("Ada"), await person("Bob"), await person("Cyd")];
    const { key } = await group(ada);
    const socket = await openThread(ada, encodeURIComponent(key));
    const members = [ada, bob, cyd].map(({ user }) => ({ id: user.id }));
    const thread = await put(key, { kind: "group", members });
    expect(ids(thread)).toEqual([ada, bob, cyd].map(({ user }) => user.id));
    expect(thread.rev).toBe(2);
    expect(await socket.next("member")).toMatchObject({ rev: 1, member: { user: bob.user }, memberCount: 2 });
    expect(await socket.next("member")).toMatchObject({ rev: 2, member: { user: cyd.user }, memberCount: 3 });
  });

  it("are never brought back where they left or were removed; adding each by the host does", async () => {
    const [ada, bob, cyd] = [await person("Ada"), await person("Bob"), await person("Cyd")];
    const { key } = await group(ada, bob, cyd);
    await bob.call("DELETE", `${path(key)}/members/${bob.user.id}`);
    await host("DELETE", `${path(key)}/members/${cyd.user.id}`);
    const members = [ada, bob, cyd].map(({ user }) => ({ id: user.id, name: user.name }));
    const thread = await put(key, { kind: "group", members });
    expect(ids(thread)).toEqual([ada.user.id]);
    expect(thread.rev).toBe(2);
    expect((await host("PUT", `${path(key)}/members/${bob.user.id}`)).status).toBe(200);
    expect((await bob.call("GET", path(key))).status).toBe(200);
  });

  const x = (length: number) => "x".repeat(length);
  const invalid: [string, unknown][] = [
    ["no list", "ada"],
    ["more than 100", Array.from({ length: 101 }, (_, i) => ({ id: `u${i}`, name: "U" }))],
    ["without an id", [{ name: "Ada" }]],
    ["with an id that is too long", [{ id: x(129), name: "Ada" }]],
    ["with the host's own id", [{ id: "system", name: "System" }]],
    ["with an unknown guest's id", [{ id: "guest-Ada", name: "Ada" }]],
    ["with a name that cannot be shown", [{ id: "ada", name: "A\u202e" }]],
  ];
  it.each(invalid)("are refused: %s", async (_what, members) => {
    const key = newKey();
    expect((await problemOf(await host("PUT", path(key), { kind: "group", members }))).code).toBe(
      "bad_request",
    );
    expect((await host("GET", path(key))).status).toBe(404);
  });

  it("may be 100 at once, of whom none is known", async () => {
    const stem = unique("many");
    const members = Array.from({ length: 100 }, (_, i) => ({ id: `${stem}-${i}`, name: `M ${i}` }));
    expect(await put(newKey(), { kind: "group", members }, 201)).toMatchObject({ memberCount: 100 });
  });
});

describe("name and data", () => {
  it("change where they are given, stay where they are absent, and go with null; one event says both", async () => {
    const ada = await person("Ada");
    const { key, thread } = await group(ada);
    const socket = await openThread(ada, encodeURIComponent(key));
    await put(key, { kind: "group", name: "Order", data: { state: "open" } });
    const { id, createdAt } = thread;
    const settings = { topic: null, slowModeMs: 0, locked: false, whoPosts: "members" };
    const info = { id, kind: "group", createdAt, key: key.slice(4), ...settings };
    expect(await socket.next("thread")).toEqual({
      type: "thread",
      rev: 1,
      thread: { ...info, name: "Order", data: { state: "open" } },
    });
    expect(await put(key, { kind: "group" })).toMatchObject({
      rev: 1,
      name: "Order",
      data: { state: "open" },
    });
    await put(key, { kind: "group", data: { state: "sent" } });
    expect(await socket.next("thread")).toMatchObject({
      rev: 2,
      thread: { name: "Order", data: { state: "sent" } },
    });
    const cleared = await put(key, { kind: "group", name: null, data: null });
    expect(cleared).toMatchObject({ rev: 3, name: null });
    expect(cleared).not.toHaveProperty("data");
    expect(await socket.next("thread")).toEqual({ type: "thread", rev: 3, thread: { ...info, name: null } });
  });

  it("are in what a client missed, and in its welcome", async () => {
    const ada = await person("Ada");
    const { key, thread } = await group(ada);
    await put(key, { kind: "group", data: { a: [1, "é", null] } });
    const socket = await openThread(ada, encodeURIComponent(key), `${thread.epoch}:0`);
    expect(await socket.next("welcome")).toMatchObject({
      resumed: true,
      thread: { data: { a: [1, "é", null] } },
    });
    expect(await socket.next("thread")).toMatchObject({ rev: 1, thread: { data: { a: [1, "é", null] } } });
  });

  it("that are renamed by a member stay so until the host says otherwise", async () => {
    const ada = await person("Ada");
    const { key } = await group(ada);
    expect((await host("PUT", `${path(key)}/members/${ada.user.id}`, { role: "moderator" })).status).toBe(
      200,
    );
    expect((await ada.call("PATCH", path(key), { name: "Ours" })).status).toBe(200);
    expect((await put(key, { kind: "group" })).name).toBe("Ours");
    expect((await put(key, { kind: "group", name: "Order" })).name).toBe("Order");
  });

  const ofBytes = (bytes: number) => ({ x: "é".repeat((bytes - 8) / 2) });
  const deep = JSON.parse("[".repeat(2000) + "]".repeat(2000)) as unknown;
  it("data may have 4,096 bytes as compact JSON, of any keys and depth", async () => {
    for (const data of [{}, ofBytes(4096), { deep }, JSON.parse('{"__proto__":{"a":1},"toString":1,"":0}')]) {
      const thread = await put(newKey(), { kind: "group", data }, 201);
      expect(JSON.stringify(thread.data)).toBe(JSON.stringify(data));
    }
  });

  it.each([
    ["too_large", ofBytes(4098)],
    ["too_large", { deep: JSON.parse("[".repeat(15_000) + "]".repeat(15_000)) as unknown }],
    ["bad_request", []],
    ["bad_request", "text"],
    ["bad_request", 7],
    ["bad_request", true],
  ])("data is refused as %s", async (code, data) => {
    expect((await problemOf(await host("PUT", path(newKey()), { kind: "group", data }))).code).toBe(code);
  });

  it("of another kind are a conflict", async () => {
    const { key } = await group();
    const refused = await host("PUT", path(key), { kind: "public", name: "Other" });
    expect((await problemOf(refused)).code).toBe("conflict");
    expect((await (await host("GET", path(key))).json()) as Thread).toMatchObject({
      kind: "group",
      name: null,
    });
  });

  it.each([{}, { kind: "direct" }, { kind: "group", name: "" }])("of %j are bad_request", async (body) => {
    expect((await problemOf(await host("PUT", path(newKey()), body))).code).toBe("bad_request");
  });
});

describe("the owner of a host's thread", () => {
  const roles = async (key: string) => {
    const { members } = (await (await host("GET", `${path(key)}/members`)).json()) as { members: Member[] };
    return members.map(({ role }) => role);
  };

  it("is nobody until the host names one, whoever leaves", async () => {
    const [ada, bob, cyd] = [await person("Ada"), await person("Bob"), await person("Cyd")];
    const { key } = await group(ada, bob, cyd);
    await ada.call("DELETE", `${path(key)}/members/${ada.user.id}`);
    expect(await roles(key)).toEqual(["member", "member"]);
  });

  it("is succeeded by another once there was a first", async () => {
    const [ada, bob, cyd] = [await person("Ada"), await person("Bob"), await person("Cyd")];
    const { key } = await group(ada, bob, cyd);
    await host("PUT", `${path(key)}/members/${ada.user.id}`, { role: "owner" });
    await host("PUT", `${path(key)}/members/${cyd.user.id}`, { role: "moderator" });
    await ada.call("DELETE", `${path(key)}/members/${ada.user.id}`);
    expect(await roles(key)).toEqual(["member", "owner"]);
  });

  it("is nobody when all have left, and the thread stays, with its messages", async () => {
    const ada = await person("Ada");
    const { key, thread } = await group(ada);
    await ada.call("POST", `${path(key)}/messages`, { body: "hello" });
    await ada.call("DELETE", `${path(key)}/members/${ada.user.id}`);
    expect((await (await host("GET", path(key))).json()) as Thread).toMatchObject({
      epoch: thread.epoch,
      memberCount: 0,
      seq: 1,
    });
  });
});

describe("a deleted thread of a key", () => {
  it("is made anew, with another epoch, and leavers are forgotten", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { key, thread } = await group(ada, bob);
    await ada.call("POST", `${path(key)}/messages`, { body: "old" });
    await bob.call("DELETE", `${path(key)}/members/${bob.user.id}`);
    const socket = await openThread(ada, encodeURIComponent(key));
    expect((await host("DELETE", path(key))).status).toBe(204);
    expect((await socket.closed).code).toBe(4004);
    expect((await ada.call("GET", path(key))).status).toBe(404);

    const members = [ada, bob].map(({ user }) => ({ id: user.id }));
    const anew = await put(key, { kind: "public", members }, 201);
    expect(anew).toMatchObject({ id: thread.id, kind: "public", seq: 0, rev: 0, memberCount: 2 });
    expect(anew.epoch).not.toBe(thread.epoch);
    const { messages } = (await (await ada.call("GET", `${path(key)}/messages`)).json()) as {
      messages: unknown[];
    };
    expect(messages).toEqual([]);
  });

  it("leaves no read marker behind", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { key } = await group(ada, bob);
    const members = [ada, bob].map(({ user }) => ({ id: user.id }));
    for (let i = 0; i < 3; i++) await ada.call("POST", `${path(key)}/messages`, { body: "old" });
    await bob.call("PUT", `${path(key)}/read`, { seq: 3 });
    await host("DELETE", path(key));
    await put(key, { kind: "group", members }, 201);
    await ada.call("POST", `${path(key)}/messages`, { body: "new" });
    const summary = async () => {
      const { threads } = (await (await bob.call("GET", "/api/threads")).json()) as { threads: unknown[] };
      return threads[0];
    };
    await expect.poll(summary).toMatchObject({ seq: 1, unread: 1 });
    await bob.call("PUT", `${path(key)}/read`, { seq: 1 });
    await expect.poll(summary).toMatchObject({ seq: 1, readSeq: 1, unread: 0 });
  });

  it("exists once whatever comes at the same time", async () => {
    const ada = await person("Ada");
    const { key } = await group(ada);
    const members = [{ id: ada.user.id }];
    const statuses = await Promise.all([
      host("DELETE", path(key)),
      ...Array.from({ length: 3 }, () => host("PUT", path(key), { kind: "group", members })),
    ]);
    expect(statuses[0]?.status).toBe(204);
    for (const { status } of statuses.slice(1)) expect([200, 201]).toContain(status);
    const again = await host("PUT", path(key), { kind: "group", members });
    expect([200, 201]).toContain(again.status);
    expect(ids((await (await ada.call("GET", path(key))).json()) as Thread)).toEqual([ada.user.id]);
  });
});
