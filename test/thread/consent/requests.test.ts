/** A direct thread with who is no contact is a request, until the other accepts it or writes in it. */
import { beforeEach, expect, it } from "vitest";
import type { MessagePage } from "../../../src/protocol/http.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { host } from "../../support/host-server.ts";
import { newThread, person, unknownPerson, type Person } from "../../support/host-users.ts";
import { evict, shardStub, threadStub } from "../../support/objects.ts";
import { useSettings } from "../../support/settings.ts";
import { openPresence, openThread } from "../../support/socket.ts";
import { accept, areContacts, decline, entryOf, listOf, notifyNow, write } from "./people.ts";

beforeEach(() => useSettings({ contactPolicy: "consent" }));

async function request(): Promise<{ ada: Person; bob: Person; id: string }> {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const { id } = await newThread(ada, "direct", [bob]);
  return { ada, bob, id };
}

const contactsOf = (one: Person, other: Person) =>
  shardStub(one.user.id).contactsOf(one.user.id, [other.user.id]);

it("is an invitation with its newest message, and with nothing unread", async () => {
  const { ada, bob, id } = await request();
  const tab = await openPresence(bob);
  expect(await tab.next("welcome")).toMatchObject({ threads: [], unreadThreads: 0 });
  await write(ada, id, "hello?");
  await notifyNow(id);
  expect(await tab.next("thread")).toMatchObject({
    thread: {
      id,
      kind: "direct",
      state: "invited",
      invitedBy: ada.user,
      memberCount: 2,
      seq: 1,
      unread: 0,
      lastMessage: { preview: "hello?" },
      members: [ada.user, bob.user],
    },
  });
  expect(await entryOf(bob, id)).toMatchObject({ state: "invited", seq: 1, unread: 0 });
  expect((await entryOf(ada, id))?.state).toBeUndefined();
  expect(tab.events.map(({ type }) => type)).not.toContain("new_message");
});

it("takes three messages, deleted ones included, and one that is sent again", async () => {
  const { ada, id } = await request();
  for (const body of ["1", "2"]) expect(await write(ada, id, body)).toBe(201);
  const last = { id: "third", body: "3" };
  const path = `/api/threads/${id}/messages`;
  expect((await ada.call("POST", path, last)).status).toBe(201);
  expect((await ada.call("DELETE", `${path}/1`)).status).toBe(204);
  await evict(threadStub(id));
  expect(await write(ada, id, "4")).toBe(403);
  expect((await ada.call("POST", path, last)).status).toBe(200);
  const socket = await openThread(ada, id);
  expect(await socket.ask({ type: "chat", id: "c", body: "4" })).toMatchObject({ code: "forbidden" });
});

it("is read by the other, who shows no sign of it", async () => {
  const { ada, bob, id } = await request();
  await write(ada, id);
  const hers = await openThread(ada, id);
  await hers.next("welcome");
  const his = await openThread(bob, id);
  const welcome = await his.next("welcome");
  expect(welcome.thread.you).toBeUndefined();
  expect(welcome.online.map((user) => user.id)).toContain(ada.user.id);
  his.send([{ type: "typing" }, { type: "read", seq: 1 }]);
  const page = (await (await bob.call("GET", `/api/threads/${id}/messages`)).json()) as MessagePage;
  expect(page.messages).toHaveLength(1);
  const read = await bob.call("PUT", `/api/threads/${id}/read`, { seq: 1 });
  expect(await read.json()).toEqual({ readSeq: 1, unread: 0 });
  expect(await his.ask({ type: "react", id: "r", seq: 1, emoji: "👍" })).toMatchObject({ code: "forbidden" });
  const seen = await openThread(ada, id);
  expect(await seen.next("welcome")).toMatchObject({ onlineCount: 1, online: [ada.user] });
  his.send({ type: "leave" });
  await his.closed;
  await write(ada, id);
  await hers.next("chat");
  expect(hers.events.map(({ type }) => type)).toEqual(["welcome", "history", "chat"]);
  const thread = (await (await ada.call("GET", `/api/threads/${id}`)).json()) as Thread;
  expect(thread.members.map(({ readSeq }) => readSeq)).toEqual([2, 0]);
});

