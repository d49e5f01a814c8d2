/** What joins, leaves and messages cost, and a session that is in rooms. */
import { describe, expect, it } from "vitest";
import { alarmAt, passTime, runAlarm } from "../../cost/clock.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread } from "../../support/host-users.ts";
import { SocketIoTestSocket } from "../../support/socketio.ts";
import { connect, costOf, groupOfTwo, join, measureCosts, placeAt, quiet } from "./measured.ts";

measureCosts();

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

  it("costs a row and a call more where it is recovered at another object", async () => {
    const { ada, room } = await groupOfTwo();
    placeAt(1);
    // Of the other object's tabs a row is there already.
    await connect(ada);
    placeAt(0);
    const socket = await connect(ada);
    await join(socket, room);
    const { lost } = socket;
    const recovered = await costOf(
      async () => {
        socket.close();
        await socket.closed;
        placeAt(1);
        expect((await SocketIoTestSocket.connect(ada, lost)).ids.pid).toBe(lost.pid);
      },
      { threadCalls: 3 },
    );
    // That it went, when its place is forgotten; and that it is here.
    expect(recovered.socketIo).toMatchObject({ calls: 1, rowsWritten: 2, alarmsSet: 0 });
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
      { threadCalls: 1, presenceCalls: 1 },
    );
    expect(last.thread).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 0 });
    expect(last.socketIo).toMatchObject({ closes: 1, rowsWritten: 1, alarmsSet: 0 });
    expect(one.presence.rowsWritten).toBe(0);
    // The tab, and when its user was last seen.
    expect(last.presence).toMatchObject({ calls: 1, rowsWritten: 2, alarmsSet: 0 });
  });
});

describe("a message", () => {
  it("costs the rows that it costs over plain sockets, and a call each to the thread and to each object in the room", async () => {
    const { a, b, room, stub } = await groupOfTwo();
    for (const socket of [a, b]) await join(socket, room);
    const say = async (body: string) => {
      await a.ask("chat", { room, body });
      await b.nextEvent("chat");
    };
    // To the last of it: what the Presence shards send, for which nobody waits there, and which may wait a moment.
    const notified = async (times: number) => {
      await runAlarm(stub);
      await eventually(async () => {
        await quiet();
        for (const socket of [a, b]) expect(socket.events("new_message")).toHaveLength(times);
      });
    };
    await say("first");
    await quiet();
    await notified(1);
    passTime(60_000);
    const spent = await costOf(async () => {
      await say("hello");
      await notified(2);
    });
    expect(spent.thread).toMatchObject({ calls: 1, rowsWritten: 1, alarmsSet: 1, alarms: 1, frames: 0 });
    // A notification to each shard, and whether the sender was revoked.
    const shards = spent.presence.objects;
    // The message with its acknowledgement, and what each shard has for the tabs of its users.
    const calls = 1 + shards;
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
