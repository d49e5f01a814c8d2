/** What `createClient` returns, as an application uses it. */
import { describe, expect, it, vi } from "vitest";
import { createClient, type ClientOptions, type ThreadSummary } from "../../src/client/client.ts";
import { pass, useFakeClock, useFakeTimeouts } from "./support/fake-clock.ts";
import { SERVER_URL, startClient, startPresence, startRoom } from "./support/fake-server.ts";
import { memoryStorage } from "./support/memory-storage.ts";
import {
  BEN,
  chat,
  history,
  messages,
  presenceWelcome,
  seqsOf,
  summary,
  welcome,
} from "./support/samples.ts";
import { emptyRoom, onlineWith } from "./support/welcomed.ts";

type GetToken = NonNullable<ClientOptions["getToken"]>;

/** A `getToken` whose first promise never settles. */
function hangingOnce() {
  return vi
    .fn<GetToken>()
    .mockReturnValueOnce(new Promise(() => {}))
    .mockReturnValue("token");
}

useFakeClock();

describe("a client", () => {
  it("connects to its server, with the subprotocol of the contract and the token", async () => {
    const { newest } = await startRoom({ getToken: () => "token" });
    expect(newest().url).toBe("wss://lilypad.test/api/threads/t1/socket?paced=");
    expect(newest().protocols).toEqual(["lilypad.v1", "bearer.token"]);
  });

  it("needs a URL where there is no page whose origin could be meant", () => {
    expect(() => createClient()).toThrow(/`url`/);
  });

  it("ignores the path of its URL", async () => {
    const { newest } = await startRoom({ url: `${SERVER_URL}/chat?x=1` });
    expect(newest().path).toBe("/api/threads/t1/socket?paced=");
  });

  it("returns the same room for a thread each time, and opens it anew where it was closed", async () => {
    const { client, room, newest, sockets } = await emptyRoom();
    newest().deliver(chat(1, 1));
    expect(client.thread("t1")).toBe(room);
    room.close();
    expect(room.getSnapshot().connection).toBe("stopped");
    expect(client.thread("t1")).toBe(room);
    expect(room.getSnapshot()).toMatchObject({ connection: "connecting", ready: false, messages: [] });
    await pass();
    expect(newest().path).not.toContain("cursor");
    newest().deliver(welcome(1), history(messages(1, 1)));
    expect([room.getSnapshot().connection, seqsOf(room.getSnapshot())]).toEqual(["open", [1]]);
    expect(sockets).toHaveLength(2);
    client.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("opens a room again that was closed by `close()` of the client, also for who subscribed in between", async () => {
    const { client, room, newest } = await emptyRoom();
    client.close();
    const states: string[] = [];
    room.subscribe(({ connection }) => states.push(connection));
    client.thread("t1");
    await pass();
    newest().deliver(welcome(0), history([]));
    expect([...new Set(states)]).toEqual(["stopped", "connecting", "open"]);
    client.close();
  });

  it("returns the same presence each time, and follows whom it is asked to while that is closed", async () => {
    const { client, presence, newest, sent } = await onlineWith([summary("t1", 2, 1)]);
    presence.watch(["ben"]);
    presence.close();
    presence.watch(["cy"]);
    expect(client.presence()).toBe(presence);
    expect(presence.getSnapshot()).toMatchObject({ connection: "connecting", threads: [], unreadThreads: 0 });
    await pass();
    newest().deliver(presenceWelcome());
    expect(sent("watch").map(({ userIds }) => userIds)).toEqual([["cy"]]);
    client.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("says once that nobody is signed in, and reconnects what waits for that", async () => {
    const onSignedOut = vi.fn<() => void>();
    const { client, room, newest, sockets } = await startRoom({ onSignedOut });
    newest().drop(4001);
    expect(onSignedOut).toHaveBeenCalledOnce();
    await pass(60_000);
    expect(sockets).toHaveLength(1);
    client.signedIn();
    await pass();
    newest().deliver(welcome(0), history([]));
    expect(room.getSnapshot().connection).toBe("open");
    client.signedIn();
    await pass();
    expect(sockets).toHaveLength(2);
  });

  it("leaves no timer and no socket once it is closed, and can be used again", async () => {
    const { client, sockets } = startClient();
    client.presence();
    client.thread("t1");
    await pass();
    client.close();
    expect(sockets.map(({ isOpen }) => isOpen)).toEqual([false, false]);
    expect(vi.getTimerCount()).toBe(0);
    client.thread("t1");
    await pass();
    expect(sockets.at(-1)?.isOpen).toBe(true);
    client.close();
  });
});

describe("a room that several retain", () => {
  it("is open until the last releases it, whoever releases twice", async () => {
    const { room, client } = await emptyRoom();
    const [one, other] = [room.retain(), room.retain()];
    one();
    one();
    await pass();
    expect(room.getSnapshot().connection).toBe("open");
    other();
    await pass();
    expect(room.getSnapshot().connection).toBe("stopped");
    client.close();
  });

  it("stays connected where it passes from one to the other at once, as in React's StrictMode", async () => {
    const { room, client, sockets } = await emptyRoom();
    room.retain()();
    const release = room.retain();
    await pass();
    expect([sockets.length, room.getSnapshot().connection]).toEqual([1, "open"]);
    release();
    client.close();
  });

  it("is opened again by who retains it after it was closed, and not closed by who released it before", async () => {
    const { room, client, sockets } = await emptyRoom();
    const release = room.retain();
    room.close();
    room.retain();
    release();
    await pass();
    expect([sockets.length, room.getSnapshot().connection]).toEqual([2, "connecting"]);
    client.close();
  });
});

describe("a user of whom another connection says who they are", () => {
  it("has a message kept that is given to a room which never connects", async () => {
    const outboxStorage = memoryStorage();
    const { client } = await onlineWith([], { outboxStorage });
    client.thread("t1").send("Hello");
    await pass();
    expect(client.thread("t1").getSnapshot().outgoing).toMatchObject([{ body: "Hello", state: "pending" }]);
    client.close();
    const reloaded = await emptyRoom({ outboxStorage });
    expect(reloaded.sent("chat")).toMatchObject([{ body: "Hello" }]);
    reloaded.client.close();
  });

  it("is not the author of what the user before gave to a room that connects as theirs", async () => {
    const { client, newest, sent } = await onlineWith([]);
    const room = client.thread("t1");
    const unsent = room.send("of Ada");
    await pass();
    newest().deliver(welcome(0, { user: BEN }), history([]));
    await pass();
    expect([room.getSnapshot().outgoing, sent("chat")]).toEqual([[], []]);
    await expect(unsent).rejects.toMatchObject({ code: "offline" });
    client.close();
  });

  it("does not find in a room what was given to it while it was closed", async () => {
    const { client, room, newest } = await emptyRoom();
    client.close();
    await expect(room.send("of Ada")).rejects.toMatchObject({ code: "forbidden" });
    client.thread("t1");
    expect(room.getSnapshot().outgoing).toEqual([]);
    await pass();
    newest().deliver(welcome(0, { user: BEN }), history([]));
    room.send("of Ben");
    expect(room.getSnapshot().outgoing).toMatchObject([{ body: "of Ben" }]);
    client.close();
  });
});

describe("a request that outlives its store", () => {
  it("changes nothing in what was opened since: another user may have signed in", async () => {
    const page = Promise.withResolvers<{ threads: ThreadSummary[] }>();
    const { client, presence, newest } = await onlineWith([], { responses: { threads: () => page.promise } });
    const refreshed = presence.refreshThreads();
    client.close();
    client.presence();
    await pass();
    newest().deliver(presenceWelcome());
    page.resolve({ threads: [summary("of another user")] });
    await expect(refreshed).rejects.toMatchObject({ code: "offline" });
    expect(presence.getSnapshot().threads).toEqual([]);
    client.close();
  });
});

describe("a `getToken` that never settles", () => {
  it("does not hold up a room: after 20 seconds it is asked again", async () => {
    const { room, newest } = await startRoom({ getToken: hangingOnce() });
    await pass(20_000);
    expect(room.getSnapshot().connection).toBe("waiting");
    await pass(500);
    newest().deliver(welcome(0), history([]));
    expect(room.getSnapshot().connection).toBe("open");
  });

  it("does not hold up presence either", async () => {
    const { presence, newest } = await startPresence({ getToken: hangingOnce() });
    await pass(20_500);
    newest().deliver(presenceWelcome());
    expect(presence.getSnapshot().connection).toBe("open");
  });

  it("fails a request after 30 seconds, and the next request goes well", async () => {
    useFakeTimeouts();
    const responses = { threads: async () => ({ threads: [] }) };
    const { client } = startClient({ responses, getToken: hangingOnce() });
    const failure = client.api.threads().catch((error: unknown) => error);
    await pass(30_000);
    expect(await failure).toMatchObject({ code: "offline" });
    expect(await client.api.threads()).toEqual({ threads: [] });
  });

  it("does not hold up `close()`, and opens no socket if it settles later", async () => {
    const token = Promise.withResolvers<string>();
    const { client, sockets } = startClient({ getToken: () => token.promise });
    client.presence();
    client.thread("t1");
    await pass();
    client.close();
    expect(vi.getTimerCount()).toBe(0);
    token.resolve("late");
    await pass(60_000);
    expect(sockets).toEqual([]);
  });

  it("does not hold up a message: that is sent once another token has come", async () => {
    const { room, newest, sent } = await startRoom({ getToken: hangingOnce() });
    room.send("Hello");
    await pass(20_500);
    newest().deliver(welcome(0), history([]));
    await pass();
    expect(sent("chat").map(({ body }) => body)).toEqual(["Hello"]);
  });
});
