import { describe, expect, it, vi } from "vitest";
import { Connection } from "../../src/client/connection.ts";
import { useFakeClock } from "./fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

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

  it("acts on a closing event without waiting for the close", async () => {
    const { connection, newest, states, events } = await connect();
    newest().says(WELCOME);
    newest().says({ type: "closing", code: 4003, reason: "removed" });
    expect(connection.state).toBe("stopped");
    newest().closes(1006);
    expect(states).toEqual(["connecting", "open", "stopped"]);
    expect(events).toEqual([WELCOME]);
  });

  it("waits for a person at 4001, and tries a fresh token once where it can get one", async () => {
    const cookie = await connect();
    cookie.newest().closes(4001);
    expect(cookie.connection.state).toBe("signed_out");

    const token = await connect(true);
    token.newest().says(WELCOME);
    token.newest().closes(4001);
    await vi.advanceTimersByTimeAsync(0);
    expect(token.sockets).toHaveLength(2);
    token.newest().closes(4001);
    expect(token.connection.state).toBe("signed_out");
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
