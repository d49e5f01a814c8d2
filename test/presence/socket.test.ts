import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startClock } from "../cost/clock.ts";
import { presenceEvent } from "../../src/protocol/events.ts";
import type { User } from "../../src/protocol/model.ts";
import { threadStub } from "../../src/rpc/thread.ts";
import { heldAt, interceptCalls } from "../support/calls.ts";
import { gate, holdTokenChecks } from "../support/gate.ts";
import { hostToken, unique } from "../support/host-users.ts";
import { randomRun } from "../support/random-run.ts";
import {
  alarmOf,
  groupOf,
  HOUR,
  knownUser,
  openRaw,
  openTab,
  passTime,
  runAlarmOf,
  costIn,
  rowsOf,
  settle,
  shardFor,
  unknownUser,
} from "./shard.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A thread in a real ChatThread object. */
async function realThread(owner: User, ...others: User[]) {
  const stub = threadStub(env, env.CHAT_THREAD.newUniqueId());
  const made = await stub.create(owner, { kind: "group", name: "The pond" }, others);
  if (!made.ok) throw new Error(made.failure.code);
  return { stub, id: made.value.thread.id };
}

describe("opening a tab", () => {
  it("selects the version, and sends welcome first", async () => {
    const ada = unknownUser();
    const expiresAt = Date.now() + HOUR;
    const tab = await openRaw(ada, expiresAt);
    expect(tab.protocol).toBe("lilypad.v1");
    const welcome = await tab.next();
    expect(presenceEvent.parse(welcome)).toEqual(welcome);
    expect(welcome).toMatchObject({ type: "welcome", user: ada, threads: [], unreadThreads: 0, expiresAt });
  });

  it("beyond the 32nd closes the one that was silent the longest, with the reason", async () => {
    const ada = await knownUser();
    startClock();
    const tabs = [];
    for (let i = 0; i < 32; i++) {
      tabs.push(await openTab(ada));
      passTime(10);
    }
    const [spoke, silent, ...others] = tabs;
    if (!spoke || !silent) throw new Error("no tabs");
    // A command shows that the tab is alive, as a ping does.
    await settle(spoke);
    passTime(10);
    const newest = await openTab(ada);
    expect(await silent.next()).toMatchObject({ type: "closing", code: 4010 });
    for (const tab of [spoke, ...others, newest]) {
      await settle(tab);
      expect(tab.events.some((event) => event.type === "closing")).toBe(false);
      tab.close();
    }
  });
});

describe("what waits for tabs that do not read", () => {
  const LONG = "x".repeat(200_000);

  it("is bounded: a tab that was sent a MiB is closed with 4108, and no other one", async () => {
    const [ada, bo] = [await knownUser(), await knownUser()];
    const thread = await groupOf(ada, bo);
    const tab = await openTab(ada);
    for (let n = 0; n < 4; n++) await thread.notify(thread.message(bo, LONG), ada);
    const later = await openTab(ada);
    for (let n = 0; n < 2; n++) await thread.notify(thread.message(bo, LONG), ada);
    expect(await tab.next("closing")).toMatchObject({ code: 4108 });
    await settle(later);
    expect(later.events.filter(({ type }) => type === "closing")).toEqual([]);
  });

  it("is bounded for all of them: those that have vanished are closed when much was sent", async () => {
    const [ada, bo] = [await knownUser(), await knownUser()];
    const thread = await groupOf(ada, bo);
    startClock();
    const [vanished, ...others] = await Promise.all(Array.from({ length: 24 }, () => openTab(ada)));
    passTime(60_000);
    for (const tab of others) await settle(tab);
    await thread.notify(thread.message(bo, LONG), ada);
    expect(await vanished?.next("closing")).toMatchObject({ code: 4100 });
    for (const tab of others) {
      await settle(tab);
      expect(tab.events.filter(({ type }) => type === "closing")).toEqual([]);
    }
  });
});

