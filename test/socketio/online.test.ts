/** A Socket.IO session is a tab of its user: they are online, and get what concerns them whatever rooms they are in. */
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { passTime, runAlarm, skipWaits, startClock, withoutWaits } from "../cost/clock.ts";
import { answerLost, heldAt, interceptCalls, lost } from "../support/calls.ts";
import { expectLogged, mayLog } from "../support/console.ts";
import { eventually } from "../support/eventually.ts";
import { gate } from "../support/gate.ts";
import { host } from "../support/host-server.ts";
import {
  hostToken,
  newThread,
  person,
  personInOtherShard,
  unique,
  type Person,
} from "../support/host-users.ts";
import { crash, evict, shardStub } from "../support/objects.ts";
import { openPresence } from "../support/socket.ts";
import { SocketIoTestSocket, socketIoStub } from "../support/socketio.ts";

interface NewMessage {
  threadId: string;
  seq: number;
  unread: number;
  preview: string;
}

const connect = (who: Person) => SocketIoTestSocket.connect(who);
const send = (who: Person, threadId: string, body: string) =>
  who.call("POST", `/api/threads/${threadId}/messages`, { body });
const counts = (socket: SocketIoTestSocket) =>
  socket.events<{ count: number }>("unread_count").map(({ count }) => count);

/** Ada and Bob in a group. Each is in another Presence shard. */
async function pair() {
  const ada = await person("Ada");
  const bob = await personInOtherShard(ada, "Bob");
  const { id: threadId } = await newThread(ada, "group", [bob], "Pond");
  return { ada, bob, threadId };
}

/** Objects that hold a session and its user. */
const objectsOf = (who: Person, socket: SocketIoTestSocket) => [
  shardStub(who.user.id),
  socketIoStub(socket.sid),
];

describe("a session in no room", () => {
  withoutWaits();

  it("gets new_message, and unread_count first and at each change", async () => {
    const { ada, bob, threadId } = await pair();
    const socket = await connect(bob);
    expect(await socket.nextEvent("unread_count")).toEqual({ count: 0 });
    await send(ada, threadId, "hello");
    expect(await socket.nextEvent("new_message")).toEqual({
      threadId,
      seq: 1,
      author: ada.user,
      preview: "hello",
      at: expect.any(Number),
      unread: 1,
    });
    expect(await socket.nextEvent("unread_count")).toEqual({ count: 1 });
    // Something was unread already.
    await send(ada, threadId, "again");
    await socket.nextEvent("new_message");
    await bob.call("PUT", `/api/threads/${threadId}/read`, { seq: 2 });
    expect(await socket.nextEvent("unread_count")).toEqual({ count: 0 });
    expect(counts(socket)).toEqual([0, 1, 0]);
    expect(counts(await settled(await connect(bob)))).toEqual([0]);
  });

  it("counts nothing as unread of what its own user sends", async () => {
    const { ada, bob, threadId } = await pair();
    const socket = await connect(bob);
    await send(bob, threadId, "mine");
    expect(await socket.nextEvent<NewMessage>("new_message")).toMatchObject({ seq: 1, unread: 0 });
    await send(ada, threadId, "hers");
    await socket.nextEvent<NewMessage>("new_message");
    await eventually(() => expect(counts(socket)).toEqual([0, 1]));
  });

  it("gets each message through evictions of its object and its user's", async () => {
    const { ada, bob, threadId } = await pair();
    const socket = await connect(bob);
    for (const [i, stub] of [...objectsOf(bob, socket), ...objectsOf(bob, socket)].entries()) {
      await send(ada, threadId, `message ${i}`);
      await eventually(() => expect(previews(socket).at(-1)).toBe(`message ${i}`));
      await evict(stub);
    }
    expect(previews(socket)).toEqual(["message 0", "message 1", "message 2", "message 3"]);
    await eventually(() => expect(counts(socket)).toEqual([0, 1]));
  });

  it("is sent again what did not arrive, once, with what happened since", async () => {
    const { ada, bob, threadId } = await pair();
    const socket = await connect(bob);
    // The first time it does not arrive, and the second time its answer is lost.
    const failures = [lost, answerLost];
    const calls = interceptCalls("SOCKET_IO", "sendToTabs", (call) => (failures.shift() ?? call.send)(call));
    await send(ada, threadId, "first");
    await eventually(() => expect(previews(socket)).toEqual(["first"]));
    await send(ada, threadId, "second");
    await eventually(() => expect(previews(socket)).toEqual(["first", "second"]));
    expect(calls.made.length).toBeGreaterThan(3);
    expectLogged(/a call to an object failed/, /a call to an object failed/);
  });

  it("gets what happens at once where the clock was set back", async () => {
    const { ada, bob, threadId } = await pair();
    const socket = await connect(bob);
    for (const body of ["first", "second", "third"]) {
      await send(ada, threadId, body);
      await eventually(() => expect(previews(socket).at(-1)).toBe(body));
      passTime(-3_600_000);
    }
  });

  it("gets thread_removed when its user is removed, or the thread is deleted", async () => {
    const { ada, bob, threadId } = await pair();
    const { id: other } = await newThread(ada, "group", [bob]);
    await send(ada, other, "unread");
    const socket = await connect(bob);
    await eventually(() => expect(counts(socket).at(-1)).toBe(1));
    await ada.call("DELETE", `/api/threads/${threadId}/members/${bob.user.id}`);
    expect(await socket.nextEvent("thread_removed")).toEqual({ threadId });
    await ada.call("DELETE", `/api/threads/${other}`);
    expect(await socket.nextEvent("thread_removed")).toEqual({ threadId: other });
    await eventually(() => expect(counts(socket).at(-1)).toBe(0));
  });

  it("gets nothing of threads that its user is not in, beside one whose user is", async () => {
    const { ada, bob, threadId } = await pair();
    const eve = await person("Eve");
    const [b, e] = [await connect(bob), await connect(eve)];
    await send(ada, threadId, "secret");
    await b.nextEvent("new_message");
    await settled(e);
    expect([e.events("new_message"), counts(e)]).toEqual([[], [0]]);
  });

  it("is one of several tabs, each of which gets everything", async () => {
    const { ada, bob, threadId } = await pair();
    const [one, two, plain] = [await connect(bob), await connect(bob), await openPresence(bob)];
    await send(ada, threadId, "hello");
    for (const tab of [one, two]) expect(await tab.nextEvent("new_message")).toMatchObject({ seq: 1 });
    expect(await plain.next("new_message")).toMatchObject({ seq: 1, unread: 1 });
    one.close();
    await one.closed;
    await send(ada, threadId, "again");
    expect(await two.nextEvent("new_message")).toMatchObject({ seq: 2 });
  });
});

