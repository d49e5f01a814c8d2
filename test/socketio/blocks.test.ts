/** Blocks and hidden threads over Socket.IO. */
import { expect, it } from "vitest";
import { block, conversation, status, unblock, write } from "../presence/contacts/conversation.ts";
import { runAlarm } from "../cost/clock.ts";
import { eventually } from "../support/eventually.ts";
import { threadStub } from "../support/objects.ts";
import { SocketIoTestSocket } from "../support/socketio.ts";

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
  const socket = await SocketIoTestSocket.connect(bo);
  const counts = (count: number) =>
    eventually(() => expect(socket.events("unread_count").at(-1)).toMatchObject({ count }));
  await runAlarm(threadStub(id));
  await counts(1);
  expect(await status(bo.call("DELETE", `/api/threads/${id}/members/${bo.user.id}`))).toBe(204);
  await counts(0);
  expect(socket.events("thread_removed")).toEqual([{ threadId: id }]);
  expect(await status(write(ada, id))).toBe(201);
  await runAlarm(threadStub(id));
  await counts(1);
});
