/** Invalid input on a thread's socket: each gets a typed error, nothing is stored, and no other socket is affected. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { threadEvent } from "../../src/protocol/events.ts";
import { newThread, person } from "../support/host-users.ts";
import { randomRun, type RandomRun } from "../support/random-run.ts";
import { openThread } from "../support/socket.ts";

async function roomOfTwo() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob]);
  const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
  await Promise.all([a.next("welcome"), b.next("welcome")]);
  return { ada, bob, thread, a, b };
}

afterEach(() => vi.useRealTimers());

const long = "x".repeat(10_001);

describe("an invalid command", () => {
  it.each<[string, object, string]>([
    ["an unknown type", { type: "shout", id: "1" }, "bad_request"],
    ["no type", { id: "1" }, "bad_request"],
    ["a chat without a body", { type: "chat", id: "1" }, "bad_request"],
    ["a body that is no string", { type: "chat", id: "1", body: 5 }, "bad_request"],
    ["a blank body", { type: "chat", id: "1", body: " \n\t " }, "bad_request"],
    ["a body that is too long", { type: "chat", id: "1", body: long }, "too_large"],
    ["a replyTo that names no message", { type: "chat", id: "1", body: "x", replyTo: 1 }, "bad_request"],
    ["a replyTo that is no number", { type: "chat", id: "1", body: "x", replyTo: "1" }, "bad_request"],
    ["a negative since", { type: "chat", id: "1", body: "x", since: -1 }, "bad_request"],
    ["an edit of a message that does not exist", { type: "edit", id: "1", seq: 1, body: "x" }, "not_found"],
    ["an edit with no seq", { type: "edit", id: "1", body: "x" }, "bad_request"],
    ["a delete of a fraction", { type: "delete", id: "1", seq: 1.5 }, "bad_request"],
    ["a reaction that is no emoji", { type: "react", id: "1", seq: 1, emoji: "hi" }, "bad_request"],
    ["two emoji", { type: "react", id: "1", seq: 1, emoji: "👍👍" }, "bad_request"],
    ["an auth with no token", { type: "auth", id: "1" }, "bad_request"],
    ["an auth with an invalid token", { type: "auth", id: "1", token: "nonsense" }, "unauthenticated"],
  ])("%s is answered with an error that names it", async (_name, command, code) => {
    const { a, b } = await roomOfTwo();
    a.send(command);
    expect(await a.next("error")).toMatchObject({ id: "1", code, message: expect.any(String) });
    // The socket stays open, and nothing was stored.
    expect(await a.ask({ type: "chat", id: "2", body: "fine" })).toMatchObject({
      type: "ack",
      seq: 1,
      rev: 1,
    });
    await b.next("chat");
    expect(b.events.filter((event) => event.type === "chat")).toHaveLength(1);
  });

  it.each([
    ["an id that is too long", { type: "chat", id: "x".repeat(65), body: "x" }],
    ["an id that is no string", { type: "chat", id: 7, body: "x" }],
    ["a number", 5],
    ["null", null],
    ["a string", '"chat"'],
  ])("%s is answered with an error without an id", async (_name, command) => {
    const { a } = await roomOfTwo();
    a.send(command);
    const error = await a.next("error");
    expect(error).toMatchObject({ code: "bad_request" });
    expect(error).not.toHaveProperty("id");
  });

  it("is one of more than 100 in an array: all are refused as too large", async () => {
    const { a } = await roomOfTwo();
    a.send(Array.from({ length: 101 }, (_, i) => ({ type: "chat", id: `m${i}`, body: "x" })));
    expect(await a.next("error")).toMatchObject({ code: "too_large" });
    expect(await a.ask({ type: "chat", id: "next", body: "x" })).toMatchObject({ seq: 1 });
  });

  it("closes the socket with 4000 at the tenth in a row, but not with a valid one in between", async () => {
    const { a, b } = await roomOfTwo();
    const bad = { type: "nonsense" };
    a.send([bad, bad, bad, bad, bad, { type: "chat", id: "ok", body: "x" }, bad, bad, bad, bad, bad]);
    expect(await a.ask({ type: "chat", id: "still", body: "here" })).toMatchObject({ type: "ack" });
    b.send(Array.from({ length: 10 }, () => bad));
    expect(await b.next("closing")).toMatchObject({ code: 4000 });
    expect((await b.closed).code).toBe(4000);
  });
});

describe("an invalid frame", () => {
  it.each<[string, string | ArrayBuffer, number]>([
    ["that is not JSON", "hello", 4000],
    ["that is empty", "", 4000],
    ["that is binary", new TextEncoder().encode("[]").buffer as ArrayBuffer, 4000],
    ["over 64 KiB", JSON.stringify({ type: "chat", id: "1", body: "x".repeat(66_000) }), 4009],
    ["over 64 KiB in bytes though not in characters", `"${"€".repeat(22_000)}"`, 4009],
  ])("%s closes the socket", async (_name, frame, code) => {
    const { a, b } = await roomOfTwo();
    a.send(frame);
    expect(await a.next("closing")).toMatchObject({ code, reason: expect.any(String) });
    expect((await a.closed).code).toBe(code);
    expect(await b.ask({ type: "chat", id: "1", body: "still open" })).toMatchObject({ seq: 1 });
  });
});

describe("rate limits", () => {
  it("allow 20 durable commands at once, then 10 in 10 s, by socket and HTTP together", async () => {
    const { ada, a, thread } = await roomOfTwo();
    vi.setSystemTime(Date.now());
    a.send(Array.from({ length: 19 }, (_, i) => ({ type: "chat", id: `m${i}`, body: "x" })));
    await a.next("chat", (event) => event.message.seq === 19);
    const post = () => ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "x" });
    expect((await post()).status).toBe(201);
    const limited = await post();
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("1");
    expect(await a.ask({ type: "edit", id: "e", seq: 1, body: "y" })).toMatchObject({
      code: "rate_limited",
      retryAfterMs: 1000,
    });
    vi.setSystemTime(Date.now() + 10_000);
    a.send(Array.from({ length: 11 }, (_, i) => ({ type: "chat", id: `n${i}`, body: "x" })));
    expect(await a.next("error", (event) => event.id === "n10")).toMatchObject({ code: "rate_limited" });
    expect(a.events.filter((event) => event.type === "chat")).toHaveLength(30);
  });

  it("do not affect other users", async () => {
    const { a, b } = await roomOfTwo();
    vi.setSystemTime(Date.now());
    a.send(Array.from({ length: 25 }, (_, i) => ({ type: "chat", id: `m${i}`, body: "x" })));
    await a.next("error");
    expect(await b.ask({ type: "chat", id: "1", body: "x" })).toMatchObject({ type: "ack" });
  });

  it("allow 5 read markers a second", async () => {
    const { a } = await roomOfTwo();
    vi.setSystemTime(Date.now());
    a.send(Array.from({ length: 6 }, () => ({ type: "read", seq: 1 })));
    expect(await a.next("error")).toMatchObject({ code: "rate_limited", retryAfterMs: 200 });
  });

  it("close a socket with 4129 that keeps sending after 100 refusals", async () => {
    const { a } = await roomOfTwo();
    vi.setSystemTime(Date.now());
    for (let i = 0; i < 2; i++) {
      a.send(Array.from({ length: 60 }, (_, j) => ({ type: "chat", id: `m${i}-${j}`, body: "x" })));
    }
    expect(await a.next("closing")).toMatchObject({ code: 4129 });
  });
});

/** Random frames: JSON values, and JSON that was cut short. */
function* randomFrames({ frames, random }: RandomRun): Generator<string> {
  const types = [
    "chat",
    "edit",
    "delete",
    "react",
    "unreact",
    "read",
    "typing",
    "auth",
    "leave2",
    "__proto__",
    7,
    null,
  ];
  const values = [
    "",
    " ",
    "x",
    "👍",
    "\ud800",
    "\u0000",
    -1,
    0,
    1,
    2 ** 53,
    1e308,
    null,
    true,
    [],
    {},
    [[]],
    { a: 1 },
    "9".repeat(70),
  ];
  const keys = ["id", "body", "seq", "emoji", "token", "since", "replyTo", "constructor", "toString"];
  const command = () => {
    const made: Record<string, unknown> = { type: random.pick(types) };
    for (let n = random.between(0, 4); n > 0; n--) made[random.pick(keys)] = random.pick<unknown>(values);
    return made;
  };
  for (let i = 0; i < frames; i++) {
    const shape = random.next();
    if (shape < 0.6) yield JSON.stringify(command());
    else if (shape < 0.8) yield JSON.stringify(Array.from({ length: random.between(0, 3) }, command));
    else if (shape < 0.9) yield JSON.stringify(random.pick<unknown>(values));
    else {
      const text = JSON.stringify(command());
      yield text.slice(0, random.between(0, text.length - 1));
    }
  }
}

