/** What a user does in a room: sending, reading, typing, leaving. */
import { describe, expect, it, vi } from "vitest";
import { TYPING_MS, TYPING_RELAY_MS } from "../../../src/protocol/limits.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startClient, startRoom } from "../support/fake-server.ts";
import { memoryStorage } from "../support/memory-storage.ts";
import { ADA, BEN, chat, history, message, messages, seqsOf, welcome } from "../support/samples.ts";
import { emptyRoom } from "../support/welcomed.ts";

const ack = (id: string, rev: number) => ({ type: "ack", id, rev, at: 0 });

useFakeClock();

describe("a message one sends", () => {
  it("is in one place in every snapshot, from pending to stored", async () => {
    const { room, newest, sent } = await emptyRoom();
    const counts: number[] = [];
    room.subscribe((state) => counts.push(state.messages.length + state.outgoing.length));
    room.send("Hello");
    const id = sent("chat")[0]?.id ?? "";
    newest().deliver(chat(1, 1, { id, author: ADA }), ack(id, 1));
    expect([counts[0], new Set(counts.slice(1))]).toEqual([0, new Set([1])]);
    expect(room.getSnapshot()).toMatchObject({ outgoing: [], messages: [{ id, seq: 1 }] });
  });

  it("keeps its data while it is unsent, over a reload too", async () => {
    const outboxStorage = memoryStorage();
    const before = await emptyRoom({ outboxStorage });
    before.room.send("Hello", undefined, { order: 123 });
    expect(before.room.getSnapshot().outgoing).toMatchObject([{ data: { order: 123 } }]);
    await pass();
    before.client.close();
    const { newest, sent } = await startRoom({ outboxStorage });
    newest().deliver(welcome(0), history([]));
    await pass();
    expect(sent("chat")).toMatchObject([{ body: "Hello", data: { order: 123 } }]);
  });

  it("is kept while the connection is lost, and sent in order with its id and `since`", async () => {
    const { room, newest, sent, loseAndReturn } = await emptyRoom();
    room.send("One");
    const id = sent("chat")[0]?.id;
    const returned = loseAndReturn();
    room.send("Two");
    await returned;
    newest().deliver(welcome(0, { resumed: true }), chat(1, 1));
    await pass();
    expect(sent("chat").map(({ body, since }) => [body, since])).toEqual([
      ["One", 0],
      ["Two", 1],
    ]);
    expect(sent("chat")[0]?.id).toBe(id);
  });

  it("is not sent again where the replay shows that it was stored", async () => {
    const { room, newest, sent, loseAndReturn } = await emptyRoom();
    room.send("One");
    const id = sent("chat")[0]?.id ?? "";
    await loseAndReturn();
    newest().deliver(welcome(0, { resumed: true }), chat(1, 1, { id, author: ADA }));
    await pass();
    expect(sent("chat")).toEqual([]);
    expect(room.getSnapshot().outgoing).toEqual([]);
  });

  it("is shown once and not sent again where the page was reloaded after it was stored", async () => {
    const outboxStorage = memoryStorage();
    const before = await emptyRoom({ outboxStorage });
    before.room.send("Hello");
    const id = before.sent("chat")[0]?.id ?? "";
    await pass();
    before.client.close();
    const { room, newest, sent } = await startRoom({ outboxStorage });
    newest().deliver(welcome(1), history([message(1, { id, author: ADA, body: "Hello" })]));
    await pass();
    expect(room.getSnapshot()).toMatchObject({ outgoing: [], messages: [{ id }] });
    expect(sent("chat")).toEqual([]);
  });

  it("fails with the reason once one is no longer in the thread, also when it is sent or retried later", async () => {
    const { room, newest } = await emptyRoom();
    room.send("Too late");
    newest().deliver({ type: "closing", code: 4003, reason: "removed" });
    room.send("Even later");
    const states = () => room.getSnapshot().outgoing.map(({ state }) => state);
    expect(states()).toEqual(["failed", "failed"]);
    room.retry(room.getSnapshot().outgoing[0]?.id ?? "");
    expect(states()).toEqual(["failed", "failed"]);
    await expect(room.react(1, "👍")).rejects.toMatchObject({ code: "forbidden" });
  });

  it("is refused in a room that was left", async () => {
    const { room } = await emptyRoom();
    room.close();
    await expect(room.send("Hello")).rejects.toThrow(/no longer/);
  });
});

