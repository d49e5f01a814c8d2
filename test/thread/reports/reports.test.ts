/** Reports of messages: who files, sees and resolves them, what they keep and for how long, and who is notified. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AuditPage } from "../../../src/protocol/moderation.ts";
import {
  OPEN_REPORTS,
  OPEN_REPORTS_PER_USER,
  REPORT_KEPT_MS,
  REPORTS_AT_ONCE,
} from "../../../src/protocol/limits.ts";
import type { Report, ReportPage } from "../../../src/protocol/reports.ts";
import { hostReportsStub } from "../../../src/rpc/host-reports.ts";
import { passTime, startClock } from "../../cost/clock.ts";
import { interceptCalls, lost } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { host, hostAs } from "../../support/host-server.ts";
import { call, newThread, person, type Person } from "../../support/host-users.ts";
import { costOf, evict, storedText, threadStub } from "../../support/objects.ts";
import { openPresence } from "../../support/socket.ts";
import { env } from "cloudflare:workers";

afterEach(() => vi.useRealTimers());

type Call = (method: string, path: string, body?: unknown) => Promise<Response>;

/** A group of Ada, its owner, Mod, its moderator, and Bob, with what can be done in it. */
async function group(kind: "group" | "public" = "group") {
  const [ada, mod, bob] = await Promise.all([person("Ada"), person("Mod"), person("Bob")]);
  const thread = await newThread(ada, kind, [mod, bob], "Pond");
  const path = `/api/threads/${thread.id}`;
  await ada.call("PUT", `${path}/members/${mod.user.id}`, { role: "moderator" });
  return { ada, mod, bob, thread, path, stub: threadStub(thread.id), ...acts(path) };
}

function acts(path: string) {
  return {
    say: async (who: Person, body: string) =>
      (await (await who.call("POST", `${path}/messages`, { body })).json<{ seq: number }>()).seq,
    report: (who: Person, seq: number, body: object = { reason: "spam" }) =>
      who.call("POST", `${path}/messages/${seq}/reports`, body),
    reports: async (who: { call: Call }, query = "") =>
      (await (await who.call("GET", `${path}/reports${query}`)).json<ReportPage>()).reports,
    resolve: (who: { call: Call }, no: number, body: object = { action: "dismiss" }) =>
      who.call("POST", `${path}/reports/${no}`, body),
  };
}

const theHost = { call: host };
const codeOf = async (response: Response) => (await response.json<{ code: string }>()).code;
const hostList = async (query = "") => (await host("GET", `/api/reports${query}`)).json<ReportPage>();
/** Those of one thread on the host's list. */
const listed = async (threadId: string, query = "?limit=40") =>
  (await hostList(query)).reports.filter((report) => report.threadId === threadId);

