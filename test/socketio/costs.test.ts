/**
 * What Socket.IO costs, in every object concerned: an idle session a month, joins, leaves and messages; and that nothing of
 * it keeps an object awake.
 */
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { alarmAt, holdWaits, passTime, runAlarm, startClock } from "../cost/clock.ts";
import { events, type BilledOperations } from "../cost/counts.ts";
import { meter } from "../cost/meter.ts";
import { watchTimers, type WatchedTimers } from "../cost/timers.ts";
import { eventually } from "../support/eventually.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { evict, shardStub, threadStub } from "../support/objects.ts";
import { PollingSession, rolesOf, SocketIoTestSocket, socketIoStub } from "../support/socketio.ts";

const PING_MS = 50_000;
const ROUNDS_A_MONTH = (30 * 24 * 3_600_000) / PING_MS;
const FRAMES_PER_REQUEST = 20;
/** How long changes of sessions are gathered before they are written. */
const GATHER_MS = 250;

let timers: WatchedTimers;
beforeEach(() => {
  startClock();
  holdWaits();
  timers = watchTimers();
  // Every session is in one shard.
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await reset();
});

const quiet = () => timers.quiet();

/** What all of it costs, with what happens afterwards by itself: in the thread at least so many calls. */
async function costOf(work: () => Promise<unknown>, { threadCalls = 0 } = {}): Promise<BilledOperations> {
  await quiet();
  return meter(async (soFar) => {
    await work();
    await eventually(async () => {
      await quiet();
      expect(soFar.thread.calls).toBeGreaterThanOrEqual(threadCalls);
    });
    await quiet();
  });
}

/** Joins the room, and lets all that it causes happen. */
const join = (socket: SocketIoTestSocket, room: string) =>
  costOf(() => socket.ask("join", { room }), { threadCalls: 2 });

const connect = (who: Person) => SocketIoTestSocket.connect(who);

/** A group of Ada and Bob, each with a session, and the alarm that its creation set run. */
async function groupOfTwo() {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  const thread = await newThread(ada, "group", [bob]);
  const stub = threadStub(thread.id);
  const [a, b] = [await connect(ada), await connect(bob)];
  await runAlarm(stub);
  return { ada, bob, a, b, room: thread.id, stub, shard: socketIoStub(a.sid) };
}

/** Resolves when the shard has had the pong of each session. */
function answered(shard: DurableObjectStub): Promise<void> {
  return eventually(async () => {
    const due = await runInDurableObject(shard, (_instance, ctx) =>
      ctx.getWebSockets().map((socket) => socket.deserializeAttachment()?.record.pongDueAt as number),
    );
    expect(due.every((pongDueAt) => pongDueAt === 0)).toBe(true);
  });
}

async function heartbeat(shard: DurableObjectStub): Promise<void> {
  passTime(PING_MS);
  expect(await alarmAt(shard)).toBeLessThanOrEqual(Date.now());
  await runAlarm(shard);
  await answered(shard);
}

describe("idle sessions", () => {
  it("cost an object 51,840 alarms and rows a month, and each of them 2,592 requests", async () => {
    const ada = await person("Ada");
    const sessions = [];
    for (let i = 0; i < 5; i++) sessions.push(await connect(ada));
    const shard = socketIoStub(sessions[0]?.sid ?? "");
    const rounds = 3;
    const spent = await costOf(async () => {
      for (let i = 0; i < rounds; i++) await heartbeat(shard);
    });
    const { socketIo } = spent;
    expect(socketIo).toMatchObject({ alarms: rounds, alarmsSet: rounds, rowsWritten: 0, rowsRead: 0 });
    expect(socketIo).toMatchObject({ frames: rounds * sessions.length, calls: 0, upgrades: 0, closes: 0 });
    expect(spent.worker + events(spent.thread) + events(spent.presence)).toBe(0);
    const aMonth = (count: number) => (count / rounds) * ROUNDS_A_MONTH;
    expect(aMonth(socketIo.alarms)).toBe(51_840);
    expect(aMonth(socketIo.frames) / sessions.length / FRAMES_PER_REQUEST).toBe(2_592);
  });

  it("let their object sleep as soon as their clients have answered, and it wakes for nothing else", async () => {
    const { a, room, shard } = await groupOfTwo();
    await join(a, room);
    passTime(PING_MS);
    await runAlarm(shard);
    await answered(shard);
    // No time passes in which a timer could have ended.
    expect(timers.pending).toEqual([]);
    const slept = await meter(() => evict(shard));
    expect(events(slept.socketIo)).toBe(0);
    expect(await alarmAt(shard)).toBe(Date.now() + PING_MS);
  });

  it("cost two alarms and three rows more where a client does not answer, and then nothing", async () => {
    const lost = await connect(await person("Ada"));
    lost.answersPings = false;
    const shard = socketIoStub(lost.sid);
    const spent = await costOf(async () => {
      passTime(PING_MS);
      await runAlarm(shard);
      await quiet();
      passTime(20_000);
      await runAlarm(shard);
      await lost.closed;
    });
    // That it was lost, and that no Presence shard has a tab of the object any more.
    expect(spent.socketIo).toMatchObject({ alarms: 2, frames: 0, rowsWritten: 2 });
    expect(spent.socketIo.alarmsSet).toBeLessThanOrEqual(3);
    // Until its client can no longer come back.
    const forgotten = await costOf(async () => {
      passTime(2 * 60_000);
      await runAlarm(shard);
    });
    expect(forgotten.socketIo).toMatchObject({ alarms: 1, alarmsSet: 0, rowsWritten: 1 });
    expect(await alarmAt(shard)).toBeNull();
  });
});

