/** What only a real network connection shows: closing handshakes, and who is still here when a tab closes. */
import { describe, expect, inject, it } from "vitest";
import { newGroup, person, RealSocket } from "./people.ts";

/** A closing handshake that the server leaves unanswered takes 30 s with `ws`; an answered one, milliseconds. */
const ANSWERED_MS = 5_000;

async function scene() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const id = await newGroup(ada, bob);
  const path = `/api/threads/${id}/socket`;
  return { ada, bob, id, path };
}

describe("a client's close", () => {
  it.each([
    ["with no code", undefined, 1005],
    ["with 1000", 1000, 1000],
    ["with a code of its own", 4321, 4321],
  ])("%s is answered, in a room and in presence", async (_name, code, expected) => {
    const { ada, path } = await scene();
    for (const where of [path, "/api/presence/socket"]) {
      const socket = new RealSocket(where, ada);
      await socket.event("welcome");
      socket.close(code);
      const closed = await socket.closed;
      expect(closed.code).toBe(expected);
      expect(closed.afterMs).toBeLessThan(ANSWERED_MS);
    }
  });

  it("or a cut connection is told to the others once, when it was the user's last", async () => {
    const { ada, bob, path } = await scene();
    const watching = new RealSocket(path, ada);
    await watching.event("welcome");
    const [first, second] = [new RealSocket(path, bob), new RealSocket(path, bob)];
    await Promise.all([first.event("welcome"), second.event("welcome")]);
    first.close(1000);
    await first.closed;
    // Still here with the other one.
    watching.send({ type: "chat", id: "1", body: "between" });
    await second.event("chat");
    expect(watching.events.filter((event) => event.type === "leave")).toEqual([]);
    second.raw.terminate();
    expect(await watching.event("leave")).toEqual({ type: "leave", userId: bob.id });
    const back = new RealSocket(path, bob);
    const welcome = await back.event("welcome");
    expect(welcome["onlineCount"]).toBe(2);
    expect(watching.events.filter((event) => event.type === "join")).toHaveLength(2);
  });
});

describe("a server's close", () => {
  it("is said in an event at once, whatever the platform takes to close the socket", async () => {
    const { ada, bob, id, path } = await scene();
    const socket = new RealSocket(path, bob);
    await socket.event("welcome");
    await ada.call("DELETE", `/api/threads/${id}/members/${bob.id}`);
    expect(await socket.event("closing")).toMatchObject({ code: 4003 });
    socket.close();
    expect((await socket.closed).code).toBe(4003);
  });

  it("of a bad frame comes with its code", async () => {
    const { ada, path } = await scene();
    const socket = new RealSocket(path, ada);
    await socket.event("welcome");
    socket.raw.send(Buffer.from([1, 2, 3]));
    expect(await socket.event("closing")).toMatchObject({ code: 4000 });
    expect((await socket.closed).code).toBe(4000);
  });

  it("of a refused upgrade can be read by a browser, and comes at once", async () => {
    const { path } = await scene();
    const stranger = await person("Stranger");
    for (const [who, code] of [
      [{}, 4001],
      [{ token: "forged.forged.forged" }, 4001],
      [stranger, 4004],
    ] as const) {
      const socket = new RealSocket(path, who);
      const closed = await socket.closed;
      expect(closed.code).toBe(code);
      expect(socket.events).toEqual([]);
      expect(socket.raw.protocol).toBe("lilypad.v1");
    }
  });

  it("ends a session within a minute of its end", { timeout: 90_000 }, async () => {
    const { ada, bob, id } = await scene();
    const short = await person("Short", 3);
    await ada.call("PUT", `/api/threads/${id}/members/${short.id}`);
    const [room, tab] = [
      new RealSocket(`/api/threads/${id}/socket`, short),
      new RealSocket("/api/presence/socket", short),
    ];
    await Promise.all([room.event("welcome"), tab.event("welcome")]);
    const watching = new RealSocket(`/api/threads/${id}/socket`, bob);
    await watching.event("welcome");
    await expect
      .poll(() => room.events.at(-1), { timeout: 60_000 })
      .toMatchObject({ type: "closing", code: 4001 });
    expect(await watching.event("leave")).toMatchObject({ userId: short.id });
  });
});

it("a token in the subprotocol opens a socket from another site, and is not echoed", async () => {
  const { ada, path } = await scene();
  const socket = new RealSocket(path, { protocol: "lilypad.v1" });
  await socket.closed;
  const { WebSocket } = await import("ws");
  const url = inject("url").replace("http", "ws") + path;
  const raw = new WebSocket(url, ["lilypad.v1", `bearer.${ada.token}`], {
    origin: "https://elsewhere.example",
  });
  await new Promise((resolve, reject) => {
    raw.once("message", resolve);
    raw.once("error", reject);
  });
  expect(raw.protocol).toBe("lilypad.v1");
  raw.close();
});