describe("a report", () => {
  it("is filed by who may read, once, and seen by moderators, owners and the host", async () => {
    const { ada, mod, bob, path, thread, say, report, reports } = await group();
    const seq = await say(bob, "buy my pills");
    const response = await report(ada, seq, { reason: "spam", note: "again" });
    expect([response.status, await response.text()]).toEqual([202, ""]);
    expect((await report(ada, seq, { reason: "another" })).status).toBe(202);
    const expected: Report = {
      no: 1,
      threadId: thread.id,
      at: expect.any(Number) as number,
      state: "open",
      seq,
      author: bob.user,
      by: ada.user,
      reason: "spam",
      note: "again",
      body: "buy my pills",
    };
    for (const who of [ada, mod, theHost]) expect(await reports(who)).toEqual([expected]);
    expect(await codeOf(await bob.call("GET", `${path}/reports`))).toBe("forbidden");
    const eve = await person("Eve");
    expect(await codeOf(await report(eve, seq))).toBe("not_found");
    expect(await codeOf(await eve.call("GET", `${path}/reports`))).toBe("not_found");
    expect(await codeOf(await host("POST", `${path}/messages/${seq}/reports`, { reason: "x" }))).toBe(
      "forbidden",
    );
    expect((await hostAs(mod, "POST", `${path}/messages/${seq}/reports`, { reason: "x" })).status).toBe(202);
    expect(await reports(ada, "?state=resolved")).toEqual([]);
    expect((await reports(ada, "?state=open&limit=1")).map(({ no }) => no)).toEqual([2]);
  });

  it("is filed by a reader of a public thread who is no member, and counts for no former one", async () => {
    const { ada, bob, path, say, report, reports } = await group("public");
    const eve = await person("Eve");
    const seq = await say(bob, "buy my pills");
    expect((await report(eve, seq)).status).toBe(202);
    expect(await reports(ada)).toMatchObject([{ by: eve.user }]);
    expect(
      (await ada.call("GET", `${path}/members`).then((r) => r.json<{ members: object[] }>())).members,
    ).toHaveLength(3);
  });

  it("keeps what the message said through edits, deletion and eviction, and erases it when resolved", async () => {
    const { ada, bob, stub, path, say, report, reports, resolve } = await group();
    const seq = await say(bob, "the first text");
    await report(ada, seq);
    await bob.call("PATCH", `${path}/messages/${seq}`, { body: "nothing at all" });
    await bob.call("DELETE", `${path}/messages/${seq}`);
    await evict(stub);
    expect(await reports(ada)).toMatchObject([{ body: "the first text", state: "open" }]);
    expect(await codeOf(await report(await person("Eve"), seq))).toBe("not_found");
    const resolved = await resolve(ada, 1);
    expect(resolved.status).toBe(200);
    const report1 = await resolved.json<Report>();
    expect(report1).toMatchObject({ no: 1, state: "resolved", reason: "spam" });
    expect(report1).not.toHaveProperty("body");
    expect(await storedText(stub)).not.toContain("the first text");
    expect((await reports(ada))[0]).toEqual(report1);
  });

  it("forgets what the message said after 90 days, and stays open", async () => {
    startClock();
    const { ada, bob, stub, path, say, report, reports } = await group();
    await report(ada, await say(bob, "an old text"));
    await bob.call("DELETE", `${path}/messages/1`);
    expect(await storedText(stub)).toContain("an old text");
    await eventually(async () => {
      await runDurableObjectAlarm(stub);
      expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).toBeGreaterThan(
        Date.now() + REPORT_KEPT_MS - 60_000,
      );
    });
    passTime(REPORT_KEPT_MS);
    await runDurableObjectAlarm(stub);
    expect(await storedText(stub)).not.toContain("an old text");
    const [report1] = await reports(theHost);
    expect(report1).toMatchObject({ state: "open", reason: "spam" });
    expect(report1).not.toHaveProperty("body");
  });

  it("of a tombstone is gone, and of no message not found", async () => {
    const { ada, bob, path, say, report } = await group();
    const seq = await say(bob, "deleted soon");
    await bob.call("DELETE", `${path}/messages/${seq}`);
    expect(await codeOf(await report(ada, seq))).toBe("gone");
    expect(await codeOf(await report(ada, 99))).toBe("not_found");
  });

  it.each([
    {},
    { reason: "" },
    { reason: " " },
    { reason: "x".repeat(101) },
    { reason: "x", note: "x".repeat(1001) },
  ])("has a reason of 100 characters and a note of 1,000 at most: %j", async (body) => {
    const { ada, bob, say, report } = await group();
    expect(await codeOf(await report(ada, await say(bob, "hello"), body))).toBe("bad_request");
  });
});

describe("reports about oneself", () => {
  it("are hidden from moderators and owners: not listed, not resolved, not counted", async () => {
    const { ada, mod, bob, say, report, reports, resolve } = await group();
    const tab = await openPresence(mod);
    await tab.next("welcome");
    await report(bob, await say(mod, "a moderator's"));
    await report(bob, await say(ada, "an owner's"));
    expect((await reports(mod)).map(({ no }) => no)).toEqual([2]);
    expect((await reports(ada)).map(({ no }) => no)).toEqual([1]);
    expect((await reports(theHost)).map(({ no }) => no)).toEqual([2, 1]);
    for (const action of ["dismiss", "delete"])
      expect(await codeOf(await resolve(mod, 1, { action }))).toBe("not_found");
    expect((await tab.next("reports", ({ open }) => open === 1)).threadId).toBeDefined();
    expect(tab.events.filter((event) => event.type === "reports" && event.open > 1)).toEqual([]);
    expect((await resolve(ada, 1)).status).toBe(200);
  });
});

it("of a system message are seen and resolved by the host too", async () => {
  const { ada, path, report, reports, resolve } = await group();
  await host("POST", `${path}/messages`, { body: "from the host" });
  await report(ada, 1);
  for (const who of [ada, theHost]) expect(await reports(who)).toMatchObject([{ author: { id: "system" } }]);
  const until = Date.now() + 3_600_000;
  expect(await codeOf(await resolve(ada, 1, { action: "timeout", until }))).toBe("not_found");
  expect((await resolve(theHost, 1)).status).toBe(200);
});

