import { describe, expect, it, vi } from "vitest";
import type { Api } from "../../../src/client/http/api.ts";
import { Room } from "../../../src/client/room/room.ts";
import { TYPING_MS, TYPING_RELAY_MS } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/model.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "../support/fake-socket.ts";
import { ADA, BEN, chat, history, message, messages, seqsOf, welcome } from "../support/samples.ts";

/** What the newest socket carried, as far as these tests look at it. */
interface Sent {
  type: string;
  id: string;
  seq?: number;
  body?: string;
  since?: number;
}

/** A room whose every socket, and whose pages of history, the test holds. */
async function enter(page: readonly Message[] = []) {
  const sockets: FakeSocket[] = [];
  const paths: string[] = [];
  const pages = vi.fn<Api["messages"]>(async () => ({
    messages: [...page],
    hasBefore: false,
    hasAfter: true,
  }));
  const room = new Room({
    threadId: "t1",
    api: { messages: pages } as unknown as Api,
    openSocket: (path) => {
      const socket = new FakeSocket();
      sockets.push(socket);
      paths.push(path);
      return socket.asSocket;
    },
    getToken: undefined,
    storage: undefined,
    onRead: () => {},
    onSignedOut: () => {},
    onClose: () => {},
  });
  await pass();
  const newest = () => sockets.at(-1) as FakeSocket;
  const sent = (type: string) =>
    newest()
      .sent.filter((frame) => frame !== "ping")
      .flatMap((frame) => JSON.parse(frame) as Sent | Sent[])
      .filter((command) => command.type === type);
  const loseAndReturn = async () => {
    newest().closes(1006);
    await pass(2_000);
  };
  return { room, sockets, paths, pages, newest, sent, loseAndReturn };
}

async function entered(page?: readonly Message[]) {
  const inside = await enter(page);
  inside.newest().says(welcome(0), history([]));
  await pass();
  return inside;
}

const ack = (id: string, rev: number) => ({ type: "ack", id, rev, at: 0 });

useFakeClock();

