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
  /** Who was signed in last, as far as that is known before the first `welcome`. */
  userId?: string;
}

/** An outbox with a connection that can be lost, before the first `welcome`. */
function createOutbox({ storage, user = ADA, userId }: OutboxSetup = {}) {
  const frames: DurableCommand[][] = [];
  let position: { epoch: string; rev: number } | undefined;
  let shown: { epoch: string } | undefined;
  const outbox = new Outbox({
    threadId: "t1",
    storage,
    userId: () => userId,
    send: (commands) => {
      if (position) frames.push([...commands]);
      return position !== undefined;
    },
    position: () => position,
    epoch: () => shown?.epoch,
    onChange: () => {},
  });
  const receive = async (event: ThreadEvent) => {
    if (event.type === "welcome") shown = position = parseCursor(event.cursor);
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
    shown: () => outbox.view.outgoing.map(({ id, state }) => `${id} ${state}`),
    /** The changes that are shown as not stored. */
    shownChanges: () => outbox.view.outgoingChanges.map(({ id, state }) => `${id} ${state}`),
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

  it("goes on after what may not be sent for longer than a minute, as in slow mode: that has failed", async () => {
    const { outbox, receive, sentIds } = await welcomedOutbox();
    const refused = outbox.add(chatCommand("a"));
    void outbox.add(chatCommand("b"));
    await receive(error("a", "rate_limited", 3_600_000));
    await expect(refused).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 3_600_000 });
    expect(sentIds()).toEqual(["a", "b"]);
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
    expect(outbox.view.outgoing[0]).toMatchObject({ state: "failed", reason: "No." });
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

const react = (id: string, emoji = "👍", seq = 1): DurableCommand => ({ type: "react", id, seq, emoji });
const unreact = (id: string, emoji = "👍", seq = 1): DurableCommand => ({ type: "unreact", id, seq, emoji });
const edit = (id: string, body = id, seq = 1): DurableCommand => ({ type: "edit", id, seq, body });
const erase = (id: string, seq = 1): DurableCommand => ({ type: "delete", id, seq });

describe("a change", () => {
  it("is shown as pending until it is acknowledged, apart from messages", async () => {
    const { outbox, receive, shown, shownChanges } = await welcomedOutbox();
    const stored = outbox.add(edit("e", "new"));
    expect(outbox.view.outgoingChanges).toEqual([
      { type: "edit", id: "e", seq: 1, body: "new", at: expect.any(Number), state: "pending" },
    ]);
    expect(shown()).toEqual([]);
    await receive(ack("e"));
    expect([shownChanges(), await stored]).toEqual([[], { id: "e", seq: 1 }]);
  });

  it("that is refused rejects, and stays as failed with the reason until it is retried or discarded", async () => {
    const { outbox, receive, frames, shownChanges } = await welcomedOutbox();
    const refused = outbox.add(erase("d"));
    await receive(error("d", "forbidden"));
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
    expect(outbox.view.outgoingChanges[0]).toMatchObject({ state: "failed", reason: "No." });
    outbox.retry("d");
    expect([shownChanges(), frames[1]]).toEqual([["d pending"], frames[0]]);
    await receive(error("d", "forbidden"));
    outbox.discard("d");
    expect(shownChanges()).toEqual([]);
  });

  it("that is discarded rejects as discarded, and not as offline", async () => {
    const { outbox, disconnect } = await welcomedOutbox();
    disconnect();
    const discarded = outbox.add(react("r"));
    outbox.discard("r");
    await expect(discarded).rejects.toMatchObject({ code: "discarded" });
  });

  it("keeps its place among messages", async () => {
    const { outbox, disconnect, welcome: reconnect, sentIds } = await welcomedOutbox();
    disconnect();
    for (const command of [chatCommand("a"), edit("e"), chatCommand("b"), react("r"), erase("d", 2)])
      void outbox.add(command);
    await reconnect({ resumed: true });
    expect(sentIds()).toEqual(["a e b r d"]);
  });

  it("is not sent again where the replay shows by its id that it was stored", async () => {
    const { outbox, disconnect, welcome: reconnect, receive, shownChanges } = await welcomedOutbox();
    const stored = [outbox.add(react("r")), outbox.add(edit("e", "new", 2)), outbox.add(erase("d", 3))];
    disconnect();
    outbox.receive(welcome(7, { resumed: true }));
    await receive({ type: "react", rev: 8, id: "r", seq: 1, emoji: "👍", user: ADA });
    await receive({ type: "unreact", rev: 9, id: "of another device", seq: 1, emoji: "👍", user: ADA });
    await receive({ type: "edit", rev: 10, id: "e", message: message(2, { author: ADA, body: "newer" }) });
    await receive({ type: "delete", rev: 11, id: "d", seq: 3, deletedAt: NOW, by: ADA });
    expect(shownChanges()).toEqual([]);
    expect((await Promise.all(stored)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await reconnect({ resumed: true });
  });

  it("is still sent where another user's change has the same id", async () => {
    const { outbox, receive, shownChanges } = await welcomedOutbox();
    void outbox.add(react("r"));
    await receive({ type: "react", rev: 8, id: "r", seq: 1, emoji: "👍", user: BEN });
    expect(shownChanges()).toEqual(["r pending"]);
  });

  it("fails where the thread was restored to an earlier state: its number may be another message's by now", async () => {
    const { outbox, disconnect, welcome: reconnect, sentIds, shownChanges } = await welcomedOutbox();
    disconnect();
    const failed = outbox.add(erase("d"));
    await reconnect({ cursor: "e2:3" });
    await expect(failed).rejects.toMatchObject({ code: "conflict" });
    expect([sentIds(), shownChanges()]).toEqual([[], ["d failed"]]);
  });

  it("is not taken where 200 others of the thread wait", async () => {
    const { outbox, disconnect, shownChanges } = await welcomedOutbox();
    disconnect();
    for (let seq = 1; seq <= 200; seq++) void outbox.add(edit(`e${seq}`, "x", seq));
    await expect(outbox.add(edit("e201", "x", 201))).rejects.toMatchObject({ code: "rate_limited" });
    void outbox.add(edit("again", "y", 7));
    expect([shownChanges().length, shownChanges().at(-1)]).toEqual([200, "again pending"]);
  });
});

describe("a change that makes an earlier one needless", () => {
  it.each<[string, DurableCommand[], string]>([
    ["a reaction that is taken back", [react("a"), unreact("b")], "b"],
    ["a reaction that is given again", [react("a"), unreact("b"), react("c")], "c"],
    ["another emoji, which is apart", [react("a"), unreact("b", "🐸")], "a b"],
    ["another message's reaction, which is apart", [react("a"), unreact("b", "👍", 2)], "a b"],
    ["the same text edited again", [edit("a"), react("b"), edit("c")], "b c"],
    [
      "a reaction with text for an emoji, which is apart",
      [edit("a"), react("b", "body"), react("c", "all")],
      "a b c",
    ],
    ["a deletion", [edit("a"), react("b"), chatCommand("c"), erase("d")], "c d"],
    ["an edit after a deletion, which is refused", [erase("a"), edit("b")], "a b"],
  ])("replaces it while nothing can be sent: %s", async (_what, commands, left) => {
    const { outbox, disconnect, welcome: reconnect, sentIds } = await welcomedOutbox();
    disconnect();
    for (const command of commands) void outbox.add(command);
    await reconnect({ resumed: true });
    expect(sentIds()).toEqual([left]);
  });

  it("waits for one that is on its way", async () => {
    const { outbox, receive, sentIds } = await welcomedOutbox();
    void outbox.add(react("a"));
    void outbox.add(unreact("b"));
    await receive(ack("a"));
    expect(sentIds()).toEqual(["a", "b"]);
  });

  it("settles with it whoever waits for either", async () => {
    const storage = memoryStorage();
    const { outbox, receive, disconnect, welcome: reconnect } = await welcomedOutbox({ storage });
    disconnect();
    const both = Promise.all([outbox.add(react("a")), outbox.add(unreact("b"))]);
    await reconnect({ resumed: true });
    await receive(ack("b"));
    expect(await both).toEqual([
      { id: "b", seq: 1 },
      { id: "b", seq: 1 },
    ]);
    expect(storage.keptIds()).toEqual([]);
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

  it("sends what they gave to a room that was opened again before it knew them", async () => {
    const { outbox, sentIds, disconnect, welcome: signIn } = await welcomedOutbox({ user: BEN });
    disconnect();
    outbox.close();
    const stored = outbox.add(chatCommand("of Ada"));
    await signIn({ user: ADA });
    expect(sentIds()).toEqual(["of Ada"]);
    outbox.receive(ack("of Ada"));
    await expect(stored).resolves.toMatchObject({ seq: 1 });
  });

  it("does not send what the one before gave to a room that did not know them yet", async () => {
    const storage = memoryStorage();
    const { outbox, shown, frames, welcome: signIn } = createOutbox({ storage, userId: BEN.id });
    const unsent = outbox.add(chatCommand("of Ben"));
    await signIn({ user: ADA });
    expect([shown(), frames, storage.keptIds()]).toEqual([[], [], ["of Ben"]]);
    await expect(unsent).rejects.toMatchObject({ code: "offline" });
    await signIn({ user: BEN });
    expect([shown(), frames.flat().map(({ id }) => id)]).toEqual([["of Ben pending"], ["of Ben"]]);
  });

  it("sends nothing before their own unsent messages are loaded", async () => {
    const storage = memoryStorage();
    const loads = new Map<string, () => void>();
    const load = async (box: string) => {
      await new Promise<void>((resolve) => loads.set(box, resolve));
      return storage.load(box);
    };
    const finishLoading = (userId: string) => {
      for (const [box, finish] of loads) if (box.startsWith(userId)) finish();
    };
    const { outbox, sentIds, welcome: signIn } = createOutbox({ storage: { ...storage, load } });
    await signIn({ user: ADA });
    await signIn({ user: BEN });
    void outbox.add(chatCommand("of Ben"));
    finishLoading("ada");
    await pass();
    expect(sentIds()).toEqual([]);
    finishLoading("ben");
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

  it("restores changes too, in order with messages, each as it was", async () => {
    const storage = memoryStorage();
    const page = await welcomedOutbox({ storage });
    page.disconnect();
    const given = [edit("e", "new", 3), chatCommand("a"), react("r"), unreact("u", "🐸"), erase("d", 2)];
    for (const command of given) void page.outbox.add(command);
    page.outbox.close();
    const { welcome: connect, frames, shownChanges } = createOutbox({ storage });
    await connect({ cursor: "e1:20" });
    expect(shownChanges()).toEqual(["e pending", "r pending", "u pending", "d pending"]);
    expect(frames).toEqual([given.map((command) => expect.objectContaining(command))]);
  });

  it("sends a change again that was on its way when the page was reloaded", async () => {
    const storage = memoryStorage();
    const page = await welcomedOutbox({ storage });
    void page.outbox.add(react("r"));
    expect(page.sentIds()).toEqual(["r"]);
    page.outbox.close();
    expect((await welcomedOutbox({ storage })).sentIds()).toEqual(["r"]);
  });

  it("shows that a change was refused, also after another reload", async () => {
    const storage = memoryStorage();
    const page = await welcomedOutbox({ storage });
    page.disconnect();
    void page.outbox.add(edit("e"));
    page.outbox.close();
    const reloaded = await welcomedOutbox({ storage });
    await reloaded.receive({ type: "error", id: "e", code: "gone", message: "It was deleted." });
    reloaded.outbox.close();
    const again = await welcomedOutbox({ storage });
    expect(again.outbox.view.outgoingChanges).toMatchObject([
      { id: "e", state: "failed", reason: "It was deleted." },
    ]);
    expect(again.sentIds()).toEqual([]);
    again.outbox.discard("e");
    await pass();
    expect(storage.keptIds()).toEqual([]);
  });

  it("fails a change of another epoch", async () => {
    const storage = memoryStorage();
    const page = await welcomedOutbox({ storage });
    page.disconnect();
    void page.outbox.add(edit("e"));
    page.outbox.close();
    const { welcome: connect, sentIds, shownChanges } = createOutbox({ storage });
    await connect({ cursor: "e2:3" });
    expect([sentIds(), shownChanges()]).toEqual([[], ["e failed"]]);
  });

  it("keeps changes where a page of an earlier version, which knows messages alone, does not find them", async () => {
    const storage = memoryStorage();
    const { outbox, disconnect } = await welcomedOutbox({ storage });
    disconnect();
    void outbox.add(chatCommand("a"));
    void outbox.add(edit("e"));
    await pass();
    expect((await storage.load("ada,t1")).map(({ id }) => id)).toEqual(["a"]);
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
