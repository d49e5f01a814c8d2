/** What sessions cost that do nothing; and that nothing of it keeps an object awake. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { alarmAt, passTime, runAlarm } from "../../cost/clock.ts";
import { events } from "../../cost/counts.ts";
import { meter } from "../../cost/meter.ts";
import { eventually } from "../../support/eventually.ts";
import { person } from "../../support/host-users.ts";
import { evict } from "../../support/objects.ts";
import { PollingSession, rolesOf, socketIoStub } from "../../support/socketio.ts";
import { connect, costOf, groupOfTwo, join, measureCosts, pendingTimers, quiet } from "./measured.ts";

const PING_MS = 50_000;
const ROUNDS_A_MONTH = (30 * 24 * 3_600_000) / PING_MS;
const FRAMES_PER_REQUEST = 20;
/** How long changes of sessions are gathered before they are written. */
const GATHER_MS = 250;
/** How long a session is kept whose client does not poll. */
const POLL_WITHIN_MS = 70_000;

measureCosts();

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
    expect(pendingTimers()).toEqual([]);
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

describe("a poll", () => {
  it("is a request to the Worker and one to the object, which is awake until the next one", async () => {
    const session = await PollingSession.connect(await person("Ada"));
    await session.until((packets) => packets.includes('["unread_count"'));
    expect(pendingTimers()).toContain(POLL_WITHIN_MS);
    let waiting: Promise<string> | undefined;
    const spent = await meter(async () => {
      waiting = session.poll();
      await eventually(async () => expect(await rolesOf(session.sid)).toEqual(["poll"]));
    });
    expect(spent).toMatchObject({ worker: 1, socketIo: { upgrades: 1, calls: 0, frames: 0 } });
    expect(pendingTimers()).not.toContain(POLL_WITHIN_MS);
    await session.end();
    await waiting;
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
    await eventually(() => expect(pendingTimers()).toEqual([]));
    const given = await PollingSession.connect(ada);
    (await given.probe()).close();
    const waiting = given.poll();
    await eventually(async () => expect(await rolesOf(given.sid)).toEqual(["poll"]));
    passTime(GATHER_MS);
    await eventually(() => expect(pendingTimers()).toEqual([]));
    await given.end();
    await waiting;
  });
});
