/** Resuming by cursor: no event twice, none left out, and a snapshot where resuming is impossible. */
import { describe, expect, it } from "vitest";
import type { DurableEvent, ThreadEvent } from "../../src/protocol/events.ts";
import { BODY_LENGTH } from "../../src/protocol/limits.ts";
import { fillEdits, fillHistory } from "../support/history.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { openThread, type TestSocket } from "../support/socket.ts";

async function groupOfTwo() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob], "Pond");
  return { ada, bob, thread, path: `/api/threads/${thread.id}` };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const isDurable = (event: ThreadEvent): event is DurableEvent => "rev" in event && event.type !== "ack";

/** The welcome and every durable event that came with it, up to a rev. */
async function caughtUp(socket: TestSocket, rev: number) {
  const welcome = await socket.next("welcome");
  while (!socket.events.some((event) => isDurable(event) && event.rev === rev)) await socket.next();
  return { welcome, events: socket.events.filter(isDurable) };
}

async function sendMessages(who: Person, threadId: string, ...bodies: string[]) {
  const socket = await openThread(who, threadId);
  for (const body of bodies) await socket.ask({ type: "chat", id: crypto.randomUUID(), body });
  socket.close();
}

describe("a cursor", () => {
  it("does not disclose who reacted to a message that was deleted since", async () => {
    const { ada, bob, thread, path } = await groupOfTwo();
    await sendMessages(ada, thread.id, "one", "two");
    for (const seq of [1, 2]) await bob.call("PUT", `${path}/messages/${seq}/reactions/👍`); // 3, 4
    await bob.call("DELETE", `${path}/messages/1/reactions/👍`); // 5
    await ada.call("DELETE", `${path}/messages/1`); // 6
    const { events } = await caughtUp(await openThread(ada, thread.id, `${thread.epoch}:2`), 6);
    const tombstone = { seq: 1, rev: 6, body: "", deletedAt: expect.any(Number) };
    expect(events).toMatchObject([
      { type: "edit", rev: 3, message: tombstone },
      { type: "react", rev: 4, seq: 2, emoji: "👍", user: { id: bob.user.id } },
      { type: "edit", rev: 5, message: tombstone },
      { type: "delete", rev: 6, seq: 1 },
    ]);
  });

  it("brings each change with the id of its command, by which its sender knows that it was applied", async () => {
    const { ada, thread } = await groupOfTwo();
    const socket = await openThread(ada, thread.id);
    await socket.ask({ type: "chat", id: "m", body: "one" }); // 1
    await socket.ask({ type: "edit", id: "e", seq: 1, body: "ONE" }); // 2
    await socket.ask({ type: "react", id: "r", seq: 1, emoji: "👍" }); // 3
    await socket.ask({ type: "unreact", id: "u", seq: 1, emoji: "👍" }); // 4
    await socket.ask({ type: "chat", id: "n", body: "two" }); // 5
    await socket.ask({ type: "delete", id: "d", seq: 2 }); // 6
    const live = socket.events.filter(isDurable).map((event) => ("id" in event ? event.id : undefined));
    expect(live).toEqual([undefined, "e", "r", "u", undefined, "d"]);
    const { events } = await caughtUp(await openThread(ada, thread.id, `${thread.epoch}:0`), 6);
    expect(events.map((event) => ("id" in event ? event.id : undefined))).toEqual(live);
  });

  it("brings exactly the durable events that were missed, each with the current state", async () => {
    const { ada, bob, thread, path } = await groupOfTwo();
    await sendMessages(ada, thread.id, "one", "two", "three"); // revs 1 to 3
    await ada.call("PATCH", `${path}/messages/1`, { body: "ONE" }); // 4
    await ada.call("PUT", `${path}/messages/2/reactions/👍`); // 5
    await ada.call("DELETE", `${path}/messages/3`); // 6
    await ada.call("PATCH", path, { name: "Lake" }); // 7
    const carol = await person("Carol");
    await ada.call("PUT", `${path}/members/${carol.user.id}`, {}); // 8
    await ada.call("PUT", `${path}/members/${bob.user.id}`, { role: "moderator" }); // 9
    await ada.call("DELETE", `${path}/members/${carol.user.id}`); // 10

    const { welcome, events } = await caughtUp(await openThread(bob, thread.id, `${thread.epoch}:2`), 10);
    expect(welcome).toMatchObject({
      resumed: true,
      cursor: `${thread.epoch}:2`,
      thread: { rev: 10, seq: 3 },
    });
    expect(events.map((event) => event.rev)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(events).toMatchObject([
      { type: "chat", message: { seq: 3, rev: 6, body: "", deletedAt: expect.any(Number) } },
      { type: "edit", message: { seq: 1, rev: 4, body: "ONE" } },
      { type: "react", seq: 2, emoji: "👍", user: ada.user },
      { type: "delete", seq: 3, by: ada.user },
      { type: "thread", thread: { name: "Lake" } },
      // Carol joined and left again: in the current state she is no member.
      { type: "member_removed", userId: carol.user.id },
      { type: "member", member: { user: bob.user, role: "moderator" } },
      { type: "member_removed", userId: carol.user.id },
    ]);
  });

  it("of the current rev brings no events but those that follow", async () => {
    const { ada, bob, thread } = await groupOfTwo();
    await sendMessages(ada, thread.id, "one");
    const socket = await openThread(bob, thread.id, `${thread.epoch}:1`);
    expect(await socket.next("welcome")).toMatchObject({ resumed: true });
    await sendMessages(ada, thread.id, "two");
    expect(await socket.next("chat")).toMatchObject({ rev: 2 });
    expect(socket.events.filter(isDurable)).toHaveLength(1);
  });

  it.each([
    ["unreadable", () => "what"],
    ["of another epoch", () => "other:1"],
    ["ahead of the thread", (epoch: string) => `${epoch}:99`],
    ["empty", () => ""],
    ["negative", (epoch: string) => `${epoch}:-1`],
    ["absent", () => undefined],
  ])("that is %s gets a snapshot", async (_name, cursor) => {
    const { ada, bob, thread } = await groupOfTwo();
    await sendMessages(ada, thread.id, "one", "two");
    const socket = await openThread(bob, thread.id, cursor(thread.epoch));
    expect(await socket.next("welcome")).toMatchObject({ resumed: false, cursor: `${thread.epoch}:2` });
    expect(await socket.next()).toMatchObject({
      type: "history",
      hasBefore: false,
      messages: [
        { seq: 1, body: "one" },
        { seq: 2, body: "two" },
      ],
    });
  });

  it.each([
    ["messages", 105, 0],
    ["edits of a message", 1, 104],
  ])("gets a snapshot where more than a MiB was missed: %s", async (_what, messages, edits) => {
    const { ada, bob, thread } = await groupOfTwo();
    await fillHistory(thread.id, ada, messages, "x".repeat(BODY_LENGTH));
    if (edits > 0) await fillEdits(thread.id, 1, messages + 1, edits);
    const rev = messages + edits;
    const fits = await openThread(bob, thread.id, `${thread.epoch}:5`);
    expect((await caughtUp(fits, rev)).events.map((event) => event.rev)).toEqual(range(6, rev));
    expect(fits.events[0]).toMatchObject({ resumed: true, cursor: `${thread.epoch}:5` });
    const long = await openThread(bob, thread.id, `${thread.epoch}:0`);
    expect(await long.next("welcome")).toMatchObject({ resumed: false, cursor: `${thread.epoch}:${rev}` });
    expect(await long.next()).toMatchObject({ type: "history", hasBefore: messages > 50 });
  });

  it("gives no right: a removed member is refused", async () => {
    const { ada, bob, thread, path } = await groupOfTwo();
    await sendMessages(ada, thread.id, "one");
    await ada.call("DELETE", `${path}/members/${bob.user.id}`);
    const socket = await openThread(bob, thread.id, `${thread.epoch}:0`);
    expect((await socket.closed).code).toBe(4004);
  });
});

describe("removing a member", () => {
  it("closes their sockets with 4003, which receive nothing more", async () => {
    const { ada, bob, thread, path } = await groupOfTwo();
    const [a, b] = [await openThread(ada, thread.id), await openThread(bob, thread.id)];
    await b.next("welcome");
    expect((await ada.call("DELETE", `${path}/members/${bob.user.id}`)).status).toBe(204);
    expect(await b.next("closing")).toMatchObject({ code: 4003 });
    expect(await a.next("member_removed")).toMatchObject({ userId: bob.user.id });
    await a.ask({ type: "chat", id: "1", body: "secret" });
    expect(b.frames.join()).not.toContain("secret");
    expect(b.events.some((event) => event.type === "member_removed")).toBe(false);
  });
});
