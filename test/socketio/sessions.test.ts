/** Sessions over Socket.IO: who is let in, how sessions end, and what is answered to what is no sound packet. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { eventually } from "../support/eventually.ts";
import { host } from "../support/host-server.ts";
import { hostToken, newThread, person, unknownPerson, unique } from "../support/host-users.ts";
import { costOf } from "../support/objects.ts";
import { engineFetch, SocketIoTestSocket, socketIoStub } from "../support/socketio.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** The answer to CONNECT. */
async function answerTo(connect: string, headers: Record<string, string> = {}): Promise<unknown> {
  const socket = await SocketIoTestSocket.open(headers);
  socket.send(`40${connect}`);
  const frame = await socket.next((one) => one.startsWith("4"));
  return [frame.slice(0, 2), JSON.parse(frame.slice(2)) as unknown];
}

const refused = (code: string) => ["44", { message: expect.any(String), data: { code } }];
const connected = ["40", { sid: expect.any(String), pid: expect.any(String) }];

describe("signing in", () => {
  it("takes a host token, the session cookie, or the Authorization header, the first of these that is there", async () => {
    const ada = await unknownPerson("Ada");
    const session = await ada.call("POST", "/api/session");
    const [cookie = ""] = (session.headers.get("set-cookie") ?? "").split(";");
    const token = JSON.stringify({ token: ada.token });
    const bad = JSON.stringify({ token: "no.token" });
    const authorization = `Bearer ${ada.token}`;
    expect(await answerTo(token)).toEqual(connected);
    expect(await answerTo("", { cookie })).toEqual(connected);
    expect(await answerTo("", { authorization })).toEqual(connected);
    expect(await answerTo(bad, { authorization })).toEqual(connected);
    expect(await answerTo(bad, { cookie })).toEqual(refused("unauthenticated"));
    expect(await answerTo(token, { authorization: "Bearer no.token" })).toEqual(refused("unauthenticated"));
    expect(await answerTo("")).toEqual(refused("unauthenticated"));
    expect(await answerTo(JSON.stringify({ token: 1 }))).toEqual(refused("unauthenticated"));
  });

  it("makes a user known", async () => {
    const [ada, bob] = [await unknownPerson("Ada"), await person("Bob")];
    await SocketIoTestSocket.connect(ada);
    const thread = await newThread(bob, "group", [ada]);
    expect(thread.members.map(({ user }) => user.id)).toContain(ada.user.id);
  });

  it("ends with the token: the transport closes, so that the client comes back with another", async () => {
    const id = unique("ada");
    const now = Date.now();
    const token = await hostToken({ sub: id, exp: Math.floor(now / 1000) + 60 });
    const socket = await SocketIoTestSocket.open();
    socket.send(`40${JSON.stringify({ token })}`);
    await socket.next((frame) => frame.startsWith("40"));
    const stub = socketIoStub(socket.sid);
    socket.answersPings = false;
    vi.useFakeTimers({ toFake: ["Date"], now: now + 61_000 });
    await runDurableObjectAlarm(stub);
    // Until its client is heard of, which the server waits for, nothing wakes the object again and again.
    expect(await alarmOf(stub)).toBeGreaterThan(now + 61_000);
    socket.send("3");
    await socket.closed;
    expect(socket.frames.some((frame) => frame.startsWith("41"))).toBe(false);
  });
});

describe("what is revoked", () => {
  it("ends the sessions of that user, in a room and elsewhere", async () => {
    const id = unique("ada");
    const iat = Math.floor(Date.now() / 1000) - 60;
    const who = { ...(await person("Ada")), token: await hostToken({ sub: id, iat }) };
    const [inRoom, elsewhere] = [
      await SocketIoTestSocket.connect(who),
      await SocketIoTestSocket.connect(who),
    ];
    const bob = await person("Bob");
    const thread = await newThread(bob, "public", []);
    expect(await inRoom.ask("join", { room: thread.id })).toMatchObject({ ok: true });
    expect((await host("POST", `/api/users/${id}/revoke`)).status).toBe(202);
    await Promise.all([inRoom.closed, elsewhere.closed]);
    const again = await SocketIoTestSocket.open();
    again.send(`40${JSON.stringify({ token: who.token })}`);
    expect(await again.next((frame) => frame.startsWith("44"))).toContain("unauthenticated");
  });
});

describe("heartbeats", () => {
  it("of all sessions of an object take one alarm, and write no other row", async () => {
    const ada = await person("Ada");
    const first = await SocketIoTestSocket.connect(ada);
    const stub = socketIoStub(first.sid);
    await runDurableObjectAlarm(stub);
    const cost = await costOf(stub, () => runDurableObjectAlarm(stub));
    expect(cost).toMatchObject({ rowsWritten: 0, alarmsSet: 1 });
  });
});