describe("a message one sends", () => {
  it("is in one place in every snapshot, from pending to stored", async () => {
    const { room, newest, sent } = await entered();
    const seen: number[] = [];
    room.subscribe(() => seen.push(room.getSnapshot().messages.length + room.getSnapshot().outgoing.length));
    room.send("Hello");
    const id = sent("chat")[0]?.id ?? "";
    newest().says(chat(1, 1, { id, author: ADA }), ack(id, 1));
    expect([seen[0], new Set(seen.slice(1))]).toEqual([0, new Set([1])]);
    expect(room.getSnapshot()).toMatchObject({ outgoing: [], messages: [{ id, seq: 1 }] });
  });

  it("is kept while the connection is lost, and sent in order with the id and `since` it had", async () => {
    const { room, newest, sent, loseAndReturn } = await entered();
    room.send("One");
    const id = sent("chat")[0]?.id;
    const back = loseAndReturn();
    room.send("Two");
    await back;
    newest().says(welcome(0, { resumed: true }), chat(1, 1));
    await pass();
    expect(sent("chat").map(({ body, since }) => [body, since])).toEqual([
      ["One", 0],
      ["Two", 1],
    ]);
    expect(sent("chat")[0]?.id).toBe(id);
  });

  it("is not sent again where the replay shows that it was stored", async () => {
    const { room, newest, sent, loseAndReturn } = await entered();
    room.send("One");
    const id = sent("chat")[0]?.id ?? "";
    await loseAndReturn();
    newest().says(welcome(0, { resumed: true }), chat(1, 1, { id, author: ADA }));
    await pass();
    expect(sent("chat")).toEqual([]);
    expect(room.getSnapshot().outgoing).toEqual([]);
  });

  it("fails with the reason once one is no longer in the thread, also when it is given or retried later", async () => {
    const { room, newest } = await entered();
    room.send("Too late");
    newest().says({ type: "closing", code: 4003, reason: "removed" });
    room.send("Even later");
    const states = () => room.getSnapshot().outgoing.map(({ state }) => state);
    expect(states()).toEqual(["failed", "failed"]);
    room.retry(room.getSnapshot().outgoing[0]?.id ?? "");
    expect(states()).toEqual(["failed", "failed"]);
    await expect(room.react(1, "👍")).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("what one has got", () => {
  it("is said now and then, by how much came, so that the server knows a slow reader from one that is gone", async () => {
    const { newest, sent } = await entered();
    const long = (rev: number) => chat(rev, rev, { body: "x".repeat(10_000) });
    for (let rev = 1; rev <= 6; rev++) newest().says(long(rev));
    expect(sent("got")).toEqual([]);
    for (let rev = 7; rev <= 14; rev++) newest().says(long(rev));
    expect(sent("got")).toEqual([
      { type: "got", rev: 7 },
      { type: "got", rev: 14 },
    ]);
  });
});

describe("coming back", () => {
  it("names the cursor of the last durable event", async () => {
    const { newest, paths, loseAndReturn } = await entered();
    newest().says(chat(1, 1));
    await loseAndReturn();
    expect(paths).toEqual(["/api/threads/t1/socket?paced=", "/api/threads/t1/socket?paced=&cursor=e1%3A1"]);
  });

  it("names none where the welcome came and its snapshot did not, since only that has what was missed", async () => {
    const { room, newest, paths, loseAndReturn } = await entered();
    newest().says(chat(1, 1));
    await loseAndReturn();
    newest().says(welcome(2_000));
    await loseAndReturn();
    expect(paths.at(-1)).toBe("/api/threads/t1/socket?paced=");
    newest().says(welcome(2_000));
    newest().says(history(messages(2, 51)));
    expect(seqsOf(room.getSnapshot())).toHaveLength(51);
    await loseAndReturn();
    expect(paths.at(-1)).toContain("cursor=e1%3A2000");
  });

  it("follows a gap, beyond which nothing is shown", async () => {
    const { room, newest, paths } = await entered();
    newest().says(chat(1, 1), chat(3, 3));
    expect([room.getSnapshot().connection, seqsOf(room.getSnapshot())]).toEqual(["waiting", [1]]);
    await pass(2_000);
    expect(paths.at(-1)).toContain("cursor=e1%3A1");
  });

  it("asks once more for the older messages that it goes on showing beside a snapshot", async () => {
    const edited = Array.from({ length: 20 }, (_, index) => message(index + 1, { rev: 700, body: "edited" }));
    const { room, newest, pages, loseAndReturn } = await entered(edited);
    newest().says(welcome(40), history(messages(1, 40)));
    await loseAndReturn();
    newest().says(welcome(2_000), history(messages(21, 70)));
    await pass();
    expect(pages).toHaveBeenCalledWith("t1", { before: 21, limit: 200 });
    expect(room.getSnapshot().messages.filter(({ body }) => body === "edited")).toHaveLength(20);
    expect(seqsOf(room.getSnapshot())).toEqual(seqsOf({ ...room.getSnapshot(), messages: messages(1, 70) }));
  });
});

describe("a snapshot that begins beyond what is shown", () => {
  it("drops nothing: what is between is loaded", async () => {
    const { room, newest, pages, loseAndReturn } = await entered();
    newest().says(welcome(40), history(messages(1, 40)));
    pages.mockImplementation(async (_id, { before = 0, limit = 50 } = {}) => ({
      messages: messages(Math.max(1, before - limit), before - 1),
      hasBefore: before - limit > 1,
      hasAfter: true,
    }));
    await loseAndReturn();
    newest().says(welcome(2_000), history(messages(551, 600)));
    expect(seqsOf(room.getSnapshot()).slice(38, 42)).toEqual([39, 40, 551, 552]);
    newest().says(chat(2_001, 601));
    await pass();
    expect(seqsOf(room.getSnapshot())).toEqual(messages(1, 601).map(({ seq }) => seq));
  });

  it("leaves no hole where what is between cannot be loaded", async () => {
    const { room, newest, pages, loseAndReturn } = await entered();
    newest().says(welcome(40), history(messages(1, 40)));
    pages.mockRejectedValue(new Error("no network"));
    await loseAndReturn();
    newest().says(welcome(2_000), history(messages(551, 600)));
    await pass();
    expect([seqsOf(room.getSnapshot())[0], room.getSnapshot().hasBefore]).toEqual([551, true]);
  });
});

describe("events", () => {
  it("are told once each, when the snapshot has them, also where a replay repeats them", async () => {
    const { room, newest, loseAndReturn } = await entered();
    const heard: [number, number][] = [];
    room.on("chat", ({ message: { seq } }) => heard.push([seq, room.getSnapshot().messages.length]));
    newest().says(chat(1, 1));
    await loseAndReturn();
    newest().says(welcome(0, { cursor: "e1:1", resumed: true }), chat(1, 1), chat(2, 2));
    expect(heard).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("are of the type that was asked for, until one has heard enough", async () => {
    const { room, newest } = await entered();
    const heard: string[] = [];
    const stop = room.on("typing", ({ type }) => heard.push(type));
    newest().says(chat(1, 1), { type: "typing", userId: "ben" });
    stop();
    newest().says({ type: "typing", userId: "ben" });
    expect(heard).toEqual(["typing"]);
  });

  it("go on where a listener throws, who hears of it", async () => {
    const { room, newest } = await entered();
    const thrown: unknown[] = [];
    vi.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => {
      try {
        task();
      } catch (error) {
        thrown.push(error);
      }
    });
    room.on("chat", () => {
      throw new Error("of the page");
    });
    newest().says(chat(1, 1), chat(2, 2));
    expect([seqsOf(room.getSnapshot()), thrown.length]).toEqual([[1, 2], 2]);
  });
});

describe("older messages", () => {
  it("are asked for once, however often one scrolls while they come", async () => {
    const { room, newest, pages } = await entered([message(1)]);
    newest().says(welcome(2), history([message(2)]));
    await Promise.all([room.loadOlder(), room.loadOlder()]);
    await room.loadOlder();
    expect(pages).toHaveBeenCalledTimes(1);
    expect(seqsOf(room.getSnapshot())).toEqual([1, 2]);
  });

  it("can be asked for again after a page that could not be had", async () => {
    const { room, newest, pages } = await entered([message(1)]);
    newest().says(welcome(2), history([message(2)]));
    pages.mockRejectedValueOnce(new Error("no network"));
    await expect(room.loadOlder()).rejects.toThrow("no network");
    await room.loadOlder();
    expect(seqsOf(room.getSnapshot())).toEqual([1, 2]);
  });
});

it("tells that one types often enough to show, and seldom enough to be relayed, on a network that is uneven too", async () => {
  const { room, sent } = await entered();
  const told: number[] = [];
  for (let key = 0; key < 100; key++) {
    room.typing();
    if (sent("typing").length > told.length) told.push(performance.now());
    await pass(100);
  }
  const between = told.slice(1).map((at, index) => at - (told[index] ?? 0));
  expect(between.length).toBeGreaterThan(1);
  expect(Math.min(...between)).toBeGreaterThanOrEqual(TYPING_RELAY_MS + 900);
  expect(Math.max(...between)).toBeLessThanOrEqual(TYPING_MS - 900);
});

describe("what one has read", () => {
  const you = (readSeq: number) => ({
    thread: { ...welcome(0).thread, you: { role: "member" as const, readSeq } },
  });

  it("is told as the newest alone, at most once a second", async () => {
    const { room, sent } = await entered();
    for (let seq = 1; seq <= 5; seq++) room.read(seq);
    await pass();
    room.read(6);
    await pass(999);
    expect(sent("read").map(({ seq }) => seq)).toEqual([5]);
    await pass(1);
    expect(sent("read").map(({ seq }) => seq)).toEqual([5, 6]);
  });

  it("is told again where the server did not hear it", async () => {
    const { room, newest, sent, loseAndReturn } = await entered();
    const back = loseAndReturn();
    room.read(3);
    await back;
    newest().says(welcome(0, { resumed: true, ...you(1) }));
    await pass(1_000);
    expect(sent("read").map(({ seq }) => seq)).toEqual([3]);
  });

  it("is not told as what somebody else has read, who signed in meanwhile", async () => {
    const { room, newest, sent, loseAndReturn } = await entered();
    room.read(9);
    await pass(1_000);
    await loseAndReturn();
    newest().says(welcome(9, { user: BEN, resumed: true, ...you(1) }));
    await pass(1_000);
    expect(sent("read")).toEqual([]);
  });

  it("is forgotten where the thread was restored to an earlier state, whose later messages are others", async () => {
    const { room, newest, sent, loseAndReturn } = await entered();
    room.read(9);
    await pass(1_000);
    await loseAndReturn();
    const restored = { ...you(1).thread, epoch: "e2" };
    newest().says(welcome(2, { cursor: "e2:2", thread: restored }), history(messages(1, 2)));
    await pass(1_000);
    expect(sent("read")).toEqual([]);
  });
});

it("leaves no timer and no open socket once it is closed", async () => {
  const { room, newest, sockets } = await entered();
  room.send("Hello");
  room.read(1);
  newest().says({ type: "typing", userId: "ben" });
  room.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(sockets.every(({ readyState }) => readyState === 3)).toBe(true);
});
