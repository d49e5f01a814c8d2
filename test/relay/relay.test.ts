/** A large room, all of whose sockets are at relays, two at each. Every guarantee holds; joins and leaves are broadcast as a count. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { OPENS_BURST } from "../../src/protocol/limits.ts";
import { relayHostStub } from "../../src/rpc/relay.ts";
import { withoutWaits } from "../cost/clock.ts";
import { answerHeldAt, answerLost, heldAt, interceptCalls, lost } from "../support/calls.ts";
import { expectLogged } from "../support/console.ts";
import { gate } from "../support/gate.ts";
import { costOf, evict, relayStub, storedText, threadStub } from "../support/objects.ts";
import { host } from "../support/host-server.ts";
import { hostToken, newThread, person, renamed, signIn, type Person } from "../support/host-users.ts";
import { openThread, type TestSocket } from "../support/socket.ts";
import { eventually } from "../support/eventually.ts";

afterEach(() => vi.useRealTimers());

/** Three users in a room: the first two are connected to its first relay, the third to its second. */
async function roomOfThree() {
  const [ada, bob, eve] = await Promise.all([person("Ada"), person("Bob"), person("Eve")]);
  const thread = await newThread(ada, "group", [bob, eve], "Pond");
  const sockets: TestSocket[] = [];
  for (const who of [ada, bob, eve]) {
    const socket = await openThread(who, thread.id);
    await socket.next("welcome");
    sockets.push(socket);
  }
  const [a, b, c] = sockets as [TestSocket, TestSocket, TestSocket];
  return { ada, bob, eve, thread, path: `/api/threads/${thread.id}`, a, b, c };
}

/** The durable events that a socket received, in order. */
const revs = (socket: TestSocket) =>
  socket.events.flatMap((event) => ("rev" in event && event.type !== "ack" ? [event.rev] : []));

/** From here on the relay does not get what its thread sends. Returns a function that undoes it once this was lost. */
function cutOff(threadId: string, no: number): (what: string) => Promise<void> {
  expectLogged(/a call to an object failed Error: expected: lost/);
  const batches = interceptCalls("RELAY", "deliver", (call) =>
    isRelay(call.id, threadId, no) ? lost() : call.send(),
  );
  return async (what) => {
    const lostBatches = () =>
      batches.made.filter(({ outcome }) => outcome === "failed").map(({ args }) => args);
    await eventually(() => expect(JSON.stringify(lostBatches())).toContain(what));
    batches.stop();
  };
}

function isRelay({ name }: DurableObjectId, threadId: string, no: number): boolean {
  return name === `${threadId}/${no}`;
}

