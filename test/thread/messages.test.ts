/** History over HTTP, deduplication, reactions, and what a deleted message leaves behind. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { messagePage, type MessagePage } from "../../src/protocol/http.ts";
import { BODY_LENGTH } from "../../src/protocol/limits.ts";
import { evict, shardStub, storedText, threadStub } from "../support/objects.ts";
import { newThread, person, unique, type Person } from "../support/host-users.ts";
import { fillHistory } from "../support/history.ts";
import { openThread } from "../support/socket.ts";

afterEach(() => vi.useRealTimers());

async function threadWith(count: number, body?: string) {
  const ada = await person("Ada");
  const thread = await newThread(ada, "group", [], "History");
  await fillHistory(thread.id, ada, count, body);
  return { ada, thread, path: `/api/threads/${thread.id}/messages` };
}

/** As `threadWith`, and the same for all tests of a describe, which change nothing of it. */
function sharedThreadWith(count: number, body?: string) {
  let thread: ReturnType<typeof threadWith> | undefined;
  return () => (thread ??= threadWith(count, body));
}

async function page(who: Person, path: string): Promise<MessagePage> {
  const response = await who.call("GET", path);
  return messagePage.parse(await response.json()) as MessagePage;
}

const seqs = (read: MessagePage) => read.messages.map((message) => message.seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("pages of history", () => {
  const threadWith300 = sharedThreadWith(300);
  const threadOfLongMessages = sharedThreadWith(80, "x".repeat(BODY_LENGTH));
  const threadWithOne = sharedThreadWith(1);

  it.each([
    ["", range(251, 300), true, false],
    ["?limit=3", [298, 299, 300], true, false],
    ["?before=300&limit=2", [298, 299], true, true],
    ["?before=3", [1, 2], false, true],
    ["?before=1", [], false, true],
    ["?before=9999&limit=1", [300], true, false],
    ["?after=298", [299, 300], true, false],
    ["?after=0&limit=2", [1, 2], false, true],
    ["?after=300", [], true, false],
    ["?after=9999", [], true, false],
    ["?around=150&limit=5", [148, 149, 150, 151, 152], true, true],
    ["?around=1&limit=3", [1, 2, 3], false, true],
    ["?around=300&limit=3", [298, 299, 300], true, false],
    ["?around=150&limit=1", [150], true, true],
  ])("%s", async (query, expected, hasBefore, hasAfter) => {
    const { ada, path } = await threadWith300();
    const got = await page(ada, path + query);
    expect(seqs(got)).toEqual(expected);
    expect(got).toMatchObject({ hasBefore, hasAfter });
  });

  it.each([
    ["?limit=100", range(29, 80), true, false],
    ["?before=60&limit=100", range(8, 59), true, true],
    ["?after=0&limit=100", range(1, 52), false, true],
    ["?around=40&limit=100", range(14, 65), true, true],
    ["?around=1&limit=100", range(1, 26), false, true],
  ])("of long messages are shorter, and say so: %s", async (query, expected, hasBefore, hasAfter) => {
    const { ada, path } = await threadOfLongMessages();
    const got = await page(ada, path + query);
    expect(seqs(got)).toEqual(expected);
    expect(got).toMatchObject({ hasBefore, hasAfter });
  });

  it("of an empty thread are empty", async () => {
    const { ada, path } = await threadWith(0);
    for (const query of ["", "?before=5", "?after=0", "?around=1"]) {
      expect(await page(ada, path + query)).toEqual({ messages: [], hasBefore: false, hasAfter: false });
    }
  });

  it.each([
    "?limit=0",
    "?limit=201",
    "?limit=x",
    "?before=-1",
    "?before=1&after=1",
    "?around=1.5",
    "?after=",
  ])("refuses %s", async (query) => {
    const { ada, path } = await threadWithOne();
    const response = await ada.call("GET", path + query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "bad_request",
      issues: [{ message: expect.any(String) }],
    });
  });
});

