/** What the host itself does in a thread: its messages, and what it does to those of users and to members. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { Message, ThreadSummary } from "../../src/protocol/model.ts";
import { host, hostAs } from "../support/host-server.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { evict, shardStub, threadStub } from "../support/objects.ts";
import { openPresence, openThread } from "../support/socket.ts";
import { problemOf } from "../worker/requests.ts";

const SYSTEM = { id: "system", name: "System" };

async function groupOf(kind: "group" | "public" = "group") {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const thread = await newThread(ada, kind, [bob], "Pond");
  return { ada, bob, thread, path: `/api/threads/${thread.id}` };
}

async function posted(response: Promise<Response>): Promise<Message> {
  const answered = await response;
  expect(answered.status).toBe(201);
  return (await answered.json()) as Message;
}

async function listOf(who: Person): Promise<ThreadSummary[]> {
  return ((await (await who.call("GET", "/api/threads")).json()) as { threads: ThreadSummary[] }).threads;
}

describe("a system message", () => {
  it("is by the system, for everyone in the room, in the history and in lists, and unread", async () => {
    const { ada, bob, thread, path } = await groupOf();
    const [room, tab] = [await openThread(bob, thread.id), await openPresence(bob)];
    await tab.next("welcome");
    const message = await posted(host("POST", `${path}/messages`, { body: "Your order was *sent*." }));
    expect(message).toMatchObject({ seq: 1, author: SYSTEM, body: "Your order was *sent*." });
    expect(await room.next("chat")).toMatchObject({ rev: 1, message });
    expect(await tab.next("new_message")).toMatchObject({ seq: 1, author: SYSTEM, unread: 1 });
    for (const each of [ada, bob])
      await expect
        .poll(() => listOf(each))
        .toMatchObject([
          {
            seq: 1,
            readSeq: 0,
            unread: 1,
            lastMessage: { author: SYSTEM, preview: "Your order was *sent*." },
          },
        ]);
    const { messages } = (await (await ada.call("GET", `${path}/messages`)).json()) as {
      messages: Message[];
    };
    expect(messages).toEqual([message]);
  });

  it("makes nobody a member, whom a list would show", async () => {
    const { thread, path } = await groupOf();
    await posted(host("POST", `${path}/messages`, { body: "hello" }));
    const after = (await (await host("GET", path)).json()) as typeof thread;
    expect(after.members.map(({ user }) => user.name)).toEqual(["Ada", "Bob"]);
    expect(after.memberCount).toBe(2);
  });

  it("is stored once where it is sent again with its id", async () => {
    const { path } = await groupOf();
    const first = await posted(host("POST", `${path}/messages`, { id: "sent-1", body: "hello" }));
    const again = await host("POST", `${path}/messages`, { id: "sent-1", body: "hello" });
    expect([again.status, await again.json()]).toEqual([200, first]);
  });

  it("is edited by the host alone, and is replied and reacted to like any other", async () => {
    const { ada, thread, path } = await groupOf();
    await posted(host("POST", `${path}/messages`, { body: "hello" }));
    expect((await problemOf(await ada.call("PATCH", `${path}/messages/1`, { body: "x" }))).code).toBe(
      "forbidden",
    );
    const room = await openThread(ada, thread.id);
    const edited = await host("PATCH", `${path}/messages/1`, { body: "Hello" });
    expect(await edited.json()).toMatchObject({
      author: SYSTEM,
      body: "Hello",
      editedAt: expect.any(Number) as number,
    });
    expect(await room.next("edit")).toMatchObject({ message: { author: SYSTEM, body: "Hello" } });
    expect((await ada.call("PUT", `${path}/messages/1/reactions/👍`)).status).toBe(204);
    await posted(ada.call("POST", `${path}/messages`, { body: "thanks", replyTo: 1 }));
  });

  it("is deleted by the host, moderators and owners, and by no member", async () => {
    const { ada, bob, thread, path } = await groupOf();
    for (let i = 0; i < 2; i++) await posted(host("POST", `${path}/messages`, { body: "hello" }));
    expect((await problemOf(await bob.call("DELETE", `${path}/messages/1`))).code).toBe("forbidden");
    const room = await openThread(bob, thread.id);
    await ada.call("DELETE", `${path}/messages/1`);
    expect(await room.next("delete")).toMatchObject({ seq: 1, by: ada.user });
    await host("DELETE", `${path}/messages/2`);
    expect(await room.next("delete")).toMatchObject({ seq: 2, by: SYSTEM });
  });

  it("has its author after an eviction and in what a client missed, too", async () => {
    const { bob, thread, path } = await groupOf("public");
    await posted(host("POST", `${path}/messages`, { body: "hello" }));
    await host("DELETE", `${path}/messages/1`);
    await evict(threadStub(thread.id));
    const room = await openThread(bob, thread.id, `${thread.epoch}:0`);
    expect(await room.next("chat")).toMatchObject({ message: { author: SYSTEM, body: "" } });
    expect(await room.next("delete")).toMatchObject({ by: SYSTEM });
  });

  it("is by the name that the settings give now", async () => {
    const { ada, path } = await groupOf();
    await posted(host("POST", `${path}/messages`, { body: "hello" }));
    const author = async () => (await listOf(ada))[0]?.lastMessage?.author;
    await expect.poll(author).toEqual(SYSTEM);
    // As a list has it that was written under another name.
    await runInDurableObject(shardStub(ada.user.id), (_shard, { storage }) => {
      storage.sql.exec(`UPDATE threads SET last = replace(last, '"System"', '"Before"')`);
    });
    expect(await author()).toEqual(SYSTEM);
  });
});

describe("the host", () => {
  it("deletes a user's message, which it cannot edit, in a direct thread too", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "direct", [bob]);
    const path = `/api/threads/${id}`;
    await posted(ada.call("POST", `${path}/messages`, { body: "hello" }));
    expect((await problemOf(await host("PATCH", `${path}/messages/1`, { body: "x" }))).code).toBe(
      "forbidden",
    );
    const room = await openThread(bob, id);
    expect((await host("DELETE", `${path}/messages/1`)).status).toBe(204);
    expect(await room.next("delete")).toMatchObject({ seq: 1, by: SYSTEM });
  });

  it("deletes a thread of any kind, and its room closes", async () => {
    for (const kind of ["direct", "group", "public"] as const) {
      const [ada, bob] = [await person("Ada"), await person("Bob")];
      const { id } = await newThread(ada, kind, [bob]);
      const room = await openThread(bob, id);
      await room.next("welcome");
      expect((await host("DELETE", `/api/threads/${id}`)).status).toBe(204);
      expect((await room.closed).code).toBe(4004);
      expect((await host("GET", `/api/threads/${id}`)).status).toBe(404);
    }
  });

  it("adds, promotes and removes members, who are notified", async () => {
    const { bob, thread, path } = await groupOf();
    const cyd = await person("Cyd");
    const room = await openThread(bob, thread.id);
    await host("PUT", `${path}/members/${cyd.user.id}`, { role: "owner" });
    expect(await room.next("member")).toMatchObject({ member: { user: cyd.user, role: "owner" } });
    expect(await listOf(cyd)).toMatchObject([{ id: thread.id }]);
    await host("DELETE", `${path}/members/${cyd.user.id}`);
    expect(await room.next("member_removed")).toMatchObject({ userId: cyd.user.id });
    expect(await listOf(cyd)).toEqual([]);
  });

  it("is limited by no rate, nor is what it does in a user's name", async () => {
    const { ada, path } = await groupOf();
    const send = (ask: typeof host) =>
      Promise.all(
        Array.from({ length: 60 }, async () => (await ask("POST", `${path}/messages`, { body: "x" })).status),
      );
    expect(new Set(await send(host))).toEqual(new Set([201]));
    expect(new Set(await send((...asked) => hostAs(ada, ...asked)))).toEqual(new Set([201]));
    // Of which nothing is held against her.
    expect((await ada.call("POST", `${path}/messages`, { body: "by myself" })).status).toBe(201);
  });
});
