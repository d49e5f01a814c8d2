/** The success response of every route: exactly what the contract's schemas describe, with no further key. */
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { memberPage, messagePage, readState, session, threadPage } from "../../src/protocol/http.ts";
import { member, message, thread, user, userPresence, type Thread } from "../../src/protocol/model.ts";
import { call, newThread, person, unique, type Person } from "../support/host-users.ts";
import { openPresence } from "../support/socket.ts";

let [ada, bob, cyd]: Person[] = [];
let pond: Thread;
let square: Thread;
let pair: Thread;

function signedIn() {
  if (!ada || !bob || !cyd) throw new Error("no user");
  return { ada, bob, cyd };
}

/** A group with every kind of message, a public thread without Cyd, and a direct thread without messages. */
beforeAll(async () => {
  [ada, bob, cyd] = [await person("Ada"), await person("Bob"), await person("Cyd")];
  pond = await newThread(ada, "group", [bob], "Pond");
  square = await newThread(ada, "public");
  pair = await newThread(ada, "direct", [bob]);
  const messages = `/api/threads/${pond.id}/messages`;
  await ada.call("POST", messages, { body: "one", id: "m1" });
  await bob.call("POST", messages, { body: "two", replyTo: 1 });
  await bob.call("PATCH", `${messages}/2`, { body: "two, edited" });
  await ada.call("PUT", `${messages}/2/reactions/%F0%9F%91%8D`);
  await ada.call("POST", messages, { body: "three" });
  await ada.call("PUT", `${messages}/3/reactions/%F0%9F%91%8D`);
  await ada.call("DELETE", `${messages}/3`);
});

/** Makes a request, by default as Ada, and expects this status and exactly what the schema describes. */
async function expectAnswer<S extends z.ZodType>(
  schema: S,
  status: number,
  [method, path, body]: [method: string, path: string, body?: unknown],
  who = signedIn().ada,
): Promise<z.output<S>> {
  const response = await who.call(method, path, body);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/json");
  const value = await response.json();
  const parsed = schema.parse(value);
  expect(parsed).toStrictEqual(value);
  return parsed;
}

describe("a response matches the contract", () => {
  it("for a session", async () => {
    const made = await expectAnswer(session, 201, ["POST", "/api/session"]);
    expect(await expectAnswer(session, 200, ["GET", "/api/session"])).toEqual(made);
    const guest = await call("POST", "/api/session", { name: unique("Ada") });
    const value = await guest.json();
    expect(session.parse(value)).toStrictEqual(value);
  });

  it("for a new thread of each kind", async () => {
    const { bob: other } = signedIn();
    const memberIds = [other.user.id];
    const group = await expectAnswer(thread, 201, ["POST", "/api/threads", { kind: "group", memberIds }]);
    expect(group).toMatchObject({ kind: "group", name: null, seq: 0, you: { role: "owner", readSeq: 0 } });
    const open = await expectAnswer(thread, 201, ["POST", "/api/threads", { kind: "public", name: "Open" }]);
    expect(open).toMatchObject({ kind: "public", name: "Open", memberCount: 1 });
    const direct = await expectAnswer(thread, 200, ["POST", "/api/threads", { kind: "direct", memberIds }]);
    expect(direct).toEqual(pair);
    expect(direct).toMatchObject({ kind: "direct", name: null, memberCount: 2, you: { role: "member" } });
  });

  it("for a thread, as a member and as a user who is none", async () => {
    const own = await expectAnswer(thread, 200, ["GET", `/api/threads/${square.id}`]);
    expect(own.you).toEqual({ role: "owner", readSeq: 0 });
    const asOther = await expectAnswer(thread, 200, ["GET", `/api/threads/${square.id}`], signedIn().cyd);
    expect(asOther).not.toHaveProperty("you");
    const renamed = await expectAnswer(thread, 200, [
      "PATCH",
      `/api/threads/${square.id}`,
      { name: "Square" },
    ]);
    expect(renamed).toMatchObject({ id: square.id, name: "Square", rev: own.rev + 1 });
  });

  it("for the list of threads", async () => {
    const { threads } = await expectAnswer(threadPage, 200, ["GET", "/api/threads"]);
    const summary = (id: string) => threads.find((each) => each.id === id);
    const author = signedIn().ada.user;
    expect(summary(pond.id)).toMatchObject({ kind: "group", name: "Pond", seq: 3, readSeq: 3, unread: 0 });
    expect(summary(pond.id)?.lastMessage).toEqual({
      seq: 3,
      author,
      preview: "",
      at: expect.any(Number),
      deletedAt: expect.any(Number),
    });
    expect(summary(pond.id)).not.toHaveProperty("members");
    expect(summary(pair.id)).toMatchObject({ name: null, seq: 0, unread: 0 });
    expect(summary(pair.id)).not.toHaveProperty("lastMessage");
    expect(new Set(summary(pair.id)?.members)).toEqual(new Set([author, signedIn().bob.user]));
  });

  it("for members", async () => {
    const { cyd: third } = signedIn();
    const path = `/api/threads/${square.id}/members`;
    const added = await expectAnswer(member, 200, ["PUT", `${path}/${third.user.id}`]);
    expect(added).toMatchObject({ user: third.user, role: "member", readSeq: 0 });
    const raised = await expectAnswer(member, 200, ["PUT", `${path}/${third.user.id}`, { role: "owner" }]);
    expect(raised).toEqual({ ...added, role: "owner" });
    const first = await expectAnswer(memberPage, 200, ["GET", `${path}?limit=1`]);
    const rest = await expectAnswer(memberPage, 200, [
      "GET",
      `${path}?limit=1&cursor=${encodeURIComponent(first.nextCursor ?? "")}`,
    ]);
    expect(rest).not.toHaveProperty("nextCursor");
    const everyone = await expectAnswer(memberPage, 200, ["GET", path]);
    expect(everyone).toEqual({ members: [...first.members, raised] });
    expect(rest.members).toEqual([raised]);
    await third.call("DELETE", `${path}/${third.user.id}`);
  });

  it("for messages: a plain one, an edited reply, and a tombstone", async () => {
    const page = await expectAnswer(messagePage, 200, ["GET", `/api/threads/${pond.id}/messages`]);
    const at = expect.any(Number);
    const rev = expect.any(Number);
    const [author, replier] = [signedIn().ada.user, signedIn().bob.user];
    const reactions = [{ emoji: "👍", count: 1, userIds: [author.id] }];
    expect(page).toStrictEqual({
      messages: [
        { seq: 1, rev, id: "m1", author, body: "one", at },
        {
          seq: 2,
          rev,
          id: expect.stringMatching(/./),
          author: replier,
          body: "two, edited",
          at,
          replyTo: 1,
          editedAt: at,
          reactions,
        },
        { seq: 3, rev, id: expect.any(String), author, body: "", at, deletedAt: at },
      ],
      hasBefore: false,
      hasAfter: false,
    });
  });

  it("for a message that is sent, sent again, and edited", async () => {
    const { id, rev } = await newThread(signedIn().ada, "group");
    const path = `/api/threads/${id}/messages`;
    const sent = await expectAnswer(message, 201, ["POST", path, { body: "hi", id: "a", since: rev }]);
    expect(sent).toMatchObject({ seq: 1, rev: rev + 1, id: "a", author: signedIn().ada.user, body: "hi" });
    expect(await expectAnswer(message, 200, ["POST", path, { body: "other", id: "a" }])).toEqual(sent);
    const edited = await expectAnswer(message, 200, ["PATCH", `${path}/1`, { body: "ho" }]);
    expect(edited).toEqual({ ...sent, body: "ho", rev: sent.rev + 1, editedAt: expect.any(Number) });
  });

  it("for a read marker, which only rises and never passes the newest message", async () => {
    const path = `/api/threads/${pond.id}/read`;
    const { bob: reader } = signedIn();
    const read = (seq: number) => expectAnswer(readState, 200, ["PUT", path, { seq }], reader);
    expect(await read(1)).toEqual({ readSeq: 2, unread: 1 });
    expect(await read(99)).toEqual({ readSeq: 3, unread: 0 });
    expect(await read(1)).toEqual({ readSeq: 3, unread: 0 });
  });

  it("for users and their statuses", async () => {
    const { bob: other, cyd: stranger } = signedIn();
    const { users } = await expectAnswer(z.object({ users: z.array(user) }), 200, [
      "GET",
      `/api/users?q=${other.user.id}`,
    ]);
    expect(users).toEqual([other.user]);
    expect(await expectAnswer(user, 200, ["GET", `/api/users/${other.user.id}`])).toEqual(other.user);
    const tab = await openPresence(other);
    await tab.next("welcome");
    const ids = [other, stranger].map((each) => each.user.id).join();
    const { presence } = await expectAnswer(z.object({ presence: z.array(userPresence) }), 200, [
      "GET",
      `/api/presence?ids=${ids}`,
    ]);
    expect(presence).toMatchObject([{ userId: other.user.id, status: "online" }]);
    tab.close();
  });

  it("for health", async () => {
    const health = z.object({ ok: z.literal(true), version: z.string().regex(/^\d+\.\d+\.\d+$/) });
    expect((await expectAnswer(health, 200, ["GET", "/api/health"])).ok).toBe(true);
  });
});