describe("a repeat", () => {
  const chat = (id: string, since?: number) => ({
    type: "chat",
    id,
    body: "again",
    ...(since !== undefined && { since }),
  });

  it("is acknowledged with the first seq, not stored and not broadcast", async () => {
    const { ada, thread } = await threadWith(0);
    const socket = await openThread(ada, thread.id);
    const first = await socket.ask(chat("same"));
    socket.send(chat("same"));
    await socket.ask(chat("other"));
    const acks = socket.events.filter((event) => event.type === "ack" && event.id === "same");
    expect(acks).toEqual([first, first]);
    expect(socket.events.filter((event) => event.type === "chat")).toHaveLength(2);
  });

  it("is recognized only by the same author", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "group", [bob]);
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    expect(await a.ask(chat("same"))).toMatchObject({ seq: 1 });
    expect(await b.ask(chat("same"))).toMatchObject({ seq: 2 });
  });

  it("is recognized among the newest 1,000 messages, and with `since` at any distance", async () => {
    const { ada, thread } = await threadWith(5_000);
    const socket = await openThread(ada, thread.id);
    expect(await socket.ask(chat("id-4001"))).toMatchObject({ seq: 4001 });
    // Beyond the window, and without `since`: stored as a new one.
    expect(await socket.ask(chat("id-4000"))).toMatchObject({ seq: 5001 });
    expect(await socket.ask(chat("id-17", 16))).toMatchObject({ seq: 17 });
    expect(await socket.ask(chat("id-17", 3))).toMatchObject({ seq: 17 });
    // With this `since` it cannot have been stored before.
    expect(await socket.ask(chat("id-18", 18))).toMatchObject({ seq: 5002 });
  });

  it("of a message that was deleted since is acknowledged, and not stored", async () => {
    const { ada, thread, path } = await threadWith(0);
    const socket = await openThread(ada, thread.id);
    await socket.ask(chat("gone"));
    await ada.call("DELETE", `${path}/1`);
    expect(await socket.ask({ ...chat("gone"), id: "gone" })).toMatchObject({ type: "ack", seq: 1 });
    expect(seqs(await page(ada, path))).toEqual([1]);
  });
});

describe("commands of one commit", () => {
  it("see the changes of those before them, and are stored as if each had been applied alone", async () => {
    const { ada, thread, path } = await threadWith(0);
    const socket = await openThread(ada, thread.id);
    await socket.next("welcome");
    const chat = (id: string, replyTo?: number) =>
      ({ type: "chat", id, body: `body ${id}`, replyTo }) as const;
    socket.send([
      chat("a"),
      chat("b", 1),
      { type: "edit", id: "edit", seq: 1, body: "edited" },
      chat("a"),
      chat("c", 2),
      { type: "react", id: "react", seq: 3, emoji: "👍" },
      { type: "delete", id: "delete", seq: 2 },
      chat("nothing to reply to", 9),
      chat("d"),
    ]);
    const { rev } = await socket.next("ack", ({ id }) => id === "d");
    expect(rev).toBe(7);
    const acks = socket.events.flatMap((event) => (event.type === "ack" ? [[event.id, event.seq]] : []));
    expect(acks).toEqual([
      ["a", 1],
      ["b", 2],
      ["edit", 1],
      ["a", 1],
      ["c", 3],
      ["react", 3],
      ["delete", 2],
      ["d", 4],
    ]);
    await evict(threadStub(thread.id));
    const { messages } = await page(ada, path);
    expect(messages).toMatchObject([
      { seq: 1, rev: 3, id: "a", body: "edited" },
      { seq: 2, rev: 6, id: "b", body: "", replyTo: 1 },
      { seq: 3, rev: 5, id: "c", body: "body c", replyTo: 2, reactions: [{ emoji: "👍", count: 1 }] },
      { seq: 4, rev: 7, id: "d", body: "body d" },
    ]);
  });
});

describe("a deleted message", () => {
  it("is erased from all storage, previews included, and leaves a tombstone", async () => {
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "direct", [bob]);
    const path = `/api/threads/${thread.id}/messages`;
    await ada.call("POST", path, { id: "m", body: "a-secret-to-erase" });
    await bob.call("PUT", `${path}/1/reactions/👍`);
    const stubs = [threadStub(thread.id), shardStub(ada.user.id), shardStub(bob.user.id)];
    await expect.poll(() => storedText(shardStub(bob.user.id))).toContain("a-secret-to-erase");

    expect((await ada.call("DELETE", `${path}/1`)).status).toBe(204);
    for (const stub of stubs) expect(await storedText(stub)).not.toContain("a-secret-to-erase");
    const got = await page(bob, path);
    expect(got.messages).toMatchObject([{ seq: 1, rev: 3, id: "m", body: "", author: ada.user }]);
    expect(got.messages[0]?.deletedAt).toBeGreaterThan(0);
    expect(got.messages[0]).not.toHaveProperty("reactions");
    // Deleting it again changes nothing.
    expect((await ada.call("DELETE", `${path}/1`)).status).toBe(204);
    const list = await bob.call("GET", "/api/threads");
    expect(await list.json()).toMatchObject({
      threads: [{ id: thread.id, lastMessage: { seq: 1, preview: "" } }],
    });
  });
});

