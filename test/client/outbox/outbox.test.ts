import { describe, expect, it, vi } from "vitest";
import { Outbox } from "../../../src/client/outbox/outbox.ts";
import type { OutboxStorage } from "../../../src/client/outbox/storage.ts";
import { parseCursor } from "../../../src/client/room/cursor.ts";
import type { DurableCommand } from "../../../src/protocol/commands.ts";
import type { ThreadEvent } from "../../../src/protocol/events.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";
import { memoryStorage, type MemoryStorage } from "../support/memory-storage.ts";
import { ADA, BEN, chat, history, message, NOW, welcome } from "../support/samples.ts";

function chatCommand(id: string, body = id): DurableCommand {
  return { type: "chat", id, body };
}

function ack(id: string, seq = 1): ThreadEvent {
  return { type: "ack", id, seq, rev: seq, at: NOW };
}

function error(
  id: string,
  code: "internal" | "forbidden" | "rate_limited",
  retryAfterMs?: number,
): ThreadEvent {
  return { type: "error", id, code, message: "No.", ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

interface OutboxSetup {
  storage?: OutboxStorage;
  user?: typeof ADA;
}

/** An outbox with a connection that can be lost, before the first `welcome`. */
function createOutbox({ storage, user = ADA }: OutboxSetup = {}) {
  const frames: DurableCommand[][] = [];
  let position: { epoch: string; rev: number } | undefined;
  const outbox = new Outbox({
    threadId: "t1",
    storage,
    send: (commands) => {
      if (position) frames.push([...commands]);
      return position !== undefined;
    },
    position: () => position,
    onChange: () => {},
  });
  const receive = async (event: ThreadEvent) => {
    if (event.type === "welcome") position = parseCursor(event.cursor);
    outbox.receive(event);
    await pass();
  };
  return {
    outbox,
    /** The commands of each frame that was sent. */
    frames,
    receive,
    /** A `welcome` at `rev` 7. */
    welcome: (more: Parameters<typeof welcome>[1] = {}) => receive(welcome(7, { user, ...more })),
    disconnect: () => {
      position = undefined;
      outbox.disconnected();
    },
    /** The ids of each frame that was sent. */
    sentIds: () => frames.map((frame) => frame.map(({ id }) => id).join(" ")),
    /** The messages that are shown as not stored. */
    shown: () => outbox.outgoing.map(({ id, state }) => `${id} ${state}`),
  };
}

async function welcomedOutbox(setup?: OutboxSetup) {
  const created = createOutbox(setup);
  await created.welcome();
  return created;
}

useFakeClock();

describe("a message that is sent", () => {
  it("is pending until it is acknowledged", async () => {
    const { outbox, receive, shown } = await welcomedOutbox();
    const stored = outbox.add(chatCommand("a"));
    expect(shown()).toEqual(["a pending"]);
    await receive(ack("a", 4));
    expect(await stored).toEqual({ id: "a", seq: 4 });
    expect(shown()).toEqual([]);
  });

  it("is stored when it arrives as an event, but not when another user's has the same id", async () => {
    const { outbox, receive, shown } = await welcomedOutbox();
    const stored = outbox.add(chatCommand("a"));
    await receive(chat(8, 8, { id: "a", author: BEN }));
    expect(shown()).toEqual(["a pending"]);
    await receive(chat(9, 9, { id: "a", author: ADA }));
    expect(shown()).toEqual([]);
    expect(await stored).toEqual({ id: "a", seq: 9 });
  });

  it("waits while there is no connection, and is then sent in order, with its first `since`", async () => {
    const { outbox, frames, sentIds, disconnect, welcome: reconnect } = await welcomedOutbox();
    void outbox.add(chatCommand("a"));
    disconnect();
    void outbox.add(chatCommand("b"));
    await reconnect({ cursor: "e1:9", resumed: true });
    expect(sentIds()).toEqual(["a", "a b"]);
    expect(frames.flat().map((command) => command.type === "chat" && command.since)).toEqual([7, 7, 9]);
  });

  it("gets a new `since` in another epoch", async () => {
    const { outbox, frames, disconnect, welcome: reconnect } = await welcomedOutbox();
    void outbox.add(chatCommand("a"));
    disconnect();
    await reconnect({ cursor: "e2:3" });
    expect(frames.at(-1)).toEqual([{ ...chatCommand("a"), since: 3 }]);
  });

  it("fails at once, with the reason, where it is too long", async () => {
    const { outbox, sentIds, shown } = await welcomedOutbox();
    const refused = outbox.add(chatCommand("long", "x".repeat(10_001)));
    await expect(refused).rejects.toMatchObject({ code: "too_large" });
    expect([sentIds(), shown()]).toEqual([[], ["long failed"]]);
  });
});

describe("order", () => {
  it("is kept by sending one frame at a time: others wait until all of it is answered", async () => {
    const { outbox, receive, sentIds } = await welcomedOutbox();
    for (const id of ["a", "b", "c"]) void outbox.add(chatCommand(id));
    expect(sentIds()).toEqual(["a"]);
    await receive(ack("a"));
    expect(sentIds()).toEqual(["a", "b c"]);
    await receive(ack("b"));
    expect(sentIds()).toEqual(["a", "b c"]);
  });

  it("is kept where a rate limit holds back the end of a frame", async () => {
    const { outbox, receive, sentIds } = await welcomedOutbox();
    for (const id of ["a", "b", "c"]) void outbox.add(chatCommand(id));
    await receive(ack("a"));
    await receive(error("b", "rate_limited", 3_000));
    await receive(error("c", "rate_limited", 3_100));
    void outbox.add(chatCommand("d"));
    await pass(3_099);
    expect(sentIds()).toEqual(["a", "b c"]);
    await pass(1);
    expect(sentIds()).toEqual(["a", "b c", "b c d"]);
  });

  it("is kept over frames of ten commands, none larger than the server accepts", async () => {
    const { outbox, frames, disconnect, welcome: reconnect, sentIds, receive } = await welcomedOutbox();
    disconnect();
    for (let n = 0; n < 12; n++) void outbox.add(chatCommand(`m${n}`));
    void outbox.add(chatCommand("long", "\u0001".repeat(10_000)));
    void outbox.add(chatCommand("longer", "\u0001".repeat(10_000)));
    await reconnect();
    expect(frames.map(({ length }) => length)).toEqual([10]);
    for (const command of frames[0] ?? []) await receive(ack(command.id));
    expect(sentIds().at(-1)).toBe("m10 m11");
    for (const id of ["m10", "m11", "long"]) await receive(ack(id));
    expect(sentIds().slice(-2)).toEqual(["long", "longer"]);
    for (const frame of frames) {
      expect(new TextEncoder().encode(JSON.stringify(frame)).length).toBeLessThanOrEqual(65_536);
    }
  });
});

describe("a message that is refused", () => {
  it("fails with the reason, and can be sent again with the same id", async () => {
    const { outbox, frames, receive, shown } = await welcomedOutbox();
    const refused = outbox.add(chatCommand("a"));
    await receive(error("a", "internal"));
    await expect(refused).rejects.toThrow("No.");
    expect(outbox.outgoing[0]).toMatchObject({ state: "failed", reason: "No." });
    outbox.retry("a");
    expect(shown()).toEqual(["a pending"]);
    expect(frames[1]).toEqual(frames[0]);
  });

  it("does not hold up those after it", async () => {
    const { outbox, receive, sentIds } = await welcomedOutbox();
    void outbox.add(chatCommand("a"));
    void outbox.add(chatCommand("b"));
    await receive(error("a", "forbidden"));
    expect(sentIds()).toEqual(["a", "b"]);
  });

  it("does not hold up those after it where it was discarded meanwhile", async () => {
    const { outbox, receive, sentIds } = await welcomedOutbox();
    void outbox.add(chatCommand("a"));
    void outbox.add(chatCommand("b"));
    outbox.discard("a");
    await receive(error("a", "internal"));
    expect(sentIds()).toEqual(["a", "b"]);
  });

  it("can be discarded", async () => {
    const { outbox, receive, shown } = await welcomedOutbox();
    void outbox.add(chatCommand("a"));
    await receive(error("a", "forbidden"));
    outbox.discard("a");
    expect(shown()).toEqual([]);
  });
});

describe("a change that is refused", () => {
  it("rejects, and is not shown", async () => {
    const { outbox, receive, shown } = await welcomedOutbox();
    const refused = outbox.add({ type: "delete", id: "d", seq: 1 });
    await receive(error("d", "forbidden"));
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
    expect(shown()).toEqual([]);
  });
});

describe("another user who signs in", () => {
  it("is not shown what the one before left unsent, nor sends it", async () => {
    const { outbox, shown, frames, disconnect, welcome: signIn } = await welcomedOutbox({ user: BEN });
    disconnect();
    const unsent = outbox.add(chatCommand("of Ben"));
    await signIn({ user: ADA });
    await expect(unsent).rejects.toMatchObject({ code: "offline" });
    expect([shown(), frames]).toEqual([[], []]);
  });

  it("sends nothing before their own unsent messages are loaded", async () => {
    const storage = memoryStorage();
    const loads = new Map<string, () => void>();
    const load = async (box: string) => {
      await new Promise<void>((resolve) => loads.set(box, resolve));
      return storage.load(box);
    };
    const { outbox, sentIds, welcome: signIn } = createOutbox({ storage: { ...storage, load } });
    await signIn({ user: ADA });
    await signIn({ user: BEN });
    void outbox.add(chatCommand("of Ben"));
    loads.get("ada,t1")?.();
    await pass();
    expect(sentIds()).toEqual([]);
    loads.get("ben,t1")?.();
    await pass();
    expect(sentIds()).toEqual(["of Ben"]);
  });
});

describe("over a reload", () => {
  /** Leaves in the storage what a closed page leaves: "a" was sent, "b" has failed and "c" was waiting. */
  async function leaveUnsent(storage: MemoryStorage) {
    const page = await welcomedOutbox({ storage });
    void page.outbox.add(chatCommand("a"));
    void page.outbox.add(chatCommand("b", "x".repeat(10_001)));
    page.disconnect();
    void page.outbox.add(chatCommand("c"));
    await pass();
    page.outbox.close();
  }

  async function storageWithUnsent(): Promise<MemoryStorage> {
    const storage = memoryStorage();
    await leaveUnsent(storage);
    return storage;
  }

  /** This storage, which returns nothing until `finishLoading` is called. */
  function slowToLoad(storage: MemoryStorage) {
    const { promise, resolve } = Promise.withResolvers<void>();
    return {
      ...storage,
      load: (box: string) => promise.then(() => storage.load(box)),
      finishLoading: async () => {
        resolve();
        await pass();
      },
    };
  }

  it("restores what was unsent, in order, with ids and `since`, before what is new", async () => {
    const storage = await storageWithUnsent();
    const { outbox, welcome: connect, frames, shown } = createOutbox({ storage });
    void outbox.add(chatCommand("d"));
    await connect({ cursor: "e1:20" });
    expect(shown()).toEqual(["a pending", "b failed", "c pending", "d pending"]);
    const since = (command: DurableCommand) => command.type === "chat" && command.since;
    expect(frames.flat().map((command) => [command.id, since(command)])).toEqual([
      ["a", 7],
      ["c", 20],
      ["d", 20],
    ]);
  });

  it("restores it for the same user alone", async () => {
    const storage = await storageWithUnsent();
    const { sentIds, shown, welcome: signIn, disconnect } = await welcomedOutbox({ storage, user: BEN });
    expect([sentIds(), shown()]).toEqual([[], []]);
    disconnect();
    await signIn({ user: ADA });
    expect(shown()).toEqual(["a pending", "b failed", "c pending"]);
  });

  it("drops what the snapshot shows to be stored", async () => {
    const storage = await storageWithUnsent();
    const { outbox, receive, sentIds, shown } = createOutbox({ storage });
    const stored = [message(1, { id: "a", author: ADA }), message(2, { id: "c", author: ADA })];
    outbox.receive(welcome(8));
    await receive(history(stored));
    expect([sentIds(), shown()]).toEqual([[], ["b failed"]]);
    expect(storage.keptIds()).toEqual(["b"]);
  });

  it("keeps nothing that another tab has discarded, though this one still shows it and reconnects", async () => {
    const storage = await storageWithUnsent();
    const tab = await welcomedOutbox({ storage });
    const otherTab = await welcomedOutbox({ storage });
    for (const id of ["a", "b", "c"]) otherTab.outbox.discard(id);
    tab.disconnect();
    await tab.welcome({ resumed: true });
    expect(storage.keptIds()).not.toContain("b");
  });

  it("keeps nothing that was stored or discarded", async () => {
    const storage = await storageWithUnsent();
    const { outbox, receive } = await welcomedOutbox({ storage });
    await receive(ack("a"));
    await receive(ack("c"));
    outbox.discard("b");
    await pass();
    expect(storage.keptIds()).toEqual([]);
  });

  it("restores it once where a second `welcome` comes while the storage is loading", async () => {
    const slow = slowToLoad(await storageWithUnsent());
    const { welcome: connect, sentIds, shown } = createOutbox({ storage: slow });
    await connect();
    await connect();
    await slow.finishLoading();
    expect(shown()).toEqual(["a pending", "b failed", "c pending"]);
    expect(sentIds()).toEqual(["a c"]);
  });

  it("restores and sends it also where the storage takes longer than the outbox waits", async () => {
    const slow = slowToLoad(await storageWithUnsent());
    const { outbox, welcome: connect, receive, sentIds, shown } = createOutbox({ storage: slow });
    await connect();
    void outbox.add(chatCommand("d"));
    await pass(2_000);
    expect(sentIds()).toEqual(["d"]);
    await receive(ack("d"));
    await slow.finishLoading();
    expect(shown()).toEqual(["a pending", "b failed", "c pending"]);
    expect(sentIds()).toEqual(["d", "a c"]);
  });

  it("leaves it in the storage where the room is left before that has loaded", async () => {
    const slow = slowToLoad(await storageWithUnsent());
    const { outbox, welcome: connect, shown } = createOutbox({ storage: slow });
    await connect();
    outbox.close();
    await slow.finishLoading();
    expect(shown()).toEqual([]);
    expect(slow.keptIds()).toEqual(["a", "b", "c"]);
  });

  it("replaces a `since` of another epoch", async () => {
    const storage = await storageWithUnsent();
    const { welcome: connect, frames } = createOutbox({ storage });
    await connect({ cursor: "e2:3" });
    expect(frames.flat()[0]).toEqual({ ...chatCommand("a"), since: 3 });
  });

  it.each([
    ["fails", { load: () => Promise.reject(new Error("no storage")) }],
    ["hangs", { load: () => new Promise<never>(() => {}) }],
  ])("sends what is new also where the storage %s", async (_how, broken) => {
    const { outbox, sentIds } = await welcomedOutbox({ storage: { ...memoryStorage(), ...broken } });
    void outbox.add(chatCommand("a"));
    await pass(2_000);
    expect(sentIds()).toEqual(["a"]);
    outbox.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