describe("a user with a session", () => {
  beforeEach(startClock);
  afterEach(async () => {
    vi.useRealTimers();
    await reset();
  });

  it("is online to whoever watches them, and offline after the grace period", async () => {
    const { ada, bob } = await pair();
    const watcher = await openPresence(ada);
    watcher.send({ type: "watch", userIds: [bob.user.id] });
    expect(await watcher.next("presence")).toMatchObject({ status: "offline" });
    const [socket, other] = [await connect(bob), await connect(bob)];
    expect(await watcher.next("presence")).toMatchObject({ userId: bob.user.id, status: "online" });
    for (const stub of objectsOf(bob, socket)) await evict(stub);
    expect(await statusOf(ada, bob)).toBe("online");
    for (const one of [socket, other]) {
      one.close();
      await one.closed;
    }
    await goOffline(bob);
    expect(await watcher.next("presence")).toMatchObject({
      userId: bob.user.id,
      status: "offline",
      lastSeenAt: expect.any(Number),
    });
  });

  it("stays online while another tab is open, over either transport", async () => {
    const { ada, bob } = await pair();
    const [socket, plain] = [await connect(bob), await openPresence(bob)];
    plain.close();
    await plain.closed;
    passTime(6_000);
    expect(await statusOf(ada, bob)).toBe("online");
    const again = await openPresence(bob);
    socket.close();
    await socket.closed;
    await eventually(async () => expect(await tabsOf(bob)).toEqual([]));
    passTime(6_000);
    expect(await statusOf(ada, bob)).toBe("online");
    again.close();
  });

  it("is offline after their object has crashed, and only then", async () => {
    const { ada, bob } = await pair();
    const socket = await connect(bob);
    await crash(shardStub(bob.user.id));
    expect(await statusOf(ada, bob)).toBe("online");
    await crash(socketIoStub(socket.sid));
    // The alarm of the heartbeats, which a crash leaves.
    await runAlarm(socketIoStub(socket.sid));
    await runAlarm(socketIoStub(socket.sid));
    await eventually(async () => expect(await tabsOf(bob)).toEqual([]));
    passTime(6_000);
    expect(await statusOf(ada, bob)).toBe("offline");
  });

  it("is published as online also where their shard crashes before it has", async () => {
    const { ada, bob } = await pair();
    const watcher = await openPresence(ada);
    watcher.send({ type: "watch", userIds: [bob.user.id] });
    await watcher.next("presence");
    const calls = interceptCalls("PRESENCE", "statusChanged", heldAt(gate()));
    await connect(bob);
    await calls.begun();
    calls.stop();
    await crash(shardStub(bob.user.id));
    passTime(60_000);
    await runAlarm(shardStub(bob.user.id));
    expect(await watcher.next("presence")).toEqual({
      type: "presence",
      userId: bob.user.id,
      status: "online",
    });
    mayLog(/a call to an object failed/);
  });

  it("is offline also where Presence did not answer as the session ended", async () => {
    // Of the lost session: for as long the object cannot be evicted.
    skipWaits();
    const { ada, bob } = await pair();
    const socket = await connect(bob);
    const shard = shardStub(bob.user.id);
    const { stop } = interceptCalls("PRESENCE", "tabsClosed", lost);
    socket.close();
    await socket.closed;
    const holder = socketIoStub(socket.sid);
    await eventually(async () => expect(await rows(holder, "closed_tabs")).toHaveLength(1));
    stop();
    await evict(shard);
    await evict(holder);
    passTime(10_000);
    await runAlarm(holder);
    await eventually(async () => expect(await tabsOf(bob)).toEqual([]));
    expect(await rows(holder, "closed_tabs")).toEqual([]);
    passTime(6_000);
    expect(await statusOf(ada, bob)).toBe("offline");
    expectLogged(/a call to an object failed/);
  });
});