describe("reactions", () => {
  /** Fills every rate limit's bucket again. */
  const later = () => vi.setSystemTime(Date.now() + 60_000);

  it("are counted, list the first 50 users, and keep those beyond them", async () => {
    const { ada, thread, path } = await threadWith(1);
    const stub = threadStub(thread.id);
    const fans = Array.from({ length: 53 }, () => ({ user: { id: unique("fan"), name: "Fan" } }));
    for (const fan of fans) {
      later();
      await stub.run(ada.user, { type: "put_member", userId: fan.user.id, profile: fan.user });
      await stub.run(fan.user, { type: "react", id: "r", seq: 1, emoji: "🐸" });
    }
    const reaction = async () => (await page(ada, path)).messages[0]?.reactions?.[0];
    expect(await reaction()).toMatchObject({ emoji: "🐸", count: 53 });
    expect((await reaction())?.userIds).toHaveLength(50);
    // A listed user takes the reaction back and another moves up. Then one who is not listed does, twice.
    const [first, last] = [fans[0], fans[52]];
    if (!first || !last) throw new Error("nobody");
    await stub.run(first.user, { type: "unreact", id: "u", seq: 1, emoji: "🐸" });
    expect((await reaction())?.userIds).toHaveLength(50);
    await stub.run(last.user, { type: "unreact", id: "u", seq: 1, emoji: "🐸" });
    await stub.run(last.user, { type: "unreact", id: "u", seq: 1, emoji: "🐸" });
    expect(await reaction()).toMatchObject({ count: 51 });
    expect(await storedText(stub)).toContain(last.user.id);
    await ada.call("DELETE", `${path}/1`);
    expect(await storedText(stub)).toContain('["more_reactions",[]]');
  });

  it("are of at most 20 different emoji; a 21st is a conflict", async () => {
    const { ada, thread } = await threadWith(1);
    const stub = threadStub(thread.id);
    const codePoints = Array.from({ length: 21 }, (_, i) => String.fromCodePoint(0x1f600 + i));
    const answers = [];
    for (const one of codePoints) {
      later();
      answers.push(await stub.run(ada.user, { type: "react", id: one, seq: 1, emoji: one }));
    }
    expect(answers.slice(0, 20).every((answer) => answer.ok)).toBe(true);
    expect(answers[20]).toMatchObject({ ok: false, failure: { code: "conflict" } });
  });

  it.each(["🇫🇷", "👩🏽‍💻", "❤️"])("accept %s", async (emoji) => {
    const { ada, path } = await threadWith(1);
    expect((await ada.call("PUT", `${path}/1/reactions/${encodeURIComponent(emoji)}`)).status).toBe(204);
  });

  it.each([
    ["without its selector", "❤", "❤️"],
    ["with a selector for text", "❤\ufe0e", "❤️"],
    ["with one selector of two", "👁‍🗨️", "👁️‍🗨️"],
    ["with a selector before a skin tone", "☝️🏽", "☝🏽"],
    ["as a keycap without its selector", "1\u20e3", "1️⃣"],
    ["with a selector that it has no need of", "👍\ufe0f", "👍"],
  ])("of an emoji %s are stored in its RGI spelling, and removed in either", async (_how, given, stored) => {
    const { ada, path } = await threadWith(1);
    const reaction = async () => (await page(ada, path)).messages[0]?.reactions?.map(({ emoji }) => emoji);
    await ada.call("PUT", `${path}/1/reactions/${encodeURIComponent(given)}`);
    expect(await reaction()).toEqual([stored]);
    await ada.call("PUT", `${path}/1/reactions/${encodeURIComponent(stored)}`);
    expect(await reaction()).toEqual([stored]);
    await ada.call("DELETE", `${path}/1/reactions/${encodeURIComponent(given)}`);
    expect(await reaction()).toBeUndefined();
  });

  it.each(["x", "👍👍", "👍%20", "%F0%9F", "<b>"])("refuse %s", async (emoji) => {
    const { ada, path } = await threadWith(1);
    const response = await ada.call("PUT", `${path}/1/reactions/${emoji}`);
    expect(response.status).toBe(400);
  });
});