describe("a response without content", () => {
  it("has no body and no content type", async () => {
    const { ada: owner, bob: other } = signedIn();
    const { id } = await newThread(owner, "group", [other]);
    await owner.call("POST", `/api/threads/${id}/messages`, { body: "hi" });
    for (const [method, path] of [
      ["PUT", `/api/threads/${id}/messages/1/reactions/%E2%9D%A4%EF%B8%8F`],
      ["DELETE", `/api/threads/${id}/messages/1/reactions/%E2%9D%A4%EF%B8%8F`],
      ["DELETE", `/api/threads/${id}/messages/1`],
      ["DELETE", `/api/threads/${id}/members/${other.user.id}`],
      ["DELETE", `/api/threads/${id}`],
      ["DELETE", "/api/session"],
      ["OPTIONS", "/api/threads"],
    ] as const) {
      const response = await owner.call(method, path);
      expect(response.status, `${method} ${path}`).toBe(204);
      expect(await response.text()).toBe("");
      expect(response.headers.has("content-type")).toBe(false);
    }
  });
});

describe("pages", () => {
  it("of threads hold every thread once", async () => {
    const lister = await person("Lister");
    const made = [];
    for (let i = 0; i < 5; i++) made.push((await newThread(lister, "group")).id);
    const seen: string[] = [];
    let query: string | null = "?limit=2";
    const sizes: number[] = [];
    while (query !== null) {
      const page: z.output<typeof threadPage> = await expectAnswer(
        threadPage,
        200,
        ["GET", `/api/threads${query}`],
        lister,
      );
      sizes.push(page.threads.length);
      seen.push(...page.threads.map(({ id }) => id));
      query = page.nextCursor === undefined ? null : `?limit=2&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
    expect(sizes).toEqual([2, 2, 1]);
    expect(seen.toSorted()).toEqual(made.toSorted());
  });

  it("have no cursor where the last one is full", async () => {
    const lister = await person("Lister");
    for (let i = 0; i < 2; i++) await newThread(lister, "group");
    const page = await expectAnswer(threadPage, 200, ["GET", "/api/threads?limit=2"], lister);
    expect(page).not.toHaveProperty("nextCursor");
  });
});
