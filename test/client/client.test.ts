/** What `createClient` returns, as an application uses it. */
import { describe, expect, it, vi } from "vitest";
import { createClient, type ClientOptions } from "../../src/client/client.ts";
import { pass, useFakeClock, useFakeTimeouts } from "./support/fake-clock.ts";
import { SERVER_URL, startClient, startPresence, startRoom } from "./support/fake-server.ts";
import { history, presenceWelcome, welcome } from "./support/samples.ts";

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

  it("returns the same room for a thread, and a new one after that was closed", async () => {
    const { client, room } = await startRoom();
    expect(client.thread("t1")).toBe(room);
    room.close();
    expect(client.thread("t1")).not.toBe(room);
    client.close();
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
