/** Rooms over Socket.IO: to a thread, a shard is one more relay. Order and rights hold through evictions of either. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { withoutWaits } from "../cost/clock.ts";
import { host, newKey } from "../support/host-server.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { costOf, evict, shardStub, threadStub } from "../support/objects.ts";
import { eventually } from "../support/eventually.ts";
import { openThread } from "../support/socket.ts";
import { OPENS_BURST } from "../../src/protocol/limits.ts";
import { numberOf } from "../../src/protocol/socketio/room-names.ts";
import { SocketIoTestSocket, socketIoStub } from "../support/socketio.ts";

withoutWaits();

interface Shown {
  seq: number;
  body: string;
  clientId: string;
}
type Ack = { ok: boolean; error?: { code: string }; message?: Shown; cursor?: string; resumed?: boolean };

async function roomOfTwo() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob], "Pond");
  const [a, b] = [await joined(ada, thread.id), await joined(bob, thread.id)];
  return { ada, bob, thread, room: thread.id, path: `/api/threads/${thread.id}`, a, b };
}

async function joined(who: Person, room: string): Promise<SocketIoTestSocket> {
  const socket = await SocketIoTestSocket.connect(who);
  expect(await socket.ask<Ack>("join", { room })).toMatchObject({ ok: true });
  return socket;
}

const bodies = (socket: SocketIoTestSocket) => socket.events<Shown>("chat").map(({ body }) => body);

describe("a room", () => {
  it("brings everyone each message once and in order, whatever is evicted meanwhile", async () => {
    const { room, a, b, path, bob } = await roomOfTwo();
    const evictions = [
      () => evict(socketIoStub(a.sid)),
      () => evict(socketIoStub(b.sid)),
      () => evict(threadStub(room)),
      async () => {
        for (const stub of [socketIoStub(a.sid), socketIoStub(b.sid), threadStub(room)]) await evict(stub);
      },
    ];
    const sent: string[] = [];
    for (const [i, evictSome] of [...evictions, ...evictions].entries()) {
      const body = `message ${i}`;
      sent.push(body);
      const isStored =
        i % 2 === 0
          ? (await a.ask<Ack>("chat", { room, body })).ok
          : (await bob.call("POST", `${path}/messages`, { body })).ok;
      expect(isStored).toBe(true);
      for (const socket of [a, b]) await eventually(() => expect(bodies(socket)).toEqual(sent));
      await evictSome();
    }
  });

  it("is the same for plain sockets and Socket.IO", async () => {
    const { room, a, ada } = await roomOfTwo();
    const plain = await openThread(ada, room);
    await plain.next("welcome");
    plain.send({ type: "chat", id: "p-1", body: "plain" });
    expect(await a.nextEvent("chat")).toMatchObject({ body: "plain", clientId: "p-1" });
    await a.ask("chat", { room, body: "over Socket.IO" });
    expect(await plain.next("chat", ({ message }) => message.body === "over Socket.IO")).toMatchObject({
      rev: 2,
    });
  });

  it("takes a message's data as a plain socket does, and brings it", async () => {
    const { room, a, b } = await roomOfTwo();
    const data = { order: 123 };
    expect(await a.ask("chat", { room, body: "hello", data })).toMatchObject({ ok: true, message: { data } });
    expect(await b.nextEvent("chat")).toMatchObject({ body: "hello", data });
    for (const [bad, code] of [
      [[1], "bad_request"],
      [{ text: "a".repeat(2_048) }, "too_large"],
    ])
      expect(await a.ask<Ack>("chat", { room, body: "x", data: bad })).toMatchObject({ error: { code } });
  });

  it("acknowledges a message that is sent again with the first one", async () => {
    const { room, a } = await roomOfTwo();
    const first = await a.ask<Ack>("chat", { room, body: "hello", clientId: "c-1" });
    expect(await a.ask<Ack>("chat", { room, body: "hello", clientId: "c-1" })).toEqual(first);
    expect(bodies(a)).toEqual(["hello"]);
  });

  it("takes what REST has stored for a repeat, and changes nothing", async () => {
    const { room, a, ada, path } = await roomOfTwo();
    await ada.call("POST", `${path}/messages`, { body: "stored" });
    const message = await a.nextEvent<Shown & { id: string }>("chat");
    expect(await a.ask<Ack>("chat", { ...message, room })).toEqual({ ok: true, message });
    expect(bodies(a)).toEqual(["stored"]);
  });

  it("resumes from a cursor with what was missed", async () => {
    const { room, a, b, ada } = await roomOfTwo();
    const { cursor } = await a.ask<Ack>("join", { room });
    a.close();
    await b.ask("chat", { room, body: "one" });
    await b.ask("chat", { room, body: "two" });
    const again = await SocketIoTestSocket.connect(ada);
    expect(await again.ask<Ack>("join", { room, cursor })).toMatchObject({ ok: true, resumed: true });
    await eventually(() => expect(bodies(again)).toEqual(["one", "two"]));
  });

  it("carries edits, deletions and reactions", async () => {
    const { room, a, b } = await roomOfTwo();
    const { message } = await a.ask<Ack & { message: { id: string } }>("chat", { room, body: "hello" });
    expect(await a.ask("edit", { room, seq: 1, body: "hello!" })).toMatchObject({
      ok: true,
      message: { id: message.id, content: "hello!" },
    });
    expect(await b.nextEvent("edit")).toMatchObject({ id: message.id, room, content: "hello!" });
    expect(await b.ask("add_reaction", { messageId: message.id, reactionType: "👍" })).toEqual({ ok: true });
    expect(await a.nextEvent("reaction_added")).toMatchObject({
      messageId: message.id,
      emoji: "👍",
      room,
      seq: 1,
    });
    expect(await b.ask("remove_reaction", { room, seq: 1, emoji: "👍" })).toEqual({ ok: true });
    expect(await a.nextEvent("reaction_removed")).toMatchObject({ reactionType: "👍" });
    expect(await a.ask("delete", { id: message.id, room })).toEqual({ ok: true });
    expect(await b.nextEvent("deleted")).toMatchObject({
      id: message.id,
      room,
      seq: 1,
      msg: "Message deleted by user",
    });
  });

  it("is called by its key", async () => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const room = newKey();
    const members = [{ id: ada.user.id }];
    await host("PUT", `/api/threads/${encodeURIComponent(room)}`, { kind: "group", members });
    const socket = await SocketIoTestSocket.connect(ada);
    expect(await socket.ask("join", { room })).toMatchObject({ ok: true });
    expect(await socket.ask("chat", { room, body: "hello" })).toMatchObject({ ok: true });
    expect(await socket.nextEvent("chat")).toMatchObject({ room, threadId: room, content: "hello" });
    const stranger = await SocketIoTestSocket.connect(eve);
    for (const name of [room, newKey()])
      expect(await stranger.ask("join", { room: name })).toMatchObject({
        ok: false,
        error: { code: "not_found" },
      });
  });

  it("is called by its number as its client writes that", async () => {
    const { room: id, ada, b } = await roomOfTwo();
    const number = numberOf(id);
    const socket = await SocketIoTestSocket.connect(ada);
    for (const room of [number, String(number)]) {
      expect(await socket.ask("join", { room })).toMatchObject({ ok: true });
      expect(await socket.nextEvent("joined")).toEqual({ room });
      await b.ask("chat", { room: id, body: "hello" });
      expect(await socket.nextEvent("chat")).toMatchObject({ room, threadId: room });
    }
  });

  it("is not found by a number that more than one of the user's threads have", async () => {
    const ada = await person("Ada");
    const { id } = await newThread(ada, "group", []);
    const socket = await SocketIoTestSocket.connect(ada);
    const room = numberOf(id);
    expect(await socket.ask("join", { room })).toMatchObject({ ok: true });
    // By chance the id of another thread of theirs begins so, too.
    await runInDurableObject(shardStub(ada.user.id), (_instance, { storage }) => {
      const twin = id.slice(0, -1) + (id.endsWith("0") ? "1" : "0");
      storage.sql.exec(
        "INSERT INTO user_threads (user_id, thread_id, read_seq) VALUES (?, ?, 0)",
        ada.user.id,
        twin,
      );
    });
    const again = await SocketIoTestSocket.connect(ada);
    for (const name of ["join", "leave", "read"])
      expect(await again.ask(name, { room, seq: 0 })).toMatchObject({ error: { code: "not_found" } });
    // Whoever is in the room already means that one.
    expect(await socket.ask("chat", { room, body: "here" })).toMatchObject({ ok: true });
  });

  it("moves read markers and shows typing to the others", async () => {
    const { room, a, b, bob } = await roomOfTwo();
    await a.ask("chat", { room, body: "hello" });
    expect(await b.ask("read", { room, seq: 1 })).toEqual({ ok: true, readSeq: 1, unread: 0 });
    expect(await a.nextEvent("read")).toEqual({ userId: bob.user.id, seq: 1, room });
    expect(await b.ask("typing", { room })).toEqual({ ok: true });
    expect(await a.nextEvent("typing")).toEqual({ userId: bob.user.id, room });
    expect(b.events("typing")).toEqual([]);
  });

  it("puts out who is removed, who hears nothing more and may not come back", async () => {
    const { room, ada, bob, path, a, b } = await roomOfTwo();
    expect((await ada.call("DELETE", `${path}/members/${bob.user.id}`)).status).toBe(204);
    expect(await b.nextEvent("left")).toMatchObject({ room, code: "forbidden" });
    await a.ask("chat", { room, body: "among us" });
    const refusal = { ok: false, error: { code: "not_found" } };
    expect(await b.ask("chat", { room, body: "let me in" })).toMatchObject(refusal);
    expect(await b.ask("join", { room })).toMatchObject(refusal);
    expect(bodies(b)).toEqual([]);
  });

  it("ends when its thread is deleted", async () => {
    const { room, ada, path, a, b } = await roomOfTwo();
    expect((await ada.call("DELETE", path)).status).toBe(204);
    for (const socket of [a, b])
      expect(await socket.nextEvent("left")).toMatchObject({ room, code: "not_found" });
    expect(await a.ask("join", { room })).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  it("is left, and membership stays", async () => {
    const { room, a, b } = await roomOfTwo();
    expect(await b.ask("leave", { room })).toEqual({ ok: true });
    await a.ask("chat", { room, body: "hello" });
    expect(await b.ask("read", { room, seq: 1 })).toMatchObject({ ok: true, readSeq: 1 });
    expect(bodies(b)).toEqual([]);
  });

  it("costs nothing to join again without an acknowledgement, however often", async () => {
    const { room, path, a, bob } = await roomOfTwo();
    const before = a.events("joined").length;
    const asked = async () => {
      // More than a user may open in a thread at once.
      for (let i = 0; i < 2 * OPENS_BURST; i++) a.send(`42${JSON.stringify(["join", { room }])}`);
      await eventually(() => expect(a.events("joined")).toHaveLength(before + 2 * OPENS_BURST));
    };
    const cost = await costOf(threadStub(room), () => costOf(socketIoStub(a.sid), asked));
    expect(cost).toMatchObject({ rowsRead: 0, rowsWritten: 0 });
    expect(a.events("error")).toEqual([]);
    await bob.call("POST", `${path}/messages`, { body: "hello" });
    await a.nextEvent("chat");
    expect(bodies(a)).toEqual(["hello"]);
  });
});

it("a message's id is of its own room: elsewhere it deletes nothing, and is emitted as a new message", async () => {
  const ada = await person("Ada");
  const [one, other] = [await newThread(ada, "group", []), await newThread(ada, "group", [])];
  const socket = await SocketIoTestSocket.connect(ada);
  const sent = (room: string, more: object) =>
    socket.ask<{ message: { id: string; seq: number; body: string } }>("chat", { room, ...more });
  const { message } = await sent(one.id, { body: "one" });
  await sent(other.id, { body: "other" });
  for (const name of ["delete", "add_reaction"])
    expect(await socket.ask(name, { room: other.id, messageId: message.id, emoji: "👍" })).toMatchObject({
      error: { code: "bad_request" },
    });
  expect(await sent(other.id, { id: message.id, body: "one" })).toMatchObject({
    message: { seq: 2, body: "one" },
  });
});