function alarmOf(stub: DurableObjectStub): Promise<number | null> {
  return runInDurableObject(stub, (_instance, { storage }) => storage.getAlarm());
}

describe("the namespace", () => {
  it("is the main one alone", async () => {
    const socket = await SocketIoTestSocket.open();
    socket.send("40/admin,");
    expect(await socket.next((frame) => frame.startsWith("44"))).toBe(
      '44/admin,{"message":"Invalid namespace"}',
    );
  });

  it("may be left and entered again over the same transport", async () => {
    const ada = await person("Ada");
    const socket = await SocketIoTestSocket.connect(ada);
    socket.send("41");
    socket.send(`40${JSON.stringify({ token: ada.token })}`);
    expect(await socket.next((frame) => frame.startsWith("40"))).toMatch(/^40\{"sid":/);
  });
});

describe("an event", () => {
  it("that is unknown, binary or unsound is refused by its acknowledgement, or else by `error`", async () => {
    const socket = await SocketIoTestSocket.connect(await person("Ada"));
    expect(await socket.ask("dance", {})).toMatchObject({ ok: false, error: { code: "bad_request" } });
    expect(await socket.ask("join", {})).toMatchObject({ ok: false, error: { code: "bad_request" } });
    expect(await socket.ask("join", { room: "made-up" })).toMatchObject({ error: { code: "not_found" } });
    expect(await socket.ask("join", { room: 2 ** 53 })).toMatchObject({ error: { code: "not_found" } });
    expect(await socket.ask("chat", { room: "f".repeat(64), body: " " })).toMatchObject({
      error: { code: "bad_request" },
    });
    socket.send('42["dance"]');
    expect(await socket.nextEvent("error")).toMatchObject({ code: "bad_request", event: "dance" });
    socket.send('451-["chat",{"_placeholder":true,"num":0}]');
    socket.send(new ArrayBuffer(4));
    expect(await socket.nextEvent("error")).toMatchObject({ code: "bad_request", event: "chat" });
  });
});

describe("what is no packet", () => {
  it.each(["4abc", "42{}", '42abc["chat"]', '42["connect"]', "9", "", '40{"a":1}', "x", '45["chat"]'])(
    "ends the session: %j",
    async (frame) => {
      const socket = await SocketIoTestSocket.connect(await person("Ada"));
      socket.send(frame);
      await expect(socket.closed).resolves.toBeUndefined();
    },
  );

  it("ends the session: an event before CONNECT, and a message over 64 KiB", async () => {
    const early = await SocketIoTestSocket.open();
    early.send('42["join",{"room":1}]');
    await expect(early.closed).resolves.toBeUndefined();
    const binary = await SocketIoTestSocket.open();
    binary.send('451-["chat",{"_placeholder":true,"num":0}]');
    await expect(binary.closed).resolves.toBeUndefined();
    const long = await SocketIoTestSocket.connect(await person("Ada"));
    long.send(`42["chat",${JSON.stringify({ body: "a".repeat(64 * 1024) })}]`);
    await expect(long.closed).resolves.toBeUndefined();
  });
});

describe("requests", () => {
  it("are numbered where they are refused, as Engine.IO numbers them", async () => {
    const answers = await Promise.all(
      [
        ["transport=carrier-pigeon"],
        ["transport=polling&sid=made-up"],
        [`transport=polling&sid=0${"A".repeat(22)}`],
        ["transport=polling", { method: "POST", body: "40" }] as const,
        ["transport=websocket"],
      ].map(async ([query = "", init]) => {
        const response = await engineFetch(query as string, init as RequestInit);
        return [response.status, ((await response.json()) as { code: number }).code];
      }),
    );
    expect(answers).toEqual([0, 1, 1, 2, 3].map((code) => [400, code]));
  });

  it("of a foreign origin are refused, GET too, and an allowed one may read the answer", async () => {
    for (const method of ["GET", "POST"]) {
      const response = await engineFetch("transport=polling", {
        method,
        headers: { origin: "https://evil.example" },
      });
      expect(response.status).toBe(403);
    }
    const allowed = await engineFetch("transport=polling", { headers: { origin: "https://app.example" } });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(allowed.headers.get("access-control-allow-credentials")).toBe("true");
  });

  it("carry payloads up to 64 KiB", async () => {
    const opened = await (await engineFetch("transport=polling")).text();
    const { sid, maxPayload } = JSON.parse(opened.slice(1)) as { sid: string; maxPayload: number };
    const post = (length: number) =>
      engineFetch(`transport=polling&sid=${sid}`, { method: "POST", body: "6".padEnd(length, "0") });
    expect((await post(maxPayload)).status).toBe(200);
    expect((await post(maxPayload + 1)).status).toBe(413);
  });
});

describe("a client that goes on", () => {
  it("with bad events, ten in a row, is disconnected for good, so that it does not come back by itself", async () => {
    const ada = await person("Ada");
    const socket = await SocketIoTestSocket.connect(ada);
    for (let i = 0; i < 9; i++) await socket.ask("dance", {});
    // A good one begins anew.
    expect(await socket.ask("watch", { userIds: [] })).toMatchObject({ ok: true });
    for (let i = 0; i < 9; i++) await socket.ask("dance", {});
    expect(socket.frames).not.toContain("41");
    socket.send('42["dance"]');
    await socket.next((frame) => frame === "41");
    await socket.closed;
    const again = await SocketIoTestSocket.connect(ada, socket.lost);
    expect(again.ids.sid).not.toBe(socket.ids.sid);
  });

  it("after a hundred refusals for its rate, is closed", async () => {
    const ada = await person("Ada");
    const { id: room } = await newThread(ada, "group", []);
    const socket = await SocketIoTestSocket.connect(ada);
    for (let i = 0; i < 200; i++) socket.send(`42["read",${JSON.stringify({ room, seq: 0 })}]`);
    await socket.closed;
    expect(socket.frames).not.toContain("41");
    const again = await SocketIoTestSocket.connect(ada, socket.lost);
    expect(again.ids.sid).not.toBe(socket.ids.sid);
  });
});

describe("typing", () => {
  it("is shown by who has not joined the room, too, and refused to strangers", async () => {
    const [ada, bob, eve] = [await person("Ada"), await person("Bob"), await person("Eve")];
    const { id: room } = await newThread(ada, "group", [bob]);
    const [a, b, e] = [
      await SocketIoTestSocket.connect(ada),
      await SocketIoTestSocket.connect(bob),
      await SocketIoTestSocket.connect(eve),
    ];
    await a.ask("join", { room });
    expect(await b.ask("typing", { room })).toEqual({ ok: true });
    expect(await a.nextEvent("typing")).toEqual({ userId: bob.user.id, room });
    expect(await e.ask("typing", { room })).toMatchObject({ ok: false, error: { code: "not_found" } });
  });
});

describe("a polling session that a cookie or Authorization opened", () => {
  it("is nobody else's, though they know its id, and goes on", async () => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const cookieOf = async (who: typeof ada) =>
      ((await who.call("POST", "/api/session")).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const [own, foreign] = [await cookieOf(ada), await cookieOf(eve)];
    const openers = [{ cookie: own }, { authorization: `Bearer ${ada.token}` }];
    for (const [i, headers] of openers.entries()) {
      const opened = await (await engineFetch("transport=polling", { headers })).text();
      const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
      const query = `transport=polling&sid=${sid}`;
      const strangers = [{}, { cookie: foreign }, { authorization: `Bearer ${eve.token}` }];
      const refuseStrangers = async () => {
        for (const stolen of strangers) {
          for (const init of [{}, { method: "POST", body: "41" }]) {
            const response = await engineFetch(query, { ...init, headers: stolen });
            expect([response.status, await response.json()]).toEqual([
              400,
              { code: 1, message: "Session ID unknown" },
            ]);
          }
          const probe = await SocketIoTestSocket.probe(sid, stolen);
          await probe.closed;
          expect(probe.frames).toEqual([]);
        }
      };
      await refuseStrangers();
      expect((await engineFetch(query, { method: "POST", body: "40", headers })).status).toBe(200);
      expect(await (await engineFetch(query, { headers })).text(), String(i)).toMatch(/^40\{"sid":/);
      await refuseStrangers();
      expect((await engineFetch(query, { method: "POST", body: "1", headers })).status).toBe(200);
    }
  });

  it("is open to whoever knows its id where a token signs in, whatever becomes of the cookie", async () => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const session = await eve.call("POST", "/api/session");
    const [cookie = ""] = (session.headers.get("set-cookie") ?? "").split(";");
    const opened = await (await engineFetch("transport=polling", { headers: { cookie } })).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const query = `transport=polling&sid=${sid}`;
    const body = `40${JSON.stringify({ token: ada.token })}`;
    await engineFetch(query, { method: "POST", body, headers: { cookie } });
    // Signed out meanwhile.
    await eventually(async () => expect(await (await engineFetch(query)).text()).toMatch(/^40\{"sid":/));
    await engineFetch(query, { method: "POST", body: "1" });
  });
});