describe("a session that ends", () => {
  it("closes its tabs with 4001 within 5 seconds, and no others", async () => {
    startClock();
    const ada = await knownUser();
    const [short, long] = [await openTab(ada, Date.now() + 1_000), await openTab(ada, Date.now() + HOUR)];
    expect(await alarmOf(ada)).toBeLessThanOrEqual(Date.now() + 6_000);
    passTime(6_000);
    await runAlarmOf(ada);
    expect(await short.next()).toMatchObject({ type: "closing", code: 4001 });
    await settle(long);
    expect(long.events.at(-1)).toMatchObject({ code: "not_found" });
  });

  it("makes the shard ignore its tabs' commands and send them nothing, also before they are closed", async () => {
    startClock();
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    const [expired, silent, open] = [
      await openTab(ada, Date.now() + 1_000),
      await openTab(ada, Date.now() + 1_000),
      await openTab(ada),
    ];
    expired.send({ type: "watch", userIds: [bo.id] });
    await expired.next("presence");
    passTime(1_000);
    await thread.notify(thread.message(bo), ada, bo);
    await open.next("new_message");
    const other = await openTab(bo);
    expired.send({ type: "watch", userIds: [] });
    expect(await expired.next("closing")).toMatchObject({ code: 4001 });
    await silent.next("closing");
    for (const tab of [expired, silent])
      expect(tab.events.map(({ type }) => type)).not.toContain("new_message");
    expect(expired.events.filter(({ type }) => type === "presence")).toHaveLength(1);
    other.close();
  });

  it("is renewed by a fresh token of the same user, which is acknowledged", async () => {
    startClock();
    const ada = await knownUser();
    const tab = await openTab(ada, Date.now() + 1_000);
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await hostToken({ sub: ada.id, name: "Ada L.", iat: exp - 590, exp });
    expect(await tab.ask({ type: "auth", id: "a", token })).toEqual({
      type: "ack",
      id: "a",
      rev: 0,
      at: expect.any(Number),
    });
    passTime(40_000);
    await runAlarmOf(ada);
    await settle(tab);
    expect(await shardFor(ada).profiles([ada.id])).toMatchObject([{ name: "Ada L." }]);
    passTime(600_000);
    await runAlarmOf(ada);
    expect(await tab.next("closing")).toMatchObject({ code: 4001 });
  });

  it("is not renewed by a token that is still being checked when it ends, since events may have been missed", async () => {
    startClock();
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const thread = await groupOf(ada, bo);
    const [tab, other] = [await openTab(ada, Date.now() + 1_000), await openTab(ada)];
    const token = await hostToken({ sub: ada.id, name: "Ada", exp: Math.floor(Date.now() / 1000) + 600 });
    const { checking } = holdTokenChecks();
    tab.send({ type: "auth", id: "a", token });
    await checking.reached();
    passTime(1_000);
    await thread.notify(thread.message(bo), ada, bo);
    await other.next("new_message");
    checking.open();
    expect(await tab.next()).toMatchObject({ type: "closing", code: 4001 });
  });

  it("stops the processing of a frame whose commands are still running", async () => {
    startClock();
    const [ada, bo] = [await knownUser("Ada", 0), await knownUser("Bo", 1)];
    const { stub, id } = await realThread(bo, ada);
    await stub.run(bo, { type: "chat", id: "hello", body: "hello" });
    const tab = await openTab(ada, Date.now() + 1_000);
    const watching = gate();
    interceptCalls("PRESENCE", "watch", heldAt(watching));
    tab.send([
      { type: "watch", userIds: [bo.id] },
      { type: "read", threadId: id, seq: 1 },
    ]);
    await watching.reached();
    passTime(1_000);
    watching.open();
    expect(await tab.next("closing")).toMatchObject({ code: 4001 });
    expect(await stub.view(ada)).toMatchObject({ value: { you: { readSeq: 0 } } });
  });

  it("is not renewed by another user's token, an invalid one or none", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const tab = await openTab(ada);
    const token = await hostToken({ sub: bo.id, name: "Bo" });
    expect(await tab.ask({ type: "auth", id: "1", token })).toMatchObject({
      type: "error",
      code: "forbidden",
    });
    expect(await tab.ask({ type: "auth", id: "2", token: "x" })).toMatchObject({ code: "unauthenticated" });
    expect(await tab.ask({ type: "auth", id: "3" })).toMatchObject({ code: "bad_request" });
  });
});

