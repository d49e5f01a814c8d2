/** Blocks: what each of the two may still do, and see, and that nobody else learns anything of it. */
import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { PresenceEvent } from "../../../src/protocol/events.ts";
import { BLOCKS, BLOCKS_PER_MINUTE } from "../../../src/protocol/limits.ts";
import type { Message, ThreadSummary, User } from "../../../src/protocol/model.ts";
import { directThreadId } from "../../../src/rpc/thread.ts";
import { alarmAt, runAlarm, startClock } from "../../cost/clock.ts";
import { heldAt, interceptCalls, lost } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { gate } from "../../support/gate.ts";
import { newThread, person, unique, type Person } from "../../support/host-users.ts";
import { costOf, evict, shardStub, threadRpc, threadStub } from "../../support/objects.ts";
import { useSettings } from "../../support/settings.ts";
import { openPresence, openThread, type TestSocket } from "../../support/socket.ts";
import { requestWith } from "../../worker/requests.ts";
import { block, contacts, conversation, status, unblock, write } from "./conversation.ts";
import { passTime, rowsOf, settle } from "../shard.ts";

afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

type Tab = TestSocket<PresenceEvent>;

async function json<T>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

async function listOf(who: Person): Promise<ThreadSummary[]> {
  return (await json<{ threads: ThreadSummary[] }>(who.call("GET", "/api/threads"))).threads;
}

/** `GET /api/users/:userId` with this `USER_SEARCH`. */
function userAs(who: Person, id: string, search: string): Promise<Response> {
  const headers = { authorization: `Bearer ${who.token}` };
  return requestWith({ USER_SEARCH: search }, `/api/users/${id}`, { headers });
}

async function openTabOf(who: Person): Promise<Tab> {
  const tab = await openPresence(who);
  await tab.next("welcome");
  return tab;
}

function watch(tab: Tab, ...users: User[]): void {
  tab.send({ type: "watch", userIds: users.map(({ id }) => id) });
}

describe("in a direct thread in which both have written, a block", () => {
  it("of each of the two stands until that one lifts it", async () => {
    const { ada, bo, id } = await conversation();
    await block(bo, ada);
    await block(ada, bo);
    await unblock(bo, ada);
    expect([await status(write(ada, id)), await status(write(bo, id))]).toEqual([403, 403]);
    await unblock(ada, bo);
    expect([await status(write(ada, id)), await status(write(bo, id))]).toEqual([201, 201]);
  });

  it("acknowledges what was stored before it, when that is sent again", async () => {
    const { ada, bo, id } = await conversation();
    const send = () => ada.call("POST", `/api/threads/${id}/messages`, { id: "again", body: "hello" });
    expect(await status(send())).toBe(201);
    await block(bo, ada);
    expect(await status(send())).toBe(200);
  });

  it("while messages are sent lets none in after it was answered, and stores each that was acknowledged", async () => {
    await useSettings({ rate: { burst: 0, per10s: 0 }, userRate: { burst: 0, per10s: 0 } });
    const { ada, bo, id } = await conversation();
    const socket = await openThread(ada, id);
    await socket.next("welcome");
    const ids = Array.from({ length: 150 }, (_, i) => `m${i}`);
    const blocked = Promise.resolve().then(() => block(bo, ada));
    const answers = await Promise.all(ids.map((no) => socket.ask({ type: "chat", id: no, body: no })));
    await blocked;
    expect(await status(write(ada, id))).toBe(403);
    const { messages } = await json<{ messages: Message[] }>(
      bo.call("GET", `/api/threads/${id}/messages?limit=200`),
    );
    const acknowledged = ids.filter((_, i) => answers[i]?.type === "ack");
    const stored = messages.filter(({ id: no }) => ids.includes(no)).map((message) => message.id);
    expect(stored).toEqual(acknowledged);
    const refusals = answers.filter(({ type }) => type === "error");
    expect(refusals.filter((refusal) => (refusal as { code: string }).code !== "forbidden")).toEqual([]);
  });
});