describe("watch", () => {
  withoutWaits();

  it("is answered with whom the user may see, and followed by each change", async () => {
    const { ada, bob } = await pair();
    const eve = await person("Eve");
    const watcher = await connect(ada);
    const [b] = [await connect(bob), await connect(eve)];
    expect(await watcher.ask("watch", { userIds: [bob.user.id, eve.user.id] })).toEqual({
      ok: true,
      presence: [{ userId: bob.user.id, status: "online" }],
    });
    for (const stub of objectsOf(ada, watcher)) await evict(stub);
    b.close();
    await b.closed;
    await goOffline(bob);
    expect(await watcher.nextEvent("presence")).toMatchObject({ userId: bob.user.id, status: "offline" });
    await connect(bob);
    expect(await watcher.nextEvent("presence")).toEqual({ userId: bob.user.id, status: "online" });
    expect(await watcher.ask("watch", { userIds: [] })).toEqual({ ok: true, presence: [] });
    expect(await rows(shardStub(ada.user.id), "tab_watches", ada)).toEqual([]);
  });

  it("is answered by events where no acknowledgement is asked for, and limited as for any tab", async () => {
    const { ada, bob } = await pair();
    const socket = await connect(ada);
    socket.send(`42${JSON.stringify(["watch", { userIds: [bob.user.id] }])}`);
    expect(await socket.nextEvent("presence")).toMatchObject({ userId: bob.user.id, status: "offline" });
    const tooMany = Array.from({ length: 501 }, (_, i) => `u-${i}`);
    expect(await socket.ask("watch", { userIds: tooMany })).toMatchObject({ error: { code: "bad_request" } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => socket.ask<Answer>("watch", { userIds: [] })),
    );
    expect(answers.at(-1)).toMatchObject({
      error: { code: "rate_limited", retryAfterMs: expect.any(Number) },
    });
  });

  it("ends with its session", async () => {
    const { ada, bob } = await pair();
    const socket = await connect(ada);
    await socket.ask("watch", { userIds: [bob.user.id] });
    expect(await rows(shardStub(bob.user.id), "watchers", ada)).toHaveLength(1);
    socket.close();
    await socket.closed;
    await eventually(async () => expect(await tabsOf(ada)).toEqual([]));
    passTime(5_000);
    await runAlarm(shardStub(ada.user.id));
    await eventually(async () => expect(await rows(shardStub(bob.user.id), "watchers", ada)).toEqual([]));
    expect(await rows(shardStub(ada.user.id), "tab_watches", ada)).toEqual([]);
  });
});

