import { describe, expect, it, vi } from "vitest";
import { ReconnectingSocket } from "../../../src/client/connection/reconnecting-socket.ts";
import type { GetToken } from "../../../src/client/get-token.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "../support/fake-socket.ts";

const WELCOME = { type: "welcome" };

/** As where nothing answers. */
const NO_DIAGNOSIS = { find: async () => ({ isReachable: false }), reached: () => {} };

/** A connection whose every socket the test holds. */
async function connect(getToken?: GetToken) {
  const sockets: FakeSocket[] = [];
  const states: string[] = [];
  const events: { type: string }[] = [];
  const connection = new ReconnectingSocket<{ type: string }>({
    getToken,
    diagnosis: NO_DIAGNOSIS,
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket.asWebSocket;
    },
    onEvents: (received) => events.push(...received),
    onStateChange: (state) => states.push(state),
  });
  connection.reconnect();
  await pass();
  const newest = () => sockets.at(-1) as FakeSocket;
  return { connection, sockets, states, events, newest };
}

useFakeClock();

describe("opening", () => {
  it("counts a connection as open from the first frame on, since a refused upgrade opens a socket too", async () => {
    const { connection, newest, events } = await connect();
    expect(connection.state).toBe("connecting");
    expect(connection.send({})).toBe(false);
    newest().deliver(WELCOME);
    expect(connection.state).toBe("open");
    expect(connection.send({ type: "typing" })).toBe(true);
    expect(events).toEqual([WELCOME]);
  });

  it("gives up an attempt whose first frame does not arrive in 20 seconds", async () => {
    const { connection } = await connect();
    await pass(19_999);
    expect(connection.state).toBe("connecting");
    await pass(1);
    expect(connection.state).toBe("waiting");
  });

  it("stops where the browser opens no socket at this URL, and says why", async () => {
    const states: unknown[] = [];
    const connection = new ReconnectingSocket({
      getToken: undefined,
      diagnosis: NO_DIAGNOSIS,
      openSocket: () => {
        throw new SyntaxError("An insecure connection may not be initiated from a page on https.");
      },
      onEvents: () => {},
      onStateChange: (...change) => states.push(change),
    });
    connection.reconnect();
    await pass(60_000);
    expect(states.slice(1)).toEqual([["stopped", undefined, expect.stringContaining("insecure")]]);
    expect(vi.getTimerCount()).toBe(0);
    connection.close();
  });
});

describe("a lost connection", () => {
  it("is opened again, after a longer wait each time", async () => {
    const { connection, newest, sockets } = await connect();
    newest().drop(1006);
    expect(connection.state).toBe("waiting");
    await pass(500);
    expect(sockets).toHaveLength(2);
    newest().drop(1006);
    await pass(999);
    expect(sockets).toHaveLength(2);
    await pass(1);
    expect(sockets).toHaveLength(3);
  });

  it("is opened again after a short wait where it was steady before", async () => {
    const { newest, sockets } = await connect();
    for (let lost = 0; lost < 5; lost++) {
      newest().drop(1006);
      await pass(30_000);
    }
    newest().deliver(WELCOME);
    await pass(1_001);
    newest().drop(1006);
    const before = sockets.length;
    await pass(500);
    expect(sockets).toHaveLength(before + 1);
  });

  it("may show itself by an error alone, since not every runtime reports more of a failed attempt", async () => {
    const { connection, newest, sockets } = await connect();
    newest().failToConnect();
    expect(connection.state).toBe("waiting");
    newest().drop(1006);
    await pass(500);
    expect(sockets).toHaveLength(2);
  });

  it("is assumed where a frame arrives that is not of the contract", async () => {
    const { connection, newest } = await connect();
    newest().deliverFrame("<html>");
    expect(connection.state).toBe("waiting");
  });

  it("delivers nothing more that was on its way", async () => {
    const { connection, newest, sockets, events } = await connect();
    newest().deliver(WELCOME);
    connection.reconnect();
    await pass();
    sockets[0]?.deliver({ type: "chat" });
    expect(events).toEqual([WELCOME]);
  });
});

describe("a closing event", () => {
  it("takes effect without waiting for the close frame", async () => {
    const { connection, newest, states, events } = await connect();
    newest().deliver(WELCOME);
    newest().deliver({ type: "closing", code: 4003, reason: "removed" });
    expect(connection.state).toBe("stopped");
    newest().drop(1006);
    expect(states).toEqual(["connecting", "open", "stopped"]);
    expect(events.map(({ type }) => type)).toEqual(["welcome", "closing"]);
  });
});

