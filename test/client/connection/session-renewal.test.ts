/** A session that is renewed before it ends. */
import { expect, it, vi } from "vitest";
import type { GetToken } from "../../../src/client/get-token.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startPresence } from "../support/fake-server.ts";
import { PongingSocket } from "../support/fake-socket.ts";
import { presenceWelcome } from "../support/samples.ts";

useFakeClock();

/** A host application whose `getToken`, used by sockets and requests alike, can change. */
function createHost() {
  let current: GetToken = () => "first";
  return {
    getToken: vi.fn<GetToken>(() => current()),
    setGetToken: (next: GetToken) => {
      current = next;
    },
  };
}

/** Presence with a session of ten minutes. */
async function startSession(getToken?: GetToken) {
  const options = { socket: PongingSocket, responses: { threads: async () => ({ threads: [] }) } };
  const started = await startPresence({ ...options, ...(getToken && { getToken }) });
  const welcomeFor = async (ms: number) => {
    started.newest().deliver(presenceWelcome([], { expiresAt: Date.now() + ms }));
    await pass();
  };
  await welcomeFor(600_000);
  return { ...started, welcomeFor };
}

it("renews a session half a minute before it ends, again and again, on the same socket", async () => {
  const { sockets, sent } = await startSession(() => "fresh");
  await pass(569_999);
  expect(sent("auth")).toEqual([]);
  await pass(1);
  expect(sent("auth")).toMatchObject([{ type: "auth", token: "fresh" }]);
  await pass(570_000);
  expect([sent("auth").length, sockets.length]).toEqual([2, 1]);
});

it("lets a session end where no token can be had", async () => {
  const host = createHost();
  const { sent } = await startSession(host.getToken);
  host.setGetToken(() => Promise.reject(new Error("no")));
  await pass(590_000);
  expect(sent("auth")).toEqual([]);
});

it("lets a session end where a cookie signs in", async () => {
  const { sent } = await startSession();
  await pass(590_000);
  expect(sent("auth")).toEqual([]);
});

it("asks for a token at most twice a minute, whatever a wrong clock makes of the session's end", async () => {
  const { getToken } = createHost();
  const { welcomeFor } = await startSession(getToken);
  await welcomeFor(-3_600_000);
  const calls = getToken.mock.calls.length;
  await pass(29_999);
  expect(getToken).toHaveBeenCalledTimes(calls);
});

it("reconnects with another token where the one for the renewal never comes", async () => {
  const host = createHost();
  const { presence, sockets, newest } = await startSession(host.getToken);
  host.setGetToken(() => new Promise(() => {}));
  await pass(600_000);
  host.setGetToken(() => "third");
  newest().drop(4001);
  await pass(2_000);
  newest().deliver(presenceWelcome());
  expect(presence.getSnapshot().connection).toBe("open");
  expect(sockets.map(({ protocols }) => protocols.at(-1))).toEqual(["bearer.first", "bearer.third"]);
});

it("does not send a token that comes only after the socket was replaced", async () => {
  const host = createHost();
  const late = Promise.withResolvers<string>();
  const { welcomeFor, loseAndReturn, sent } = await startSession(host.getToken);
  host.setGetToken(() => late.promise);
  await pass(570_000);
  host.setGetToken(() => "third");
  await loseAndReturn();
  await welcomeFor(600_000);
  late.resolve("second, which is old by now");
  await pass();
  expect(sent("auth")).toEqual([]);
});

it("leaves no timer once the client is closed", async () => {
  const { client } = await startSession(() => "token");
  client.close();
  expect(vi.getTimerCount()).toBe(0);
});
