/** A room that is remembered after it was left: what is shown when it is entered again. */
import { describe, expect, it, vi } from "vitest";
import type { Api, Room } from "../../../src/client/client.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { startRoom } from "../support/fake-server.ts";
import { chat, history, messages, seqsOf, welcome } from "../support/samples.ts";
import { emptyRoom } from "../support/welcomed.ts";

useFakeClock();

/** Leaves a room as the last one who retains it. */
async function leave(room: Room): Promise<void> {
  room.retain()();
  await pass();
}

const rememberedRooms = 1;

describe("a remembered room", () => {
  it("shows at once what it had when it is opened again, and adds what it missed", async () => {
    const { client, room, newest, sockets } = await emptyRoom({ rememberedRooms });
    newest().deliver(chat(1, 1));
    await leave(room);
    expect(room.getSnapshot().connection).toBe("stopped");
    expect(newest().isOpen).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    expect(client.thread("t1")).toBe(room);
    expect(room.getSnapshot()).toMatchObject({ connection: "connecting", ready: true, online: [] });
    expect(seqsOf(room.getSnapshot())).toEqual([1]);
    await pass();
    expect(sockets).toHaveLength(2);
    expect(newest().path).toContain("cursor=e1%3A1");
    newest().deliver(welcome(1, { resumed: true }), chat(2, 2));
    expect(seqsOf(room.getSnapshot())).toEqual([1, 2]);
  });

  it("forgets everything at `close()`, its own and the client's", async () => {
    for (const close of ["room", "client"] as const) {
      const started = await emptyRoom({ rememberedRooms });
      started.newest().deliver(chat(1, 1));
      await leave(started.room);
      started[close].close();
      expect(started.room.getSnapshot()).toMatchObject({ connection: "stopped", messages: [] });
      started.client.thread("t1");
      expect(started.room.getSnapshot()).toMatchObject({ ready: false, messages: [] });
      await pass();
      expect(started.newest().path).not.toContain("cursor");
      started.client.close();
    }
  });

  it("shows nothing any more where the server does not let the user in again", async () => {
    const { client, room, newest } = await emptyRoom({ rememberedRooms });
    newest().deliver(chat(1, 1));
    await leave(room);
    client.thread("t1");
    await pass();
    newest().deliver({ type: "closing", code: 4004, reason: "gone" });
    expect(room.getSnapshot()).toMatchObject({
      connection: "stopped",
      closeCode: 4004,
      ready: false,
      messages: [],
    });
  });

  it("is forgotten when as many others were left since, or by default", async () => {
    const { client, room, newest } = await emptyRoom({ rememberedRooms });
    newest().deliver(chat(1, 1));
    await leave(room);
    await leave(client.thread("t2"));
    client.thread("t1");
    expect(room.getSnapshot()).toMatchObject({ ready: false, messages: [] });
    const other = await emptyRoom();
    await leave(other.room);
    other.client.thread("t1");
    expect(other.room.getSnapshot().ready).toBe(false);
  });

  it("gets a snapshot where what it shows was not known to be up to date", async () => {
    const pages = vi.fn<Api["messages"]>().mockReturnValue(new Promise(() => {}));
    const { client, room, newest, loseAndReturn } = await startRoom({
      rememberedRooms,
      responses: { messages: pages },
    });
    newest().deliver(welcome(40), history(messages(1, 40)));
    await loseAndReturn();
    newest().deliver(welcome(2_000), history(messages(551, 600)));
    await leave(room);
    client.thread("t1");
    await pass();
    expect(newest().path).not.toContain("cursor");
  });

  it.each<[string, (room: Room) => Promise<void>]>([
    ["messages", (room) => room.loadMessages({ around: 1 })],
    ["older messages", (room) => room.loadOlder()],
    ["members", (room) => room.loadMembers()],
  ])("loads %s again that were on their way when it was left", async (_what, load) => {
    const page = { messages: messages(1, 38), hasBefore: false, hasAfter: true };
    const never = new Promise<never>(() => {});
    const pages = vi.fn<Api["messages"]>().mockReturnValueOnce(never).mockResolvedValue(page);
    const members = vi.fn<Api["members"]>().mockReturnValueOnce(never).mockResolvedValue({ members: [] });
    const { client, room, newest } = await startRoom({
      rememberedRooms,
      responses: { messages: pages, members },
    });
    newest().deliver(welcome(40), history(messages(39, 40)));
    await pass();
    void load(room);
    await leave(room);
    client.thread("t1");
    const loaded = vi.fn<() => void>();
    void load(room).then(loaded);
    await pass();
    expect([loaded.mock.calls.length, pages.mock.calls.length + members.mock.calls.length]).toEqual([1, 2]);
  });
});
