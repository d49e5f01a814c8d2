import { beforeEach, describe, expect, it } from "vitest";
import type { ThreadPage } from "../../src/protocol/http.ts";
import { presenceEvent } from "../../src/protocol/events.ts";
import type { User, UserPresence } from "../../src/protocol/model.ts";
import { unknownPerson, newThread, person, unique, type Person } from "../support/host-users.ts";
import { openPresence, openThread } from "../support/socket.ts";
import { rowsOf } from "./shard.ts";
import { eventually } from "../support/eventually.ts";

// Presence as clients use it: through the Worker, with real threads.

let [ada, bo]: Person[] = [];

beforeEach(async () => {
  [ada, bo] = [await person("Ada"), await person("Bo")];
});

function ownerAndMember(): [Person, Person] {
  if (!ada || !bo) throw new Error("nobody");
  return [ada, bo];
}

async function get<T>(who: Person, path: string): Promise<T> {
  const response = await who.call("GET", path);
  expect(response.status).toBe(200);
  return response.json();
}

const send = (who: Person, threadId: string, body: string) =>
  who.call("POST", `/api/threads/${threadId}/messages`, { body });

describe("a tab", () => {
  it("receives a new thread, its messages, its name, and its deletion, as events of the contract", async () => {
    const [owner, member] = ownerAndMember();
    const tab = await openPresence(member);
    expect((await tab.next()).type).toBe("welcome");
    const thread = await newThread(owner, "group", [member], "The pond");
    expect(await tab.next()).toMatchObject({
      type: "thread",
      thread: { id: thread.id, name: "The pond", unread: 0 },
    });
    await send(owner, thread.id, "hello");
    expect(await tab.next("new_message")).toMatchObject({
      threadId: thread.id,
      seq: 1,
      author: owner.user,
      preview: "hello",
      unread: 1,
    });
    await owner.call("PATCH", `/api/threads/${thread.id}`, { name: "The lake" });
    await tab.next("thread", (event) => event.thread.name === "The lake");
    await owner.call("PATCH", `/api/threads/${thread.id}/messages/1`, { body: "hello, all" });
    await tab.next("thread", (event) => event.thread.lastMessage?.preview === "hello, all");
    await owner.call("DELETE", `/api/threads/${thread.id}/messages/1`);
    await tab.next("thread", (event) => event.thread.lastMessage?.preview === "");
    const stored = JSON.stringify(await rowsOf(member.user, "threads"));
    expect(stored).not.toContain("hello");
    await owner.call("DELETE", `/api/threads/${thread.id}`);
    expect(await tab.next("thread_removed")).toEqual({
      type: "thread_removed",
      threadId: thread.id,
      wasUnread: true,
    });
    expect((await get<ThreadPage>(member, "/api/threads")).threads).toEqual([]);
    for (const event of tab.events) expect(presenceEvent.parse(event)).toEqual(event);
  });

  it("receives a preview of a message that begins with much white space", async () => {
    const [owner, member] = ownerAndMember();
    const thread = await newThread(owner, "group", [member]);
    const tab = await openPresence(member);
    await send(owner, thread.id, `${" \n".repeat(300)}hello`);
    expect(await tab.next("new_message")).toMatchObject({ seq: 1, preview: "hello", unread: 1 });
  });

  it("agrees with the room and with HTTP on the read marker, whichever of them moved it", async () => {
    const [owner, member] = ownerAndMember();
    const thread = await newThread(owner, "group", [member]);
    const tabs = [await openPresence(member), await openPresence(member)];
    const room = await openThread(member, thread.id);
    for (const body of ["1", "2", "3"]) await send(owner, thread.id, body);
    for (const tab of tabs) await tab.next("new_message", (event) => event.seq === 3);
    room.send({ type: "read", seq: 1 });
    for (const tab of tabs) expect(await tab.next("read")).toMatchObject({ readSeq: 1, unread: 2 });
    await member.call("PUT", `/api/threads/${thread.id}/read`, { seq: 2 });
    for (const tab of tabs) expect(await tab.next("read")).toMatchObject({ readSeq: 2, unread: 1 });
    tabs[0]?.send({ type: "read", threadId: thread.id, seq: 3 });
    for (const tab of tabs) expect(await tab.next("read")).toMatchObject({ readSeq: 3, unread: 0 });
    expect(await room.next("read", (event) => event.seq === 3)).toMatchObject({ userId: member.user.id });
    const [summary] = (await get<ThreadPage>(member, "/api/threads")).threads;
    expect(summary).toMatchObject({ seq: 3, readSeq: 3, unread: 0 });
    const welcome = await (await openPresence(member)).next("welcome");
    expect(welcome).toMatchObject({
      threads: [{ threadId: thread.id, seq: 3, readSeq: 3, unread: 0 }],
      unreadThreads: 0,
    });
  });

  it("receives nothing more of a thread after its user was removed", async () => {
    const [owner, member] = ownerAndMember();
    const thread = await newThread(owner, "group", [member]);
    const tab = await openPresence(member);
    await owner.call("DELETE", `/api/threads/${thread.id}/members/${member.user.id}`);
    await tab.next("thread_removed");
    const own = await openPresence(owner);
    await send(owner, thread.id, "among us");
    await own.next("new_message");
    expect(tab.events.some((event) => event.type === "new_message")).toBe(false);
  });
});

