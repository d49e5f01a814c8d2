/** What a block keeps the two of a direct thread from, over every transport, in large rooms too. */
import { expect, it } from "vitest";
import { block, conversation, status, unblock, write } from "../presence/contacts/conversation.ts";
import { unique } from "../support/host-users.ts";
import { evict, threadStub } from "../support/objects.ts";
import { openThread } from "../support/socket.ts";

it("keeps both from sending, editing, reacting and typing, over every transport, and from nothing else", async () => {
  const { ada, bo, id } = await conversation();
  const sockets = [await openThread(ada, id), await openThread(bo, id)];
  for (const socket of sockets) await socket.next("welcome");
  expect(await status(block(bo, ada))).toBe(204);
  // Kept by the thread itself, over an eviction too.
  await evict(threadStub(id));
  for (const [who, seq, socket] of [
    [ada, 1, sockets[0]],
    [bo, 2, sockets[1]],
  ] as const) {
    const path = `/api/threads/${id}/messages`;
    const emoji = encodeURIComponent("🐸");
    expect(await status(write(who, id))).toBe(403);
    expect(await status(who.call("PATCH", `${path}/${seq}`, { body: "other" }))).toBe(403);
    expect(await status(who.call("PUT", `${path}/${3 - seq}/reactions/${emoji}`))).toBe(403);
    expect(await status(who.call("DELETE", `${path}/${3 - seq}/reactions/${emoji}`))).toBe(403);
    for (const command of [
      { type: "chat", id: unique("c"), body: "hello" },
      { type: "edit", id: unique("c"), seq, body: "other" },
      { type: "react", id: unique("c"), seq: 3 - seq, emoji: "🐸" },
      { type: "unreact", id: unique("c"), seq: 3 - seq, emoji: "🐸" },
    ])
      expect(await socket?.ask(command)).toMatchObject({ type: "error", code: "forbidden" });
    socket?.send({ type: "typing" });
    expect(await socket?.next("error", (event) => event.id === undefined)).toMatchObject({
      code: "forbidden",
    });
    expect(await status(who.call("GET", path))).toBe(200);
    expect(await status(who.call("PUT", `/api/threads/${id}/read`, { seq: 2 }))).toBe(200);
  }
  expect(sockets.flatMap(({ events }) => events).filter(({ type }) => type === "typing")).toEqual([]);
  // One's own words may be taken back.
  expect(await status(ada.call("DELETE", `/api/threads/${id}/messages/1`))).toBe(204);
  expect(await status(unblock(bo, ada))).toBe(204);
  expect([await status(write(ada, id)), await status(write(bo, id))]).toEqual([201, 201]);
});