describe("received frames", () => {
  it("are acknowledged each 65,536 characters, so that the server can distinguish a slow client from one that is gone", async () => {
    const { newest, sent } = await emptyRoom();
    const long = (rev: number) => chat(rev, rev, { body: "x".repeat(10_000) });
    for (let rev = 1; rev <= 6; rev++) newest().deliver(long(rev));
    expect(sent("got")).toEqual([]);
    for (let rev = 7; rev <= 14; rev++) newest().deliver(long(rev));
    expect(sent("got")).toEqual([
      { type: "got", rev: 7 },
      { type: "got", rev: 14 },
    ]);
  });
});

describe("typing", () => {
  it("is sent often enough to show without a break, and seldom enough to be relayed, on an uneven network too", async () => {
    const { room, sent } = await emptyRoom();
    const sentAt: number[] = [];
    for (let key = 0; key < 100; key++) {
      room.typing();
      if (sent("typing").length > sentAt.length) sentAt.push(performance.now());
      await pass(100);
    }
    const intervals = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    expect(intervals.length).toBeGreaterThan(1);
    expect(Math.min(...intervals)).toBeGreaterThanOrEqual(TYPING_RELAY_MS + 900);
    expect(Math.max(...intervals)).toBeLessThanOrEqual(TYPING_MS - 900);
  });

  it("is sent at once for the message after one that was sent", async () => {
    const { room, sent } = await emptyRoom();
    room.typing();
    room.send("Hello");
    room.typing();
    expect(sent("typing")).toHaveLength(2);
  });

  it("of another user is shown for five seconds", async () => {
    const { room, newest } = await emptyRoom();
    newest().deliver({ type: "typing", userId: "ben" });
    await pass(4_400);
    expect(room.getSnapshot().typing.map(({ userId }) => userId)).toEqual(["ben"]);
    await pass(1_100);
    expect(room.getSnapshot().typing).toEqual([]);
  });

  it("of another user is not shown for longer where the system clock is set back", async () => {
    const { room, newest } = await emptyRoom();
    newest().deliver({ type: "typing", userId: "ben" });
    vi.setSystemTime(Date.now() - 3_600_000);
    await pass(5_500);
    expect(room.getSnapshot().typing).toEqual([]);
  });

  it("of another user is shown in full where the system clock is set forward", async () => {
    const { room, newest } = await emptyRoom();
    newest().deliver({ type: "typing", userId: "ben" });
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(4_400);
    expect(room.getSnapshot().typing).toHaveLength(1);
  });

  it("is sent in time where the system clock is set back", async () => {
    const { room, sent } = await emptyRoom();
    room.typing();
    vi.setSystemTime(Date.now() - 3_600_000);
    await pass(5_000);
    room.typing();
    expect(sent("typing")).toHaveLength(2);
  });
});

