/** What comes between a question and its answer, or while others are being told: rare, and seen by somebody every day. */
import { expect, it, vi } from "vitest";
import type { Api } from "../../src/client/http/api.ts";
import { PresenceClient } from "../../src/client/presence/presence.ts";
import { Room } from "../../src/client/room/room.ts";
import { Store } from "../../src/client/store/store.ts";
import type { DurableCommand } from "../../src/protocol/commands.ts";
import type { MemberPage, MessagePage, ThreadPage } from "../../src/protocol/http.ts";
import type { ThreadSummary } from "../../src/protocol/model.ts";
import { pass, useFakeClock } from "./support/fake-clock.ts";
import { FakeSocket } from "./support/fake-socket.ts";
import { memoryStorage } from "./support/memory-storage.ts";
import { ADA, chat, history, message, messages, NOW, welcome } from "./support/samples.ts";

useFakeClock();

/** Sockets as they are opened. */
function sockets() {
  const all: FakeSocket[] = [];
  const openSocket = () => {
    const socket = new FakeSocket();
    all.push(socket);
    return socket.asSocket;
  };
  return { all, openSocket, newest: () => all.at(-1) ?? new FakeSocket() };
}

/** A room whose socket is open, and that has said nothing yet. */
async function enter({
  api = {},
  storage,
}: { api?: Partial<Api>; storage?: ReturnType<typeof memoryStorage> } = {}) {
  const { all, openSocket, newest } = sockets();
  const room = new Room({
    threadId: "t1",
    api: api as Api,
    openSocket,
    getToken: undefined,
    storage,
    onRead: () => {},
    onSignedOut: () => {},
  });
  await pass();
  const sent = <T extends string>(type: T) =>
    newest()
      .sent.filter((frame) => frame !== "ping")
      .flatMap((frame) => JSON.parse(frame) as (DurableCommand & { body?: string }) | DurableCommand[])
      .filter((command): command is Extract<DurableCommand, { type: T }> => (command.type as string) === type);
  return { room, all, newest, sent };
}

/** The same, in an empty room. */
async function inRoom() {
  const entered = await enter();
  entered.newest().says(welcome(0), history([]));
  await pass();
  return entered;
}

it("what was stored before a reload, and not answered, is shown once and not sent again", async () => {
  const storage = memoryStorage();
  const before = await enter({ storage });
  before.newest().says(welcome(0), history([]));
  await pass();
  void before.room.send("Hello");
  const id = before.sent("chat")[0]?.id ?? "";
  await pass();
  before.room.close();
  const { room, newest, sent } = await enter({ storage });
  newest().says(welcome(1), history([message(1, { id, author: ADA, body: "Hello" })]));
  await pass();
  expect(room.getSnapshot().messages).toHaveLength(1);
  expect(room.getSnapshot().outgoing).toEqual([]);
  expect(sent("chat")).toEqual([]);
});

it("a message that is deleted while the page with it is on its way is not shown", async () => {
  const page = Promise.withResolvers<MessagePage>();
  const tombstone = message(1, { rev: 3, body: "", deletedAt: NOW });
  const pages = vi
    .fn<Api["messages"]>()
    .mockReturnValueOnce(page.promise)
    .mockResolvedValue({ messages: [tombstone], hasBefore: false, hasAfter: true });
  const { room, newest } = await enter({ api: { messages: pages } });
  newest().says(welcome(2), history([message(2)]));
  void room.loadOlder();
  newest().says({ type: "delete", rev: 3, seq: 1, deletedAt: NOW, by: ADA });
  page.resolve({ messages: [message(1)], hasBefore: false, hasAfter: true });
  await pass();
  expect(room.getSnapshot().messages[0]).toEqual(tombstone);
});

it("a message that was edited beyond what a resume replays, while the page with it was on its way, is shown as it is", async () => {
  const page = Promise.withResolvers<MessagePage>();
  const edited = message(1, { rev: 3, body: "edited" });
  const pages = vi
    .fn<Api["messages"]>()
    .mockReturnValueOnce(page.promise)
    .mockResolvedValue({ messages: [edited], hasBefore: false, hasAfter: true });
  const { room, newest } = await enter({ api: { messages: pages } });
  newest().says(welcome(2), history([message(2)]));
  void room.loadOlder();
  newest().closes(1006);
  await pass(2_000);
  newest().says(welcome(2_000), history([message(2)]));
  page.resolve({ messages: [message(1)], hasBefore: false, hasAfter: true });
  await pass();
  expect(room.getSnapshot().messages[0]).toEqual(edited);
});

