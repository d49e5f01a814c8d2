/** What only a real network connection shows: closing handshakes, and who is still online when a tab closes. */
import { describe, expect, inject, it } from "vitest";
import { WebSocket } from "ws";
import { newGroup, person, tokenOf } from "./people.ts";
import { RealSocket } from "./real-socket.ts";

/** A group of Ada, its owner, and Bob. */
async function groupOfTwo() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const id = await newGroup(ada, bob);
  const path = `/api/threads/${id}/socket`;
  return { ada, bob, id, path };
}

describe("a socket that the client closes", () => {
  it.each([
    ["with no code", undefined, 1005],
    ["with 1000", 1000, 1000],
    ["with a code of its own", 4321, 4321],
  ])("%s is answered with the same code, by a thread and by presence", async (_name, code, expected) => {
    const { ada, path } = await groupOfTwo();
    for (const endpoint of [path, "/api/presence/socket"]) {
      const socket = new RealSocket(endpoint, ada);
      await socket.event("welcome");
      socket.close(code);
      const closed = await socket.closed;
      // Where the server does not answer, it is 1006.
      expect(closed).toBe(expected);
    }
  });

  it("makes its user leave only when it was their last, also when its connection was lost", async () => {
    const { ada, bob, path } = await groupOfTwo();
    const observer = new RealSocket(path, ada);
    await observer.event("welcome");
    const [first, second] = [new RealSocket(path, bob), new RealSocket(path, bob)];
    await Promise.all([first.event("welcome"), second.event("welcome")]);
    first.close(1000);
    await first.closed;
    // Still online by the second socket.
    observer.send({ type: "chat", id: "1", body: "between" });
    await second.event("chat");
    expect(observer.events.filter((event) => event.type === "leave")).toEqual([]);
    second.raw.terminate();
    expect(await observer.event("leave")).toEqual({ type: "leave", userId: bob.id });
    const rejoined = new RealSocket(path, bob);
    const welcome = await rejoined.event("welcome");
    expect(welcome["onlineCount"]).toBe(2);
    const count = (type: string) => observer.events.filter((event) => event.type === type).length;
    await expect.poll(() => count("join")).toBe(2);
    expect(count("leave")).toBe(1);
  });
});

describe("a socket that the server closes", () => {
  it("gets a closing event at once, however long the platform takes to close it", async () => {
    const { ada, bob, id, path } = await groupOfTwo();
    const socket = new RealSocket(path, bob);
    await socket.event("welcome");
    await ada.call("DELETE", `/api/threads/${id}/members/${bob.id}`);
    expect(await socket.event("closing")).toMatchObject({ code: 4003 });
    socket.close();
    expect(await socket.closed).toBe(4003);
  });

  it("after a malformed frame gets its close code", async () => {
    const { ada, path } = await groupOfTwo();
    const socket = new RealSocket(path, ada);
    await socket.event("welcome");
    socket.raw.send(Buffer.from([1, 2, 3]));
    expect(await socket.event("closing")).toMatchObject({ code: 4000 });
    expect(await socket.closed).toBe(4000);
  });

  it("as a refused upgrade gets a close code that a browser can read, and no event", async () => {
    const { path } = await groupOfTwo();
    const stranger = await person("Stranger");
    for (const [who, code] of [
      [{}, 4001],
      [{ token: "forged.forged.forged" }, 4001],
      [stranger, 4004],
    ] as const) {
      const socket = new RealSocket(path, who);
      const closed = await socket.closed;
      expect(closed).toBe(code);
      expect(socket.events).toEqual([]);
      expect(socket.raw.protocol).toBe("lilypad.v1");
    }
  });

  it("is closed within a minute of its session's end", async () => {
    const { ada, bob, id } = await groupOfTwo();
    const observer = new RealSocket(`/api/threads/${id}/socket`, bob);
    await observer.event("welcome");
    const carol = await person("Carol");
    await ada.call("PUT", `/api/threads/${id}/members/${carol.id}`);
    const { sockets, seconds } = await openForSeconds(carol.id, id);
    const limit = { timeout: seconds * 1_000 + 60_000 };
    for (const socket of sockets)
      await expect.poll(() => socket.events.at(-1), limit).toMatchObject({ type: "closing", code: 4001 });
    await observer.event("leave", ({ userId }) => userId === carol.id);
  });

  /** Sockets of a room and of presence, whose session ends soon after both are open, however long that takes. */
  async function openForSeconds(userId: string, threadId: string) {
    for (let seconds = 3; ; seconds *= 2) {
      const token = await tokenOf(userId, { name: "Carol" }, seconds);
      const sockets = [`/api/threads/${threadId}/socket`, "/api/presence/socket"].map(
        (path) => new RealSocket(path, { token }),
      );
      const opened = sockets.map((socket) => Promise.race([socket.event("welcome"), socket.closed]));
      if ((await Promise.all(opened)).every((outcome) => typeof outcome === "object"))
        return { sockets, seconds };
    }
  }
});

it("a token in the subprotocol opens a socket from another site, and is not sent back", async () => {
  const { ada, path } = await groupOfTwo();
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