it("answers random frames with events of the contract, and keeps working", async () => {
  const { ada, thread, b } = await roomOfTwo();
  let socket = await openThread(ada, thread.id);
  const sockets = [socket];
  const closings: number[] = [];
  let sent = 0;
  for (const frame of randomFrames(randomRun())) {
    // A request now and then, which gives the replies time to arrive.
    if (sent++ % 20 === 0) await ada.call("GET", `/api/threads/${thread.id}`);
    if (socket.raw.readyState !== WebSocket.OPEN) {
      closings.push((await socket.next("closing")).code);
      // As many sockets as it takes, at the rate at which a user may open them; and Bob is heard in that time.
      vi.setSystemTime(Date.now() + 1_000);
      b.send({ type: "typing" });
      socket = await openThread(ada, thread.id);
      sockets.push(socket);
    }
    socket.raw.send(frame);
  }
  expect(closings.length).toBeGreaterThan(0);
  expect([4000, 4009, 4129]).toEqual(expect.arrayContaining([...new Set(closings)]));
  const last = await openThread(ada, thread.id);
  await last.next("welcome");
  for (const event of [...sockets, b].flatMap(({ events }) => events)) {
    expect(threadEvent.safeParse(event).success, JSON.stringify(event)).toBe(true);
  }
  expect(b.events.some((event) => event.type === "closing")).toBe(false);
  vi.setSystemTime(Date.now() + 60_000);
  expect(await b.ask({ type: "chat", id: "after", body: "all well?" })).toMatchObject({ type: "ack" });
});
