import { describe, expect, it, vi } from "vitest";
import type { Api } from "../../../src/client/http/api.ts";
import { PresenceClient } from "../../../src/client/presence/presence.ts";
import type { ThreadSummary } from "../../../src/protocol/model.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "../support/fake-socket.ts";
import { ADA } from "../support/samples.ts";

const WELCOME = { type: "welcome", user: ADA, threads: [], unreadThreads: 0, expiresAt: 0 };

const summary = (id: string) =>
  ({ id, kind: "group", name: id, seq: 1, readSeq: 1, unread: 0 }) satisfies ThreadSummary;

async function online() {
  const sockets: FakeSocket[] = [];
  const threads = vi.fn<Api["threads"]>(async () => ({ threads: [] }));
  const presence = new PresenceClient({
    api: { threads } as unknown as Api,
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket.asSocket;
    },
    getToken: undefined,
    onSignedOut: () => {},
  });
  await pass();
  return { presence, threads, sockets, newest: () => sockets.at(-1) as FakeSocket };
}

useFakeClock();

describe("the list of threads", () => {
  it("is asked for again while it cannot be had, though the socket is fine", async () => {
    const { presence, threads, newest } = await online();
    threads.mockRejectedValueOnce(new Error("500"));
    newest().says(WELCOME);
    await pass();
    expect(presence.getSnapshot().threadsLoaded).toBe(false);
    await pass(60_000);
    expect([threads.mock.calls.length, presence.getSnapshot().threadsLoaded]).toEqual([2, true]);
  });

  it("keeps its order where one asks for more after a refresh of several pages", async () => {
    const { presence, threads, newest } = await online();
    const all = ["a", "b", "c", "d"].map((id) => summary(id));
    // A page holds one.
    threads.mockImplementation(async ({ cursor = "0" } = {}) => {
      const next = Number(cursor) + 1;
      return { threads: all.slice(next - 1, next), ...(next < 4 && { nextCursor: String(next) }) };
    });
    newest().says(WELCOME);
    await pass();
    await presence.loadMoreThreads();
    await presence.loadMoreThreads();
    const order = () => presence.getSnapshot().threads.map(({ id }) => id);
    expect(order()).toEqual(["a", "b", "c"]);
    await presence.refreshThreads();
    expect(order()).toEqual(["a", "b", "c"]);
    await presence.loadMoreThreads();
    expect(order()).toEqual(["a", "b", "c", "d"]);
  });

  it("is asked for as far as it was loaded, and no further, however many new threads came on top", async () => {
    const { presence, threads, newest } = await online();
    threads.mockImplementation(async () => ({ threads: [summary("a")], nextCursor: "next" }));
    newest().says(WELCOME);
    await pass();
    newest().says(...["b", "c"].map((id) => ({ type: "thread", thread: summary(id) })));
    threads.mockClear();
    await presence.refreshThreads();
    expect(threads).toHaveBeenCalledTimes(1);
    expect(presence.getSnapshot().threads).toHaveLength(3);
  });

  it("is asked for more of once, however often one presses while that comes, and again where it failed", async () => {
    const { presence, threads, newest } = await online();
    threads.mockResolvedValueOnce({ threads: [summary("a")], nextCursor: "1" });
    newest().says(WELCOME);
    await pass();
    threads.mockRejectedValueOnce(new Error("no network"));
    await expect(presence.loadMoreThreads()).rejects.toThrow("no network");
    threads.mockResolvedValue({ threads: [summary("b")], nextCursor: "2" });
    await Promise.all([presence.loadMoreThreads(), presence.loadMoreThreads()]);
    expect(threads).toHaveBeenCalledTimes(3);
    expect(presence.getSnapshot()).toMatchObject({ nextCursor: "2" });
  });

  it("is not asked for by a client that was closed meanwhile", async () => {
    const { presence, threads, newest } = await online();
    const { promise, reject } = Promise.withResolvers<never>();
    threads.mockReturnValueOnce(promise);
    newest().says(WELCOME);
    await pass();
    presence.close();
    reject(new Error("500"));
    await pass(60_000);
    expect(threads).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it("tells the server again whom to watch after each reconnect", async () => {
  const { presence, newest } = await online();
  presence.watch(["ben"]);
  for (let connection = 0; connection < 2; connection++) {
    newest().says(WELCOME);
    await pass(1_000);
    expect(newest().sent).toContain('{"type":"watch","userIds":["ben"]}');
    newest().closes(1006);
    await pass(2_000);
  }
});

it("tells the server whom to watch as often as that is taken, and what is so in the end", async () => {
  const { presence, newest } = await online();
  newest().says(WELCOME);
  for (let scrolled = 0; scrolled < 100; scrolled++) {
    presence.watch([`user ${scrolled}`]);
    await pass(100);
  }
  await pass(1_000);
  const sent = newest().sent.filter((frame) => frame.includes("watch"));
  expect(sent.length).toBeLessThanOrEqual(11);
  expect(sent.at(-1)).toContain("user 99");
});

it("tells the server at once whom to watch where nothing was told of late", async () => {
  const { presence, newest } = await online();
  newest().says(WELCOME);
  presence.watch(["ben"]);
  await pass(0);
  expect(newest().sent).toContain('{"type":"watch","userIds":["ben"]}');
});

it("tells the server when nobody is to be watched any more", async () => {
  const { presence, newest } = await online();
  newest().says(WELCOME);
  presence.watch(["ben"]);
  await pass(1_000);
  presence.watch([]);
  await pass(1_000);
  expect(newest().sent.filter((frame) => frame.includes("watch"))).toEqual([
    '{"type":"watch","userIds":["ben"]}',
    '{"type":"watch","userIds":[]}',
  ]);
});