it("a member who is removed while a page of members is on its way does not come back", async () => {
  const page = Promise.withResolvers<MemberPage>();
  const { room, newest } = await enter({ api: { members: () => page.promise } });
  newest().says(welcome(0), history([]));
  const cy = { user: { id: "cy", name: "Cy" }, role: "member" as const, readSeq: 0, joinedAt: NOW };
  void room.loadMembers();
  newest().says({ type: "member_removed", rev: 1, userId: "cy" });
  page.resolve({ members: [cy] });
  await pass();
  expect(room.getSnapshot().members.map(({ user }) => user.id)).toEqual(["ada", "ben"]);
});

it("the last thing that a subscriber is told is how things are, whatever another did while it was told", () => {
  const store = new Store(0);
  const told: number[] = [];
  store.subscribe((value) => {
    if (value === 1) store.set(2);
  });
  store.subscribe((value) => told.push(value));
  store.set(1);
  expect(told.at(-1)).toBe(2);
});

it("discarding what is on its way does not hold up what follows, where it is refused", async () => {
  const { room, newest, sent } = await inRoom();
  for (const body of ["a", "b"]) void room.send(body).catch(() => undefined);
  const id = sent("chat")[0]?.id ?? "";
  room.discard(id);
  newest().says({ type: "error", id, code: "internal", message: "No." });
  await pass();
  expect(sent("chat").map(({ body }) => body)).toEqual(["a", "b"]);
});

it("a clock that is put back holds up no read marker", async () => {
  const { room, newest } = await enter();
  newest().says(welcome(5), history(messages(1, 5)));
  room.read(3);
  await pass();
  vi.setSystemTime(Date.now() - 3_600_000);
  room.read(5);
  await pass(2_000);
  const reads = newest().sent.filter((frame) => frame.includes('"read"'));
  expect(reads.map((frame) => (JSON.parse(frame) as { seq: number }).seq)).toEqual([3, 5]);
});

it("a clock that is put back holds up no word of typing, and the end of none", async () => {
  const { room, newest } = await inRoom();
  newest().says({ type: "typing", userId: "ben" });
  room.typing();
  vi.setSystemTime(Date.now() - 3_600_000);
  await pass(5_001);
  expect(room.getSnapshot().typing).toEqual([]);
  room.typing();
  expect(newest().sent.filter((frame) => frame.includes('"typing"'))).toHaveLength(2);
});