describe("reading", () => {
  it("moves the marker of the thread, and notifies every tab once", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    const { stub, id } = await realThread(bo, ada);
    const tabs = [await openTab(ada), await openTab(ada)];
    await stub.run(bo, { type: "chat", id: "hello", body: "hello" });
    for (const tab of tabs) expect(await tab.next("new_message")).toMatchObject({ unread: 1 });
    tabs[0]?.send({ type: "read", threadId: id, seq: 1 });
    for (const tab of tabs)
      expect(await tab.next("read")).toEqual({
        type: "read",
        threadId: id,
        readSeq: 1,
        unread: 0,
        wasUnread: true,
      });
    expect(await stub.view(ada)).toMatchObject({ value: { you: { readSeq: 1 } } });
    tabs[1]?.send({ type: "read", threadId: id, seq: 1 });
    await stub.read(ada, 1);
    for (const tab of tabs) {
      await settle(tab);
      expect(tab.events.filter((event) => event.type === "read")).toHaveLength(1);
    }
  });

  it("in a thread of others is not_found, as in one that does not exist", async () => {
    const [ada, bo] = [await knownUser("Ada", 2), await knownUser("Bo", 2)];
    const { id } = await realThread(bo);
    const tab = await openTab(ada);
    for (const threadId of [id, env.CHAT_THREAD.newUniqueId().toString(), "x", "f".repeat(64)]) {
      tab.send({ type: "read", threadId, seq: 1 });
      const error = await tab.next("error");
      expect(error).toEqual({ type: "error", code: "not_found", message: "There is no such thread." });
    }
  });

  it("more than 5 times a second is rate_limited, with the time to retry after", async () => {
    vi.setSystemTime(Date.now());
    const tab = await openTab(await knownUser());
    for (let i = 0; i < 6; i++) tab.send({ type: "read", threadId: "x", seq: 1 });
    for (let i = 0; i < 5; i++) expect(await tab.next("error")).toMatchObject({ code: "not_found" });
    expect(await tab.next("error")).toMatchObject({ code: "rate_limited", retryAfterMs: expect.any(Number) });
  });
});

