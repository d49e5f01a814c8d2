/** What one user may do over all threads, and how often they may open a room. */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  DEDUPLICATION_WINDOW,
  OPENS_BURST,
  RATE_BURST,
  SCANNED_PER_COMMAND,
  USER_RATE_BURST,
  USER_RATE_PER_10S,
} from "../../src/protocol/limits.ts";
import type { Thread, User } from "../../src/protocol/model.ts";
import { passTime, startClock } from "../cost/clock.ts";
import { meter } from "../cost/meter.ts";
import { interceptCalls, lost } from "../support/calls.ts";
import { expectLogged, mayLog } from "../support/console.ts";
import { eventually } from "../support/eventually.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { evict, shardStub, storedText, threadStub } from "../support/objects.ts";
import { openPresence, openThread, type TestSocket } from "../support/socket.ts";
import { problemOf } from "../worker/requests.ts";

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const GROUPS = 20;
const TEN_MINUTES = 600_000;
/** The longest that anyone is on hold: from a burst below zero up to one command. */
const LONGEST_HOLD_MS = ((USER_RATE_BURST + 1) / USER_RATE_PER_10S) * 10_000;

interface Room {
  id: string;
  socket: TestSocket;
}

async function groupsOf(ada: Person, bob: Person, count: number): Promise<Room[]> {
  const rooms: Room[] = [];
  for (let i = 0; i < count; i++) {
    const { id } = await newThread(ada, "group", [bob]);
    const socket = await openThread(ada, id);
    await socket.next("welcome");
    rooms.push({ id, socket });
  }
  return rooms;
}

let sent = 0;
const chat = () => ({ type: "chat", id: `c${(sent += 1)}`, body: "hello" }) as const;

const answers = (socket: TestSocket) =>
  socket.events.filter(({ type }) => type === "ack" || type === "error").length;
const errors = (socket: TestSocket) => socket.events.filter(({ type }) => type === "error").length;
const acks = (socket: TestSocket) => socket.events.filter(({ type }) => type === "ack").length;

/** Sends so many messages to each room at once. Returns how many were stored, once Presence has heard of them. */
async function flood(rooms: readonly Room[], each: number): Promise<number> {
  const before = rooms.map(({ socket }) => [answers(socket), acks(socket)] as const);
  for (const { socket } of rooms) socket.send(Array.from({ length: each }, chat));
  let stored = 0;
  for (const [i, { socket }] of rooms.entries()) {
    const [answered = 0, acknowledged = 0] = before[i] ?? [];
    await eventually(() => expect(answers(socket)).toBe(answered + each));
    stored += acks(socket) - acknowledged;
  }
  for (const { id } of rooms) await runDurableObjectAlarm(threadStub(id));
  return stored;
}

describe("400 messages into 20 groups at once", () => {
  it("are stored up to what a user may send in all threads together, and what is on its way before that is known", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const rooms = await groupsOf(ada, bob, GROUPS);
    let stored = await flood(rooms, RATE_BURST);
    for (let second = 0; second < 10; second++) {
      passTime(1_000);
      stored += await flood(rooms, 1);
    }
    // Beyond the burst, at most what a thread lets go on before it has an answer; and what 10 s add.
    expect(stored).toBeGreaterThanOrEqual(USER_RATE_BURST);
    expect(stored).toBeLessThanOrEqual(USER_RATE_BURST + 10 * GROUPS + USER_RATE_PER_10S);
  });
});

