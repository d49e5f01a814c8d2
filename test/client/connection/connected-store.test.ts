/** What a room and presence have in common: the store that frameworks bind to, and a session that is renewed in time. */
import { describe, expect, it, vi } from "vitest";
import type { Api } from "../../../src/client/http/api.ts";
import { PresenceClient } from "../../../src/client/presence/presence.ts";
import type { PresenceState } from "../../../src/client/presence/presence-state.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "../support/fake-socket.ts";
import { ADA } from "../support/samples.ts";

/** A socket whose server is there all the time. */
class PongingSocket extends FakeSocket {
  override send(text: string): void {
    super.send(text);
    if (text === "ping") this.frame("pong");
  }
}

async function online(getToken?: () => Promise<string> | string) {
  const sockets: FakeSocket[] = [];
  const presence = new PresenceClient({
    api: { threads: async () => ({ threads: [] }) } as unknown as Api,
    openSocket: () => {
      const socket = new PongingSocket();
      sockets.push(socket);
      return socket.asSocket;
    },
    getToken,
    onSignedOut: () => {},
  });
  await pass();
  const welcomeFor = async (ms: number) => {
    const event = { type: "welcome", user: ADA, threads: [], unreadThreads: 0, expiresAt: Date.now() + ms };
    (sockets.at(-1) as FakeSocket).says(event);
    await pass();
  };
  const auths = () => sockets.flatMap(({ sent }) => sent.filter((frame) => frame.includes('"auth"')));
  return { presence, sockets, welcomeFor, auths };
}

useFakeClock();

describe("a snapshot", () => {
  it("comes to who subscribes at once and with each change, with functions that need no `this`", async () => {
    const { presence, welcomeFor } = await online();
    const { subscribe, getSnapshot } = presence;
    const seen: string[] = [];
    const unsubscribe = subscribe(({ connection }) => seen.push(connection));
    await welcomeFor(60_000);
    unsubscribe();
    presence.close();
    expect([seen[0], seen.at(-1)]).toEqual(["connecting", "open"]);
    expect(getSnapshot()).toBe(presence.getSnapshot());
  });

  it("is the same object until something changes", async () => {
    const { presence } = await online();
    const before = presence.getSnapshot();
    presence.seen("unknown thread", 3);
    expect(presence.getSnapshot()).toBe(before);
  });

  it("comes twice to who subscribes twice, and still once after one of the two has ended", async () => {
    const { presence, welcomeFor } = await online();
    const listener = vi.fn<(state: PresenceState) => void>();
    const unsubscribe = presence.subscribe(listener);
    presence.subscribe(listener);
    expect(listener).toHaveBeenCalledTimes(2);
    unsubscribe();
    await welcomeFor(60_000);
    const states = listener.mock.calls.slice(2).map(([state]) => state);
    expect(states).toEqual([...new Set(states)]);
    expect(states.at(-1)).toBe(presence.getSnapshot());
  });
});

describe("a listener", () => {
  it("that ends and begins anew each time is told of each event once", async () => {
    const { presence, welcomeFor } = await online();
    let told = 0;
    const listenOnce = () => {
      const stop = presence.on("welcome", () => {
        stop();
        told += 1;
        // One that was told without end would never let the test fail.
        if (told < 10) listenOnce();
      });
    };
    listenOnce();
    await welcomeFor(60_000);
    expect(told).toBe(1);
    await welcomeFor(60_000);
    expect(told).toBe(2);
  });

  it("that another has ended is not told any more", async () => {
    const { presence, welcomeFor } = await online();
    const second = vi.fn<() => void>();
    presence.on("welcome", () => stop());
    const stop = presence.on("welcome", second);
    await welcomeFor(60_000);
    expect(second).not.toHaveBeenCalled();
  });
});

describe("a session", () => {
  it("is renewed half a minute before it ends, again and again, on the same socket", async () => {
    const getToken = vi.fn<() => string>(() => "fresh");
    const { sockets, welcomeFor, auths } = await online(getToken);
    await welcomeFor(600_000);
    await pass(569_999);
    expect(auths()).toEqual([]);
    await pass(1);
    expect(auths()).toHaveLength(1);
    expect(JSON.parse(auths()[0] ?? "")).toMatchObject({ type: "auth", token: "fresh" });
    await pass(570_000);
    expect([auths().length, sockets.length]).toEqual([2, 1]);
  });

  it("is left to end where no token is to be had, and where a cookie signs in", async () => {
    const refused = await online(() => Promise.reject(new Error("no")));
    await refused.welcomeFor(600_000);
    const cookie = await online();
    await cookie.welcomeFor(600_000);
    await pass(590_000);
    expect([refused.auths(), cookie.auths()]).toEqual([[], []]);
  });

  it("is not asked about more than twice a minute by a clock that is wrong", async () => {
    const getToken = vi.fn<() => string>(() => "fresh");
    const { welcomeFor } = await online(getToken);
    await welcomeFor(-3_600_000);
    const before = getToken.mock.calls.length;
    await pass(29_999);
    expect(getToken).toHaveBeenCalledTimes(before);
  });
});
