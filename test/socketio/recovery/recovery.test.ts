/** Connection state recovery: a client that comes back in time gets its session, its rooms, and what it missed. */
import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { passTime, withoutWaits } from "../../cost/clock.ts";
import { interceptCalls } from "../../support/calls.ts";
import { eventually } from "../../support/eventually.ts";
import { gate } from "../../support/gate.ts";
import { fillHistory } from "../../support/history.ts";
import { host } from "../../support/host-server.ts";
import { hostToken, newThread, person, type Person } from "../../support/host-users.ts";
import { crash, evict, threadStub } from "../../support/objects.ts";
import { SocketIoTestSocket, socketIoStub, storedSessions } from "../../support/socketio.ts";

withoutWaits();

interface Ack {
  ok: boolean;
  error?: { code: string };
}

const bodies = (socket: SocketIoTestSocket) =>
  socket.events<{ body: string }>("chat").map(({ body }) => body);

async function joined(who: Person, ...rooms: string[]): Promise<SocketIoTestSocket> {
  const socket = await SocketIoTestSocket.connect(who);
  for (const room of rooms) expect(await socket.ask<Ack>("join", { room })).toMatchObject({ ok: true });
  return socket;
}

async function pond() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const { id: room } = await newThread(ada, "group", [bob], "Pond");
  const say = async (body: string, thread = room) => {
    expect((await ada.call("POST", `/api/threads/${thread}/messages`, { body })).status).toBe(201);
  };
  return { ada, bob, room, say, socket: await joined(bob, room) };
}

interface Where {
  at?: string;
  notAt?: string;
}

/** Opens connections until one is, or is not, at the shard of this one. */
async function openAt({ at, notAt }: Where): Promise<SocketIoTestSocket> {
  for (;;) {
    const socket = await SocketIoTestSocket.open();
    const shard = socket.sid.slice(0, 1);
    if ((at ?? shard).startsWith(shard) && !notAt?.startsWith(shard)) return socket;
    socket.close();
  }
}

/** Comes back to a connection there. */
async function comeBack(
  who: Person,
  lost: { pid: string; offset?: string | undefined },
  where: Where,
): Promise<SocketIoTestSocket> {
  const socket = await openAt(where);
  await socket.signIn(who, lost);
  return socket;
}

const isRecovered = (socket: SocketIoTestSocket, of: SocketIoTestSocket) =>
  socket.ids.sid === of.ids.sid && socket.ids.pid === of.ids.pid;

describe("an event", () => {
  it("has its offset as its last argument, a string", async () => {
    const { say, socket, room } = await pond();
    await say("one");
    await socket.nextEvent("chat");
    await socket.ask("leave", { room });
    socket.send('42["dance"]');
    await socket.nextEvent("error");
    const events = socket.frames.filter((frame) => frame.startsWith("42["));
    const offsets = events.map((frame) => (JSON.parse(frame.slice(2)) as unknown[]).at(-1));
    expect(events.length).toBeGreaterThanOrEqual(4);
    for (const offset of offsets) expect(offset).toEqual(expect.stringMatching(/^\w[\w-]{8}\./));
    // What the message moved on differs from what came before.
    expect(new Set(offsets).size).toBeGreaterThanOrEqual(2);
  });
});