describe("a socket that is refused as one too many (4129)", () => {
  const refusal = { type: "closing", code: 4129, reason: "Too many sockets opened.", retryAfterMs: 60_000 };

  it("is opened again when the server asks for it, and not before", async () => {
    const { connection, newest, sockets, states } = await connect();
    newest().deliver(refusal);
    newest().drop(4129);
    expect(states).toEqual(["connecting", "waiting"]);
    await pass(59_999);
    expect(sockets).toHaveLength(1);
    await pass(30_501);
    expect(sockets).toHaveLength(2);
    newest().deliver(WELCOME);
    expect(connection.state).toBe("open");
  });
});

describe("the end of a session (4001)", () => {
  it("signs out where only a person can help", async () => {
    const { connection, newest, sockets } = await connect();
    newest().drop(4001);
    await pass(60_000);
    expect([connection.state, sockets.length]).toEqual(["signed_out", 1]);
  });

  it("asks for a fresh token once, and signs out where that is refused too", async () => {
    const { connection, newest, sockets } = await connect(() => "token");
    for (const attempts of [2, 3]) {
      newest().deliver(WELCOME);
      await pass(6_000);
      newest().drop(4001);
      await pass(500);
      expect(sockets).toHaveLength(attempts);
    }
    newest().drop(4001);
    await pass(60_000);
    expect([connection.state, sockets.length]).toEqual(["signed_out", 3]);
  });

  it("backs off where a fresh token opens a socket that ends at once, over and over", async () => {
    const { newest, sockets } = await connect(() => "token");
    for (let ended = 0; ended < 20; ended++) {
      newest().deliver(WELCOME);
      newest().drop(4001);
      await pass(30_000);
    }
    const before = sockets.length;
    newest().deliver(WELCOME);
    newest().drop(4001);
    await pass(29_999);
    expect(sockets).toHaveLength(before);
  });
});

describe("a token", () => {
  it("is asked for anew at each attempt", async () => {
    const getToken = vi.fn<() => string>(() => "token");
    const { newest } = await connect(getToken);
    newest().drop(1006);
    await pass(500);
    expect(getToken).toHaveBeenCalledTimes(2);
  });

  it("that does not come in 20 seconds is asked for again", async () => {
    const getToken = vi
      .fn<() => Promise<string>>()
      .mockReturnValueOnce(new Promise(() => {}))
      .mockResolvedValue("token");
    const { states, sockets } = await connect(getToken);
    await pass(20_000);
    expect(states).toEqual(["connecting", "waiting"]);
    await pass(500);
    expect(sockets).toHaveLength(1);
  });

  it("that is refused to the page is asked for again", async () => {
    const getToken = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new Error("The host is down."))
      .mockResolvedValue("token");
    const { states, sockets } = await connect(getToken);
    expect(states).toEqual(["connecting", "waiting"]);
    await pass(500);
    expect(sockets).toHaveLength(1);
  });

  it("that comes after its attempt was given up opens no socket", async () => {
    const token = Promise.withResolvers<string>();
    const { sockets } = await connect(() => token.promise);
    await pass(20_000);
    token.resolve("token");
    await pass(0);
    expect(sockets).toHaveLength(0);
  });
});

describe("a dead connection", () => {
  it("is noticed by an answer that does not come", async () => {
    const { connection, newest } = await connect();
    newest().deliver(WELCOME);
    expect(connection.sendForAnswer({ type: "chat" })).toBe(true);
    await pass(9_999);
    expect(connection.state).toBe("open");
    await pass(1);
    expect(connection.state).toBe("waiting");
  });

  it("is noticed by a ping every 30 seconds that is not answered in ten", async () => {
    const { connection, newest } = await connect();
    newest().deliver(WELCOME);
    await pass(30_000);
    expect(newest().sent).toEqual(["ping"]);
    newest().deliverFrame("pong");
    await pass(39_999);
    expect(connection.state).toBe("open");
    await pass(1);
    expect(connection.state).toBe("waiting");
  });

  it("is noticed in a hidden page too: no timer of the heartbeat repeats or is set by another", async () => {
    const { newest } = await connect();
    newest().deliver(WELCOME);
    // A browser delays timers that repeat, or that another timer has set, in a page that is hidden.
    const setInterval = vi.spyOn(globalThis, "setInterval");
    for (let ping = 1; ping <= 3; ping++) {
      await pass(30_000);
      expect(newest().sent).toHaveLength(ping);
      const setTimeout = vi.spyOn(globalThis, "setTimeout");
      newest().deliverFrame("pong");
      expect(setTimeout).toHaveBeenCalled();
      setTimeout.mockRestore();
    }
    expect(setInterval).not.toHaveBeenCalled();
  });
});

describe("closing", () => {
  it("leaves no timer and no socket", async () => {
    const { connection, newest, states } = await connect();
    newest().deliver(WELCOME);
    connection.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(newest().isOpen).toBe(false);
    newest().drop(1006);
    expect(states).toEqual(["connecting", "open"]);
  });

  it("leaves no timer while it waits for the next attempt", async () => {
    const { connection, newest } = await connect();
    newest().drop(1006);
    connection.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