describe("a poll that waits", () => {
  it("keeps no object awake, and brings what is sent once its object has slept", async () => {
    const { ada, room } = await groupOfTwo();
    const session = await PollingSession.connect(ada);
    await session.emit("join", { room });
    await session.until((packets) => packets.includes('["joined"'));
    const shard = socketIoStub(session.sid);
    const waiting = session.poll();
    await eventually(async () => expect(await rolesOf(session.sid)).toEqual(["poll"]));
    await quiet();
    await evict(shard);
    expect(events((await meter(quiet)).socketIo)).toBe(0);
    await ada.call("POST", `/api/threads/${room}/messages`, { body: "hello" });
    expect(await waiting).toContain('"content":"hello"');
  });
});

describe("an upgrade", () => {
  it("leaves no timer behind, whether it is carried through or given up", async () => {
    const ada = await person("Ada");
    const upgraded = await PollingSession.connect(ada);
    const probe = await upgraded.probe();
    probe.send("5");
    await eventually(async () => expect(await rolesOf(upgraded.sid)).toEqual(["transport"]));
    passTime(GATHER_MS);
    await eventually(() => expect(timers.pending).toEqual([]));
    const given = await PollingSession.connect(ada);
    (await given.probe()).close();
    const waiting = given.poll();
    await eventually(async () => expect(await rolesOf(given.sid)).toEqual(["poll"]));
    passTime(GATHER_MS);
    await eventually(() => expect(timers.pending).toEqual([]));
    await given.end();
    await waiting;
  });
});

describe("joining a room", () => {
  it("costs the first session of an object two calls and a row in the thread, and a row of its own", async () => {
    const { a, b, room } = await groupOfTwo();
    const first = await join(a, room);
    expect(first.thread).toMatchObject({ calls: 2, rowsWritten: 1, alarmsSet: 0 });
    expect(first.socketIo).toMatchObject({ frames: 1, rowsWritten: 1, alarmsSet: 0 });
    expect(first.presence.rowsWritten).toBe(0);
    const second = await join(b, room);
    expect(second.thread).toMatchObject({ calls: 2, rowsWritten: 0, alarmsSet: 0 });
    expect(second.socketIo).toMatchObject({ frames: 1, rowsWritten: 1, alarmsSet: 0 });
    expect(second.presence.rowsWritten).toBe(0);
  });
});

describe("a session", () => {
  it("costs a row at its start with the rooms joined then, one where it is recovered, and one at its end", async () => {
    const { ada, room, shard } = await groupOfTwo();
    const { id: other } = await newThread(ada, "group", []);
    let socket!: SocketIoTestSocket;
    const begun = await costOf(
      async () => {
        socket = await connect(ada);
        await Promise.all([room, other].map((each) => socket.ask("join", { room: each })));
      },
      { threadCalls: 4 },
    );
    expect(begun.socketIo).toMatchObject({ rowsWritten: 1, alarmsSet: 0 });
    const recovered = await costOf(
      async () => {
        const { lost } = socket;
        socket.close();
        await socket.closed;
        socket = await SocketIoTestSocket.connect(ada, lost);
        expect(socket.ids.pid).toBe(lost.pid);
      },
      { threadCalls: 4 },
    );
    expect(recovered.socketIo).toMatchObject({ rowsWritten: 1, alarmsSet: 0 });
    expect(recovered.thread).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
    const ended = await costOf(
      async () => {
        socket.send("41");
        socket.close();
        await socket.closed;
      },
      { threadCalls: 2 },
    );
    expect(ended.socketIo).toMatchObject({ rowsWritten: 1, alarmsSet: 0 });
    expect(await alarmAt(shard)).not.toBeNull();
  });
});

describe("leaving a room", () => {
  it("costs a call to the thread and a row of one's own, and for the last session of an object a row in the thread", async () => {
    const { a, b, room } = await groupOfTwo();
    for (const socket of [a, b]) await join(socket, room);
    const one = await costOf(() => a.ask("leave", { room }), { threadCalls: 1 });
    expect(one.thread).toMatchObject({ calls: 1, rowsWritten: 0, alarmsSet: 0 });
    expect(one.socketIo).toMatchObject({ frames: 1, rowsWritten: 1, alarmsSet: 0 });
    const last = await costOf(
      async () => {
        b.close();
        await b.closed;
      },
      { threadCalls: 1 },
    );
    expect(last.thread).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 0 });
    expect(last.socketIo).toMatchObject({ closes: 1, rowsWritten: 1, alarmsSet: 0 });
    expect(one.presence.rowsWritten).toBe(0);
    // The tab, and when its user was last seen.
    expect(last.presence).toMatchObject({ calls: 1, rowsWritten: 2, alarmsSet: 0 });
  });
});