describe("a large room", () => {
  it("broadcasts how many users are online, and not single joins and leaves", async () => {
    const { a, c, eve, thread } = await roomOfThree();
    await a.next("online", ({ count }) => count === 3);
    const again = await openThread(eve, thread.id);
    expect(await again.next("welcome")).toMatchObject({ onlineCount: 3, online: [] });
    for (const socket of [c, again]) socket.close();
    await a.next("online", ({ count }) => count === 2);
    expect(a.events.filter(({ type }) => type === "join" || type === "leave")).toEqual([]);
  });

  it("closes a revoked user's sockets at every relay, also after an eviction, and no others", async () => {
    const { ada, bob, a, b, c, thread } = await roomOfThree();
    const again = await openThread(ada, thread.id);
    await evict(relayStub(thread.id, 1));
    expect((await host("POST", `/api/users/${ada.user.id}/revoke`)).status).toBe(202);
    for (const socket of [a, again]) expect((await socket.next("closing")).code).toBe(4001);
    expect(await b.ask({ type: "chat", id: "1", body: "still here" })).toMatchObject({ type: "ack" });
    await c.next("chat");
    expect((await (await openThread(ada, thread.id)).closed).code).toBe(4001);
    expect((await bob.call("GET", `/api/threads/${thread.id}`)).status).toBe(200);
  });

  it("closes a banned user's sockets at every relay with 4003, and lets them into none", async () => {
    const { ada, bob, a, b, thread } = await roomOfThree();
    expect((await host("PUT", `/api/bans/${ada.user.id}`)).status).toBe(200);
    expect((await a.next("closing")).code).toBe(4003);
    expect((await (await openThread(ada, thread.id)).closed).code).toBe(4003);
    expect(await b.ask({ type: "chat", id: "1", body: "still here" })).toMatchObject({ type: "ack" });
    expect((await bob.call("GET", `/api/threads/${thread.id}`)).status).toBe(200);
  });

  it("broadcasts how many members a public thread has, as users join by opening it", async () => {
    const users = await Promise.all(["Ada", "Bob", "Cy", "Di"].map((name) => person(name)));
    const [owner = await person("Eve"), ...others] = users;
    const thread = await newThread(owner, "public", [], "Lobby");
    const a = await openThread(owner, thread.id);
    for (const other of others) await openThread(other, thread.id);
    expect((await a.next("online", ({ count }) => count === 4)).memberCount).toBe(4);
  });

  it("fills no relay beyond its places, also where its report crosses an upgrade that is on its way to it", async () => {
    const [ada, bob, eve] = await Promise.all([person("Ada"), person("Bob"), person("Eve")]);
    const thread = await newThread(ada, "group", [bob, eve], "Pond");
    const [reporting, upgrading] = [gate(), gate()];
    const reports = interceptCalls("CHAT_THREAD", "reportOccupancy", heldAt(reporting));
    await (await openThread(ada, thread.id)).next("welcome");
    await reporting.reached();
    const upgrades = interceptCalls("RELAY", "fetch", heldAt(upgrading));
    const second = openThread(bob, thread.id);
    await upgrades.begun();
    // The thread has sent it on, and learns only now that there is one socket.
    reporting.open();
    await eventually(() => expect(reports.made[0]?.outcome).toBe("answered"));
    const third = openThread(eve, thread.id);
    await upgrades.begun(2);
    upgrading.open();
    for (const socket of [await second, await third]) await socket.next("welcome");
    expect(await relaysOf(thread.id)).toEqual([1, 2]);
  });

  it("drops its relays when they are empty", async () => {
    const { a, b, c, thread } = await roomOfThree();
    expect(await relaysOf(thread.id)).toEqual([1, 2]);
    for (const socket of [a, b, c]) socket.close();
    await eventually(async () => expect(await relaysOf(thread.id)).toEqual([]));
  });
});

/** The relays that a thread knows of. */
function relaysOf(threadId: string): Promise<number[]> {
  return runInDurableObject(threadStub(threadId), (_thread, { storage }) =>
    storage.sql
      .exec<{ no: number }>("SELECT no FROM relays")
      .toArray()
      .map(({ no }) => no),
  );
}