describe("where not both have written, a block", () => {
  it("keeps only the blocker from writing, and hides what comes from them; the other does not notice", async () => {
    const [ada, bo, cy] = [await person("Ada"), await person("Bo"), await person("Cy")];
    const [toBo, toCy] = [await newThread(ada, "direct", [bo]), await newThread(ada, "direct", [cy])];
    await write(ada, toBo.id, "one");
    await runAlarm(threadStub(toBo.id));
    await eventually(async () => expect(await listOf(bo)).toMatchObject([{ seq: 1 }]));
    const tab = await openTabOf(bo);
    await block(bo, ada);
    expect(await tab.next("thread_removed")).toMatchObject({ threadId: toBo.id, wasUnread: true });
    expect(await listOf(bo)).toEqual([]);
    expect(await status(write(bo, toBo.id))).toBe(403);
    const asEver = [await write(ada, toBo.id, "two"), await write(ada, toCy.id, "one")];
    expect(asEver.map((response) => response.status)).toEqual([201, 201]);
    await runAlarm(threadStub(toBo.id));
    await settle(tab);
    expect(tab.events.filter(({ type }) => type === "new_message" || type === "thread")).toEqual([]);
    expect(await listOf(bo)).toEqual([]);
    const welcome = await (await openPresence(bo)).next("welcome");
    expect(welcome).toMatchObject({ threads: [], unreadThreads: 0 });
    await unblock(bo, ada);
    expect(await tab.next("thread")).toMatchObject({ thread: { id: toBo.id, unread: 2, seq: 2 } });
    expect(await listOf(bo)).toMatchObject([{ id: toBo.id, unread: 2 }]);
    expect(await status(write(bo, toBo.id))).toBe(201);
  });

  it("hides no thread in which both have, of which the blocker's shard has yet to hear", async () => {
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    const { id } = await newThread(ada, "direct", [bo]);
    const tab = await openTabOf(bo);
    for (const who of [ada, bo]) await write(who, id);
    await block(bo, ada);
    await runAlarm(threadStub(id));
    await eventually(async () => expect(await listOf(bo)).toMatchObject([{ id, seq: 2 }]));
    await settle(tab);
    const shown = tab.events.filter(({ type }) => type === "thread" || type === "thread_removed");
    expect(shown.at(-1)?.type).not.toBe("thread_removed");
    expect(await status(write(ada, id))).toBe(403);
  });

  it("that stood before the thread was made hides it from the start", async () => {
    const [ada, bo, cy] = [await person("Ada"), await person("Bo"), await person("Cy")];
    const tab = await openTabOf(bo);
    await block(bo, ada);
    const open = (other: Person) =>
      ada.call("POST", "/api/threads", { kind: "direct", memberIds: [other.user.id] });
    // Nor does who blocks open one.
    const byBo = await bo.call("POST", "/api/threads", { kind: "direct", memberIds: [ada.user.id] });
    expect(byBo.status).toBe(403);
    const [withBo, withCy] = [await open(bo), await open(cy)];
    expect([withBo.status, withCy.status]).toEqual([201, 201]);
    const { id } = (await withBo.json()) as { id: string };
    expect(await status(write(ada, id))).toBe(201);
    expect(await status(write(bo, id))).toBe(403);
    await runAlarm(threadStub(id));
    await settle(tab);
    expect(
      tab.events.filter(({ type }) => type !== "error" && type !== "blocked" && type !== "welcome"),
    ).toEqual([]);
    expect(await listOf(bo)).toEqual([]);
    // What was written meanwhile makes no contacts, once the block is lifted: the first answer does.
    await unblock(bo, ada);
    expect(await contacts(bo, ada)).toBe(false);
    expect(await status(write(bo, id))).toBe(201);
    await runAlarm(threadStub(id));
    await eventually(async () => expect(await contacts(bo, ada)).toBe(true));
  });
});

describe("two of whom one blocks the other", () => {
  it("see no status, at once and in both directions, also where they watched already", async () => {
    const { ada, bo } = await conversation();
    const [adas, bos] = [await openTabOf(ada), await openTabOf(bo)];
    watch(adas, bo.user);
    watch(bos, ada.user);
    for (const tab of [adas, bos]) expect(await tab.next("presence")).toMatchObject({ status: "online" });
    await block(bo, ada);
    for (const tab of [adas, bos]) {
      const event = await tab.next("presence");
      expect(event).toEqual({ type: "presence", userId: expect.anything(), status: "offline" });
    }
    for (const [who, other] of [
      [ada, bo],
      [bo, ada],
    ] as const) {
      const path = `/api/presence?ids=${other.user.id},${who.user.id}`;
      const { presence } = await json<{ presence: { userId: string }[] }>(who.call("GET", path));
      expect(presence.map(({ userId }) => userId)).toEqual([who.user.id]);
    }
    // A tab that comes and goes later is not shown either; nor in an answer to who watches anew.
    const [again, further] = [await openTabOf(ada), await openTabOf(bo)];
    watch(again, bo.user);
    watch(further, ada.user);
    for (const tab of [again, further]) await settle(tab);
    await evict(shardStub(ada.user.id));
    await evict(shardStub(bo.user.id));
    await newThread(ada, "group", [await person("Cy")]);
    for (const tab of [again, further]) await settle(tab);
    expect(
      [again, further].flatMap(({ events }) => events.filter(({ type }) => type === "presence")),
    ).toEqual([]);
    await unblock(bo, ada);
    for (const tab of [adas, bos, again, further])
      expect(await tab.next("presence")).toMatchObject({ status: "online" });
  });

  it("are no contacts", async () => {
    const { ada, bo } = await conversation();
    await newThread(ada, "group", [bo]);
    await block(bo, ada);
    expect([await contacts(ada, bo), await contacts(bo, ada)]).toEqual([false, false]);
  });
});

