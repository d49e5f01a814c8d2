/** What a block keeps from the two of it in a room that broadcasts who comes and goes; a large one broadcasts numbers. */
import { expect, it } from "vitest";
import { block, conversation, status, unblock } from "../presence/contacts/conversation.ts";
import { newThread, person, unique } from "../support/host-users.ts";
import { openThread } from "../support/socket.ts";

it("a block keeps from both in their direct thread whether the other is there, and what they read, until it is lifted", async () => {
  const { ada, bo, id } = await conversation();
  const adas = await openThread(ada, id);
  await adas.next("welcome");
  const bos = await openThread(bo, id);
  await bos.next("welcome");
  await adas.next("join");
  expect(await status(block(bo, ada))).toBe(204);
  expect(await adas.next("leave")).toEqual({ type: "leave", userId: bo.user.id });
  expect(await bos.next("leave")).toEqual({ type: "leave", userId: ada.user.id });
  const before = [adas.events.length, bos.events.length];
  const again = await openThread(ada, id);
  expect(await again.next("welcome")).toMatchObject({ online: [{ id: ada.user.id }], onlineCount: 1 });
  expect(await status(bo.call("PUT", `/api/threads/${id}/read`, { seq: 2 }))).toBe(200);
  expect(await status(ada.call("PUT", `/api/threads/${id}/read`, { seq: 2 }))).toBe(200);
  bos.close();
  await bos.closed;
  const bosAgain = await openThread(bo, id);
  await bosAgain.next("welcome");
  // The answer comes after all that was sent before.
  for (const socket of [adas, again, bosAgain])
    expect(await socket.ask({ type: "chat", id: unique("c"), body: "no" })).toMatchObject({
      code: "forbidden",
    });
  const since = [...adas.events.slice(before[0]), ...again.events, ...bosAgain.events];
  expect(since.filter(({ type }) => ["join", "leave", "online", "read"].includes(type))).toEqual([]);
  expect(await status(unblock(bo, ada))).toBe(204);
  expect(await adas.next("join")).toMatchObject({ user: { id: bo.user.id } });
  expect(await bosAgain.next("join")).toMatchObject({ user: { id: ada.user.id } });
});

it("two of whom one blocks the other share groups as before, and see each other there", async () => {
  const [ada, bo] = [await person("Ada"), await person("Bo")];
  const { id } = await newThread(ada, "group", [bo]);
  await block(bo, ada);
  const bos = await openThread(bo, id);
  await bos.next("welcome");
  const adas = await openThread(ada, id);
  expect(await bos.next("join")).toMatchObject({ user: { id: ada.user.id } });
  adas.send({ type: "typing" });
  expect(await bos.next("typing")).toMatchObject({ userId: ada.user.id });
  await adas.ask({ type: "chat", id: "1", body: "hello" });
  expect(await bos.next("chat")).toMatchObject({ message: { body: "hello" } });
});