it.each([
  ["HTTP", async (bob: Person, id: string) => void (await write(bob, id, "hi"))],
  [
    "a socket",
    async (bob: Person, id: string) => {
      const socket = await openThread(bob, id);
      await socket.next("welcome");
      await evict(threadStub(id));
      await socket.ask({ type: "chat", id: "c", body: "hi" });
    },
  ],
])("is accepted by writing in it over %s, which shows that one is there", async (_by, answer) => {
  const { ada, bob, id } = await request();
  await write(ada, id);
  const hers = await openThread(ada, id);
  const tab = await openPresence(bob);
  await answer(bob, id);
  await notifyNow(id);
  expect(await hers.next("member")).toMatchObject({ member: { user: { id: bob.user.id } } });
  expect(await hers.next("chat")).toMatchObject({ message: { body: "hi", author: { id: bob.user.id } } });
  await tab.next("thread", ({ thread }) => thread.state === undefined);
  expect((await entryOf(bob, id))?.state).toBeUndefined();
  await areContacts(ada, bob);
  for (let i = 0; i < 4; i++) expect(await write(ada, id)).toBe(201);
  await notifyNow(id);
  await expect.poll(() => entryOf(bob, id)).toMatchObject({ unread: 4 });
});

it("shows who is in the room when they accept", async () => {
  const { ada, bob, id } = await request();
  const hers = await openThread(ada, id);
  const his = await openThread(bob, id);
  await his.next("welcome");
  expect(await accept(bob, id)).toBe(200);
  expect(await hers.next("join")).toMatchObject({ user: { id: bob.user.id } });
  his.send({ type: "typing" });
  expect(await hers.next("typing")).toMatchObject({ userId: bob.user.id });
});

it("is accepted without a word, which counts as having written", async () => {
  const { ada, bob, id } = await request();
  await write(ada, id);
  expect(await contactsOf(ada, bob)).toEqual([]);
  expect(await accept(bob, id)).toBe(200);
  expect(await accept(bob, id)).toBe(200);
  expect(await accept(ada, id)).toBe(200);
  await areContacts(ada, bob);

  const other = await request();
  await accept(other.bob, other.id);
  expect(await contactsOf(other.ada, other.bob)).toEqual([]);
  await write(other.ada, other.id);
  await areContacts(other.bob, other.ada);
});

it("is off the list once it is declined, and may still be taken up", async () => {
  const { ada, bob, id } = await request();
  await write(ada, id);
  expect(await decline(bob, id)).toBe(204);
  expect(await decline(bob, id)).toBe(204);
  expect(await listOf(bob)).toEqual([]);
  expect(await write(ada, id)).toBe(201);
  await evict(threadStub(id));
  expect(await listOf(bob)).toEqual([]);
  expect((await newThread(bob, "direct", [ada])).id).toBe(id);
  expect(await write(bob, id)).toBe(201);
  expect((await entryOf(bob, id))?.state).toBeUndefined();
});

it("is declined by leaving it", async () => {
  const { ada, bob, id } = await request();
  expect((await bob.call("DELETE", `/api/threads/${id}/members/${bob.user.id}`)).status).toBe(204);
  expect(await listOf(bob)).toEqual([]);
  await write(ada, id);
  expect(await listOf(bob)).toEqual([]);
});

it("is not seen by who blocks the other, who is answered as ever", async () => {
  const { ada, bob, id } = await request();
  await bob.call("PUT", `/api/blocks/${ada.user.id}`);
  expect(await write(ada, id)).toBe(201);
  expect(await listOf(bob)).toEqual([]);
  expect(await write(bob, id)).toBe(403);
  await bob.call("DELETE", `/api/blocks/${ada.user.id}`);
  await notifyNow(id);
  await expect.poll(() => entryOf(bob, id)).toMatchObject({ state: "invited", lastMessage: { seq: 1 } });
  const cy = await person("Cy");
  await cy.call("PUT", `/api/blocks/${ada.user.id}`);
  const other = await newThread(ada, "direct", [cy]);
  expect(await write(ada, other.id)).toBe(201);
  expect(await listOf(cy)).toEqual([]);
  expect(await write(cy, other.id)).toBe(403);
});

it("while it is blocked takes three messages as ever, and the two see no sign of each other", async () => {
  const { ada, bob, id } = await request();
  const [hers, his] = [await openThread(ada, id), await openThread(bob, id)];
  for (const socket of [hers, his]) await socket.next("welcome");
  await bob.call("PUT", `/api/blocks/${ada.user.id}`);
  const chat = (no: number) => ({ type: "chat", id: `m${no}`, body: "hello" });
  for (const no of [1, 2, 3]) {
    expect((await his.ask(chat(no))).type).toBe("error");
    expect((await hers.ask(chat(no))).type).toBe("ack");
  }
  expect(await hers.ask(chat(4))).toMatchObject({ code: "forbidden" });
  his.send({ type: "typing" });
  his.send({ type: "read", seq: 3 });
  await his.ask(chat(5));
  await bob.call("DELETE", `/api/blocks/${ada.user.id}`);
  await hers.ask(chat(5));
  const signs = new Set(["join", "leave", "online", "typing", "read", "member"]);
  expect(hers.events.filter(({ type }) => signs.has(type))).toEqual([]);
  expect(await accept(bob, id)).toBe(200);
  expect(await hers.next("join")).toMatchObject({ user: { id: bob.user.id } });
});