describe("a user who sent too much in all threads together", () => {
  /** Ada has sent in many threads, for which Presence puts her on hold for as long as it may; and this one has heard of it. */
  async function onHold() {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const [room, other] = await groupsOf(ada, bob, 2);
    if (!room || !other) throw new Error("no room");
    await shardStub(ada.user.id).threadChanged({
      threadId: other.id,
      rev: 0,
      kind: "group",
      name: null,
      createdAt: 0,
      seq: 0,
      joined: [],
      left: [],
      readers: {},
      senders: {},
      commands: { [ada.user.id]: USER_RATE_BURST + 600 },
    });
    await flood([room], 1);
    return { ada, bob, room };
  }

  it("is refused in each thread once it has notified Presence of a command, until the hold is over", async () => {
    const { ada, bob, room } = await onHold();
    const refused = await room.socket.ask(chat());
    expect(refused).toMatchObject({ type: "error", code: "rate_limited" });
    const { retryAfterMs = 0 } = refused as { retryAfterMs?: number };
    expect(retryAfterMs).toBeGreaterThan(LONGEST_HOLD_MS / 2);
    expect(retryAfterMs).toBeLessThanOrEqual(Math.ceil(LONGEST_HOLD_MS));
    const response = await ada.call("POST", `/api/threads/${room.id}/messages`, { body: "hello" });
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(LONGEST_HOLD_MS / 2_000);
    expect((await problemOf(response)).code).toBe("rate_limited");
    // Nobody else is.
    const other = await openThread(bob, room.id);
    expect(await other.ask(chat())).toMatchObject({ type: "ack" });
    passTime(retryAfterMs);
    expect(await room.socket.ask(chat())).toMatchObject({ type: "ack" });
  });

  it("causes no row and no further call by what is refused", async () => {
    const { room } = await onHold();
    const spent = await meter(() => room.socket.ask(chat()));
    expect(spent.thread).toMatchObject({ frames: 1, rowsRead: 0, rowsWritten: 0, alarmsSet: 0 });
    expect(spent.presence).toMatchObject({ objects: 0, calls: 0 });
  });

  it("is a row in their shard, and one in each thread where they went on", async () => {
    const { ada, room } = await onHold();
    const holds = (stub: DurableObjectStub) =>
      runInDurableObject(stub, (_, { storage }) => storage.sql.exec("SELECT user_id FROM holds").toArray());
    expect(await holds(shardStub(ada.user.id))).toEqual([{ user_id: ada.user.id }]);
    expect(await holds(threadStub(room.id))).toEqual([{ user_id: ada.user.id }]);
  });

  it("is so still when the thread and the shard have slept", async () => {
    const { ada, bob, room } = await onHold();
    await evict(threadStub(room.id));
    await evict(shardStub(ada.user.id));
    expect(await room.socket.ask(chat())).toMatchObject({ type: "error", code: "rate_limited" });
    // A thread that had not heard of it does from the first command on.
    const [fresh] = await groupsOf(ada, bob, 1);
    if (!fresh) throw new Error("no room");
    expect(await flood([fresh], 1)).toBe(1);
    expect(await fresh.socket.ask(chat())).toMatchObject({ type: "error", code: "rate_limited" });
    // And what is over leaves no row.
    passTime(TEN_MINUTES);
    await evict(threadStub(room.id));
    expect(await room.socket.ask(chat())).toMatchObject({ type: "ack" });
    expect(await storedText(threadStub(room.id))).toContain('["holds",[]]');
  });

  it("is counted for reactions too, of which Presence is not notified otherwise", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const rooms = await groupsOf(ada, bob, GROUPS);
    await flood(rooms, 1);
    passTime(60_000);
    let refused = 0;
    for (let round = 0; round < 2; round++)
      for (const { socket } of rooms) {
        const reactions = Array.from({ length: RATE_BURST / 2 }, (_, i) => ({
          type: i % 2 === 0 ? "react" : "unreact",
          id: `r${round}-${i}`,
          seq: 1,
          emoji: "👍",
        }));
        const before = errors(socket);
        const [last] = reactions.splice(-1);
        if (last) await socket.ask(last, reactions);
        refused += errors(socket) - before;
      }
    const done = GROUPS * RATE_BURST - refused;
    expect(done).toBeLessThanOrEqual(USER_RATE_BURST + 10 * GROUPS);
  });
});

describe("while Presence does not answer, a user", () => {
  it("may send as often as a thread allows, and is not on hold for it afterwards", async () => {
    expectLogged(/expected: lost/);
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const [room] = await groupsOf(ada, bob, 1);
    if (!room) throw new Error("no room");
    const outage = interceptCalls("PRESENCE", "threadChanged", lost);
    for (let i = 0; i < 3 * USER_RATE_BURST; i++) {
      expect(await room.socket.ask(chat())).toMatchObject({ type: "ack" });
      passTime(1_000);
    }
    outage.stop();
    await flood([room], 1);
    const answer = await room.socket.ask(chat());
    // What was sent since it was last put back, at most, is over the burst.
    const { retryAfterMs = 0 } = answer as { retryAfterMs?: number };
    expect(retryAfterMs).toBeLessThan(LONGEST_HOLD_MS / 4);
  });

  it("has each command counted once, also where the thread has a fault of its own with the answer", async () => {
    mayLog(/internal error/);
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const [room] = await groupsOf(ada, bob, 1);
    if (!room) throw new Error("no room");
    const counts: number[] = [];
    interceptCalls("PRESENCE", "threadChanged", async ({ send }, update) => {
      const count = update.commands?.[ada.user.id] ?? 0;
      if (count > 0) counts.push(count);
      const answer = await send();
      const isFirst = count > 0 && counts.length === 1;
      return isFirst && answer ? { ...answer, profiles: [null as unknown as User] } : answer;
    });
    await flood([room], 1);
    await eventually(() => expect(counts).not.toEqual([]));
    await flood([room], 1);
    await eventually(async () => {
      await runDurableObjectAlarm(threadStub(room.id));
      expect(counts.reduce((sum, count) => sum + count)).toBe(2);
    });
  });
});

