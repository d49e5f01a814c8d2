/** Who is in a room over Socket.IO, as those on plain sockets see it: by name, whatever is evicted or crashes meanwhile. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { evict, threadStub } from "../support/objects.ts";
import { openThread } from "../support/socket.ts";
import { SocketIoTestSocket, socketIoStub, storedSessions } from "../support/socketio.ts";

async function pond() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const { id: room } = await newThread(ada, "group", [bob], "Pond");
  const plain = await openThread(ada, room);
  await plain.next("welcome");
  return { ada, bob, room, plain };
}

async function joined(who: Person, room: string, shard?: string): Promise<SocketIoTestSocket> {
  const socket = await SocketIoTestSocket.connect(who);
  if (shard !== undefined && socket.sid.slice(0, 1) === shard) return joined(who, room, shard);
  expect(await socket.ask("join", { room })).toMatchObject({ ok: true });
  return socket;
}

/** Who is listed to somebody who comes in now, or joins by itself right after. */
async function listed(who: Person, room: string, expected: string): Promise<void> {
  const socket = await openThread(who, room);
  const { online } = await socket.next("welcome");
  if (!online.some(({ id }) => id === expected))
    await socket.next("join", ({ user }) => user.id === expected);
  socket.close();
}

describe("who comes and goes over Socket.IO", () => {
  it("is named to plain sockets, and in the list of those who are here", async () => {
    const { ada, bob, room, plain } = await pond();
    const socket = await joined(bob, room);
    expect(await plain.next("join")).toMatchObject({ user: bob.user });
    const other = await openThread(ada, room);
    expect(await other.next("welcome")).toMatchObject({ onlineCount: 2 });
    await listed(ada, room, bob.user.id);
    await socket.ask("leave", { room });
    expect(await plain.next("leave")).toMatchObject({ userId: bob.user.id });
    await socket.ask("join", { room });
    await plain.next("join");
    socket.close();
    expect(await plain.next("leave")).toMatchObject({ userId: bob.user.id });
    expect(await (await openThread(ada, room)).next("welcome")).toMatchObject({ onlineCount: 1 });
    expect(plain.events.filter(({ type }) => type === "online")).toEqual([]);
  });

  it("is not sent to other Socket.IO clients", async () => {
    const { ada, bob, room, plain } = await pond();
    const watcher = await joined(ada, room);
    const socket = await joined(bob, room);
    await plain.next("join", ({ user }) => user.id === bob.user.id);
    await socket.ask("leave", { room });
    await plain.next("leave");
    await watcher.ask("typing", { room });
    const names = watcher.frames.flatMap((frame) => /^42\["(\w+)"/.exec(frame)?.[1] ?? []);
    expect(new Set(names)).toEqual(new Set(["unread_count", "joined"]));
  });

  it("is named once, however they are here, and gone with the last of it", async () => {
    const { bob, room, plain } = await pond();
    const first = await joined(bob, room);
    await plain.next("join");
    const second = await joined(bob, room, first.sid.slice(0, 1));
    const also = await openThread(bob, room);
    await also.next("welcome");
    first.close();
    await first.closed;
    also.close();
    await also.closed;
    second.send('42["typing",{"room":"' + room + '"}]');
    await plain.next("typing");
    await second.ask("leave", { room });
    await plain.next("leave");
    expect(
      plain.events.map(({ type }) => type).filter((type) => type === "join" || type === "leave"),
    ).toEqual(["join", "leave"]);
  });

  it("is known to an object that has slept: who is here, and who left", async () => {
    const { ada, bob, room, plain } = await pond();
    const socket = await joined(bob, room);
    await plain.next("join");
    await evict(threadStub(room));
    await listed(ada, room, bob.user.id);
    await evict(threadStub(room));
    await evict(socketIoStub(socket.sid));
    await socket.ask("leave", { room });
    expect(await plain.next("leave")).toMatchObject({ userId: bob.user.id });
  });

  it("is gone when their object has crashed, unless they are back", async () => {
    const { bob, room, plain } = await pond();
    const socket = await joined(bob, room);
    await plain.next("join");
    await eventually(async () => expect(await storedSessions(socket)).toContain(room));
    await runInDurableObject(socketIoStub(socket.sid), async (_instance, ctx) => {
      await ctx.storage.sync();
      ctx.abort("crash");
    }).catch(() => {});
    // Wakes it, as its alarm would.
    await runInDurableObject(socketIoStub(socket.sid), () => {});
    expect(await plain.next("leave")).toMatchObject({ userId: bob.user.id });
    const again = await SocketIoTestSocket.connect(bob, socket.lost);
    expect(again.ids.sid).toBe(socket.ids.sid);
    expect(await plain.next("join")).toMatchObject({ user: bob.user });
  });

  it("makes them a member of a public room, as the join says", async () => {
    const [ada, eve] = await Promise.all([person("Ada"), person("Eve")]);
    const { id: room } = await newThread(ada, "public", [], "Lake");
    const plain = await openThread(ada, room);
    await plain.next("welcome");
    await joined(eve, room);
    expect(await plain.next("join")).toMatchObject({ member: { user: eve.user }, memberCount: 2 });
  });

  it("types and reads as others do", async () => {
    const { ada, bob, room, plain } = await pond();
    await ada.call("POST", `/api/threads/${room}/messages`, { body: "hello" });
    const socket = await joined(bob, room);
    await socket.ask("typing", { room });
    expect(await plain.next("typing")).toMatchObject({ userId: bob.user.id });
    await socket.ask("read", { room, seq: 1 });
    expect(await plain.next("read")).toMatchObject({ userId: bob.user.id, seq: 1 });
  });
});
