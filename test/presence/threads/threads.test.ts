import { describe, expect, it } from "vitest";
import {
  eventsDuring,
  groupOf,
  knownUser,
  openRaw,
  openTab,
  costIn,
  rowsOf,
  settle,
  shardFor,
  unknownUser,
  FakeThread,
} from "../shard.ts";
import type { User } from "../../../src/protocol/model.ts";
import type { ThreadUpdate } from "../../../src/rpc/thread-update.ts";

async function listOf(user: User, cursor?: string, limit = 50) {
  const answer = await shardFor(user).threads(user.id, { cursor, limit });
  if (!answer.ok) throw new Error(answer.failure.code);
  return answer.value;
}

/** The senders of the ten messages up to this one, with the seq of each. */
function sendersOf(users: User[], upTo: number) {
  const recent = users.slice(upTo - 9, upTo + 1);
  return Object.fromEntries(recent.map((user, i) => [user.id, upTo - 9 + i + 1]));
}

describe("an update of a thread", () => {
  it("adds the thread to its members' lists", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    await thread.notify(thread.message(bo, "hi"), ada, bo);
    const [summary] = (await listOf(ada)).threads;
    expect(summary).toEqual({
      id: thread.id,
      kind: "group",
      name: "The pond",
      seq: 1,
      readSeq: 0,
      unread: 1,
      lastMessage: { seq: 1, author: bo, preview: "hi", at: expect.any(Number) },
    });
    expect((await listOf(bo)).threads[0]).toMatchObject({ readSeq: 1, unread: 0 });
  });

  it("reaches every tab of every member as new_message, the author's with unread 0", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    const tabs = [await openTab(ada), await openTab(ada)];
    const author = await openTab(bo);
    await thread.notify(thread.message(bo, "one"), ada, bo);
    await thread.notify(thread.message(bo, "two"), ada, bo);
    for (const tab of tabs) {
      expect(await tab.next()).toMatchObject({
        type: "new_message",
        threadId: thread.id,
        preview: "one",
        unread: 1,
      });
      expect(await tab.next()).toMatchObject({ type: "new_message", seq: 2, author: bo, unread: 2 });
    }
    expect(await author.next("new_message")).toMatchObject({ unread: 0 });
  });

  it("says of every event whether something was unread before it", async () => {
    const [ada, bo] = [await knownUser("Ada", 3), await knownUser("Bo", 3)];
    const thread = await groupOf(ada, bo);
    const tab = await openTab(ada);
    const counted: [type: string, unread: number | undefined, wasUnread: boolean][] = [];
    const after = async (work: () => Promise<unknown>) => {
      for (const event of await eventsDuring(tab, work)) {
        if (event.type === "thread") counted.push(["thread", event.thread.unread, event.wasUnread ?? false]);
        if (event.type === "thread_removed") counted.push([event.type, undefined, event.wasUnread ?? false]);
        if (event.type === "new_message" || event.type === "read")
          counted.push([event.type, event.unread, event.wasUnread ?? false]);
      }
    };
    const update = (change: Partial<ThreadUpdate>) => after(() => thread.notify(thread.change(change), ada));
    await after(() => thread.notify(thread.message(bo), ada));
    await after(() => thread.notify(thread.message(bo), ada));
    await update({ readers: { [ada.id]: 1 } });
    await update({ name: "The lake" });
    await update({ readers: { [ada.id]: 2 } });
    await update({ name: "The sea" });
    await after(() => thread.notify(thread.message(bo), ada));
    await after(() => thread.notify(thread.message(ada), ada));
    await after(() => thread.notify(thread.message(bo), ada));
    await update({ left: [ada.id] });
    await update({ joined: [{ userId: ada.id, readSeq: thread.seq }] });
    await update({ left: [ada.id] });
    expect(counted).toEqual([
      ["new_message", 1, false],
      ["new_message", 2, true],
      ["read", 1, true],
      ["thread", 1, true],
      ["read", 0, true],
      ["thread", 0, false],
      ["new_message", 1, false],
      ["new_message", 0, true],
      ["new_message", 1, false],
      ["thread_removed", undefined, true],
      ["thread", 0, false],
      ["thread_removed", undefined, false],
    ]);
  });

  it("is applied once, however often it is sent, and a repeat writes nothing", async () => {
    const ada = await knownUser();
    const thread = await groupOf(ada);
    const tab = await openTab(ada);
    const update = {
      ...thread.message(ada),
      joined: [{ userId: ada.id, readSeq: 0 }],
      readers: { [ada.id]: 1 },
    };
    const first = await eventsDuring(tab, () => thread.notify(update, ada));
    expect(first).toMatchObject([{ type: "new_message" }, { type: "read" }]);
    const again = () => thread.notify(update, ada);
    const rows = { written: -1 };
    const events = await eventsDuring(tab, async () => Object.assign(rows, await costIn(ada, again)));
    expect(events).toEqual([]);
    expect(rows.written).toBe(0);
  });

  it("is ignored where a newer one was applied", async () => {
    const [ada, bo] = [await knownUser("Ada", 3), await knownUser("Bo", 3)];
    const thread = await groupOf(ada);
    const late = { ...thread.message(ada, "late"), joined: [{ userId: bo.id, readSeq: 0 }] };
    await thread.notify(thread.message(ada, "newest"), ada);
    const tab = await openTab(ada);
    expect(await eventsDuring(tab, () => thread.notify(late, ada))).toEqual([]);
    expect((await listOf(ada)).threads[0]).toMatchObject({ seq: 2, lastMessage: { preview: "newest" } });
    expect((await listOf(bo)).threads).toEqual([]);
  });

  it("announces only the newest of several messages", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    const tab = await openTab(ada);
    thread.message(bo, "one");
    thread.message(bo, "two");
    const update = thread.message(bo, "three");
    const events = await eventsDuring(tab, () => thread.notify(update, ada, bo));
    expect(events).toMatchObject([{ type: "new_message", seq: 3, unread: 3 }]);
  });

  it("sends an edited or deleted newest message as thread, and erases the old preview", async () => {
    const ada = await knownUser();
    const thread = await groupOf(ada);
    const update = thread.message(ada, "a secret");
    await thread.notify(update, ada);
    const tab = await openTab(ada);
    const { last } = update;
    if (!last) throw new Error("no message");
    await thread.notify(thread.change({ last: { ...last, preview: "edited" } }), ada);
    expect(await tab.next("thread")).toMatchObject({ thread: { lastMessage: { preview: "edited" } } });
    await thread.notify(thread.change({ last: { ...last, preview: "" } }), ada);
    expect(await tab.next("thread")).toMatchObject({
      thread: { id: thread.id, seq: 1, lastMessage: { preview: "" } },
    });
    expect(JSON.stringify(await listOf(ada))).not.toMatch(/secret|edited/);
  });

  it("sends a new name as thread, also where a message came with it", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    const tab = await openTab(ada);
    const renamed = { ...thread.message(bo), name: "The lake" };
    const events = await eventsDuring(tab, () => thread.notify(renamed, ada, bo));
    expect(events).toMatchObject([{ type: "thread", thread: { name: "The lake" } }, { type: "new_message" }]);
  });

  it("notifies users who join, with the thread's state, and users who leave", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada);
    await thread.notify(thread.message(ada, "before"), ada);
    const tab = await openTab(bo);
    await thread.join(bo);
    expect(await tab.next()).toMatchObject({
      type: "thread",
      thread: { id: thread.id, readSeq: 1, unread: 0, lastMessage: { preview: "before" } },
    });
    await thread.leave(bo);
    expect(await tab.next()).toEqual({ type: "thread_removed", threadId: thread.id });
    expect((await listOf(bo)).threads).toEqual([]);
    expect(await eventsDuring(tab, () => thread.notify(thread.message(ada), ada, bo))).toEqual([]);
  });

  it("announces a message to a user who joined before it, also where both are in one update", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada);
    await thread.notify(thread.message(ada, "before"), ada);
    const tab = await openTab(bo);
    const since = { ...thread.message(ada, "since"), joined: [{ userId: bo.id, readSeq: 1 }] };
    expect(await eventsDuring(tab, () => thread.notify(since, ada, bo))).toMatchObject([
      { type: "thread", thread: { seq: 2, unread: 1 } },
      { type: "new_message", seq: 2, preview: "since", unread: 1 },
    ]);
  });

  it("does not announce a message again to a user who moved from another shard", async () => {
    const [ada, bo] = [unknownUser(), await knownUser("Bo")];
    const thread = new FakeThread();
    const tab = await openTab(bo);
    const unread = { ...thread.message(ada), joined: [{ userId: bo.id, readSeq: 0 }] };
    const batch = { threads: [unread], users: [], watchers: [] };
    expect(await eventsDuring(tab, () => shardFor(bo).receiveMovedUsers(batch))).toMatchObject([
      { type: "thread", thread: { seq: 1, unread: 1 } },
    ]);
  });

  it("announces a message to the shard's users where it arrives with a moved user", async () => {
    const [ada, bo, cy] = [unknownUser("Ada", 2), await knownUser("Bo", 3), await knownUser("Cy", 3)];
    const thread = await groupOf(bo);
    const tab = await openTab(bo);
    const update = thread.message(ada);
    const moved = { ...update, joined: [{ userId: cy.id, readSeq: 0 }], senders: {} };
    const events = await eventsDuring(tab, async () => {
      await shardFor(bo).receiveMovedUsers({ threads: [moved], users: [], watchers: [] });
      await thread.notify(update, bo);
    });
    expect(events).toMatchObject([{ type: "new_message", seq: 1, unread: 1 }]);
  });

  it("sends a message that was deleted before it was announced as thread", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    const tab = await openTab(bo);
    const erased = thread.message(ada, "");
    if (erased.last) erased.last.deletedAt = Date.now();
    expect(await eventsDuring(tab, () => thread.notify(erased, ada, bo))).toMatchObject([
      { type: "thread", thread: { seq: 1, unread: 1, lastMessage: { deletedAt: expect.any(Number) } } },
    ]);
  });

  it("stores nothing of a thread without a member here", async () => {
    const ada = await knownUser();
    const thread = await groupOf(ada);
    await thread.notify(thread.message(ada, "gone with the last"), ada);
    await thread.leave(ada);
    await thread.notify(thread.message(ada, "gone with the last"), ada);
    const rows = await rowsOf(ada, "threads");
    expect(rows.filter((row) => row["thread_id"] === thread.id)).toEqual([]);
  });

  it("names both members of a direct thread", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = new FakeThread("direct", null);
    thread.update.pair = [ada, bo];
    await thread.join(ada, bo);
    expect((await listOf(ada)).threads[0]).toMatchObject({ kind: "direct", name: null, members: [ada, bo] });
  });

  it("does not restore a thread that was deleted while it waited", async () => {
    const ada = await knownUser("Ada");
    const [pond, lake] = [await groupOf(ada), await groupOf(ada)];
    // Of updates that come close together, the later ones wait.
    const updates = [
      lake.notify(lake.message(ada), ada),
      pond.notify(pond.change({ joined: [{ userId: ada.id, readSeq: 0 }] }), ada),
    ];
    await Promise.all([...updates, shardFor(ada).threadDeleted(pond.id)]);
    const kept = (await rowsOf(ada, "threads")).map((row) => row["thread_id"]);
    expect(kept).toContain(lake.id);
    expect(kept).not.toContain(pond.id);
  });

  it("removes a deleted thread from lists and tabs, once", async () => {
    const [ada, bo] = [await knownUser("Ada", 1), await knownUser("Bo", 1)];
    const thread = await groupOf(ada, bo);
    const tab = await openTab(ada);
    const events = await eventsDuring(tab, async () => {
      await shardFor(ada).threadDeleted(thread.id);
      await shardFor(ada).threadDeleted(thread.id);
    });
    expect(events).toEqual([{ type: "thread_removed", threadId: thread.id }]);
    expect((await listOf(bo)).threads).toEqual([]);
  });
});