describe("a user's blocks", () => {
  it("are listed newest first, in pages, with the names that they may know", async () => {
    await useSettings({ userSearch: "shared" });
    const [ada, bo, stranger] = [await person("Ada"), await person("Bo"), await person("Stranger")];
    await newThread(ada, "group", [bo]);
    const unknown = unique("unknown");
    for (const other of [unknown, stranger, bo]) expect(await status(block(ada, other))).toBe(204);
    type Page = { blocks: { user: User; at: number }[]; nextCursor?: string };
    const first = await json<Page>(ada.call("GET", "/api/blocks?limit=2"));
    const second = await json<Page>(
      ada.call("GET", `/api/blocks?limit=2&cursor=${encodeURIComponent(first.nextCursor ?? "")}`),
    );
    expect([...first.blocks, ...second.blocks].map(({ user }) => user)).toEqual([
      bo.user,
      { id: stranger.user.id, name: stranger.user.id },
      { id: unknown, name: unknown },
    ]);
    expect(second.nextCursor).toBeUndefined();
    expect(await status(ada.call("GET", "/api/blocks?cursor=none"))).toBe(400);
    await useSettings({ userSearch: "all" });
    const all = await json<Page>(ada.call("GET", "/api/blocks"));
    expect(all.blocks.map(({ user }) => user.name)).toEqual(["Bo", "Stranger", unknown]);
  });

  it("are in the welcome of their tabs, and each change is sent to all of them", async () => {
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    await block(ada, bo);
    const tabs = [await openPresence(ada), await openPresence(ada)];
    for (const tab of tabs) expect(await tab.next("welcome")).toMatchObject({ blocked: [bo.user.id] });
    await block(ada, bo);
    await unblock(ada, bo);
    await unblock(ada, bo);
    for (const tab of tabs) {
      expect(await tab.next("blocked")).toEqual({ type: "blocked", userId: bo.user.id, blocked: false });
      await settle(tab);
      expect(tab.events.filter(({ type }) => type === "blocked")).toHaveLength(1);
    }
  });

  it("are at most 1,000, and never of oneself", async () => {
    await useSettings({ rateLimits: false });
    const ada = await person("Ada");
    await runInDurableObject(shardStub(ada.user.id), (_, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO blocks SELECT ?, 'other-' || i, i FROM n`,
        BLOCKS,
        ada.user.id,
      );
    });
    expect(await json(block(ada, "one-more"))).toMatchObject({ code: "conflict" });
    // One who is blocked already is not one more.
    expect(await status(block(ada, "other-1"))).toBe(204);
    expect(await status(block(ada, ada))).toBe(400);
    await unblock(ada, "other-1");
    expect(await status(block(ada, "one-more"))).toBe(204);
  });

  it("are so many in a minute", async () => {
    startClock();
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    const answers: number[] = [];
    for (let i = 0; i < BLOCKS_PER_MINUTE / 2 + 1; i++)
      answers.push(await status(block(ada, bo)), await status(unblock(ada, bo)));
    expect(answers.filter((code) => code === 204)).toHaveLength(BLOCKS_PER_MINUTE + 1);
    expect(answers.slice(0, BLOCKS_PER_MINUTE)).not.toContain(429);
    expect(answers).toContain(429);
  });

  it("cost a row, two for the job, and an alarm; a repeat nothing", async () => {
    startClock();
    const { ada, bo, id } = await conversation();
    const cost = async (work: () => Promise<unknown>) => {
      const { rowsWritten, alarmsSet } = await costOf(shardStub(ada.user.id), work);
      return [rowsWritten, alarmsSet];
    };
    await runAlarm(shardStub(ada.user.id));
    expect(await cost(() => block(ada, bo))).toEqual([3, 1]);
    expect(await cost(() => block(ada, bo))).toEqual([0, 0]);
    expect((await costOf(threadStub(id), () => unblock(ada, bo))).rowsWritten).toBe(1);
  });
});

describe("the thread of a pair", () => {
  it("hears of a block by alarm, where it did not answer, and not again once it has", async () => {
    startClock();
    const { ada, bo, id } = await conversation();
    expectLogged(/a call to an object failed/);
    const down = interceptCalls("CHAT_THREAD", "blockChanged", lost);
    expect(await status(block(bo, ada))).toBe(204);
    expect(await status(write(ada, id))).toBe(201);
    // In vain once more, after an eviction.
    await evict(shardStub(bo.user.id));
    passTime(60_000);
    await runAlarm(shardStub(bo.user.id));
    down.stop();
    passTime(60_000);
    await runAlarm(shardStub(bo.user.id));
    expect(await status(write(ada, id))).toBe(403);
    expect(await rowsOf(bo.user, "block_jobs")).toEqual([]);
    await runAlarm(shardStub(bo.user.id));
    expect(await alarmAt(shardStub(bo.user.id))).toBeNull();
  });

  it("keeps the newest that it was sent, in whatever order they come", async () => {
    const { ada, id } = await conversation();
    const thread = threadRpc(threadStub(id));
    expect(await thread.blockChanged(ada.user.id, false, 20)).toBe(20);
    expect(await thread.blockChanged(ada.user.id, true, 10)).toBe(20);
    expect(await status(write(ada, id))).toBe(201);
    // Of one who is not in it nothing is kept.
    expect(await thread.blockChanged("stranger", true, 30)).toBe(30);
    expect(await status(write(ada, id))).toBe(201);
  });

  it("has the last of a block and its end, where the first one's call is slow", async () => {
    const { ada, bo, id } = await conversation();
    const slow = gate();
    const hold = heldAt(slow);
    interceptCalls("CHAT_THREAD", "blockChanged", (call, _userId, isBlocked) =>
      isBlocked ? hold(call) : call.send(),
    );
    const first = block(bo, ada);
    await eventually(async () => expect(await rowsOf(bo.user, "block_jobs")).toHaveLength(1));
    expect(await status(unblock(bo, ada))).toBe(204);
    slow.open();
    expect(await status(first)).toBe(204);
    expect(await status(write(ada, id))).toBe(201);
    expect(await rowsOf(bo.user, "block_jobs")).toEqual([]);
  });

  it("has a later version also where the blocker's clock was set back", async () => {
    const { ada, bo, id } = await conversation();
    await threadRpc(threadStub(id)).blockChanged(bo.user.id, false, Date.now() + 3_600_000);
    await block(bo, ada);
    expect(await status(write(ada, id))).toBe(403);
    expect(await rowsOf(bo.user, "block_jobs")).toEqual([]);
  });

  it("that does not exist is not made by a block", async () => {
    const [ada, bo] = [await person("Ada"), await person("Bo")];
    await block(ada, bo);
    await runInDurableObject(
      env.CHAT_THREAD.get(directThreadId(env, ada.user.id, bo.user.id)),
      (_, { storage }) => {
        expect(storage.sql.databaseSize).toBeLessThanOrEqual(8192);
        expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'thread'").toArray()).toEqual(
          [],
        );
      },
    );
  });
});

it("strangers are answered the same, byte for byte and call for call, of unknown, blocking and unrelated ids", async () => {
  const [ada, blocking, unrelated] = [await person("Ada"), await person("Bo"), await person("Cy")];
  await block(blocking, ada);
  const ids = [unique("unknown"), blocking.user.id, unrelated.user.id];
  const answersTo = (ask: (id: string) => Promise<Response>) =>
    Promise.all(
      ids.map(async (id) => {
        const response = await ask(id);
        return [response.status, (await response.text()).replaceAll(id, "ID")];
      }),
    );
  for (const ask of [
    (id: string) => userAs(ada, id, "shared"),
    (id: string) => userAs(ada, id, "off"),
    (id: string) => ada.call("GET", `/api/presence?ids=${id}`),
    (id: string) => ada.call("PUT", `/api/blocks/${id}`),
    (id: string) => ada.call("DELETE", `/api/blocks/${id}`),
  ]) {
    const [first, ...others] = await answersTo(ask);
    for (const other of others) expect(other).toEqual(first);
  }
  // One who blocks answers as a stranger to a former contact, too.
  const { ada: di, bo: ed } = await conversation();
  expect(await status(userAs(di, ed.user.id, "shared"))).toBe(200);
  await block(ed, di);
  expect(await status(userAs(di, ed.user.id, "shared"))).toBe(404);
  expect(await status(userAs(di, di.user.id, "off"))).toBe(200);
});