describe("bad input", () => {
  it("is answered for each command alone, and the tab stays open", async () => {
    const [ada, bo] = [await knownUser(), await knownUser("Bo")];
    await groupOf(ada, bo);
    const tab = await openTab(ada);
    tab.send([{ type: "nonsense", id: "n" }, 7, { type: "watch", userIds: [bo.id] }, { type: "watch" }]);
    expect(await tab.next()).toMatchObject({ type: "error", code: "bad_request", id: "n" });
    expect(await tab.next()).toMatchObject({ type: "error", code: "bad_request" });
    expect(await tab.next()).toMatchObject({ type: "presence", userId: bo.id });
    expect(await tab.next()).toMatchObject({ type: "error", code: "bad_request" });
  });

  it("ten times in a row closes with 4000", async () => {
    const tab = await openTab(await knownUser());
    for (let i = 0; i < 9; i++) tab.send({ type: "nonsense" });
    tab.send({ type: "watch", userIds: [] });
    for (let i = 0; i < 10; i++) tab.send({ type: "nonsense" });
    expect(await tab.next("closing")).toMatchObject({ code: 4000 });
    expect(tab.events.filter((event) => event.type === "error")).toHaveLength(19);
  });

  it.each([
    ["is not JSON", "{", 4000],
    ["is binary", new ArrayBuffer(3), 4000],
    ["is too large", `"${"x".repeat(64 * 1024)}"`, 4009],
  ])("closes where the frame %s", async (_, frame, code) => {
    const tab = await openTab(await knownUser());
    tab.send(frame);
    expect(await tab.next()).toMatchObject({ type: "closing", code });
  });

  it("in too large a batch, or with too many users, is refused as a whole", async () => {
    const tab = await openTab(await knownUser());
    tab.send(Array.from({ length: 101 }, () => ({ type: "watch", userIds: [] })));
    expect(await tab.next()).toMatchObject({ type: "error", code: "too_large" });
    tab.send({ type: "watch", userIds: Array.from({ length: 501 }, (_, i) => `u${i}`) });
    expect(await tab.next()).toMatchObject({ type: "error", code: "bad_request" });
  });

  it("of many watch commands is rate_limited after 10, and closes with 4129 if it goes on", async () => {
    vi.setSystemTime(Date.now());
    const tab = await openTab(await knownUser());
    for (let i = 0; i < 10; i++) tab.send({ type: "watch", userIds: [] });
    tab.send(Array.from({ length: 100 }, () => ({ type: "watch", userIds: [] })));
    expect(await tab.next("error")).toMatchObject({ code: "rate_limited", retryAfterMs: expect.any(Number) });
    expect(await tab.next("closing")).toMatchObject({ code: 4129 });
  });

  it("at random never breaks the shard", async () => {
    const { frames, random } = randomRun();
    const [ada, bo] = [await knownUser("Ada", 5), await knownUser("Bo", 5)];
    const thread = await groupOf(ada, bo);
    const values: unknown[] = [
      "watch",
      "read",
      "auth",
      "ping",
      "",
      null,
      -1,
      1e300,
      true,
      {},
      [],
      bo.id,
      thread.id,
      "\ud800",
      "__proto__",
      [bo.id, bo.id],
      "x".repeat(300),
    ];
    const pick = () => random.pick(values);
    const frame = (): string | ArrayBuffer => {
      const dice = random.next();
      if (dice < 0.01) return new ArrayBuffer(4);
      if (dice < 0.03) return String(pick());
      const command = () => ({
        type: random.next() < 0.7 ? random.pick(["watch", "read", "auth"]) : pick(),
        id: pick(),
        userIds: pick(),
        threadId: pick(),
        seq: pick(),
        token: pick(),
      });
      return JSON.stringify(random.next() < 0.3 ? [command(), pick(), command()] : command());
    };
    let tab = await openTab(ada);
    for (let i = 0; i < frames; i++) {
      tab.send(frame());
      // A round trip now and then, so that the replies come in; not every command is replied to.
      if (i % 10 === 0) await shardFor(ada).profiles([]);
      if (!tab.events.some((event) => event.type === "closing")) continue;
      // As many sockets as it takes, at the rate at which a user may open them.
      passTime(1_000);
      tab = await openTab(ada);
    }
    const fresh = await openTab(bo);
    await thread.notify(thread.message(ada), ada, bo);
    expect(await fresh.next("new_message")).toMatchObject({ unread: 1 });
  });
});

describe("closing", () => {
  it.each([1000, 1001, 3000, 4999])("with %d is answered, and the user is last seen then", async (code) => {
    const ada = await knownUser();
    const tab = await openTab(ada);
    tab.close(code);
    expect(await tab.closed).toMatchObject({ code });
    const row = (await rowsOf(ada, "users")).find((user) => user["user_id"] === ada.id);
    expect(row).toMatchObject({ last_seen_at: expect.any(Number) });
  });

  it("writes when the user was last seen, and nothing else", async () => {
    const ada = { ...(await knownUser()), name: unique("Ada") };
    const tab = await openTab(ada);
    const cost = await costIn(ada, async () => {
      tab.close();
      await tab.closed;
    });
    expect(cost.written).toBe(1);
  });
});
