/** The end of a session on an open socket, and its renewal by a fresh token. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { holdTokenChecks } from "../support/gate.ts";
import { evict, threadStub } from "../support/objects.ts";
import { hostToken, newThread, person, type Person } from "../support/host-users.ts";
import { openPresence, openThread } from "../support/socket.ts";
import { eventually } from "../support/eventually.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function groupOfTwo() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  return { ada, bob, thread: await newThread(ada, "group", [bob]) };
}

describe("a session", () => {
  it("that ends closes the socket with 4001, by alarm", async () => {
    const { bob, thread } = await groupOfTwo();
    const soon = {
      ...bob,
      token: await hostToken({ sub: bob.user.id, name: "Bob", exp: Math.floor(Date.now() / 1000) + 30 }),
    };
    const socket = await openThread(soon, thread.id);
    const { expiresAt } = await socket.next("welcome");
    vi.setSystemTime(expiresAt + 1);
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await socket.next("closing")).toMatchObject({ code: 4001 });
  });

  it("that ends while its room hibernates receives nothing more, and is closed when the room next wakes", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await hostToken({ sub: bob.user.id, name: bob.user.name, exp });
    const socket = await openThread({ ...bob, token }, thread.id);
    await socket.next("history");
    const before = socket.events.length;
    await runDurableObjectAlarm(threadStub(thread.id));
    await evict(threadStub(thread.id));
    vi.setSystemTime(exp * 1000 + 1);
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "between us" });
    expect(await socket.next("closing")).toMatchObject({ code: 4001 });
    expect(socket.events.slice(before).map(({ type }) => type)).toEqual(["closing"]);
  });

  it("is renewed by a fresh token of the same user, and of no other", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    const now = Math.floor(Date.now() / 1000);
    const socket = await openThread(
      { ...bob, token: await hostToken({ sub: bob.user.id, name: bob.user.name, exp: now + 30 }) },
      thread.id,
    );
    const { expiresAt } = await socket.next("welcome");
    expect(await socket.ask({ type: "auth", id: "1", token: ada.token })).toMatchObject({
      code: "forbidden",
    });
    const fresh = await hostToken({ sub: bob.user.id, name: bob.user.name, exp: now + 300 });
    expect(await socket.ask({ type: "auth", id: "2", token: fresh })).toMatchObject({ type: "ack", rev: 0 });
    vi.setSystemTime(expiresAt + 1);
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await socket.ask({ type: "chat", id: "3", body: "still here" })).toMatchObject({ type: "ack" });
    vi.setSystemTime(expiresAt + 300_000);
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(await socket.next("closing")).toMatchObject({ code: 4001 });
  });
});

/** A token of the same user that was never checked. */
const anotherToken = ({ user }: Person) =>
  hostToken({ sub: user.id, name: user.name, jti: crypto.randomUUID() });

it.each([
  ["a room", openThread],
  ["a shard", (who: Person) => openPresence(who)],
])("%s refuses a token on a socket where 8 wait to be checked", async (_where, open) => {
  const { bob, thread } = await groupOfTwo();
  const socket = await open(bob, thread.id);
  const { checking, checked } = holdTokenChecks();
  for (let id = 1; id <= 8; id++) socket.send({ type: "auth", id: `${id}`, token: await anotherToken(bob) });
  await checking.reached();
  expect(await socket.ask({ type: "auth", id: "more", token: await anotherToken(bob) })).toMatchObject({
    code: "rate_limited",
    retryAfterMs: expect.any(Number),
  });
  checking.open();
  await eventually(() => expect(socket.events.filter(({ type }) => type === "ack")).toHaveLength(8));
  expect(await socket.ask({ type: "auth", id: "later", token: await anotherToken(bob) })).toMatchObject({
    type: "ack",
  });
  expect(checked).toHaveBeenCalledTimes(9);
});

it.each([
  ["a room", openThread],
  ["a shard", (who: Person) => openPresence(who)],
])("%s does not check the waiting tokens of a socket that closed", async (_where, open) => {
  const { bob, thread } = await groupOfTwo();
  const [socket, other] = [await open(bob, thread.id), await open(bob, thread.id)];
  const { checking, checked } = holdTokenChecks();
  for (const id of ["1", "2", "3"]) socket.send({ type: "auth", id, token: await anotherToken(bob) });
  await checking.reached();
  socket.close();
  await socket.closed;
  checking.open();
  expect(await other.ask({ type: "auth", id: "4", token: await anotherToken(bob) })).toMatchObject({
    type: "ack",
  });
  expect(checked).toHaveBeenCalledTimes(2);
});
