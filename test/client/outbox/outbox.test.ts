import { describe, expect, it, vi } from "vitest";
import { Outbox } from "../../../src/client/outbox/outbox.ts";
import type { RoomState } from "../../../src/client/room/room-state.ts";
import type { DurableCommand } from "../../../src/protocol/commands.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { memoryStorage, type MemoryStorage } from "../support/memory-storage.ts";
import { ADA, BEN, chat, EMPTY, NOW, roomAfter, welcome } from "../support/samples.ts";

const say = (id: string, body = id): DurableCommand => ({ type: "chat", id, body });
const ack = (id: string, seq = 1): ThreadEvent => ({ type: "ack", id, seq, rev: seq, at: NOW });
const error = (
  id: string,
  code: "internal" | "forbidden" | "rate_limited",
  retryAfterMs?: number,
): ThreadEvent => ({
  type: "error",
  id,
  code,
  message: "No.",
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** An outbox with a wire that can be cut, welcomed at `rev` 7. */
async function outbox({ storage, user = ADA }: { storage?: MemoryStorage; user?: typeof ADA } = {}) {
  const frames: DurableCommand[][] = [];
  let room: RoomState = { ...EMPTY, connection: "open" };
  const box = new Outbox({
    threadId: "t1",
    send: (frame) => {
      if (room.connection === "open") frames.push([frame].flat() as DurableCommand[]);
      return room.connection === "open";
    },
    room: () => room,
    onChange: () => {},
    storage,
  });
  const hear = async (event: ThreadEvent) => {
    const before = room;
    if (event.type === "welcome") room = { ...roomAfter(event), connection: "open" };
    box.receive(event, before, room);
    await pass();
  };
  const lose = () => {
    room = { ...room, connection: "waiting" };
    box.disconnected();
  };
  const meet = (more: Parameters<typeof welcome>[1] = {}) => hear(welcome(7, { user, ...more }));
  const ids = () => frames.map((frame) => frame.map(({ id }) => id).join(" "));
  const shown = () => box.shown.map(({ id, state }) => `${id} ${state}`);
  return { box, frames, hear, lose, meet, ids, shown };
}

async function welcomed(options?: Parameters<typeof outbox>[0]) {
  const welcomedBox = await outbox(options);
  await welcomedBox.meet();
  return welcomedBox;
}

useFakeClock();

describe("a message that is sent", () => {
  it("is pending until it is acknowledged", async () => {
    const { box, hear, shown } = await welcomed();
    const stored = box.add(say("a"));
    expect(shown()).toEqual(["a pending"]);
    await hear(ack("a", 4));
    expect(await stored).toEqual({ id: "a", seq: 4 });
    expect(shown()).toEqual([]);
  });

  it("is also stored once it comes back, but not when another's has the same id", async () => {
    const { box, hear, shown } = await welcomed();
    const stored = box.add(say("a"));
    await hear(chat(8, 8, { id: "a", author: BEN }));
    expect(shown()).toEqual(["a pending"]);
    await hear(chat(9, 9, { id: "a", author: ADA }));
    expect(shown()).toEqual([]);
    expect(await stored).toEqual({ id: "a", seq: 9 });
  });

  it("waits while there is no connection, and goes in order, with its first since", async () => {
    const { box, frames, ids, lose, meet } = await welcomed();
    void box.add(say("a"));
    lose();
    void box.add(say("b"));
    await meet({ cursor: "e1:9", resumed: true });
    expect(ids()).toEqual(["a", "a b"]);
    expect(frames.flat().map((command) => command.type === "chat" && command.since)).toEqual([7, 7, 9]);
  });

  it("counts its since anew in another epoch", async () => {
    const { box, frames, lose, meet } = await welcomed();
    void box.add(say("a"));
    lose();
    await meet({ cursor: "e2:3" });
    expect(frames.at(-1)).toEqual([{ ...say("a"), since: 3 }]);
  });

  it("fails at once, with the reason, where it is longer than any may be", async () => {
    const { box, ids, shown } = await welcomed();
    await expect(box.add(say("long", "x".repeat(10_001)))).rejects.toMatchObject({ code: "too_large" });
    expect([ids(), shown()]).toEqual([[], ["long failed"]]);
  });
});

describe("order", () => {
  it("is kept by one frame at a time: what comes meanwhile waits for its answers", async () => {
    const { box, hear, ids } = await welcomed();
    for (const id of ["a", "b", "c"]) void box.add(say(id));
    expect(ids()).toEqual(["a"]);
    await hear(ack("a"));
    expect(ids()).toEqual(["a", "b c"]);
    await hear(ack("b"));
    expect(ids()).toEqual(["a", "b c"]);
  });

  it("is kept where a rate limit holds back the end of a frame", async () => {
    const { box, hear, ids } = await welcomed();
    for (const id of ["a", "b", "c"]) void box.add(say(id));
    await hear(ack("a"));
    await hear(error("b", "rate_limited", 3_000));
    await hear(error("c", "rate_limited", 3_100));
    void box.add(say("d"));
    await pass(3_099);
    expect(ids()).toEqual(["a", "b c"]);
    await pass(1);
    expect(ids()).toEqual(["a", "b c", "b c d"]);
  });

  it("is kept in frames of ten, none larger than the server takes", async () => {
    const { box, frames, lose, meet, ids, hear } = await welcomed();
    lose();
    for (let n = 0; n < 12; n++) void box.add(say(`m${n}`));
    void box.add(say("long", "\u0001".repeat(10_000)));
    void box.add(say("longer", "\u0001".repeat(10_000)));
    await meet();
    expect(frames.map(({ length }) => length)).toEqual([10]);
    for (const command of frames[0] ?? []) await hear(ack(command.id));
    expect(ids().at(-1)).toBe("m10 m11");
    for (const id of ["m10", "m11", "long"]) await hear(ack(id));
    expect(ids().slice(-2)).toEqual(["long", "longer"]);
    for (const frame of frames) {
      expect(new TextEncoder().encode(JSON.stringify(frame)).length).toBeLessThanOrEqual(65_536);
    }
  });
});

describe("a message that is refused", () => {
  it("fails with the reason, and can be retried under the same id", async () => {
    const { box, frames, hear, shown } = await welcomed();
    const refused = box.add(say("a"));
    await hear(error("a", "internal"));
    await expect(refused).rejects.toThrow("No.");
    expect(box.shown[0]).toMatchObject({ state: "failed", reason: "No." });
    box.retry("a");
    expect(shown()).toEqual(["a pending"]);
    expect(frames[1]).toEqual(frames[0]);
  });

  it("holds up none of those after it", async () => {
    const { box, hear, ids } = await welcomed();
    box.add(say("a")).catch(() => {});
    void box.add(say("b"));
    await hear(error("a", "forbidden"));
    expect(ids()).toEqual(["a", "b"]);
  });

  it("can be discarded", async () => {
    const { box, hear, shown } = await welcomed();
    void box.add(say("a"));
    await hear(error("a", "forbidden"));
    box.discard("a");
    expect(shown()).toEqual([]);
  });

  it("is not shown where it is no message, but rejects", async () => {
    const { box, hear, shown } = await welcomed();
    const refused = box.add({ type: "delete", id: "d", seq: 1 });
    await hear(error("d", "forbidden"));
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
    expect(shown()).toEqual([]);
  });
});

describe("over a reload", () => {
  /** What a page left behind that was closed with "a" on its way, "b" failed and "c" waiting. */
  async function leftBehind(storage: MemoryStorage) {
    const page = await welcomed({ storage });
    void page.box.add(say("a"));
    void page.box.add(say("b", "x".repeat(10_001)));
    page.lose();
    void page.box.add(say("c"));
    await pass();
    page.box.close();
  }

  /** The same storage, with a load that takes until `loaded` is called. */
  function slowToLoad(storage: MemoryStorage) {
    let load = () => {};
    const wait = new Promise<void>((resolve) => (load = resolve));
    return {
      ...storage,
      load: (box: string) => wait.then(() => storage.load(box)),
      loaded: async () => {
        load();
        await pass();
      },
    };
  }

  it("what was unsent is there again, in order, with ids and since, before what is new", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const { box, meet, frames, shown } = await outbox({ storage });
    void box.add(say("d"));
    await meet({ cursor: "e1:20" });
    expect(shown()).toEqual(["a pending", "b failed", "c pending", "d pending"]);
    const since = (command: DurableCommand) => command.type === "chat" && command.since;
    expect(frames.flat().map((command) => [command.id, since(command)])).toEqual([
      ["a", 7],
      ["c", 20],
      ["d", 20],
    ]);
  });

  it("is for the same user alone, and nothing of one's own is sent as somebody else", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const { box, ids, shown, meet, lose } = await welcomed({ storage, user: BEN });
    expect([ids(), shown()]).toEqual([[], []]);
    lose();
    const lost = box.add(say("of Ben"));
    await meet({ user: ADA });
    await expect(lost).rejects.toMatchObject({ code: "offline" });
    expect(shown()).toEqual(["a pending", "b failed", "c pending"]);
  });

  it("is not shown to somebody else who signs in, also where nothing is kept", async () => {
    const { box, shown, lose, meet } = await welcomed({ user: BEN });
    void box.add(say("of Ben"));
    lose();
    await meet({ user: ADA });
    expect(shown()).toEqual([]);
  });

  it("leaves nothing of what was given up in another tab, though this one shows it still and comes back", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const tab = await welcomed({ storage });
    const other = await welcomed({ storage });
    for (const id of ["a", "b", "c"]) other.box.discard(id);
    tab.lose();
    await tab.meet({ resumed: true });
    expect(storage.kept()).not.toContain("b");
  });

  it("leaves nothing of what was stored or discarded", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const { box, hear } = await welcomed({ storage });
    await hear(ack("a"));
    await hear(ack("c"));
    box.discard("b");
    await pass();
    expect(storage.kept()).toEqual([]);
  });

  it("is there again, once, also where a second welcome comes while the storage is read", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const slow = slowToLoad(storage);
    const { meet, ids, shown } = await outbox({ storage: slow });
    await meet();
    await meet();
    await slow.loaded();
    expect(shown()).toEqual(["a pending", "b failed", "c pending"]);
    expect(ids()).toEqual(["a c"]);
  });

  it("is there again, and sent, where the storage took longer than it is waited for", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const slow = slowToLoad(storage);
    const { box, meet, hear, ids, shown } = await outbox({ storage: slow });
    await meet();
    void box.add(say("d"));
    await pass(2_000);
    expect(ids()).toEqual(["d"]);
    await hear(ack("d"));
    await slow.loaded();
    expect(shown()).toEqual(["a pending", "b failed", "c pending"]);
    expect(ids()).toEqual(["d", "a c"]);
  });

  it("stays where it is, where the room is left before the storage is read", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const slow = slowToLoad(storage);
    const { box, meet, shown } = await outbox({ storage: slow });
    await meet();
    box.close();
    await slow.loaded();
    expect(shown()).toEqual([]);
    expect(storage.kept()).toEqual(["a", "b", "c"]);
  });

  it("forgets a since of another epoch", async () => {
    const storage = memoryStorage();
    await leftBehind(storage);
    const { meet, frames } = await outbox({ storage });
    await meet({ cursor: "e2:3" });
    expect(frames.flat()[0]).toEqual({ ...say("a"), since: 3 });
  });

  it.each([
    ["fails", { load: () => Promise.reject(new Error("no storage")) }],
    ["hangs", { load: () => new Promise<never>(() => {}) }],
  ])("sends what is new also where the storage %s", async (_how, broken) => {
    const { box, ids } = await welcomed({ storage: { ...memoryStorage(), ...broken } });
    void box.add(say("a"));
    await pass(2_000);
    expect(ids()).toEqual(["a"]);
    box.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