describe("evicted between any two steps", () => {
  // An object that waits, as for the second in which it gathers notifications, is not evicted before that is over.
  withoutWaits();

  it.each([
    ["the relays", async (id: string) => evictAll(relayStub(id, 1), relayStub(id, 2))],
    ["the thread", async (id: string) => evictAll(threadStub(id))],
    ["all of them", async (id: string) => evictAll(threadStub(id), relayStub(id, 1), relayStub(id, 2))],
  ])("%s: every socket receives every event once, in order, and every reply", async (_who, pause) => {
    const { ada, path, thread, a, b, c } = await roomOfThree();
    for (const [socket, command] of [
      [a, { type: "chat", id: "1", body: "one" }],
      [c, { type: "react", id: "3", seq: 1, emoji: "👍" }],
      [a, { type: "edit", id: "4", seq: 1, body: "ONE" }],
      [b, { type: "chat", id: "5", body: "two" }],
    ] as const) {
      await pause(thread.id);
      expect(await socket.ask(command)).toMatchObject({ type: "ack" });
    }
    // The relay keeps its state in a socket's attachment: that socket may be the one that closes.
    a.close();
    await a.closed;
    await pause(thread.id);
    expect(await b.ask({ type: "chat", id: "6", body: "three" })).toMatchObject({ seq: 3 });
    await pause(thread.id);
    await ada.call("PATCH", path, { name: "Lake" });
    for (const socket of [b, c]) {
      await socket.next("thread");
      expect(revs(socket)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });
});

describe("a relay whose answer that it is empty arrives late", () => {
  it("still receives everything, for sockets that were opened since", async () => {
    const { eve, thread, a, b, c } = await roomOfThree();
    const held = gate();
    interceptCalls("RELAY", "deliver", async ({ send }) => {
      const occupancy = await send();
      if (occupancy.sockets === 0) await held.pass();
      return occupancy;
    });
    c.close();
    await c.closed;
    await a.ask({ type: "chat", id: "1", body: "one" });
    await b.next("chat");
    const back = await openThread(eve, thread.id);
    await back.next("welcome");
    // The late answer arrives between these messages.
    held.open();
    for (const body of ["two", "three", "four"]) await a.ask({ type: "chat", id: body, body });
    expect(await back.next("chat", ({ message }) => message.body === "four")).toMatchObject({ type: "chat" });
  });
});

describe("a relay whose answer that it is empty arrives after it reported so itself", () => {
  it("is not dropped where a socket was opened since", async () => {
    const { eve, thread, a, c } = await roomOfThree();
    const held = gate();
    interceptCalls("RELAY", "deliver", async ({ send }) => {
      const occupancy = await send();
      if (occupancy.sockets === 0) await held.pass();
      return occupancy;
    });
    c.close();
    await c.closed;
    await a.ask({ type: "chat", id: "1", body: "one" });
    // The relay's own report has arrived meanwhile.
    await eventually(async () => expect(await relaysOf(thread.id)).toEqual([1]));
    const back = await openThread(eve, thread.id);
    await back.next("welcome");
    held.open();
    for (const body of ["two", "three", "four"]) await a.ask({ type: "chat", id: body, body });
    expect(await back.next("chat", ({ message }) => message.body === "four")).toMatchObject({ type: "chat" });
  });
});

async function evictAll(...stubs: DurableObjectStub[]): Promise<void> {
  for (const stub of stubs) await evict(stub);
}

describe("a relay that missed a batch", () => {
  it.each([
    ["", async () => {}],
    [" by a thread that was evicted right after its commit", (id: string) => evict(threadStub(id))],
  ])("is notified again by alarm%s, and delivers what it missed", async (_name, then) => {
    const { ada, path, thread, a, c } = await roomOfThree();
    await a.ask({ type: "chat", id: "1", body: "one" });
    await c.next("chat");
    const reconnect = cutOff(thread.id, 2);
    await ada.call("POST", `${path}/messages`, { body: "two" });
    await ada.call("PUT", `${path}/messages/1/reactions/👍`);
    await a.next("react");
    await reconnect("two");
    await then(thread.id);
    await runDurableObjectAlarm(threadStub(thread.id));
    await c.next("react");
    await a.ask({ type: "chat", id: "2", body: "three" });
    await c.next("chat", ({ message }) => message.body === "three");
    for (const socket of [a, c]) expect(revs(socket)).toEqual([1, 2, 3, 4]);
  });

  it("is sent the profile that changed in it, which is not numbered", async () => {
    const { ada, bob, thread, a, c } = await roomOfThree();
    await a.ask({ type: "chat", id: "1", body: "one" });
    await c.next("chat");
    const reconnect = cutOff(thread.id, 2);
    const countess = await renamed(ada, "Countess");
    await signIn(countess);
    expect(await a.next("user")).toEqual({ type: "user", user: countess.user });
    await reconnect("Countess");
    await bob.call("POST", `/api/threads/${thread.id}/messages`, { body: "two" });
    await c.next("chat", ({ message }) => message.body === "two");
    expect(c.events.filter(({ type }) => type === "user")).toEqual([{ type: "user", user: countess.user }]);
    expect(revs(c)).toEqual([1, 2]);
  });

  it("disconnects sockets whose errors were lost, those of invalid commands too", async () => {
    const { thread, a, c } = await roomOfThree();
    await a.ask({ type: "chat", id: "1", body: "one" });
    await c.next("chat");
    const reconnect = cutOff(thread.id, 2);
    c.send({ type: "chat", id: "mine", body: "" });
    await reconnect("reply");
    await eventually(async () => {
      await runDurableObjectAlarm(threadStub(thread.id));
      expect(c.events.at(-1)).toMatchObject({ type: "closing", code: 1001 });
    });
  });

  it("disconnects sockets whose replies were lost, which resend, and the message is stored once", async () => {
    const { eve, thread, c } = await roomOfThree();
    const reconnect = cutOff(thread.id, 2);
    c.send({ type: "chat", id: "mine", body: "once" });
    await eventually(() =>
      runInDurableObject(threadStub(thread.id), async (_thread, { storage }) => {
        expect(storage.sql.exec("SELECT seq FROM messages WHERE seq > 0").toArray()).toHaveLength(1);
      }),
    );
    await reconnect("reply");
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await c.next("closing")).toMatchObject({ code: 1001 });
    const back = await openThread(eve, thread.id, `${thread.epoch}:0`);
    expect(await back.next("chat")).toMatchObject({ message: { id: "mine", seq: 1 } });
    expect(await back.ask({ type: "chat", id: "mine", body: "once" })).toMatchObject({ type: "ack", seq: 1 });
  });
});

describe("at a relay that receives a batch late", () => {
  it("a removed member's typing is not broadcast", async () => {
    const { ada, eve, thread, path, a, c } = await roomOfThree();
    const held = gate();
    interceptCalls("RELAY", "deliver", async ({ id, send }) => {
      if (isRelay(id, thread.id, 2)) await held.pass();
      return send();
    });
    const commands = interceptCalls("CHAT_THREAD", "runRelayed");
    await ada.call("DELETE", `${path}/members/${eve.user.id}`);
    c.send({ type: "typing" });
    await eventually(() => expect(commands.made[0]?.outcome).toBe("answered"));
    await a.ask({ type: "chat", id: "1", body: "one" });
    expect(a.events.filter(({ type }) => type === "typing")).toEqual([]);
    held.open();
    expect(await c.next("closing")).toMatchObject({ code: 4003 });
  });

  it("a socket whose session ended meanwhile receives nothing of what was missed", async () => {
    const { ada, eve, path, thread, a, c } = await roomOfThree();
    await a.ask({ type: "chat", id: "1", body: "one" });
    await c.next("chat");
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await hostToken({ sub: eve.user.id, name: eve.user.name, exp });
    const expiring = await openThread({ ...eve, token }, thread.id);
    await expiring.next("history");
    const reconnect = cutOff(thread.id, 2);
    await ada.call("POST", `${path}/messages`, { body: "two" });
    await a.next("chat", ({ message }) => message.body === "two");
    const held = gate();
    interceptCalls("CHAT_THREAD", "eventsForRelay", heldAt(held));
    await reconnect("two");
    const alarm = runDurableObjectAlarm(threadStub(thread.id));
    await held.reached();
    vi.setSystemTime(exp * 1000 + 1);
    held.open();
    await alarm;
    expect(await expiring.next("closing")).toMatchObject({ code: 4001 });
    // How many are online may have come before it was cut off.
    const received = expiring.events.map(({ type }) => type).filter((type) => type !== "online");
    expect(received.slice(received.indexOf("history"))).toEqual(["history", "closing"]);
  });
});

describe("a relay whose answer was lost", () => {
  /** A socket that waits for a reply that will not come is disconnected, so that its client reconnects and asks again. */
  async function expectDisconnected(a: TestSocket, c: TestSocket, threadId: string): Promise<void> {
    await a.ask({ type: "chat", id: "next", body: "next" });
    await runDurableObjectAlarm(threadStub(threadId));
    expect(await c.next("closing")).toMatchObject({ code: 1001 });
  }

  it("disconnects the sockets that wait for a reply, where it could not catch up", async () => {
    const { ada, path, thread, a, c } = await roomOfThree();
    await a.ask({ type: "chat", id: "1", body: "one" });
    await c.next("chat");
    const reconnect = cutOff(thread.id, 2);
    await ada.call("POST", `${path}/messages`, { body: "two" });
    await a.next("chat", ({ message }) => message.body === "two");
    expectLogged(
      /a call to an object failed Error: expected: lost/,
      /a call to an object failed LilypadError: A part of the server did not answer/,
    );
    const missed = interceptCalls("CHAT_THREAD", "eventsForRelay", lost);
    await reconnect("two");
    await evict(threadStub(thread.id));
    const before = missed.made.length;
    c.send({ type: "react", id: "mine", seq: 1, emoji: "👍" });
    await a.next("react");
    await eventually(() => expect(missed.made.length).toBeGreaterThan(before));
    missed.stop();
    await expectDisconnected(a, c, thread.id);
  });

  it("disconnects the sockets whose replies came in the next batch, though it processed the first", async () => {
    const { thread, a, c } = await roomOfThree();
    expectLogged(/a call to an object failed Error: expected: the answer was lost/);
    const held = gate();
    const batches = interceptCalls("RELAY", "deliver", async (call, batch) => {
      const isHeld = batch.items.some((item) => "frame" in item && item.frame.includes("hold this"));
      if (!isHeld || !isRelay(call.id, thread.id, 2)) return call.send();
      return answerLost({ ...call, send: () => answerHeldAt(held)(call) });
    });
    await a.ask({ type: "chat", id: "1", body: "hold this" });
    await c.next("chat");
    c.send({ type: "react", id: "mine", seq: 1, emoji: "👍" });
    await a.next("react");
    held.open();
    await eventually(() => expect(batches.made.some(({ outcome }) => outcome === "failed")).toBe(true));
    await expectDisconnected(a, c, thread.id);
  });
});

describe("while a relay has not answered", () => {
  it("an alarm is pending, also after it ran for something else", async () => {
    const { thread, a } = await roomOfThree();
    const held = gate();
    interceptCalls("RELAY", "deliver", async ({ id, send }) => {
      if (isRelay(id, thread.id, 2)) await held.pass();
      return send();
    });
    await a.ask({ type: "chat", id: "1", body: "one" });
    const pending = () =>
      runInDurableObject(threadStub(thread.id), (_thread, { storage }) => storage.getAlarm());
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await pending()).not.toBeNull();
    held.open();
    await eventually(async () => {
      await runDurableObjectAlarm(threadStub(thread.id));
      expect(await pending()).toBeNull();
    });
  });
});