describe("a user", () => {
  it("becomes known by opening a tab", async () => {
    const [owner] = ownerAndMember();
    const cy = await unknownPerson("Cy");
    await openPresence(cy);
    expect(await get<User>(owner, `/api/users/${cy.user.id}`)).toEqual(cy.user);
  });

  it("is found by prefix across all shards", async () => {
    const [owner] = ownerAndMember();
    const stem = unique("User");
    const found = await Promise.all(Array.from({ length: 24 }, () => person(stem)));
    const { users } = await get<{ users: User[] }>(owner, `/api/users?q=${stem.slice(0, -2).toUpperCase()}`);
    expect(users).toHaveLength(20);
    expect(new Set(users.map(({ id }) => id)).size).toBe(20);
    expect(found.map(({ user }) => user.id)).toEqual(expect.arrayContaining(users.map(({ id }) => id)));
  });

  it("is online only to users with a direct or group thread in common", async () => {
    const [owner, member] = ownerAndMember();
    const other = await person("Cy");
    await newThread(owner, "direct", [member]);
    await newThread(other, "public", [member]);
    const tab = await openPresence(member);
    await tab.next("welcome");
    const path = `/api/presence?ids=${[member, other, owner].map(({ user }) => user.id).join()}`;
    const { presence } = await get<{ presence: UserPresence[] }>(owner, path);
    expect(new Set(presence.map(({ userId, status }) => `${userId} ${status}`))).toEqual(
      new Set([`${member.user.id} online`, `${owner.user.id} offline`]),
    );
    expect(await get(other, `/api/presence?ids=${member.user.id}`)).toEqual({ presence: [] });
  });
});

describe("a subscription", () => {
  it("takes effect with a direct thread that is made after it", async () => {
    const [owner, member] = ownerAndMember();
    const tab = await openPresence(owner);
    await openPresence(member);
    tab.send({ type: "watch", userIds: [member.user.id] });
    await newThread(owner, "direct", [member]);
    expect(await tab.next("presence")).toEqual({
      type: "presence",
      userId: member.user.id,
      status: "online",
    });
  });

  it("is sent offline some 5 s after the last tab closed", async () => {
    const [owner, member] = ownerAndMember();
    await newThread(owner, "direct", [member]);
    const [tab, page] = [await openPresence(owner), await openPresence(member)];
    tab.send({ type: "watch", userIds: [member.user.id] });
    await tab.next("presence");
    // Before the server can notice it, however slow the machine.
    const closedAt = Date.now();
    page.close();
    await eventually(() => expect(tab.events.at(-1)).toMatchObject({ status: "offline" }));
    expect(Date.now() - closedAt).toBeGreaterThan(4_000);
  });
});
