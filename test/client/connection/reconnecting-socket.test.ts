import { describe, expect, it, vi } from "vitest";
import { Connection } from "../../../src/client/connection/reconnecting-socket.ts";
import { useFakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "../support/fake-socket.ts";

const WELCOME = { type: "welcome" };

/** A connection whose every socket the test holds. */
async function connect(renews = false) {
  const sockets: FakeSocket[] = [];
  const states: string[] = [];
  const events: { type: string }[] = [];
  const connection = new Connection<{ type: string }>({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket.asSocket;
    },
    renews,
    onEvents: (heard) => events.push(...heard),
    onState: (state) => states.push(state),
  });
  connection.reconnect();
  await vi.advanceTimersByTimeAsync(0);
  const newest = () => sockets.at(-1) as FakeSocket;
  return { connection, sockets, states, events, newest };
}

useFakeClock();

describe("a connection", () => {
  it("is open from the first frame on, since a refused upgrade opens too", async () => {
    const { connection, newest, events } = await connect();
    expect(connection.state).toBe("connecting");
    expect(connection.send({})).toBe(false);
    newest().says(WELCOME);
    expect(connection.state).toBe("open");
    expect(connection.send({ type: "typing" })).toBe(true);
    expect(events).toEqual([WELCOME]);
  });

  it("comes back after a lost socket, later each time", async () => {
    const { connection, newest, sockets } = await connect();
    newest().closes(1006);
    expect(connection.state).toBe("waiting");
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
    newest().closes(1006);
    await vi.advanceTimersByTimeAsync(999);
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(3);
  });

  it("takes an error for a loss, since not every runtime says more of an attempt that failed", async () => {
    const { connection, newest, sockets } = await connect();
    newest().fails();
    expect(connection.state).toBe("waiting");
    newest().closes(1006);
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
  });

  it("acts on a closing event without waiting for the close", async () => {
    const { connection, newest, states, events } = await connect();
    newest().says(WELCOME);
    newest().says({ type: "closing", code: 4003, reason: "removed" });
    expect(connection.state).toBe("stopped");
    newest().closes(1006);
    expect(states).toEqual(["connecting", "open", "stopped"]);
    expect(events.map(({ type }) => type)).toEqual(["welcome", "closing"]);
  });

  it("waits for a person at 4001 where only a person can help", async () => {
    const { connection, newest, sockets } = await connect();
    newest().closes(4001);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([connection.state, sockets.length]).toEqual(["signed_out", 1]);
  });

  it("asks for a fresh token at 4001, each time once: with one that is expired too it does not go on", async () => {
    const { connection, newest, sockets } = await connect(true);
    for (const attempts of [2, 3]) {
      newest().says(WELCOME);
      await vi.advanceTimersByTimeAsync(6_000);
      newest().closes(4001);
      await vi.advanceTimersByTimeAsync(500);
      expect(sockets).toHaveLength(attempts);
    }
    newest().closes(4001);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([connection.state, sockets.length]).toEqual(["signed_out", 3]);
  });

  it("does not hurry where a fresh token opens a socket that ends at once, over and over", async () => {
    const { newest, sockets } = await connect(true);
    for (let ended = 0; ended < 20; ended++) {
      newest().says(WELCOME);
      newest().closes(4001);
      await vi.advanceTimersByTimeAsync(30_000);
    }
    const before = sockets.length;
    newest().says(WELCOME);
    newest().closes(4001);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(sockets).toHaveLength(before);
  });

  it("gives up an answer that does not come, so that what was asked is asked again", async () => {
    const { connection, newest } = await connect();
    newest().says(WELCOME);
    expect(connection.ask({ type: "chat" })).toBe(true);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(connection.state).toBe("open");
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.state).toBe("waiting");
  });

  it("gives up a token that does not come", async () => {
    const states: string[] = [];
    const connection = new Connection<{ type: string }>({
      open: () => new Promise<never>(() => {}),
      renews: true,
      onEvents: () => {},
      onState: (state) => states.push(state),
    });
    connection.reconnect();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(states).toEqual(["connecting", "waiting"]);
    connection.close();
  });

  it("pings every half minute, and gives up a socket that does not answer in ten seconds", async () => {
    const { connection, newest } = await connect();
    newest().says(WELCOME);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(newest().sent).toEqual(["ping"]);
    newest().frame("pong");
    await vi.advanceTimersByTimeAsync(39_999);
    expect(connection.state).toBe("open");
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.state).toBe("waiting");
  });

  it("gives up a socket that says what is not the contract's", async () => {
    const { connection, newest } = await connect();
    newest().frame("<html>");
    expect(connection.state).toBe("waiting");
  });

  it("leaves no timer and no socket once closed", async () => {
    const { connection, newest, states } = await connect();
    newest().says(WELCOME);
    connection.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(newest().readyState).toBe(3);
    newest().closes(1006);
    expect(states).toEqual(["connecting", "open"]);

    const waiting = await connect();
    waiting.newest().closes(1006);
    waiting.connection.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
