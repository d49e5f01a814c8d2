/** Requests of foreign origins, and of who has the id of a session that is none of theirs. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { person } from "../../support/host-users.ts";
import { engineFetch, PollingSession, SocketIoTestSocket } from "../../support/socketio.ts";
import { roomOfTwo } from "./room-of-two.ts";

const UPGRADE = { upgrade: "websocket" };

beforeEach(() => {
  // Every session is in one shard, so that whoever is attacked is near.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a foreign origin", () => {
  const foreign = [
    "https://evil.example",
    "null",
    // Beginnings and endings of the allowed ones are others.
    "https://app.example.evil.example",
    "https://evil-app.example",
    "https://app.example:8443",
    "http://app.example",
    "https://APP.example.",
  ];

  it.each(foreign)("is refused every kind of request, whatever the session: %j", async (origin) => {
    const polling = await PollingSession.connect(await person("Ada"));
    const inSession = `transport=polling&sid=${polling.sid}`;
    const requests: [query: string, init?: RequestInit][] = [
      ["transport=polling"],
      ["transport=polling", { method: "POST", body: "40" }],
      ["transport=polling", { method: "OPTIONS" }],
      ["transport=websocket", { headers: UPGRADE }],
      [inSession],
      [inSession, { method: "POST", body: '42["dance"]' }],
      [inSession, { method: "PUT", body: "1" }],
      [inSession, { method: "DELETE" }],
      [`transport=websocket&sid=${polling.sid}`, { headers: UPGRADE }],
      ["transport=pigeon"],
    ];
    for (const [query, init = {}] of requests) {
      const response = await engineFetch(query, { ...init, headers: { ...init.headers, origin } });
      expect([query, response.status]).toEqual([query, 403]);
      expect(response.webSocket).toBeNull();
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      expect(await response.text()).not.toContain(polling.sid);
    }
    // What was refused has not reached the session.
    await polling.post('42["dance"]');
    await polling.until((packets) => packets.includes('"event":"dance"'));
    expect(polling.received.join("").match(/"event":"dance"/g)).toHaveLength(1);
  });
});

describe("a session's id", () => {
  it("that is stolen is of no use over another transport than its session's", async () => {
    const socket = await SocketIoTestSocket.connect(await person("Ada"));
    const query = `transport=polling&sid=${socket.sid}`;
    for (const init of [{}, { method: "POST", body: '42["dance"]' }]) {
      const response = await engineFetch(query, init);
      expect([response.status, await response.json()]).toEqual([400, { code: 3, message: "Bad request" }]);
    }
    const probe = await engineFetch(`transport=websocket&sid=${socket.sid}`, { headers: UPGRADE });
    const closed = new Promise((resolve) => probe.webSocket?.addEventListener("close", resolve));
    probe.webSocket?.accept();
    await closed;
    expect(await socket.ask("dance", {})).toMatchObject({ ok: false });
  });

  it("is of no use once its session has ended, and none can be made up", async () => {
    const session = await PollingSession.connect(await person("Ada"));
    await session.end();
    await session.poll();
    const made = [
      "",
      "0",
      `${session.sid}0`,
      `z${session.sid.slice(1)}`,
      `0${"A".repeat(22)}`,
      "../../x",
      "0'--",
    ];
    for (const sid of [session.sid, ...made]) {
      const query = `transport=polling&sid=${encodeURIComponent(sid)}`;
      for (const init of [{}, { method: "POST", body: "40" }]) {
        const response = await engineFetch(query, init);
        expect([sid, response.status, await response.json()]).toMatchObject([sid, 400, { code: 1 }]);
      }
      const probe = await engineFetch(`transport=websocket&sid=${encodeURIComponent(sid)}`, {
        headers: UPGRADE,
      });
      // Opened and closed, as clients expect of a session that has ended, or refused.
      const { webSocket } = probe;
      const closed = new Promise((resolve) => webSocket?.addEventListener("close", resolve));
      webSocket?.accept();
      expect(webSocket ? await closed.then(() => 400) : probe.status).toBe(400);
    }
  });

  it("is not shown to others, nor is the id of a connection one of a session", async () => {
    const there = await roomOfTwo();
    await there.a.ask("chat", { room: there.room, body: "hello" });
    await there.b.nextEvent("chat");
    expect(there.b.frames.join("\n")).not.toContain(there.a.sid);
    const connected = there.a.frames.find((frame) => frame.startsWith("40")) ?? "";
    const { sid } = JSON.parse(connected.slice(2)) as { sid: string };
    expect((await engineFetch(`transport=polling&sid=${sid}`)).status).toBe(400);
  });
});