describe("unread", () => {
  it("is the thread's seq less the read marker, which the user's own messages move too", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    for (const author of [bo, ada, bo, bo]) await thread.notify(thread.message(author), ada, bo);
    expect((await listOf(ada)).threads[0]).toMatchObject({ seq: 4, readSeq: 2, unread: 2 });
    await thread.notify(thread.change({ readers: { [ada.id]: 3 } }), ada);
    expect((await listOf(ada)).threads[0]).toMatchObject({ readSeq: 3, unread: 1 });
  });

  it("is not raised by an older marker, nor below 0 with one that is ahead", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    await thread.notify(thread.message(bo), ada, bo);
    await thread.notify(thread.change({ readers: { [ada.id]: 9 } }), ada);
    await thread.notify(thread.change({ readers: { [ada.id]: 1 } }), ada);
    expect((await listOf(ada)).threads[0]).toMatchObject({ readSeq: 9, unread: 0 });
  });

  it("stays right when senders' markers are moved to their own rows", async () => {
    const users = await Promise.all(Array.from({ length: 70 }, () => knownUser("Many", 5)));
    const thread = await groupOf(...users);
    for (const [i, author] of users.entries()) {
      const update = thread.message(author);
      if (i % 10 === 9) await thread.notify({ ...update, senders: sendersOf(users, i) }, author);
    }
    const read = await Promise.all(users.map(async (user) => (await listOf(user)).threads[0]?.readSeq));
    expect(read).toEqual(users.map((_, i) => i + 1));
  });

  it("is in the welcome for each thread, and as the number of unread threads", async () => {
    const [ada, bo] = [await knownUser("Ada", 2), await knownUser("Bo", 2)];
    for (let i = 0; i < 3; i++) {
      const thread = await groupOf(ada, bo);
      if (i > 0) await thread.notify(thread.message(bo, "hi", 1_000 + i), ada);
    }
    const welcome = await (await openRaw(ada)).next("welcome");
    expect(welcome).toMatchObject({ user: ada, unreadThreads: 2, limits: { bodyLength: 10_000, burst: 20 } });
    expect(welcome.threads.map(({ unread }) => unread).toSorted()).toEqual([0, 1, 1]);
    expect(Object.keys(welcome.threads[0] ?? {})).toEqual(["threadId", "seq", "readSeq", "unread"]);
  });

  it("is sent to all tabs once when the marker moves", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    await thread.notify(thread.message(bo), ada, bo);
    const tabs = [await openTab(ada), await openTab(ada)];
    const read = { ...thread.update, senders: {}, readers: { [ada.id]: 1 } };
    await thread.notify(read, ada);
    await thread.notify(read, ada);
    await Promise.all(tabs.map(settle));
    for (const tab of tabs) {
      const events = tab.events.filter((event) => event.type === "read");
      expect(events).toEqual([{ type: "read", threadId: thread.id, readSeq: 1, unread: 0, wasUnread: true }]);
    }
  });

  it("is counted for a user with any id", async () => {
    const odd = { ...unknownUser(), id: `__proto__` };
    await shardFor(odd).signIn(odd);
    const thread = await groupOf(odd);
    const update = {
      ...thread.message(odd),
      senders: JSON.parse('{"__proto__":1}') as Record<string, number>,
    };
    await shardFor(odd).threadChanged(update);
    expect((await listOf(odd)).threads[0]).toMatchObject({ readSeq: 1, unread: 0 });
  });
});

describe("the list of threads", () => {
  it("is sorted by activity, newest first, and its pages hold every thread once", async () => {
    const ada = await knownUser();
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) {
      const thread = new FakeThread("group", `t${i}`, 1_000 + (i % 4));
      await thread.join(ada);
      if (i % 3 === 0) await thread.notify(thread.message(ada, "x", 2_000 + i), ada);
      ids.push(thread.id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listOf(ada, cursor, 5);
      seen.push(...page.threads.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(12);
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(seen.slice(0, 4)).toEqual([ids[9], ids[6], ids[3], ids[0]]);
  });

  it("refuses a cursor it did not make", async () => {
    const ada = await knownUser();
    for (const cursor of ["x", "1", "12.", ".a", "1.2.3", "-1.a", "' OR 1=1 --"]) {
      const answer = await shardFor(ada).threads(ada.id, { cursor, limit: 5 });
      expect(answer).toMatchObject({ ok: false, failure: { code: "bad_request" } });
    }
  });
});