it("a room that a subscriber closes on hearing that it reconnects leaves nothing", async () => {
  const { room, newest, all } = await inRoom();
  room.subscribe(({ connection }) => {
    if (connection === "connecting") room.close();
  });
  newest().closes(1006);
  await pass(120_000);
  expect(all.filter(({ readyState }) => readyState === 1)).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it("a room that a subscriber closes on hearing who is typing, or how far one has read, leaves nothing", async () => {
  for (const event of [{ type: "typing", userId: "ben" }, welcome(0, { resumed: true })]) {
    const { room, newest } = await inRoom();
    room.read(1);
    await pass(1_000);
    let told = 0;
    room.subscribe(() => {
      told += 1;
      if (told > 1) room.close();
    });
    newest().says(event);
    expect(vi.getTimerCount()).toBe(0);
  }
});

it("a room that a listener closes in a frame that ends with `closing` leaves nothing", async () => {
  const { room, newest, all } = await inRoom();
  room.on("chat", () => room.close());
  newest().says(chat(1, 1), { type: "closing", code: 4108, reason: "slow" });
  await pass(120_000);
  expect(all).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

it("what is sent in a room that was left is refused", async () => {
  const { room } = await inRoom();
  room.close();
  await expect(room.send("x")).rejects.toThrow(/no longer/);
});

/** A client that is online, whose lists of threads the test holds. */
async function online(threads: Api["threads"], ...threadIds: string[]) {
  const { openSocket, newest } = sockets();
  const presence = new PresenceClient({
    api: { threads } as unknown as Api,
    openSocket,
    getToken: undefined,
    onSignedOut: () => {},
  });
  await pass();
  const marks = threadIds.map((threadId) => ({ threadId, seq: 1, readSeq: 1, unread: 0 }));
  newest().says({ type: "welcome", user: ADA, threads: marks, unreadThreads: 0, expiresAt: 0 });
  await pass();
  return { presence, newest };
}

const summary = (id: string, seq: number): ThreadSummary => ({
  id,
  kind: "group",
  name: id,
  seq,
  readSeq: 0,
  unread: seq,
});

const said = (threadId: string, seq: number) => ({
  type: "new_message",
  threadId,
  seq,
  author: ADA,
  preview: "x",
  at: NOW,
  unread: 1,
});

it("news of a thread beyond the first page, while that is on its way, brings it into the list", async () => {
  const first = Promise.withResolvers<ThreadPage>();
  const threads = vi
    .fn<Api["threads"]>()
    .mockReturnValueOnce(first.promise)
    .mockResolvedValue({ threads: [summary("old", 2), summary("new", 1)] });
  const { presence, newest } = await online(threads, "old", "new");
  newest().says(said("old", 2));
  first.resolve({ threads: [summary("new", 1)], nextCursor: "c" });
  await pass(60_000);
  expect(presence.getSnapshot().threads.map(({ id }) => id)).toContain("old");
  presence.close();
});

it("a thread that one is removed from while the list with it is on its way does not come back", async () => {
  const page = Promise.withResolvers<ThreadPage>();
  const { presence, newest } = await online(() => page.promise, "left");
  newest().says({ type: "thread_removed", threadId: "left" });
  page.resolve({ threads: [summary("left", 1)] });
  await pass();
  expect(presence.getSnapshot()).toMatchObject({ threadsLoaded: true, threads: [], unreadThreads: 0 });
  presence.close();
});

it("a thread in which something is said while the list with it is on its way is on top, with what was said", async () => {
  const list = { threads: [summary("lake", 1), summary("pond", 1)] };
  const again = Promise.withResolvers<ThreadPage>();
  const threads = vi.fn<Api["threads"]>().mockResolvedValueOnce(list).mockReturnValueOnce(again.promise);
  const { presence, newest } = await online(threads, "pond", "lake");
  void presence.refreshThreads();
  newest().says(said("pond", 2));
  again.resolve(list);
  await pass();
  const shown = presence.getSnapshot().threads;
  expect(shown.map(({ id, lastMessage }) => [id, lastMessage?.preview])).toEqual([
    ["pond", "x"],
    ["lake", undefined],
  ]);
  presence.close();
});

it("a list that was asked for before the socket was lost is not taken for what is so after that", async () => {
  const before = Promise.withResolvers<ThreadPage>();
  const threads = vi
    .fn<Api["threads"]>()
    .mockReturnValueOnce(before.promise)
    .mockResolvedValue({ threads: [{ ...summary("pond", 1), name: "Lake" }] });
  const { presence, newest } = await online(threads, "pond");
  newest().closes(1006);
  await pass(2_000);
  const marks = { threadId: "pond", seq: 1, readSeq: 1, unread: 0 };
  newest().says({ type: "welcome", user: ADA, threads: [marks], unreadThreads: 0, expiresAt: 0 });
  await pass();
  before.resolve({ threads: [summary("pond", 1)] });
  await pass();
  expect(presence.getSnapshot().threads.map(({ name }) => name)).toEqual(["Lake"]);
  presence.close();
});

it("a thread that is renamed while the list with it is on its way has its new name", async () => {
  const page = Promise.withResolvers<ThreadPage>();
  const { presence, newest } = await online(() => page.promise, "pond");
  newest().says({ type: "thread", thread: { ...summary("pond", 1), name: "Lake" } });
  page.resolve({ threads: [summary("pond", 1)] });
  await pass();
  expect(presence.getSnapshot().threads.map(({ name }) => name)).toEqual(["Lake"]);
  presence.close();
});

it("a page that is hidden pings on: its timers are set by what comes, and not by one another", async () => {
  const { newest } = await inRoom();
  // A browser runs a timer late that a timer has set, or that repeats; so it never is.
  const interval = vi.spyOn(globalThis, "setInterval");
  for (let ping = 1; ping <= 3; ping++) {
    await pass(30_000);
    expect(newest().sent.filter((frame) => frame === "ping")).toHaveLength(ping);
    const timeout = vi.spyOn(globalThis, "setTimeout");
    newest().frame("pong");
    expect(timeout).toHaveBeenCalled();
    timeout.mockRestore();
  }
  expect(interval).not.toHaveBeenCalled();
});
