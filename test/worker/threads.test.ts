/** Threads, members and messages over HTTP: the status and body of each response. Rights are tested in test/thread. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MEMBER_IDS, NEW_THREADS_PER_MINUTE, USER_ID_LENGTH } from "../../src/protocol/limits.ts";
import { memberPage, messagePage, readState, threadPage } from "../../src/protocol/http.ts";
import { member, message, thread, type Thread } from "../../src/protocol/model.ts";
import {
  call,
  hostToken,
  unknownPerson,
  newThread,
  person,
  unique,
  type Person,
} from "../support/host-users.ts";
import { eventually } from "../support/eventually.ts";
import { evict, threadStub } from "../support/objects.ts";
import { openPresence } from "../support/socket.ts";
import { problemOf } from "./requests.ts";

const ids = (users: Person[]) => users.map(({ user }) => user.id);

afterEach(() => vi.useRealTimers());

describe("a thread whose storage is gone", () => {
  it("can be taken off one's own list, by leaving it, and off nobody else's", async () => {
    const [ada, bob, eve] = [await person("Ada"), await person("Bob"), await person("Eve")];
    for (const kind of ["group", "direct"] as const) {
      const lost = await newThread(ada, kind, [bob]);
      const listed = async (who: Person) =>
        threadPage.parse(await (await who.call("GET", "/api/threads")).json()).threads.map(({ id }) => id);
      await eventually(async () => expect(await listed(bob)).toContain(lost.id));
      await runInDurableObject(threadStub(lost.id), (_thread, { storage }) => storage.deleteAll());
      await evict(threadStub(lost.id));
      const leave = (who: Person, whom = who) =>
        who.call("DELETE", `/api/threads/${lost.id}/members/${whom.user.id}`);
      const tab = await openPresence(ada);
      expect(await problemOf(await leave(ada, bob))).toMatchObject({ status: 404 });
      expect(await problemOf(await leave(eve))).toMatchObject({ status: 404 });
      expect((await leave(ada)).status).toBe(204);
      expect(await tab.next("thread_removed")).toMatchObject({ threadId: lost.id });
      expect(await listed(ada)).not.toContain(lost.id);
      expect(await listed(bob)).toContain(lost.id);
      expect(await problemOf(await leave(ada))).toMatchObject({ status: 404 });
      expect((await leave(bob)).status).toBe(204);
    }
  });
});

describe("POST /api/threads", () => {
  it("answers 201 with the thread as its owner sees it", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const response = await ada.call("POST", "/api/threads", {
      kind: "group",
      name: " Pond ",
      memberIds: ids([bob]),
    });
    expect(response.status).toBe(201);
    const made = thread.parse(await response.json());
    expect(made).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      kind: "group",
      name: "Pond",
      seq: 0,
      memberCount: 2,
      you: { role: "owner", readSeq: 0 },
    });
    expect(made.members.map(({ user, role }) => [user, role])).toEqual([
      [ada.user, "owner"],
      [bob.user, "member"],
    ]);
  });

  it("adds each member once, and the caller too", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const made = await newThread(ada, "group", [bob, ada, bob]);
    expect(made.memberCount).toBe(2);
  });

  it("answers 201 for the first direct thread of two users, and 200 with the same one from then on", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const first = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: ids([bob]) });
    const again = await bob.call("POST", "/api/threads", { kind: "direct", memberIds: ids([ada]) });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect((await again.json<Thread>()).id).toBe((await first.json<Thread>()).id);
  });

  it.each([
    ["no kind", {}],
    ["an unknown kind", { kind: "secret" }],
    ["a direct thread with no other", { kind: "direct" }],
    ["a direct thread with two", { kind: "direct", memberIds: ["a", "b"] }],
    ["a blank name", { kind: "group", name: " " }],
    ["too long a name", { kind: "group", name: "x".repeat(101) }],
    ["members that are no list", { kind: "group", memberIds: "ada" }],
    ["members with invalid ids", { kind: "group", memberIds: ["a,b"] }],
    [
      "too many members",
      { kind: "group", memberIds: Array.from({ length: MEMBER_IDS + 1 }, (_, i) => `u${i}`) },
    ],
  ])("refuses %s", async (_what, body) => {
    const ada = await unknownPerson("Ada");
    const response = await ada.call("POST", "/api/threads", body);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).code).toBe("bad_request");
  });

  it("refuses a direct thread with oneself", async () => {
    const ada = await person("Ada");
    const response = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: ids([ada]) });
    expect(response.status).toBe(400);
  });

  it("answers not_found with the ids of all unknown users, and creates nothing", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const unknownUsers = [await unknownPerson("Cyd"), await unknownPerson("Dan")];
    const memberIds = ids([bob, ...unknownUsers]);
    const response = await ada.call("POST", "/api/threads", { kind: "group", memberIds });
    expect(response.status).toBe(404);
    const { code, detail } = await problemOf(response);
    expect(code).toBe("not_found");
    for (const id of ids(unknownUsers)) expect(detail).toContain(id);
    expect(detail).not.toContain(bob.user.id);
    expect(await (await ada.call("GET", "/api/threads")).json()).toEqual({ threads: [] });
  });

  it("allows 20 a minute for each user", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    vi.setSystemTime(Date.now());
    for (let i = 0; i < NEW_THREADS_PER_MINUTE; i++) await newThread(ada, "group");
    const refused = await ada.call("POST", "/api/threads", { kind: "group" });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await problemOf(refused)).code).toBe("rate_limited");
    expect((await newThread(bob, "group")).memberCount).toBe(1);
  });

  it("does not count a direct thread that exists already", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) {
      const response = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] });
      statuses.push(response.status);
    }
    expect(statuses).toEqual([201, ...Array.from({ length: 24 }, () => 200)]);
  });
});

describe("the routes of a thread", () => {
  /** A user id that a path has to encode. */
  const AWKWARD = "a/b?c#d %é..";

  it("answer as the contract says", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "group", [], "Pond");
    const path = `/api/threads/${id}`;
    const answer = async (method: string, at: string, body?: unknown) => {
      const response = await ada.call(method, path + at, body);
      return [response.status, response.status === 204 ? null : await response.json()] as const;
    };

    const [seen, view] = await answer("GET", "");
    expect([seen, thread.parse(view)]).toEqual([200, view]);
    const [renamed, lake] = await answer("PATCH", "", { name: "Lake" });
    expect([renamed, thread.parse(lake).name]).toEqual([200, "Lake"]);

    const [added, who] = await answer("PUT", `/members/${bob.user.id}`);
    expect([added, member.parse(who)]).toEqual([
      200,
      expect.objectContaining({ user: bob.user, role: "member" }),
    ]);
    const [raised, moderator] = await answer("PUT", `/members/${bob.user.id}`, { role: "moderator" });
    expect([raised, member.parse(moderator).role]).toEqual([200, "moderator"]);
    const [listed, members] = await answer("GET", "/members?limit=1");
    expect([listed, memberPage.parse(members).members.length]).toEqual([200, 1]);
    expect(await answer("DELETE", `/members/${bob.user.id}`)).toEqual([204, null]);

    const [sent, first] = await answer("POST", "/messages", { id: "m1", body: "hi" });
    expect([sent, message.parse(first)]).toEqual([
      201,
      expect.objectContaining({ seq: 1, id: "m1", body: "hi" }),
    ]);
    expect(await answer("POST", "/messages", { id: "m1", body: "hi" })).toEqual([200, first]);
    const [edited, changed] = await answer("PATCH", "/messages/1", { body: "ho" });
    expect([edited, message.parse(changed).body]).toEqual([200, "ho"]);
    expect(await answer("PUT", "/messages/1/reactions/%F0%9F%91%8D")).toEqual([204, null]);
    const [paged, page] = await answer("GET", "/messages?around=1&limit=1");
    expect([paged, messagePage.parse(page)]).toEqual([
      200,
      {
        messages: [expect.objectContaining({ reactions: [{ emoji: "👍", count: 1, userIds: ids([ada]) }] })],
        hasBefore: false,
        hasAfter: false,
      },
    ]);
    expect(await answer("DELETE", "/messages/1/reactions/%F0%9F%91%8D")).toEqual([204, null]);
    const [read, marker] = await answer("PUT", "/read", { seq: 1 });
    expect([read, readState.parse(marker)]).toEqual([200, { readSeq: 1, unread: 0 }]);
    expect(await answer("DELETE", "/messages/1")).toEqual([204, null]);

    const list = threadPage.parse(await (await ada.call("GET", "/api/threads?limit=1")).json());
    expect(list.threads).toEqual([expect.objectContaining({ id, name: "Lake", seq: 1 })]);
    expect(await answer("DELETE", "")).toEqual([204, null]);
    expect((await answer("GET", ""))[0]).toBe(404);
  });

  it("store a message without an id each time", async () => {
    const ada = await person("Ada");
    const { id } = await newThread(ada, "group");
    const seqs = [];
    for (let i = 0; i < 2; i++) {
      const response = await ada.call("POST", `/api/threads/${id}/messages`, { body: "hi" });
      expect(response.status).toBe(201);
      seqs.push((await response.json<{ seq: number }>()).seq);
    }
    expect(seqs).toEqual([1, 2]);
  });

  it("decode any user id that the contract allows", async () => {
    const ada = await person("Ada");
    const { id } = await newThread(ada, "group");
    const response = await ada.call("PUT", `/api/threads/${id}/members/${encodeURIComponent(AWKWARD)}`);
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toContain(AWKWARD);
  });

  it.each([
    ["with the longest id", "u".repeat(USER_ID_LENGTH)],
    ["with the longest id in another script", "\u540d".repeat(USER_ID_LENGTH)],
    ["whose id a path has to encode", AWKWARD],
    ["whose id looks like another path", "ada/../messages?x=1#y"],
    ["whose id looks encoded already", "%2e%2e%2fada"],
  ])("accept a user %s wherever a user id is given", async (_what, stem) => {
    const id = (unique("") + stem).slice(0, USER_ID_LENGTH);
    const authorization = `Bearer ${await hostToken({ sub: id, name: "Somebody" })}`;
    expect((await call("POST", "/api/session", undefined, { authorization })).status).toBe(201);
    const ada = await person("Ada");
    const encoded = encodeURIComponent(id);

    const found = await ada.call("GET", `/api/users/${encoded}`);
    expect(await found.json()).toEqual({ id, name: "Somebody" });
    const direct = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [id] });
    expect(direct.status).toBe(201);
    const here = await ada.call("GET", `/api/presence?ids=${encoded}`);
    expect(await here.json()).toEqual({ presence: [{ userId: id, status: "offline" }] });
    const { id: threadId } = await newThread(ada, "group");
    const path = `/api/threads/${threadId}/members/${encoded}`;
    expect(await (await ada.call("PUT", path)).json()).toMatchObject({ user: { id } });
    expect((await ada.call("DELETE", path)).status).toBe(204);
  });

  it("do not disclose whether a user is unknown to those who may not add them", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "group", [bob]);
    const [eve, unknownUser] = [await person("Eve"), await unknownPerson("Cyd")];
    const by = (who: Person) => who.call("PUT", `/api/threads/${id}/members/${unknownUser.user.id}`);
    expect((await by(bob)).status).toBe(403);
    expect(await problemOf(await by(eve))).toEqual(
      await problemOf(await eve.call("GET", `/api/threads/${"0".repeat(64)}`)),
    );
  });
});