describe("a client that comes back", () => {
  it.each(["the same shard", "another shard"])(
    "to %s gets its session, and what it missed, once",
    async (which) => {
      const { bob, say, socket, room } = await pond();
      await say("one");
      await eventually(() => expect(bodies(socket)).toEqual(["one"]));
      socket.close();
      await say("two");
      await say("three");
      const where = which === "the same shard" ? { at: socket.sid } : { notAt: socket.sid };
      const again = await comeBack(bob, socket.lost, where);
      expect(isRecovered(again, socket)).toBe(true);
      await say("four");
      await eventually(() => expect(bodies(again)).toEqual(["two", "three", "four"]));
      expect(await again.ask("chat", { room, body: "five" })).toMatchObject({ ok: true });
      expect(bodies(again)).toEqual(["two", "three", "four", "five"]);
    },
  );

  it("takes over the session that the server still believes open", async () => {
    for (const where of ["at", "notAt"] as const) {
      const { bob, say, socket } = await pond();
      await say("one");
      await eventually(() => expect(bodies(socket)).toEqual(["one"]));
      const again = await comeBack(bob, socket.lost, { [where]: socket.sid });
      expect(isRecovered(again, socket)).toBe(true);
      await say("two");
      await eventually(() => expect(bodies(again)).toEqual(["two"]));
      await socket.closed;
      expect(bodies(socket)).toEqual(["one"]);
    }
  });

  it("gets it again and again, from whichever shard it is at, also where an answer was lost", async () => {
    const { bob, say, socket } = await pond();
    let last = socket;
    const received: string[] = [];
    for (let i = 0; i < 12; i += 1) {
      const { lost } = last;
      await say(`message ${i}`);
      // The answer to this one, and all after it, never arrived.
      if (i % 3 === 1) await SocketIoTestSocket.connect(bob, lost);
      const again = await SocketIoTestSocket.connect(bob, lost);
      expect(isRecovered(again, socket)).toBe(true);
      await eventually(() => expect(bodies(again)).toHaveLength(1));
      received.push(...bodies(again));
      last = again;
    }
    expect(received).toEqual(Array.from({ length: 12 }, (_, i) => `message ${i}`));
  });

  it("gets it after evictions and a crash of every object", async () => {
    const { bob, say, socket, room } = await pond();
    await say("one");
    await eventually(() => expect(bodies(socket)).toEqual(["one"]));
    await eventually(async () => expect(await storedSessions(socket)).toContain(socket.ids.sid));
    await evict(socketIoStub(socket.sid));
    await say("two");
    await eventually(() => expect(bodies(socket)).toEqual(["one", "two"]));
    await abortAllDurableObjects();
    await say("three");
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(isRecovered(again, socket)).toBe(true);
    await eventually(() => expect(bodies(again)).toEqual(["three"]));
    await evict(socketIoStub(again.sid));
    await evict(threadStub(room));
    await say("four");
    await eventually(() => expect(bodies(again)).toEqual(["three", "four"]));
    again.close();
    await say("five");
    const third = await SocketIoTestSocket.connect(bob, again.lost);
    expect(isRecovered(third, socket)).toBe(true);
    await eventually(() => expect(bodies(third)).toEqual(["five"]));
  });

  it("gets the events of each room from where it was there", async () => {
    const { ada, bob, say, socket, room } = await pond();
    const { id: lake } = await newThread(ada, "group", [bob], "Lake");
    const { id: quiet } = await newThread(ada, "group", [bob], "Quiet");
    for (const each of [lake, quiet]) await socket.ask("join", { room: each });
    await say("pond 1");
    await say("lake 1", lake);
    await eventually(() => expect(bodies(socket)).toHaveLength(2));
    const early = socket.lost;
    await say("pond 2");
    await say("quiet 1", quiet);
    await eventually(() => expect(bodies(socket)).toHaveLength(4));
    socket.close();
    await say("lake 2", lake);
    // It had received no more than this, whatever was sent.
    const again = await SocketIoTestSocket.connect(bob, early);
    await eventually(() => expect(bodies(again).toSorted()).toEqual(["lake 2", "pond 2", "quiet 1"]));
    expect(room).not.toBe(lake);
    again.close();
    const third = await SocketIoTestSocket.connect(bob, again.lost);
    await say("pond 3");
    await eventually(() => expect(bodies(third)).toEqual(["pond 3"]));
  });

  it("receives nothing twice where its object has slept between the events of two rooms", async () => {
    const { ada, bob, say, socket } = await pond();
    const { id: lake } = await newThread(ada, "group", [bob], "Lake");
    await socket.ask("join", { room: lake });
    await say("pond 1");
    await eventually(() => expect(bodies(socket)).toHaveLength(1));
    await eventually(async () => expect(await storedSessions(socket)).toContain(lake));
    await evict(socketIoStub(socket.sid));
    await say("lake 1", lake);
    await eventually(() => expect(bodies(socket)).toHaveLength(2));
    socket.close();
    await say("pond 2");
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    await eventually(() => expect(bodies(again)).toEqual(["pond 2"]));
  });

  it("gets it where the shard that takes it over crashes before it has, also if that one had it before", async () => {
    const { ada, bob, say, socket, room } = await pond();
    await say("one");
    await eventually(() => expect(bodies(socket)).toEqual(["one"]));
    // From its shard to another one, and back again, which is stored at both.
    const away = await comeBack(bob, socket.lost, { notAt: socket.sid });
    const back = await comeBack(bob, { ...away.lost, offset: socket.offset }, { at: socket.sid });
    expect(isRecovered(back, socket)).toBe(true);
    await say("two");
    await eventually(() => expect(bodies(back)).toEqual(["two"]));
    for (const where of ["notAt", "at"] as const) {
      const crashing = await openAt({ [where]: back.sid });
      const joining = gate();
      const admission = interceptCalls("CHAT_THREAD", "admitAtRelay", async () => {
        await joining.pass();
        throw new Error("expected: it is too late");
      });
      crashing.send(`40${JSON.stringify({ token: bob.token, ...back.lost })}`);
      await joining.reached();
      await crash(socketIoStub(crashing.sid));
      joining.open();
      admission.stop();
    }
    await say("three");
    const again = await SocketIoTestSocket.connect(bob, back.lost);
    expect(isRecovered(again, socket)).toBe(true);
    await eventually(() => expect(bodies(again)).toEqual(["three"]));
    expect(await again.ask("chat", { room, body: "four" })).toMatchObject({ ok: true });
    expect((await ada.call("GET", `/api/threads/${room}`)).status).toBe(200);
  });

  it("gets what it missed in a busy room, up to 5,000 events", async () => {
    const { ada, bob, say, socket, room } = await pond();
    await say("one");
    await eventually(() => expect(bodies(socket)).toEqual(["one"]));
    socket.close();
    await fillHistory(room, ada, 4_999, "x", 2);
    await say("last");
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(isRecovered(again, socket)).toBe(true);
    await eventually(() => expect(bodies(again)).toHaveLength(5_000));
    expect(bodies(again).at(-1)).toBe("last");
    again.close();
    await fillHistory(room, ada, 5_001, "x", 5_002);
    const third = await SocketIoTestSocket.connect(bob, again.lost);
    expect(isRecovered(third, socket)).toBe(false);
  });

  it("is in its rooms still, by the names it gave them, and in none that it left", async () => {
    const { ada, bob, say, socket, room } = await pond();
    const { id: lake } = await newThread(ada, "group", [bob], "Lake");
    await socket.ask("join", { room: Number.parseInt(lake.slice(0, 13), 16) });
    await socket.ask("leave", { room });
    socket.close();
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(isRecovered(again, socket)).toBe(true);
    await say("nobody there");
    await say("hello", lake);
    const chat = await again.nextEvent<{ room: number; body: string }>("chat");
    expect(chat).toMatchObject({ room: Number.parseInt(lake.slice(0, 13), 16), body: "hello" });
  });

  it("is put out of the rooms that it may not be in any more, and of a public one it was removed from", async () => {
    const { ada, bob, socket, room } = await pond();
    const { id: lake } = await newThread(ada, "public", [], "Lake");
    await socket.ask("join", { room: lake });
    socket.close();
    for (const each of [room, lake])
      expect((await ada.call("DELETE", `/api/threads/${each}/members/${bob.user.id}`)).status).toBe(204);
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(isRecovered(again, socket)).toBe(true);
    const left = [
      await again.nextEvent<{ code: string }>("left"),
      await again.nextEvent<{ code: string }>("left"),
    ];
    expect(left.map(({ code }) => code).toSorted()).toEqual(["forbidden", "not_found"]);
    const members = await ada.call("GET", `/api/threads/${lake}/members`);
    expect(JSON.stringify(await members.json())).not.toContain(bob.user.id);
  });
});