describe("the 33rd tab of a user", () => {
  withoutWaits();

  it("has the most silent session disconnected, which is not to come back by itself", async () => {
    const { ada, bob, threadId } = await pair();
    const plain = await openPresence(bob);
    const sockets: SocketIoTestSocket[] = [];
    for (let i = 0; i < 31; i++) {
      passTime(1);
      sockets.push(await connect(bob));
    }
    const [first, second] = sockets;
    if (!first || !second) throw new Error("nobody");
    // The plain one opened first, and is heard of later than all others.
    plain.send({ type: "watch", userIds: [] });
    passTime(1);
    expect(await first.ask("watch", { userIds: [ada.user.id] })).toMatchObject({ ok: true });
    const newest = await connect(bob);
    await second.next((frame) => frame === "41");
    expect(await tabsOf(bob)).toHaveLength(31);
    await send(ada, threadId, "hello");
    for (const socket of [first, newest]) await socket.nextEvent("new_message");
    expect(await plain.next("new_message")).toMatchObject({ seq: 1 });
    expect(second.events("new_message")).toEqual([]);
    expect(sockets.filter(({ frames }) => frames.includes("41"))).toEqual([second]);
  });

  it("closes the most silent socket where that is a plain one, whichever is opened", async () => {
    const { bob } = await pair();
    const one = await openPresence(bob);
    passTime(1);
    const two = await openPresence(bob);
    passTime(1);
    for (let i = 0; i < 31; i++) await connect(bob);
    expect(await one.next("closing")).toMatchObject({ code: 4010 });
    await openPresence(bob);
    expect(await two.next("closing")).toMatchObject({ code: 4010 });
  });
});

describe("what is revoked", () => {
  withoutWaits();

  it("ends an idle session in no room at once, and no other", async () => {
    const { ada, threadId } = await pair();
    const id = unique("bob");
    const now = Math.floor(Date.now() / 1000);
    const who = { ...(await person("Bob")), token: await hostToken({ sub: id, iat: now - 60 }) };
    const later = { ...who, token: await hostToken({ sub: id, iat: now + 1 }) };
    const [idle, fresh] = [await connect(who), await connect(later)];
    await ada.call("PUT", `/api/threads/${threadId}/members/${id}`, {});
    for (const stub of [shardStub(id), socketIoStub(idle.sid)]) await evict(stub);
    expect((await host("POST", `/api/users/${id}/revoke`, { before: now })).status).toBe(202);
    await idle.closed;
    await send(ada, threadId, "hello");
    await fresh.nextEvent("new_message");
    expect(idle.events("new_message")).toEqual([]);
    expect(idle.frames.some((frame) => frame.startsWith("41"))).toBe(false);
  });

  it("is sent again where the Presence shard crashes meanwhile", async () => {
    const id = unique("bob");
    const iat = Math.floor(Date.now() / 1000) - 60;
    const who = { ...(await person("Bob")), token: await hostToken({ sub: id, iat }) };
    const idle = await connect(who);
    const calls = interceptCalls("SOCKET_IO", "sendToTabs", lost);
    expect((await host("POST", `/api/users/${id}/revoke`)).status).toBe(202);
    await calls.begun();
    await crash(shardStub(id));
    calls.stop();
    await runAlarm(shardStub(id));
    await idle.closed;
    mayLog(/a call to an object failed/);
  });

  it("never sends anything after the session's end", async () => {
    const { ada, threadId } = await pair();
    const id = unique("bob");
    const exp = Math.floor(Date.now() / 1000) + 60;
    const who = { ...(await person("Bob")), token: await hostToken({ sub: id, exp }) };
    const socket = await connect(who);
    await ada.call("PUT", `/api/threads/${threadId}/members/${id}`, {});
    passTime(61_000);
    // To one whose session goes on: by then the other would have it.
    const other = { ...who, token: await hostToken({ sub: id, exp: exp + 600 }) };
    const again = await connect(other);
    await send(ada, threadId, "too late");
    await again.nextEvent("new_message");
    expect(socket.events("new_message")).toEqual([]);
  });
});

interface Answer {
  ok: boolean;
}

const previews = (socket: SocketIoTestSocket) =>
  socket.events<NewMessage>("new_message").map(({ preview }) => preview);

/** Resolves when everything sent to the session so far has arrived: the answer to an event comes after it. */
async function settled(socket: SocketIoTestSocket): Promise<SocketIoTestSocket> {
  await socket.nextEvent("unread_count");
  await socket.ask("leave", { room: 1 });
  return socket;
}

async function statusOf(viewer: Person, { user }: Person): Promise<string | undefined> {
  const response = await viewer.call("GET", `/api/presence?ids=${user.id}`);
  return ((await response.json()) as { presence: { status: string }[] }).presence[0]?.status;
}

/** Lets the grace period of a user pass whose tabs have closed. */
async function goOffline(who: Person): Promise<void> {
  await eventually(async () => expect(await tabsOf(who)).toEqual([]));
  passTime(5_000);
  await runAlarm(shardStub(who.user.id));
}

const tabsOf = (who: Person) => rows(shardStub(who.user.id), "socketio_tabs", who);

/** The rows of a table, of this user alone if one is given. */
async function rows(
  stub: DurableObjectStub,
  table: string,
  who?: Person,
): Promise<Record<string, unknown>[]> {
  const all = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
  );
  return all.filter((row) => !who || (row["user_id"] ?? row["watcher_id"]) === who.user.id);
}
