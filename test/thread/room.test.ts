/** The room: who is online in it, and what its sockets send one another. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Thread } from "../../src/protocol/model.ts";
import { newThread, person } from "../support/host-users.ts";
import { openThread } from "../support/socket.ts";

afterEach(() => vi.useRealTimers());

async function groupOfTwo() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob], "Pond");
  return { ada, bob, thread };
}

describe("joins and leaves", () => {
  it("sends a welcome with the thread, who is online, and the limits", async () => {
    const { ada, thread } = await groupOfTwo();
    const socket = await openThread(ada, thread.id);
    const welcome = await socket.next("welcome");
    expect(welcome).toMatchObject({
      user: ada.user,
      resumed: false,
      cursor: `${thread.epoch}:0`,
      online: [ada.user],
      onlineCount: 1,
      thread: {
        id: thread.id,
        kind: "group",
        name: "Pond",
        memberCount: 2,
        you: { role: "owner", readSeq: 0 },
      },
      limits: { bodyLength: 10_000, frameBytes: 65_536, batch: 100, burst: 20, per10s: 10, pingMs: 30_000 },
    });
    expect(welcome.expiresAt).toBeGreaterThan(Date.now());
    expect(await socket.next()).toEqual({ type: "history", messages: [], hasBefore: false });
    expect(socket.protocol).toBe("lilypad.v1");
  });

  it("broadcasts a join for a user's first socket, a leave for the last, and nothing in between", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const observer = await openThread(ada, thread.id);
    const first = await openThread(bob, thread.id);
    expect(await observer.next("join")).toEqual({ type: "join", user: bob.user });
    const second = await openThread(bob, thread.id);
    await second.next("welcome");
    first.close();
    await first.closed;
    second.close();
    expect(await observer.next("leave")).toEqual({ type: "leave", userId: bob.user.id });
    expect(observer.events.filter((event) => event.type === "join" || event.type === "leave")).toHaveLength(
      2,
    );
    expect(first.events.some((event) => event.type === "join")).toBe(false);
  });

  it("says in a join who became a member of a public thread by it, and how many there are now", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const thread = await newThread(ada, "public", [], "Lobby");
    const observer = await openThread(ada, thread.id);
    await openThread(bob, thread.id);
    const join = await observer.next("join");
    const fresh = await (await ada.call("GET", `/api/threads/${thread.id}`)).json<Thread>();
    expect([join.memberCount, join.member]).toEqual([fresh.memberCount, fresh.members[1]]);
    expect(join.member?.user).toEqual(bob.user);
    const again = await person("Eve");
    await again.call("PUT", `/api/threads/${thread.id}/members/${again.user.id}`, {});
    await openThread(again, thread.id);
    expect(await observer.next("join")).toEqual({ type: "join", user: again.user });
  });

  it("closes with 1000 on leave, after the replies to earlier commands", async () => {
    const { ada, thread } = await groupOfTwo();
    const socket = await openThread(ada, thread.id);
    socket.send([{ type: "chat", id: "last", body: "bye" }, { type: "leave" }]);
    expect((await socket.closed).code).toBe(1000);
    expect(socket.events.some((event) => event.type === "ack" && event.id === "last")).toBe(true);
  });

  it("answers a ping with a pong", async () => {
    const { ada, thread } = await groupOfTwo();
    const socket = await openThread(ada, thread.id);
    socket.send("ping");
    expect(await socket.pong()).toBe("pong");
  });

  it("closes the socket that was silent the longest when a user opens a 33rd", async () => {
    const { ada, thread } = await groupOfTwo();
    const sockets = [];
    for (let i = 0; i < 32; i++) sockets.push(await openThread(ada, thread.id));
    await openThread(ada, thread.id);
    expect(await sockets[0]?.next("closing")).toMatchObject({ code: 4010 });
    const answer = await sockets[1]?.ask({ type: "chat", id: "still", body: "here" });
    expect(answer?.type).toBe("ack");
  });

  it("closes a socket that vanished without closing, when the room is next awake", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const observer = await openThread(ada, thread.id);
    await openThread(bob, thread.id);
    await observer.next("join");
    const gone = Date.now() + 3 * 60_000;
    vi.setSystemTime(gone);
    // The message wakes the room.
    observer.send({ type: "chat", id: "c", body: "anyone?" });
    expect(await observer.next("leave")).toMatchObject({ userId: bob.user.id });
  });
});

describe("the room", () => {
  it("broadcasts a message to every socket, the sender's too, and then acknowledges it", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    const before = Date.now();
    a.send({ type: "chat", id: "m1", body: "hello 🐸" });
    const seen = await b.next("chat");
    expect(seen).toMatchObject({
      rev: 1,
      message: { seq: 1, rev: 1, id: "m1", author: ada.user, body: "hello 🐸" },
    });
    expect(seen.message.at).toBeGreaterThanOrEqual(before);
    expect(await a.next("chat")).toEqual(seen);
    expect(await a.next()).toEqual({ type: "ack", id: "m1", seq: 1, rev: 1, at: seen.message.at });
    expect(b.events.some((event) => event.type === "ack")).toBe(false);
  });

  it("applies an array of commands in order, where each succeeds or fails alone", async () => {
    const { ada, thread } = await groupOfTwo();
    const socket = await openThread(ada, thread.id);
    socket.send([
      { type: "chat", id: "1", body: "one" },
      { type: "chat", id: "2", body: " " },
      { type: "nonsense", id: "3" },
      { type: "chat", id: "4", body: "two", replyTo: 1 },
      { type: "chat", id: "5", body: "three", replyTo: 99 },
    ]);
    expect(await socket.next("ack")).toMatchObject({ id: "1", seq: 1 });
    expect(await socket.next("error")).toMatchObject({ id: "2", code: "bad_request" });
    expect(await socket.next("error")).toMatchObject({ id: "3", code: "bad_request" });
    expect(await socket.next("ack")).toMatchObject({ id: "4", seq: 2 });
    expect(await socket.next("error")).toMatchObject({ id: "5", code: "bad_request" });
  });

  it("sends many messages in one frame", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    a.send(Array.from({ length: 10 }, (_, i) => ({ type: "chat", id: `m${i}`, body: String(i) })));
    await b.next("chat", (event) => event.rev === 10);
    const frames = b.frames.filter((frame) => frame.includes('"type":"chat"'));
    expect(frames).toHaveLength(1);
  });

  it("acknowledges a command in the frame of its event, after it", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    await a.next("join");
    const before = a.frames.length;
    a.send([
      { type: "chat", id: "1", body: "one" },
      { type: "nonsense", id: "2" },
    ]);
    await a.next("error");
    const frames = a.frames.slice(before).map((frame) => JSON.parse(frame) as { type: string }[]);
    expect(frames.map((events) => events.map(({ type }) => type))).toEqual([["chat", "ack", "error"]]);
    await b.next("chat");
    expect(b.events.some(({ type }) => type === "ack" || type === "error")).toBe(false);
  });

  it("broadcasts typing to the others, at most once in 3 s", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    a.send([{ type: "typing" }, { type: "typing" }]);
    expect(await b.next("typing")).toEqual({ type: "typing", userId: ada.user.id });
    await a.ask({ type: "chat", id: "c", body: "done" });
    await b.next("chat");
    vi.setSystemTime(Date.now() + 3_001);
    a.send({ type: "typing" });
    await b.next("typing");
    expect(b.events.filter((event) => event.type === "typing")).toHaveLength(2);
    expect(a.events.some((event) => event.type === "typing")).toBe(false);
  });

  it("accepts a read marker of 0 in an empty thread", async () => {
    const { ada, thread } = await groupOfTwo();
    const response = await ada.call("PUT", `/api/threads/${thread.id}/read`, { seq: 0 });
    expect(await response.json()).toEqual({ readSeq: 0, unread: 0 });
  });

  it("broadcasts read markers, which only rise and never pass the newest message", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    for (const id of ["1", "2", "3"]) await a.ask({ type: "chat", id, body: id });
    b.send({ type: "read", seq: 2 });
    expect(await a.next("read")).toEqual({ type: "read", userId: bob.user.id, seq: 2 });
    b.send([
      { type: "read", seq: 1 },
      { type: "read", seq: 1000 },
    ]);
    expect(await a.next("read")).toEqual({ type: "read", userId: bob.user.id, seq: 3 });
    const page = await bob.call("GET", `/api/threads/${thread.id}`);
    expect(await page.json()).toMatchObject({ you: { readSeq: 3 } });
  });

  it("broadcasts edits, deletions and reactions as numbered events, from sockets and HTTP", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    await a.ask({ type: "chat", id: "1", body: "helo" });
    await a.ask({ type: "edit", id: "2", seq: 1, body: "hello" });
    expect(await b.next("edit")).toMatchObject({ rev: 2, message: { seq: 1, rev: 2, body: "hello" } });
    await b.ask({ type: "react", id: "3", seq: 1, emoji: "👍" });
    expect(await a.next("react")).toMatchObject({ rev: 3, seq: 1, emoji: "👍", user: bob.user });
    // A reaction that is there already is acknowledged, and changes nothing.
    expect(await b.ask({ type: "react", id: "4", seq: 1, emoji: "👍" })).toMatchObject({
      type: "ack",
      rev: 3,
    });
    await bob.call("DELETE", `/api/threads/${thread.id}/messages/1/reactions/👍`);
    expect(await a.next("unreact")).toMatchObject({ rev: 4, seq: 1, emoji: "👍", user: bob.user });
    expect((await ada.call("DELETE", `/api/threads/${thread.id}/messages/1`)).status).toBe(204);
    expect(await b.next("delete")).toMatchObject({ rev: 5, seq: 1, by: ada.user });
    for (const command of [
      { type: "edit", id: "5", seq: 1, body: "again" },
      { type: "react", id: "6", seq: 1, emoji: "👍" },
    ]) {
      expect(await a.ask(command)).toMatchObject({ type: "error", code: "gone" });
    }
    expect(await a.ask({ type: "edit", id: "7", seq: 9, body: "what" })).toMatchObject({ code: "not_found" });
  });

  it("broadcasts a message posted over HTTP, and not a repeat of it", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const socket = await openThread(bob, thread.id);
    const path = `/api/threads/${thread.id}/messages`;
    const first = await ada.call("POST", path, { id: "x", body: "by HTTP" });
    expect(first.status).toBe(201);
    const repeat = await ada.call("POST", path, { id: "x", body: "by HTTP" });
    expect(repeat.status).toBe(200);
    expect(await repeat.json()).toEqual(await first.json());
    await ada.call("POST", path, { body: "next" });
    await socket.next("chat", (event) => event.message.body === "next");
    expect(socket.events.filter((event) => event.type === "chat")).toHaveLength(2);
  });
});

describe("a broken socket", () => {
  it("does not prevent the others from receiving a message", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    await b.next("welcome");
    const stub = env.CHAT_THREAD.get(env.CHAT_THREAD.idFromString(thread.id));
    await runInDurableObject(stub, (_instance, state) => {
      // As when the network fails between finding the socket open and sending.
      const broken = state
        .getWebSockets()
        .find((socket) => (socket.deserializeAttachment() as { userId: string }).userId === bob.user.id);
      vi.spyOn(broken as WebSocket, "send").mockImplementation(() => {
        throw new Error("expected: broken pipe");
      });
    });
    const c = await openThread(bob, thread.id);
    expect(await a.ask({ type: "chat", id: "1", body: "hello" })).toMatchObject({ type: "ack" });
    expect(await c.next("chat")).toMatchObject({ message: { body: "hello" } });
  });
});