describe("a message", () => {
  it("costs the rows that it costs over plain sockets, a call to the thread, and two to each object in the room", async () => {
    const { a, b, room, stub } = await groupOfTwo();
    for (const socket of [a, b]) await join(socket, room);
    await a.ask("chat", { room, body: "first" });
    await quiet();
    await runAlarm(stub);
    passTime(60_000);
    const spent = await costOf(async () => {
      await a.ask("chat", { room, body: "hello" });
      await b.nextEvent("chat");
      await runAlarm(stub);
    });
    expect(spent.thread).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 1, alarms: 1, frames: 0 });
    // A notification to each shard, and whether the sender was revoked.
    const shards = spent.presence.objects;
    // The message, its acknowledgement, and what each shard has for the tabs of its users.
    const calls = 2 + shards;
    expect(spent.socketIo).toMatchObject({ frames: 1, calls, rowsWritten: 0, alarmsSet: 0 });
    expect(spent.presence.rowsWritten).toBe(shards);
    expect(spent.presence.calls).toBeLessThanOrEqual(shards + 1);
  });

  it("costs one call to the thread where its sender is not in the room", async () => {
    const { a, room, stub } = await groupOfTwo();
    await a.ask("chat", { room, body: "first" });
    await quiet();
    await runAlarm(stub);
    passTime(60_000);
    const { thread, socketIo } = await costOf(async () => {
      await a.ask("chat", { room, body: "hello" });
      await runAlarm(stub);
    });
    expect(thread).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 1, alarms: 1 });
    expect(socketIo).toMatchObject({ frames: 1, rowsWritten: 0 });
  });
});

describe("a tab", () => {
  /** Ada's session, and one of Bob's that keeps their objects busy. */
  async function others() {
    const { ada, bob, room, a, stub } = await groupOfTwo();
    await quiet();
    return { ada, bob, room, a, stub };
  }

  it("costs a call and a row at Presence as its session connects, and the same and when its user was seen as it ends", async () => {
    const { bob } = await others();
    const opened: SocketIoTestSocket[] = [];
    const first = await costOf(async () => opened.push(await connect(bob)));
    expect(first.presence).toMatchObject({ rowsWritten: 1, alarmsSet: 0 });
    // And whether the token was revoked.
    expect(first.presence.calls).toBeLessThanOrEqual(2);
    const closed = await costOf(async () => {
      for (const socket of opened) socket.close();
      await Promise.all(opened.map((socket) => socket.closed));
    });
    // Bob's other session is still there.
    expect(closed.presence).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 0 });
  });

  it("costs two rows for each status and an alarm where its user is watched", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    await newThread(ada, "direct", [bob]);
    const watcher = await connect(ada);
    await watcher.ask("watch", { userIds: [bob.user.id] });
    await quiet();
    const opened: SocketIoTestSocket[] = [];
    const online = await costOf(async () => {
      opened.push(await connect(bob));
      await watcher.nextEvent("presence");
    });
    // The tab; the status before and after it has reached all; and an alarm that makes sure of it.
    expect(online.presence.rowsWritten + online.presence.alarmsSet).toBeLessThanOrEqual(4);
    const offline = await costOf(async () => {
      for (const socket of opened) socket.close();
      await Promise.all(opened.map((socket) => socket.closed));
      await quiet();
      passTime(5_000);
      await runAlarm(shardStub(bob.user.id));
      await watcher.nextEvent("presence");
    });
    // The tab, when its user was seen, that it was published, and alarms.
    expect(offline.presence.rowsWritten + offline.presence.alarmsSet).toBeLessThanOrEqual(5);
  });

  it("costs no row and no alarm for new_message, and a call for all tabs of an object together", async () => {
    const { ada, bob, room, a, stub } = await others();
    const tabs = [a];
    for (let i = 0; i < 5; i++) tabs.push(await connect(bob));
    const send = async (body: string) => {
      await ada.call("POST", `/api/threads/${room}/messages`, { body });
      await runAlarm(stub);
      const has = (frame: string) => frame.startsWith('42["new_message"') && frame.includes(`"${body}"`);
      await Promise.all(tabs.map((tab) => tab.next(has)));
    };
    await send("first");
    await quiet();
    passTime(60_000);
    const spent = await costOf(() => send("hello"));
    const shards = new Set([shardStub(ada.user.id).id.toString(), shardStub(bob.user.id).id.toString()]).size;
    expect(spent.socketIo).toMatchObject({ calls: shards, frames: 0, rowsWritten: 0, alarmsSet: 0 });
    expect(spent.presence.rowsWritten).toBe(shards);
  });
});
