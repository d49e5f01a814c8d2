/** The list of threads as it is loaded, and what may happen while a page is on its way. */
import { describe, expect, it, vi } from "vitest";
import type { Api, PresenceClient, ThreadPage } from "../../../src/client/client.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startPresence } from "../support/fake-server.ts";
import { newMessage, presenceWelcome, summary } from "../support/samples.ts";
import { onlineWith } from "../support/welcomed.ts";

type Threads = Api["threads"];

const idsOf = (presence: PresenceClient) => presence.getSnapshot().threads.map(({ id }) => id);

/** A server with one thread on each page. */
function onePerPage(...ids: string[]): Threads {
  return async ({ cursor = "0" } = {}) => {
    const next = Number(cursor) + 1;
    const threads = ids.slice(next - 1, next).map((id) => summary(id));
    return { threads, ...(next < ids.length && { nextCursor: String(next) }) };
  };
}

useFakeClock();

describe("the list of threads", () => {
  it("is loaded again while it cannot be loaded, though the connection is open", async () => {
    const threads = vi
      .fn<Threads>()
      .mockRejectedValueOnce(new Error("500"))
      .mockResolvedValue({ threads: [] });
    const { presence } = await onlineWith([], { responses: { threads } });
    expect(presence.getSnapshot().threadsLoaded).toBe(false);
    await pass(60_000);
    expect([threads.mock.calls.length, presence.getSnapshot().threadsLoaded]).toEqual([2, true]);
  });

  it("is loaded again as far as it was loaded, and no further, however many new threads came on top", async () => {
    const threads = vi.fn<Threads>().mockResolvedValue({ threads: [summary("a")], nextCursor: "next" });
    const { presence, newest } = await onlineWith([], { responses: { threads } });
    newest().deliver(...["b", "c"].map((id) => ({ type: "thread", thread: summary(id) })));
    threads.mockClear();
    await presence.refreshThreads();
    expect(threads).toHaveBeenCalledTimes(1);
    expect(presence.getSnapshot().threads).toHaveLength(3);
  });

  it("is not loaded again by a client that was closed meanwhile", async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const threads = vi.fn<Threads>().mockReturnValueOnce(promise);
    const { presence } = await onlineWith([], { responses: { threads } });
    presence.close();
    reject(new Error("500"));
    await pass(60_000);
    expect(threads).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the next page", () => {
  it("is requested once, however often it is asked for while it comes, and again where it failed", async () => {
    const threads = vi.fn<Threads>().mockResolvedValueOnce({ threads: [summary("a")], nextCursor: "1" });
    const { presence } = await onlineWith([], { responses: { threads } });
    threads.mockRejectedValueOnce(new Error("no network"));
    await expect(presence.loadMoreThreads()).rejects.toMatchObject({ code: "offline" });
    threads.mockResolvedValue({ threads: [summary("b")], nextCursor: "2" });
    await Promise.all([presence.loadMoreThreads(), presence.loadMoreThreads()]);
    expect(threads).toHaveBeenCalledTimes(3);
    expect(presence.getSnapshot()).toMatchObject({ nextCursor: "2" });
  });

  it("follows those before it after a refresh of several pages", async () => {
    const threads = onePerPage("a", "b", "c", "d");
    const { presence } = await onlineWith([], { responses: { threads } });
    await presence.loadMoreThreads();
    await presence.loadMoreThreads();
    expect(idsOf(presence)).toEqual(["a", "b", "c"]);
    await presence.refreshThreads();
    expect(idsOf(presence)).toEqual(["a", "b", "c"]);
    await presence.loadMoreThreads();
    expect(idsOf(presence)).toEqual(["a", "b", "c", "d"]);
  });

  it("is not forgotten where it arrives before a refresh that was requested earlier", async () => {
    const refreshed = Promise.withResolvers<ThreadPage>();
    const load = onePerPage("a", "b", "c");
    const threads = vi.fn<Threads>(load);
    const { presence } = await onlineWith([], { responses: { threads } });
    threads.mockReturnValueOnce(refreshed.promise);
    const refresh = presence.refreshThreads();
    await presence.loadMoreThreads();
    refreshed.resolve(await load({}));
    await refresh;
    expect(idsOf(presence)).toEqual(["a", "b"]);
    await presence.loadMoreThreads();
    expect(idsOf(presence)).toEqual(["a", "b", "c"]);
    expect(presence.getSnapshot().nextCursor).toBeUndefined();
  });

  it("follows those before it where it arrives after a refresh that was requested later", async () => {
    const second = Promise.withResolvers<ThreadPage>();
    const load = onePerPage("a", "b", "c");
    const threads = vi.fn<Threads>(load);
    const { presence } = await onlineWith([], { responses: { threads } });
    threads.mockReturnValueOnce(second.promise);
    const more = presence.loadMoreThreads();
    await presence.refreshThreads();
    second.resolve(await load({ cursor: "1" }));
    await more;
    expect(idsOf(presence)).toEqual(["a", "b"]);
    await presence.refreshThreads();
    await presence.loadMoreThreads();
    expect(idsOf(presence)).toEqual(["a", "b", "c"]);
  });
});

describe("while the list is on its way", () => {
  it("a message in a thread beyond its first page brings that thread into it", async () => {
    const first = Promise.withResolvers<ThreadPage>();
    const threads = vi
      .fn<Threads>()
      .mockReturnValueOnce(first.promise)
      .mockResolvedValue({ threads: [summary("old", 2), summary("new")] });
    const { presence, newest } = await onlineWith([summary("old"), summary("new")], {
      responses: { threads },
    });
    newest().deliver(newMessage("old", 2, 1));
    first.resolve({ threads: [summary("new")], nextCursor: "c" });
    await pass(60_000);
    expect(idsOf(presence)).toContain("old");
  });

  it("a thread that the user is removed from does not come back", async () => {
    const page = Promise.withResolvers<ThreadPage>();
    const threads = () => page.promise;
    const { presence, newest } = await onlineWith([summary("left")], { responses: { threads } });
    newest().deliver({ type: "thread_removed", threadId: "left" });
    page.resolve({ threads: [summary("left", 1, 0)] });
    await pass();
    expect(presence.getSnapshot()).toMatchObject({ threadsLoaded: true, threads: [], unreadThreads: 0 });
  });

  it("a thread with a new message goes to the top, with its preview", async () => {
    const list = { threads: [summary("lake"), summary("pond")] };
    const again = Promise.withResolvers<ThreadPage>();
    const threads = vi.fn<Threads>().mockResolvedValueOnce(list).mockReturnValueOnce(again.promise);
    const { presence, newest } = await onlineWith(list.threads, { responses: { threads } });
    const refreshed = presence.refreshThreads();
    newest().deliver(newMessage("pond", 2, 1));
    again.resolve(list);
    await refreshed;
    const previews = presence.getSnapshot().threads.map(({ id, lastMessage }) => [id, lastMessage?.preview]);
    expect(previews).toEqual([
      ["pond", "2"],
      ["lake", undefined],
    ]);
  });

  it("a thread that is renamed has its new name", async () => {
    const page = Promise.withResolvers<ThreadPage>();
    const threads = () => page.promise;
    const { presence, newest } = await onlineWith([summary("pond")], { responses: { threads } });
    newest().deliver({ type: "thread", thread: summary("pond", 1, 1, { name: "Lake" }) });
    page.resolve({ threads: [summary("pond")] });
    await pass();
    expect(presence.getSnapshot().threads.map(({ name }) => name)).toEqual(["Lake"]);
  });

  it("a lost connection makes it be requested again, since what happened then came as no event", async () => {
    const before = Promise.withResolvers<ThreadPage>();
    const threads = vi
      .fn<Threads>()
      .mockReturnValueOnce(before.promise)
      .mockResolvedValue({ threads: [summary("pond", 1, 1, { name: "Lake" })] });
    const { presence, newest, loseAndReturn } = await onlineWith([summary("pond")], {
      responses: { threads },
    });
    await loseAndReturn();
    newest().deliver(presenceWelcome([summary("pond")]));
    await pass();
    before.resolve({ threads: [summary("pond")] });
    await pass();
    expect(presence.getSnapshot().threads.map(({ name }) => name)).toEqual(["Lake"]);
  });
});

it("is requested by each connection, and shown as loaded when the first page has come", async () => {
  const threads = vi.fn<Threads>().mockResolvedValue({ threads: [summary("a")] });
  const { presence, newest } = await startPresence({ responses: { threads } });
  expect(threads).not.toHaveBeenCalled();
  newest().deliver(presenceWelcome([summary("a")]));
  await pass();
  expect([presence.getSnapshot().threadsLoaded, idsOf(presence)]).toEqual([true, ["a"]]);
});