describe("a read marker", () => {
  /** The thread in a `welcome` to a member who has read up to `readSeq`. */
  const readUpTo = (readSeq: number) => ({
    thread: { ...welcome(0).thread, you: { role: "member" as const, readSeq } },
  });

  it("is sent for the newest message alone, at most once a second", async () => {
    const { room, sent } = await emptyRoom();
    for (let seq = 1; seq <= 5; seq++) room.read(seq);
    await pass();
    room.read(6);
    await pass(999);
    expect(sent("read").map(({ seq }) => seq)).toEqual([5]);
    await pass(1);
    expect(sent("read").map(({ seq }) => seq)).toEqual([5, 6]);
  });

  it("is sent in time where the system clock is set back", async () => {
    const { room, newest, sent } = await startRoom();
    newest().deliver(welcome(5), history(messages(1, 5)));
    room.read(3);
    await pass();
    vi.setSystemTime(Date.now() - 3_600_000);
    room.read(5);
    await pass(2_000);
    expect(sent("read").map(({ seq }) => seq)).toEqual([3, 5]);
  });

  it("is sent again where the server did not receive it", async () => {
    const { room, newest, sent, loseAndReturn } = await emptyRoom();
    const returned = loseAndReturn();
    room.read(3);
    await returned;
    newest().deliver(welcome(0, { resumed: true, ...readUpTo(1) }));
    await pass(1_000);
    expect(sent("read").map(({ seq }) => seq)).toEqual([3]);
  });

  it("is not sent for another user who signed in meanwhile", async () => {
    const { room, newest, sent, loseAndReturn } = await emptyRoom();
    room.read(9);
    await pass(1_000);
    await loseAndReturn();
    newest().deliver(welcome(9, { user: BEN, resumed: true, ...readUpTo(1) }));
    await pass(1_000);
    expect(sent("read")).toEqual([]);
  });

  it("is forgotten where the thread was restored to an earlier state, whose later messages are others", async () => {
    const { room, newest, sent, loseAndReturn } = await emptyRoom();
    room.read(9);
    await pass(1_000);
    await loseAndReturn();
    const restored = { ...readUpTo(1).thread, epoch: "e2" };
    newest().deliver(welcome(2, { cursor: "e2:2", thread: restored }), history(messages(1, 2)));
    await pass(1_000);
    expect(sent("read")).toEqual([]);
  });

  it("of the user counts in presence at once", async () => {
    const { client, room } = await emptyRoom();
    const seen = vi.spyOn(client.presence(), "seen");
    room.read(3);
    expect(seen).toHaveBeenCalledWith("t1", 3);
  });

  it("of the user counts in presence by the thread's id where the room was entered by the host's key", async () => {
    const { client, newest } = startClient();
    const presence = client.presence();
    const seen = vi.spyOn(presence, "seen");
    const room = client.thread("key:order/1 é");
    await pass();
    expect(newest().path).toBe("/api/threads/key%3Aorder%2F1%20%C3%A9/socket?paced=");
    newest().deliver(welcome(1), history(messages(1, 1)));
    room.read(1);
    expect(seen).toHaveBeenCalledWith("t1", 1);
    expect(client.thread("key:order/1 é")).toBe(room);
    client.close();
  });
});

describe("a gap between events", () => {
  it("is not shown: the room reconnects from before it", async () => {
    const { room, newest } = await emptyRoom();
    newest().deliver(chat(1, 1), chat(3, 3));
    expect([room.getSnapshot().connection, seqsOf(room.getSnapshot())]).toEqual(["waiting", [1]]);
    await pass(2_000);
    expect(newest().path).toContain("cursor=e1%3A1");
  });
});

describe("a room that is closed", () => {
  it("leaves no timer and no socket", async () => {
    const { room, newest, sockets } = await emptyRoom();
    room.send("Hello");
    room.read(1);
    newest().deliver({ type: "typing", userId: "ben" });
    room.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(sockets.every(({ isOpen }) => !isOpen)).toBe(true);
  });

  it.each([
    ["that somebody types", [{ type: "typing", userId: "ben" }]],
    ["how far the user has read", [welcome(0, { resumed: true })]],
  ])("leaves no timer where a subscriber closes it on seeing %s", async (_what, events) => {
    const { room, newest } = await emptyRoom();
    room.read(1);
    await pass(1_000);
    let calls = 0;
    room.subscribe(() => {
      calls += 1;
      if (calls > 1) room.close();
    });
    newest().deliver(...events);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer where a subscriber closes it on seeing that one of two has stopped typing", async () => {
    const { room, newest } = await emptyRoom();
    newest().deliver({ type: "typing", userId: "ben" });
    await pass(1_000);
    newest().deliver({ type: "typing", userId: "cy" });
    room.subscribe(({ typing }) => {
      if (typing.length === 1) room.close();
    });
    await pass(4_500);
    expect(room.getSnapshot().typing).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