describe("a session is not recovered", () => {
  it("by another user, who learns nothing, and whom it does not end for", async () => {
    const { ada, say, socket } = await pond();
    const thief = await SocketIoTestSocket.connect(ada, socket.lost);
    expect(thief.ids.sid).not.toBe(socket.ids.sid);
    expect(thief.ids.pid).not.toBe(socket.ids.pid);
    await say("secret");
    await eventually(() => expect(bodies(socket)).toEqual(["secret"]));
    expect(bodies(thief)).toEqual([]);
  });

  it("by an offset that is none of its own, and goes on meanwhile", async () => {
    const { bob, say, socket, room } = await pond();
    await say("one");
    await eventually(() => expect(bodies(socket)).toEqual(["one"]));
    const other = await joined(bob, room);
    const { pid, offset = "" } = socket.lost;
    const unknownSlot = `${offset}.zz:1`;
    const later = offset.replace(/\.\w+/, ".zzz");
    for (const bad of ["", "x", other.offset, unknownSlot, later, `${offset}.0:1.0:2`, 7, { a: 1 }]) {
      const again = await SocketIoTestSocket.connect(bob, { pid, offset: bad as string });
      expect(isRecovered(again, socket)).toBe(false);
    }
    await say("two");
    await eventually(() => expect(bodies(socket)).toEqual(["one", "two"]));
    for (const bad of ["", "x", `9${pid.slice(1)}`, `${pid.slice(0, 1)}${"A".repeat(22)}`, 7]) {
      const again = await SocketIoTestSocket.connect(bob, { pid: bad as string, offset });
      expect(isRecovered(again, socket)).toBe(false);
    }
  });

  it("where one of its rooms can't be resumed: then its client is in none, and joins again", async () => {
    const { bob, say, socket, room } = await pond();
    await say("one");
    await eventually(() => expect(bodies(socket)).toEqual(["one"]));
    const { pid, offset = "" } = socket.lost;
    // As if the thread had been restored to before it.
    const again = await SocketIoTestSocket.connect(bob, { pid, offset: offset.replace(/:\w+$/, ":zz") });
    expect(isRecovered(again, socket)).toBe(false);
    await say("two");
    expect(await again.ask("leave", { room })).toMatchObject({ ok: true });
    expect(bodies(again)).toEqual([]);
    expect(await again.ask("join", { room })).toMatchObject({ ok: true });
    await say("three");
    await eventually(() => expect(bodies(again)).toEqual(["three"]));
    const third = await SocketIoTestSocket.connect(bob, { pid });
    expect(isRecovered(third, socket)).toBe(false);
  });

  it("after two minutes, when nothing of it is stored any more", async () => {
    const { bob, socket } = await pond();
    const stub = socketIoStub(socket.sid);
    await eventually(async () => expect(await storedSessions(socket)).toContain(socket.ids.sid));
    socket.close();
    await eventually(async () => expect(await storedSessions(socket)).toContain("expiresAt"));
    passTime(2 * 60_000);
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(isRecovered(again, socket)).toBe(false);
    await eventually(async () => {
      await runDurableObjectAlarm(stub);
      expect(await storedSessions(socket)).not.toContain(socket.ids.sid);
    });
  });

  it("once its client has disconnected", async () => {
    const { bob, socket } = await pond();
    socket.send("41");
    socket.close();
    await socket.closed;
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(isRecovered(again, socket)).toBe(false);
  });

  it("once its client has disconnected, whichever shard it comes to, and the object of its session sleeps or crashes", async () => {
    const { bob, say, socket } = await pond();
    await say("one");
    await eventually(() => expect(bodies(socket)).toEqual(["one"]));
    // What it received last is of where it was.
    const { lost } = socket;
    const away = await comeBack(bob, lost, { notAt: socket.sid });
    expect(isRecovered(away, socket)).toBe(true);
    away.send("41");
    away.close();
    await away.closed;
    await crash(socketIoStub(away.sid));
    for (const where of [{ at: socket.sid }, { at: away.sid }]) {
      const again = await comeBack(bob, lost, where);
      expect(isRecovered(again, socket)).toBe(false);
    }
    passTime(3 * 60_000);
    for (const { sid } of [socket, away]) await runDurableObjectAlarm(socketIoStub(sid));
    for (const each of [socket, away]) expect(await storedSessions(each)).not.toContain(socket.ids.sid);
  });

  it("once its credential was revoked", async () => {
    const { bob, room } = await pond();
    const seconds = () => Math.floor(Date.now() / 1000);
    const old = { ...bob, token: await hostToken({ sub: bob.user.id, iat: seconds() - 60 }) };
    const socket = await joined(old, room);
    expect((await host("POST", `/api/users/${bob.user.id}/revoke`)).status).toBe(202);
    await socket.closed;
    const fresh = { ...bob, token: await hostToken({ sub: bob.user.id, iat: seconds() + 30 }) };
    const again = await SocketIoTestSocket.connect(fresh, socket.lost);
    expect(isRecovered(again, socket)).toBe(false);
  });

  it("once it broke the protocol", async () => {
    const { bob, socket } = await pond();
    socket.send("4abc");
    await socket.closed;
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(isRecovered(again, socket)).toBe(false);
  });
});