describe("a relay that was evicted before a reply came", () => {
  it("delivers the reply all the same", async () => {
    const { thread, c } = await roomOfThree();
    const threadsRpc = () => relayHostStub(env, thread.id);
    // The thread takes the command, as its answer says, and runs it later.
    const commands = interceptCalls("CHAT_THREAD", "runRelayed", ({ send }, relay, requests) =>
      requests.length === 0 ? send() : threadsRpc().runRelayed(relay, []),
    );
    c.send({ type: "chat", id: "mine", body: "one" });
    await eventually(() => expect(commands.made[0]?.outcome).toBe("answered"));
    await evict(relayStub(thread.id, 2));
    const [taken] = commands.made;
    commands.stop();
    if (taken) await threadsRpc().runRelayed(...taken.args);
    expect(await c.next("ack")).toMatchObject({ id: "mine", seq: 1 });
  });
});

describe("what the thread decides", () => {
  it("reaches a relay's sockets: a removed member receives nothing more", async () => {
    const { ada, eve, path, a, c } = await roomOfThree();
    await ada.call("DELETE", `${path}/members/${eve.user.id}`);
    expect(await c.next("closing")).toMatchObject({ code: 4003 });
    await a.ask({ type: "chat", id: "1", body: "secret" });
    expect(c.frames.join()).not.toContain("secret");
  });

  it.each([
    ["", async () => {}],
    [" and the thread was evicted", (id: string) => evict(threadStub(id))],
  ])("a removed member receives nothing more, where the relay missed the removal%s", async (_name, then) => {
    const { ada, eve, path, thread, a, c } = await roomOfThree();
    await a.ask({ type: "chat", id: "1", body: "one" });
    await c.next("chat");
    const reconnect = cutOff(thread.id, 2);
    await ada.call("DELETE", `${path}/members/${eve.user.id}`);
    await a.ask({ type: "chat", id: "2", body: "secret" });
    await reconnect("close");
    await then(thread.id);
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await c.next("closing")).toMatchObject({ code: 4003 });
    expect(c.frames.join()).not.toContain("secret");
    // That relay is empty now. It serves the next socket all the same.
    await eventually(async () => expect(await relaysOf(thread.id)).toEqual([1]));
    await a.ask({ type: "chat", id: "3", body: "between us" });
    const dan = await person("Dan");
    await ada.call("PUT", `${path}/members/${dan.user.id}`);
    const d = await openThread(dan, thread.id);
    await d.next("history");
    await a.ask({ type: "chat", id: "4", body: "welcome" });
    expect(await d.next("chat")).toMatchObject({ message: { body: "welcome" } });
  });

  it("a deletion closes a relay's sockets with 4004 and leaves nothing stored", async () => {
    const { ada, path, thread, a, c } = await roomOfThree();
    expect((await ada.call("DELETE", path)).status).toBe(204);
    for (const socket of [a, c]) expect(await socket.next("closing")).toMatchObject({ code: 4004 });
    for (const no of [1, 2]) expect(await storedText(relayStub(thread.id, no))).toBe("[]");
  });

  it("a deletion that an eviction interrupted is finished", async () => {
    const { ada, path, thread, c } = await roomOfThree();
    expectLogged(/a call to an object failed Error: expected: lost/);
    const broken = interceptCalls("PRESENCE", "threadDeleted", lost);
    expect((await ada.call("DELETE", path)).status).toBe(503);
    broken.stop();
    await evict(threadStub(thread.id));
    expect((await ada.call("GET", path)).status).toBe(404);
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await c.next("closing")).toMatchObject({ code: 4004 });
    for (const stub of [threadStub(thread.id), relayStub(thread.id, 2)]) {
      expect(await storedText(stub)).toBe("[]");
    }
  });

  it("a user who is no member is refused a socket", async () => {
    const { thread } = await roomOfThree();
    const refused = await openThread(await person("Mallory"), thread.id);
    expect((await refused.closed).code).toBe(4004);
  });

  it("sockets that a user opens are refused from some number on, as in a small room", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { thread, eve } = await roomOfThree();
    // She has opened one.
    for (let i = 1; i < OPENS_BURST; i++) await (await openThread(eve, thread.id)).next("welcome");
    expect((await (await openThread(eve, thread.id)).closed).code).toBe(4129);
    vi.setSystemTime(Date.now() + 1_000);
    await (await openThread(eve, thread.id)).next("welcome");
  });

  it("a user on hold in all threads together is refused commands", async () => {
    const { ada, thread, a } = await roomOfThree();
    await runInDurableObject(threadStub(thread.id), (_, { storage }) =>
      storage.sql.exec("INSERT INTO holds VALUES (?, ?)", ada.user.id, Date.now() + 60_000),
    );
    await evict(threadStub(thread.id));
    expect(await a.ask({ type: "chat", id: "1", body: "hello" })).toMatchObject({ code: "rate_limited" });
  });

  it("the end of a session closes its socket at the relay, unless a fresh token renewed it", async () => {
    const { thread, eve } = await roomOfThree();
    const token = (inSeconds: number) =>
      hostToken({ sub: eve.user.id, name: "Eve", exp: Math.floor(Date.now() / 1000) + inSeconds });
    const soon: Person = { ...eve, token: await token(30) };
    const [expired, renewed] = [await openThread(soon, thread.id), await openThread(soon, thread.id)];
    const { expiresAt } = await expired.next("welcome");
    expect(await renewed.ask({ type: "auth", id: "1", token: await token(300) })).toMatchObject({
      type: "ack",
    });
    vi.setSystemTime(expiresAt + 1);
    for (const no of [2, 3]) await runDurableObjectAlarm(relayStub(thread.id, no));
    expect(await expired.next("closing")).toMatchObject({ code: 4001 });
    expect(await renewed.ask({ type: "chat", id: "2", body: "still here" })).toMatchObject({ type: "ack" });
  });
});

