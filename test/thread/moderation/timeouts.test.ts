/** Timeouts: who gives them, what they keep one from over every transport, and what ends them. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MemberPage } from "../../../src/protocol/http.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { passTime, startClock } from "../../cost/clock.ts";
import { person } from "../../support/host-users.ts";
import { costOf, evict, threadStub } from "../../support/objects.ts";
import { openThread } from "../../support/socket.ts";
import {
  actorAndTarget,
  MAY_MODERATE,
  ok,
  moderatedThread,
  refused,
  send,
  theHost,
  timeOut,
  TRANSPORTS,
} from "./moderated-thread.ts";

const MINUTE = 60_000;

describe.each(TRANSPORTS)("over %s, one who is timed out", (_name, transport, acts) => {
  it.each(acts)("is refused to %s, and when it will be possible", async (act) => {
    const thread = await moderatedThread();
    await send(thread.member, thread);
    expect(await transport(thread.member, thread, act)).toBeUndefined();
    await timeOut(thread.moderator, thread.member, thread, MINUTE);
    await evict(threadStub(thread.id));
    const refusal = await transport(thread.member, thread, act);
    expect(refusal).toMatchObject({ code: "forbidden" });
    expect(refusal?.retryAfterMs).toBeGreaterThan(0);
    expect(refusal?.retryAfterMs).toBeLessThanOrEqual(MINUTE);
    await timeOut(thread.owner, thread.member, thread, null);
    expect(await transport(thread.member, thread, act)).toBeUndefined();
  });
});

describe("one who is timed out", () => {
  it("reads, moves their marker, deletes what is theirs, and may leave", async () => {
    const thread = await moderatedThread();
    const { member, moderator, path } = thread;
    await send(member, thread);
    await timeOut(moderator, member, thread, MINUTE);
    await ok(member.call("GET", `${path}/messages`));
    await ok(member.call("PUT", `${path}/read`, { seq: 1 }));
    await ok(member.call("DELETE", `${path}/messages/1`));
    expect((await member.call("DELETE", `${path}/members/${member.user.id}`)).status).toBe(204);
  });

  it("is shown as such to all, at once and to those who come back, until it is over", async () => {
    const thread = await moderatedThread();
    const { member, moderator, owner, id, path } = thread;
    const watching = await openThread(owner, id);
    const cursor = (await watching.next("welcome")).cursor;
    const put = await timeOut(moderator, member, thread, MINUTE);
    expect(put.timeoutUntil).toBeGreaterThan(Date.now());
    const event = { type: "member", member: { user: member.user, timeoutUntil: put.timeoutUntil } };
    expect(await watching.next("member")).toMatchObject(event);
    await evict(threadStub(id));
    expect(await (await openThread(owner, id, cursor)).next("member")).toMatchObject(event);
    const { thread: welcomed } = await (await openThread(member, id)).next("welcome");
    expect(welcomed.you).toMatchObject({ role: "member", timeoutUntil: put.timeoutUntil });
    const { members } = await ok<MemberPage>(owner.call("GET", `${path}/members`));
    expect(members[2]).toMatchObject({ user: member.user, timeoutUntil: put.timeoutUntil });
    const ended = await timeOut(moderator, member, thread, null);
    expect(ended).not.toHaveProperty("timeoutUntil");
    expect(await watching.next("member")).toMatchObject({ member: { user: member.user } });
    expect((await ok<Thread>(member.call("GET", path))).you).not.toHaveProperty("timeoutUntil");
  });

  it("is still, after leaving and coming back", async () => {
    const thread = await moderatedThread("public");
    const { member, moderator, id, path } = thread;
    await timeOut(moderator, member, thread, MINUTE);
    await ok(member.call("DELETE", `${path}/members/${member.user.id}`));
    await evict(threadStub(id));
    const socket = await openThread(member, id);
    expect((await socket.next("welcome")).thread.you?.timeoutUntil).toBeGreaterThan(Date.now());
    expect(await socket.ask({ type: "chat", id: "1", body: "again" })).toMatchObject({ code: "forbidden" });
  });

  it("is acknowledged what was stored before, and nothing is stored twice", async () => {
    const thread = await moderatedThread();
    const { member, moderator, path } = thread;
    const first = await send(member, thread, "once", { id: "same" });
    await timeOut(moderator, member, thread, MINUTE);
    const repeat = await member.call("POST", `${path}/messages`, { body: "once", id: "same" });
    expect(repeat.status).toBe(200);
    expect(await repeat.json()).toMatchObject(first);
  });

  it("does not moderate, whatever their role", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, member, path } = thread;
    await send(member, thread);
    await timeOut(owner, moderator, thread, MINUTE);
    const acts: Parameters<typeof moderator.call>[] = [
      ["PATCH", path, { name: "Mine" }],
      ["PATCH", path, { locked: true }],
      ["DELETE", `${path}/messages/1`],
      ["DELETE", `${path}/members/${member.user.id}`],
      ["PUT", `${path}/members/${member.user.id}`, { timeoutUntil: Date.now() + MINUTE }],
      ["PUT", `${path}/members/${moderator.user.id}`, { timeoutUntil: null }],
    ];
    for (const act of acts)
      expect(await refused(moderator.call(...act)), act.join(" ")).toMatchObject({ code: "forbidden" });
    await timeOut(theHost, owner, thread, MINUTE);
    expect(await refused(owner.call("DELETE", path))).toMatchObject({ code: "forbidden" });
  });
});

describe("a timeout", () => {
  it.each(MAY_MODERATE)("is given by %s to one with the role %s: %s", async (by, role, isAllowed) => {
    const { actor, target, path } = await actorAndTarget(by, role);
    const timeoutUntil = Date.now() + MINUTE;
    const response = await actor.call("PUT", `${path}/members/${target.user.id}`, { timeoutUntil });
    expect(await response.json()).toMatchObject(isAllowed ? { role, timeoutUntil } : { code: "forbidden" });
  });

  it("is nobody's to give themself, of no time that is past, and of nobody who is no member", async () => {
    const { owner, moderator, member, path } = await moderatedThread();
    const stranger = await person("Stranger");
    const put = (whom: typeof owner, timeoutUntil: number) =>
      refused(owner.call("PUT", `${path}/members/${whom.user.id}`, { timeoutUntil }));
    expect(await put(owner, Date.now() + MINUTE)).toMatchObject({ code: "forbidden" });
    expect(await put(member, Date.now() - 1)).toMatchObject({ code: "bad_request" });
    expect(await put(stranger, Date.now() + MINUTE)).toMatchObject({ code: "not_found" });
    const unknown = `${path}/members/nobody-at-all`;
    expect(await refused(moderator.call("PUT", unknown, { timeoutUntil: null }))).toMatchObject({
      code: "not_found",
    });
  });

  it("may come with a role, in one event, where both may be given", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, member, id, path } = thread;
    const socket = await openThread(owner, id);
    const both = { role: "moderator", timeoutUntil: Date.now() + MINUTE };
    const of = `${path}/members/${member.user.id}`;
    expect(await refused(moderator.call("PUT", of, both))).toMatchObject({ code: "forbidden" });
    expect(await ok(owner.call("PUT", of, both))).toMatchObject(both);
    await send(owner, thread);
    await socket.next("chat");
    const changes = socket.events.filter(({ type }) => type === "member");
    expect(changes).toMatchObject([{ member: both }]);
    const { entries } = await ok<{ entries: object[] }>(owner.call("GET", `${path}/audit`));
    expect(entries.slice(0, 2)).toMatchObject([
      { action: "member.timeout", target: member.user, detail: { timeoutUntil: both.timeoutUntil } },
      { action: "member.role", target: member.user, detail: { role: "moderator" } },
    ]);
  });
});

describe("with a clock of its own", () => {
  beforeEach(startClock);
  afterEach(() => void vi.useRealTimers());

  it("a timeout ends by itself", async () => {
    const thread = await moderatedThread();
    await timeOut(thread.moderator, thread.member, thread, MINUTE);
    passTime(MINUTE - 1);
    expect(await refused(thread.member.call("POST", `${thread.path}/messages`, { body: "x" }))).toMatchObject(
      {
        retryAfterMs: 1,
      },
    );
    passTime(1);
    await send(thread.member, thread);
    const { you } = await ok<Thread>(thread.member.call("GET", thread.path));
    expect(you).not.toHaveProperty("timeoutUntil");
  });

  it("a timeout writes three rows, and none where it is so already", async () => {
    const thread = await moderatedThread();
    const { moderator, member, path, id } = thread;
    const timeoutUntil = Date.now() + MINUTE;
    const put = () => ok(moderator.call("PUT", `${path}/members/${member.user.id}`, { timeoutUntil }));
    expect((await costOf(threadStub(id), put)).rowsWritten).toBe(3);
    expect((await costOf(threadStub(id), put)).rowsWritten).toBe(0);
  });
});
