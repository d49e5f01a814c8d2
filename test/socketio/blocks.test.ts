/** Blocks and hidden threads over Socket.IO. */
import { expect, it } from "vitest";
import { numberOf } from "../../src/protocol/socketio/room-names.ts";
import { block, conversation, status, unblock, write } from "../presence/contacts/conversation.ts";
import { runAlarm, withoutWaits } from "../cost/clock.ts";
import { eventually } from "../support/eventually.ts";
import { newThread, person } from "../support/host-users.ts";
import { threadStub } from "../support/objects.ts";
import { useSettings } from "../support/settings.ts";
import { SocketIoTestSocket } from "../support/socketio.ts";

withoutWaits();

type Ack = { ok: boolean; error?: { code: string } };

it("who blocks and who is blocked are refused what they write in their thread, and see no status", async () => {
  const { ada, bo, id: room } = await conversation();
  const sockets = [await SocketIoTestSocket.connect(ada), await SocketIoTestSocket.connect(bo)];
  for (const socket of sockets) expect(await socket.ask<Ack>("join", { room })).toMatchObject({ ok: true });
  await block(bo, ada);
  for (const socket of sockets) {
    for (const [event, data] of [
      ["chat", { room, body: "hello" }],
      ["add_reaction", { room, seq: 1, emoji: "🐸" }],
      ["typing", { room }],
    ] as const)
      expect(await socket.ask<Ack>(event, data)).toMatchObject({ ok: false, error: { code: "forbidden" } });
  }
  expect(await sockets[0]?.ask("watch", { userIds: [bo.user.id] })).toMatchObject({ ok: true, presence: [] });
  expect(await sockets[1]?.ask("watch", { userIds: [ada.user.id] })).toMatchObject({
    ok: true,
    presence: [],
  });
  await unblock(bo, ada);
  expect(await sockets[0]?.ask<Ack>("chat", { room, body: "hello" })).toMatchObject({ ok: true });
});

it("a thread that is hidden counts as unread no more, and again with the next message", async () => {
  const { ada, bo, id } = await conversation();
  expect(await status(write(ada, id))).toBe(201);
  const [socket, joined] = [await SocketIoTestSocket.connect(bo), await SocketIoTestSocket.connect(bo)];
  await joined.ask("join", { room: numberOf(id) });
  const counts = (count: number) =>
    eventually(() => expect(socket.events("unread_count").at(-1)).toMatchObject({ count }));
  await runAlarm(threadStub(id));
  await counts(1);
  expect(await status(bo.call("DELETE", `/api/threads/${id}/members/${bo.user.id}`))).toBe(204);
  await counts(0);
  expect(socket.events("thread_removed")).toEqual([{ threadId: id }]);
  // It is called as it was joined.
  expect(await joined.nextEvent("thread_removed")).toEqual({ threadId: numberOf(id) });
  // It is its user's still.
  expect(await socket.ask("join", { room: numberOf(id) })).toMatchObject({ ok: true });
  expect(await status(write(ada, id))).toBe(201);
  await runAlarm(threadStub(id));
  await counts(1);
});

it.each(["by who is asked", "by who asked"])(
  "a request is found by its number as long as no block %s takes it off their list",
  async (which) => {
    await useSettings({ contactPolicy: "consent" });
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    const { id } = await newThread(ada, "direct", [bo]);
    expect(await status(write(ada, id))).toBe(201);
    const [blocker, blocked] = which === "by who asked" ? [ada, bo] : [bo, ada];
    const [socket, other] = [
      await SocketIoTestSocket.connect(blocker),
      await SocketIoTestSocket.connect(blocked),
    ];
    const room = numberOf(id);
    const found = async (one: SocketIoTestSocket) => (await one.ask<Ack>("leave", { room })).ok;
    const read = () => status(blocker.call("GET", `/api/chat_threads/${room}`));
    await eventually(async () => expect([await found(socket), await read()]).toEqual([true, 200]));
    expect(await status(block(blocker, blocked))).toBe(204);
    expect(await socket.nextEvent("thread_removed")).toEqual({ threadId: id });
    expect([await found(socket), await read()]).toEqual([false, 404]);
    expect(await found(other)).toBe(true);
    expect(await status(unblock(blocker, blocked))).toBe(204);
    expect([await found(socket), await read()]).toEqual([true, 200]);
  },
);