describe("a socket whose session ends while its relay hibernates", () => {
  it("receives nothing more, and is closed with the next batch of the thread", async () => {
    const { ada, eve, thread, path } = await roomOfThree();
    const exp = Math.floor(Date.now() / 1000) + 600;
    const ending = await openThread(
      { ...eve, token: await hostToken({ sub: eve.user.id, name: eve.user.name, exp }) },
      thread.id,
    );
    await ending.next("history");
    const before = ending.events.length;
    await evict(relayStub(thread.id, 2));
    vi.setSystemTime(exp * 1000 + 1);
    await ada.call("POST", `${path}/messages`, { body: "between us" });
    expect(await ending.next("closing")).toMatchObject({ code: 4001 });
    expect(ending.events.slice(before).filter(({ type }) => type === "chat")).toEqual([]);
  });
});

describe("a message", () => {
  it("writes no row in a relay, and one in the thread as in a small room", async () => {
    const { thread, a, c } = await roomOfThree();
    const message = async () => {
      await a.ask({ type: "chat", id: crypto.randomUUID(), body: "hello" });
      await c.next("chat");
    };
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await costOf(relayStub(thread.id, 2), message)).toEqual({
      rowsRead: 0,
      rowsWritten: 0,
      alarmsSet: 0,
    });
    await runDurableObjectAlarm(threadStub(thread.id));
    const cost = await costOf(threadStub(thread.id), message);
    expect(cost.rowsWritten).toBe(1);
    // No alarm is set where the one of a message right before is pending.
    expect(cost.alarmsSet).toBeLessThanOrEqual(1);
  });
});