it("once it is accepted without a word is forbidden to both while one blocks, and makes contacts after it", async () => {
  const { ada, bob, id } = await request();
  await accept(bob, id);
  await bob.call("PUT", `/api/blocks/${ada.user.id}`);
  expect([await write(ada, id), await write(bob, id)]).toEqual([403, 403]);
  await bob.call("DELETE", `/api/blocks/${ada.user.id}`);
  expect(await write(ada, id)).toBe(201);
  await areContacts(bob, ada);
});

it("accepted by writing to one who blocks stays off their list, and makes no contacts until that is lifted", async () => {
  const { ada, bob, id } = await request();
  await write(ada, id);
  await ada.call("PUT", `/api/blocks/${bob.user.id}`);
  expect([await write(bob, id), await write(bob, id)]).toEqual([201, 403]);
  // It is answered once Presence has been notified.
  await accept(bob, id);
  expect(await listOf(ada)).toEqual([]);
  await ada.call("DELETE", `/api/blocks/${bob.user.id}`);
  expect(await contactsOf(ada, bob)).toEqual([]);
  expect(await listOf(ada)).toMatchObject([{ id, seq: 2 }]);
  expect(await write(bob, id)).toBe(201);
  await areContacts(ada, bob);
});

it("is one to an unknown id too, which it discloses nothing of", async () => {
  await useSettings({ userSearch: "shared" });
  const ada = await person("Ada");
  const [known, unknown] = [await person("Bob"), await unknownPerson("Cy")];
  const answers = [];
  for (const other of [known, unknown]) {
    const thread = await newThread(ada, "direct", [other]);
    expect(await write(ada, thread.id)).toBe(201);
    const { user } = other;
    expect(thread.members.map((member) => member.user)).toEqual([ada.user, { id: user.id, name: user.id }]);
    answers.push(JSON.stringify(thread).replaceAll(user.id, "").replaceAll(thread.id, ""));
  }
  const withoutTimes = answers.map((text) => text.replaceAll(/"(epoch|createdAt|joinedAt)":[^,}]+/g, ""));
  expect(withoutTimes[0]).toBe(withoutTimes[1]);
  // By and by they come, and answer: then their profile shows.
  const [entry] = await listOf(unknown);
  expect(entry).toMatchObject({ state: "invited", invitedBy: ada.user });
  const room = await openThread(ada, entry?.id ?? "");
  expect(await write(unknown, entry?.id ?? "")).toBe(201);
  expect(await room.next("member")).toMatchObject({ member: { user: unknown.user } });
});

it("is pending with who made it, of whom 50 may be", async () => {
  await useSettings({ userSearch: "shared", rateLimits: false });
  const ada = await person("Ada");
  const make = (id: string) => ada.call("POST", "/api/threads", { kind: "direct", memberIds: [id] });
  for (let i = 0; i < 50; i++) expect((await make(`nobody-${i}`)).status).toBe(201);
  expect((await make("nobody")).status).toBe(409);
  expect((await make("nobody-1")).status).toBe(200);
  const bob = await person("Bob");
  const { id } = await newThread(bob, "direct", [ada]);
  await accept(ada, id);
  expect((await make("nobody")).status).toBe(409);
});

it("ends with the thread", async () => {
  const { ada, bob, id } = await request();
  const tab = await openPresence(bob);
  expect((await host("DELETE", `/api/threads/${id}`)).status).toBe(204);
  expect(await tab.next("thread_removed")).toMatchObject({ threadId: id });
  expect(await listOf(bob)).toEqual([]);
  expect(await accept(bob, id)).toBe(404);
  expect((await ada.call("DELETE", `/api/threads/${id}/members/${bob.user.id}`)).status).toBe(404);
});

it("is none where strangers are not asked", async () => {
  await useSettings({ contactPolicy: "open" });
  const { ada, bob, id } = await request();
  for (let i = 0; i < 4; i++) expect(await write(ada, id)).toBe(201);
  expect((await entryOf(bob, id))?.state).toBeUndefined();
});