describe("a fault in reporting commands", () => {
  it("refuses no command, neither those that wait for it nor those that come later", async () => {
    mayLog(/expected: broken/);
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const [room] = await groupsOf(ada, bob, 1);
    if (!room) throw new Error("no room");
    let isBroken = true;
    await runInDurableObject(threadStub(room.id), (_, { storage }) => {
      const exec = storage.sql.exec.bind(storage.sql);
      storage.sql.exec = ((query: string, ...bindings: unknown[]) => {
        if (isBroken && query.includes("FROM untold_members")) throw new Error("expected: broken");
        return exec(query, ...bindings);
      }) as typeof exec;
    });
    for (let i = 0; i < RATE_BURST - 5; i++)
      expect(await room.socket.ask(chat())).toMatchObject({ type: "ack" });
    isBroken = false;
    for (let i = 0; i < 5; i++) expect(await room.socket.ask(chat())).toMatchObject({ type: "ack" });
  });
});

describe("a search for a repeat", () => {
  it("that scans the history counts for its sender by what it scans", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "group", [bob]);
    const messages = 10 * SCANNED_PER_COMMAND + DEDUPLICATION_WINDOW;
    await runInDurableObject(threadStub(id), (_, { storage }) =>
      storage.sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO messages (seq, rev, touched_rev, author, command_id, body, at)
         SELECT i, i, i, ?, 'id-' || i, 'body', i FROM n`,
        messages,
        ada.user.id,
      ),
    );
    await evict(threadStub(id));
    const [a, b] = [await openThread(ada, id), await openThread(bob, id)];
    // Exact, and for 10 commands more.
    expect(await a.ask({ ...chat(), id: "id-1", since: 0 })).toMatchObject({ type: "ack", seq: 1 });
    expect(await a.ask({ ...chat(), since: 0 })).toMatchObject({ type: "ack" });
    const next = await a.ask({ ...chat(), since: 0 });
    // The first was found at the beginning, the second cost 11 of 20, and the third is let through, and cost 11.
    expect(next).toMatchObject({ type: "ack" });
    expect(await a.ask(chat())).toMatchObject({ type: "error", code: "rate_limited" });
    // What is in the newest messages is found there: the rate is one a command.
    for (let i = 0; i < RATE_BURST; i++)
      expect(await b.ask({ ...chat(), since: messages - 1 })).toMatchObject({ type: "ack" });
  });
});

describe("sockets that a user opens", () => {
  it("in a thread are refused with 4129 from some number on, and one is let in a second later", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "group", [bob]);
    for (let i = 0; i < OPENS_BURST; i++) await (await openThread(ada, id)).next("welcome");
    const refused = await openThread(ada, id);
    expect(await refused.closed).toMatchObject({ code: 4129, reason: expect.stringMatching(/\S/) });
    // When to try again, which a close frame cannot say. There is one more each second.
    expect(refused.events).toMatchObject([{ type: "closing", code: 4129, retryAfterMs: expect.any(Number) }]);
    const [{ retryAfterMs = 0 } = {}] = refused.events as { retryAfterMs?: number }[];
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(1_000);
    expect(refused.protocol).toBe("lilypad.v1");
    await (await openThread(bob, id)).next("welcome");
    passTime(1_000);
    await (await openThread(ada, id)).next("welcome");
  });

  it("in presence are refused with 4129 from some number on", async () => {
    const ada = await person("Ada");
    for (let i = 0; i < OPENS_BURST; i++) await (await openPresence(ada)).next("welcome");
    expect(await (await openPresence(ada)).closed).toMatchObject({ code: 4129 });
    passTime(1_000);
    await (await openPresence(ada)).next("welcome");
  });

  it("that are refused do not take their user into a public thread", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "public");
    for (let i = 0; i < OPENS_BURST; i++) await (await openThread(bob, id)).next("welcome");
    await bob.call("DELETE", `/api/threads/${id}/members/${bob.user.id}`);
    expect(await (await openThread(bob, id)).closed).toMatchObject({ code: 4129 });
    const thread = (await (await ada.call("GET", `/api/threads/${id}`)).json()) as Thread;
    expect(thread.members.map(({ user }) => user.id)).toEqual([ada.user.id]);
  });

  it("reveal nothing of the thread to a stranger", async () => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const { id } = await newThread(ada, "group");
    for (let i = 0; i <= OPENS_BURST; i++)
      expect(await (await openThread(eve, id)).closed).toMatchObject({ code: 4004 });
  });
});