describe("resolving", () => {
  it("deletes the message where that is the action, once, and is in the audit log without the reporter", async () => {
    const { ada, mod, bob, path, say, report, resolve } = await group();
    const seq = await say(bob, "buy my pills");
    await report(ada, seq);
    expect((await resolve(mod, 1, { action: "delete", note: "spam" })).status).toBe(200);
    const { messages } = await (
      await ada.call("GET", `${path}/messages`)
    ).json<{ messages: { body: string }[] }>();
    expect(messages).toMatchObject([{ body: "", deletedAt: expect.any(Number) as number }]);
    expect(await codeOf(await resolve(ada, 1))).toBe("conflict");
    const log = await (await ada.call("GET", `${path}/audit`)).json<AuditPage>();
    const entry = log.entries.find(({ action }) => action === "report.resolved");
    expect(entry).toEqual({
      no: expect.any(Number) as number,
      at: expect.any(Number) as number,
      by: mod.user,
      action: "report.resolved",
      target: bob.user,
      detail: { no: 1, seq, action: "delete", note: "spam" },
    });
    expect(log.entries.filter(({ action }) => action === "message.deleted")).toHaveLength(1);
  });

  it("may delete a message that is gone already", async () => {
    const { ada, mod, bob, path, say, report, resolve } = await group();
    const seq = await say(bob, "buy my pills");
    await report(ada, seq);
    await bob.call("DELETE", `${path}/messages/${seq}`);
    expect((await resolve(mod, 1, { action: "delete" })).status).toBe(200);
  });

  it("times the author out by who may, and where that is refused the report stays open", async () => {
    const { ada, mod, bob, path, say, report, reports, resolve } = await group();
    const until = Date.now() + 3_600_000;
    await report(ada, await say(bob, "buy my pills"));
    await report(bob, await say(ada, "an owner's"));
    expect((await resolve(mod, 1, { action: "timeout", until })).status).toBe(200);
    expect(await codeOf(await bob.call("POST", `${path}/messages`, { body: "more" }))).toBe("forbidden");
    expect(await codeOf(await resolve(mod, 2, { action: "timeout", until }))).toBe("forbidden");
    expect((await reports(mod, "?state=open")).map(({ no }) => no)).toEqual([2]);
    // Who is timed out moderates nothing.
    await ada.call("PUT", `${path}/members/${mod.user.id}`, { timeoutUntil: until });
    expect(await codeOf(await resolve(mod, 2))).toBe("forbidden");
    for (const body of [{ action: "timeout" }, { action: "timeout", until: 1 }])
      expect(await codeOf(await resolve(ada, 1, body))).toBe("bad_request");
  });

  it("bans the author by who may, and where that is refused the report stays open", async () => {
    const { ada, mod, bob, path, say, report, reports, resolve } = await group("public");
    await report(ada, await say(bob, "buy my pills"));
    await report(bob, await say(ada, "an owner's"));
    expect((await resolve(mod, 1, { action: "ban", note: "third time" })).status).toBe(200);
    expect((await bob.call("GET", path)).status).toBe(404);
    expect(await codeOf(await report(bob, 1))).toBe("not_found");
    expect(await codeOf(await resolve(mod, 2, { action: "ban" }))).toBe("forbidden");
    expect((await reports(mod, "?state=open")).map(({ no }) => no)).toEqual([2]);
    const { bans } = await (await ada.call("GET", `${path}/bans`)).json<{ bans: object[] }>();
    expect(bans).toMatchObject([{ user: bob.user, reason: "spam", by: mod.user }]);
  });

  it("by a timeout of who is no member any more is not found, and the report stays open", async () => {
    const { ada, bob, path, say, report, resolve } = await group();
    await report(ada, await say(bob, "buy my pills"));
    await ada.call("DELETE", `${path}/members/${bob.user.id}`);
    const until = Date.now() + 3_600_000;
    expect(await codeOf(await resolve(ada, 1, { action: "timeout", until }))).toBe("not_found");
    expect((await resolve(ada, 1)).status).toBe(200);
  });

  it("by two at once is done once", async () => {
    const { ada, mod, bob, say, report, resolve } = await group();
    await report(ada, await say(bob, "buy my pills"));
    const answers = await Promise.all([resolve(ada, 1), resolve(mod, 1, { action: "delete" })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it("by a moderator who was demoted meanwhile is refused", async () => {
    const { ada, mod, bob, path, say, report, resolve, reports } = await group();
    await report(ada, await say(bob, "buy my pills"));
    const [demoted, resolved] = await Promise.all([
      ada.call("PUT", `${path}/members/${mod.user.id}`, { role: "member" }),
      scheduler.wait(0).then(() => resolve(mod, 1)),
    ]);
    expect(demoted.status).toBe(200);
    // Whichever came first.
    expect([200, 403]).toContain(resolved.status);
    expect(await codeOf(await resolve(mod, 1))).toBe("forbidden");
    expect((await reports(ada))[0]?.state).toBe(resolved.status === 200 ? "resolved" : "open");
  });

  it("is refused to members, strangers and nobody, and of a report that is not there", async () => {
    const { ada, bob, path, say, report, resolve } = await group();
    await report(ada, await say(bob, "buy my pills"));
    expect(await codeOf(await resolve(bob, 1))).toBe("forbidden");
    expect(await codeOf(await resolve(await person("Eve"), 1))).toBe("not_found");
    expect(await codeOf(await call("POST", `${path}/reports/1`, { action: "dismiss" }))).toBe(
      "unauthenticated",
    );
    for (const no of [2, 0, -9_007_199_254_740_991])
      expect(["not_found", "bad_request"]).toContain(await codeOf(await resolve(ada, no)));
    for (const body of [{}, { action: "applaud" }])
      expect(await codeOf(await resolve(ada, 1, body))).toBe("bad_request");
  });
});

describe("in a direct thread", () => {
  it("reports are the host's alone, who dismisses them or deletes the message", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "direct", [bob]);
    const path = `/api/threads/${id}`;
    const { say, report, resolve, reports } = acts(path);
    const seq = await say(bob, "a threat");
    expect((await report(ada, seq)).status).toBe(202);
    for (const who of [ada, bob]) {
      expect(await codeOf(await who.call("GET", `${path}/reports`))).toBe("forbidden");
      expect(await codeOf(await resolve(who, 1))).toBe("forbidden");
    }
    await eventually(async () => expect(await listed(id)).toHaveLength(1));
    expect(await reports(theHost)).toMatchObject([{ body: "a threat", by: ada.user }]);
    const until = Date.now() + 3_600_000;
    expect(await codeOf(await resolve(theHost, 1, { action: "timeout", until }))).toBe("forbidden");
    expect((await resolve(theHost, 1, { action: "delete" })).status).toBe(200);
  });
});

describe("floods", () => {
  it("of one user end at so many open reports in a thread, and at so many at once in all", async () => {
    startClock();
    const { ada, bob, say, report, resolve, reports } = await group();
    for (let i = 0; i < OPEN_REPORTS_PER_USER; i += 1) {
      passTime(20_000);
      expect((await report(ada, await say(bob, `message ${i}`))).status).toBe(202);
    }
    const next = await say(bob, "one more");
    expect(await codeOf(await report(ada, next))).toBe("conflict");
    const [newest] = await reports(ada, "?limit=1");
    await resolve(ada, newest?.no ?? 0);
    expect((await report(ada, next)).status).toBe(202);
    const eve = await person("Eve");
    const other = await newThread(eve, "public", [], "Lobby");
    const [seq] = [await acts(`/api/threads/${other.id}`).say(eve, "hello")];
    let limited: Response | undefined;
    for (let i = 0; i <= REPORTS_AT_ONCE; i += 1)
      limited = await acts(`/api/threads/${other.id}`).report(bob, seq);
    expect(limited?.headers.get("retry-after")).toBeTruthy();
    expect(await codeOf(limited as Response)).toBe("rate_limited");
  });

  it("of many end at so many in a thread", async () => {
    const { ada, bob, stub, say, report } = await group();
    const seq = await say(bob, "hello");
    await runInDurableObject(stub, (_, { storage }) => {
      for (let i = 1; i <= OPEN_REPORTS; i += 1)
        storage.sql.exec(
          `INSERT INTO reports (no, seq, author, by_id, at, rev, is_open, is_kept, reason, body)
           VALUES (?, 99, 'x', ?, 1, 1, 1, 1, 'x', 'x')`,
          i,
          `user-${i}`,
        );
    });
    expect(await codeOf(await report(ada, seq))).toBe("conflict");
  });
});

describe("the host's list", () => {
  it("has the reports of all threads, newest first, in pages, as they are now", async () => {
    const groups = [await group(), await group()];
    for (const { ada, bob, say, report } of groups)
      for (const body of ["one", "two"]) await report(ada, await say(bob, body));
    await eventually(async () => {
      for (const { thread } of groups) expect(await listed(thread.id)).toHaveLength(2);
    });
    const [first, second] = groups as [(typeof groups)[0], (typeof groups)[0]];
    await first.resolve(first.mod, 1);
    // The list learns of it after the thread has answered.
    await eventually(async () =>
      expect(await listed(first.thread.id, "?state=resolved&limit=40")).toMatchObject([{ no: 1 }]),
    );
    expect(await listed(first.thread.id, "?state=open&limit=40")).toHaveLength(1);
    const bodies: (string | undefined)[] = [];
    for (let query = "?limit=3"; bodies.length < 4;) {
      const { reports, nextCursor } = await hostList(query);
      expect(reports.length).toBeLessThanOrEqual(3);
      bodies.push(...reports.map(({ body }) => body));
      if (nextCursor === undefined) break;
      query = `?limit=3&cursor=${nextCursor}`;
    }
    expect(bodies.slice(0, 4)).toEqual(["two", "one", "two", undefined]);
    expect(await codeOf(await first.ada.call("GET", "/api/reports"))).toBe("forbidden");
    expect(await codeOf(await call("GET", "/api/reports"))).toBe("unauthenticated");
    expect(await codeOf(await host("GET", "/api/reports?limit=41"))).toBe("bad_request");
    // Gone with the thread.
    await second.ada.call("DELETE", second.path);
    expect(await listed(second.thread.id)).toEqual([]);
    expect(await storedText(hostReports())).not.toContain(second.thread.id);
  });

  it("learns of a report though it did not answer, and the thread was evicted", async () => {
    startClock();
    expectLogged(/a call to an object failed/);
    const { ada, bob, thread, stub, say, report } = await group();
    const seq = await say(bob, "buy my pills");
    const failing = interceptCalls("CHAT_THREAD", "putReports", lost);
    await report(ada, seq);
    await failing.begun();
    await evict(stub);
    failing.stop();
    await eventually(async () => {
      passTime(60_000);
      await runDurableObjectAlarm(stub);
      expect(await listed(thread.id)).toHaveLength(1);
    });
  });
});

const hostReports = () =>
  env.CHAT_THREAD.get(env.CHAT_THREAD.idFromName(JSON.stringify({ host: "reports" })));

describe("moderators' tabs", () => {
  it("are sent how many are open, when one is filed and when one is resolved; members' are not", async () => {
    const { ada, mod, bob, thread, say, report, resolve } = await group();
    const [owner, moderator, member] = [
      await openPresence(ada),
      await openPresence(mod),
      await openPresence(bob),
    ];
    for (const tab of [owner, moderator, member]) await tab.next("welcome");
    await report(ada, await say(bob, "buy my pills"));
    for (const tab of [owner, moderator])
      expect(await tab.next("reports")).toEqual({ type: "reports", threadId: thread.id, open: 1 });
    await resolve(mod, 1);
    for (const tab of [owner, moderator])
      expect(await tab.next("reports")).toEqual({ type: "reports", threadId: thread.id, open: 0 });
    expect(member.events.filter(({ type }) => type === "reports")).toEqual([]);
  });
});

it("costs a few rows to file and to resolve, none to repeat, and a message what it did", async () => {
  startClock();
  const { ada, mod, bob, stub, say, report, resolve } = await group();
  const [first, seq] = [await say(bob, "one"), await say(bob, "two")];
  await report(ada, first);
  await eventually(async () => expect(await pendingIn(stub)).toBe(0));
  await runDurableObjectAlarm(stub);
  // The report, its two indexes, that it is pending, and that it no longer is; and the alarm.
  const filed = await costOf(stub, async () => {
    await report(ada, seq);
    await eventually(async () => expect(await pendingIn(stub)).toBe(0));
  });
  expect(filed.rowsWritten).toBeLessThanOrEqual(5);
  expect(filed.alarmsSet).toBeLessThanOrEqual(1);
  expect((await costOf(stub, () => report(ada, seq))).rowsWritten).toBe(0);
  // The report and its index, the audit log, that it is pending, and that it no longer is.
  const resolved = await costOf(stub, async () => {
    await resolve(mod, 2);
    await eventually(async () => expect(await pendingIn(stub)).toBe(0));
  });
  expect(resolved.rowsWritten).toBeLessThanOrEqual(5);
  expect((await costOf(stub, () => say(bob, "three"))).rowsWritten).toBe(1);
  const list = await costOf(hostReports(), () =>
    hostReportsStub(env).putReports("x", [{ no: 1, at: 1, isOpen: true }]),
  );
  expect(list.rowsWritten).toBe(3);
});

function pendingIn(stub: DurableObjectStub): Promise<number> {
  return runInDurableObject(
    stub,
    (_, { storage }) => storage.sql.exec("SELECT no FROM unconfirmed_reports").toArray().length,
  );
}
