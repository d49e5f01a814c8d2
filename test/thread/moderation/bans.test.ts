/** Bans: who bans whom, and that the banned are strangers at every entrance until it is over. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditPage, BanPage } from "../../../src/protocol/moderation.ts";
import type { ThreadPage } from "../../../src/protocol/http.ts";
import type { Thread } from "../../../src/protocol/model.ts";
import { relayHostStub } from "../../../src/rpc/relay.ts";
import { passTime, startClock } from "../../cost/clock.ts";
import { host, newKey } from "../../support/host-server.ts";
import { person, type Person } from "../../support/host-users.ts";
import { evict, threadStub } from "../../support/objects.ts";
import { openThread } from "../../support/socket.ts";
import { SocketIoTestSocket } from "../../support/socketio.ts";
import { notified } from "../consent/people.ts";
import {
  actorAndTarget,
  ban,
  MAY_MODERATE,
  ok,
  moderatedThread,
  refused,
  send,
  theHost,
} from "./moderated-thread.ts";

const MINUTE = 60_000;

/** Every way into a thread, and how it is answered: "in", or the refusal. */
const ENTRANCES: [name: string, enter: (who: Person, id: string) => Promise<string>][] = [
  ...(
    [
      ["see the thread", "GET", ""],
      ["read", "GET", "/messages"],
      ["list members", "GET", "/members"],
      ["send", "POST", "/messages"],
      ["join", "PUT", "/members/ME"],
      ["move the marker", "PUT", "/read"],
      ["react", "PUT", "/messages/1/reactions/%F0%9F%91%8D"],
    ] as const
  ).map(([name, method, path]): (typeof ENTRANCES)[number] => [
    name,
    async (who, id) => {
      const body = path === "/messages" && method === "POST" ? { body: "x" } : undefined;
      const input = path === "/read" ? { seq: 1 } : body;
      const of = `/api/threads/${id}${path.replace("ME", who.user.id)}`;
      const response = await who.call(method, of, input);
      return response.ok ? "in" : ((await response.json()) as { code: string }).code;
    },
  ]),
  [
    "Socket.IO",
    async (who, id) => {
      const socket = await SocketIoTestSocket.connect(who);
      const answer = await socket.ask<{ ok: boolean; error?: { code: string } }>("join", { room: id });
      socket.close();
      return answer.ok ? "in" : (answer.error?.code ?? "");
    },
  ],
  [
    "Socket.IO, without joining",
    async (who, id) => {
      const socket = await SocketIoTestSocket.connect(who);
      const answer = await socket.ask<{ ok: boolean; error?: { code: string } }>("chat", {
        room: id,
        body: "x",
      });
      socket.close();
      return answer.ok ? "in" : (answer.error?.code ?? "");
    },
  ],
];

async function firstOf(who: Person, id: string, cursor?: string): Promise<string> {
  const socket = await openThread(who, id, cursor);
  const opened = socket.next("welcome").then(() => "in");
  opened.catch(() => undefined);
  return Promise.race([opened, socket.closed.then(({ code }) => String(code))]);
}

describe.each(["group", "public"] as const)("in a %s thread, the banned", (kind) => {
  it.each(ENTRANCES)("are strangers to it: %s", async (_name, enter) => {
    const thread = await moderatedThread(kind);
    const { moderator, member, id } = thread;
    await send(moderator, thread);
    // In a group a member may not add even themself; but it is there.
    expect(await enter(member, id)).not.toBe("not_found");
    await ban(moderator, member, thread);
    await evict(threadStub(id));
    expect(await enter(member, id)).toBe("not_found");
  });

  it("are refused sockets with 4003, of the thread and of its relays, as those that were open are closed", async () => {
    const thread = await moderatedThread(kind);
    const { moderator, member, id } = thread;
    await ban(moderator, member, thread);
    await evict(threadStub(id));
    expect([await firstOf(member, id), await firstOf(member, id, "cursor:0")]).toEqual(["4003", "4003"]);
    const who = { user: member.user, expiresAt: Date.now() + MINUTE };
    const atRelay = await relayHostStub(env, id).admitAtRelay(1, who, null);
    expect(atRelay).toMatchObject({ ok: false, failure: { code: "forbidden" } });
    // Whoever could not see a group does not learn of it by a ban.
    const outsider = await person("Outsider");
    await ban(moderator, outsider, thread);
    expect(await firstOf(outsider, id)).toBe(kind === "public" ? "4003" : "4004");
  });

  it("are removed at once: their sockets are closed with 4003, and it goes from their list", async () => {
    const thread = await moderatedThread(kind);
    const { owner, moderator, member, id } = thread;
    const [theirs, others] = [await openThread(member, id), await openThread(owner, id)];
    await theirs.next("welcome");
    await others.next("welcome");
    const io = await SocketIoTestSocket.connect(member);
    await io.ask("join", { room: id });
    expect(await ban(moderator, member, thread, { reason: "spam" })).toMatchObject({
      user: member.user,
      by: moderator.user,
      reason: "spam",
    });
    expect(await theirs.next("closing")).toMatchObject({ code: 4003 });
    expect(await io.nextEvent("left")).toMatchObject({ room: id });
    expect(await others.next("member_removed")).toMatchObject({ userId: member.user.id });
    const { threads } = await ok<ThreadPage>(member.call("GET", "/api/threads"));
    expect(threads).toEqual([]);
    io.close();
  });

  it("are not added by anyone, until the ban is lifted", async () => {
    const thread = await moderatedThread(kind);
    const { owner, moderator, member, path } = thread;
    await ban(owner, member, thread);
    const adding = `${path}/members/${member.user.id}`;
    for (const who of [moderator, owner, theHost])
      expect(await refused(who.call("PUT", adding))).toMatchObject({ code: "conflict" });
    expect((await moderator.call("DELETE", `${path}/bans/${member.user.id}`)).status).toBe(204);
    expect(await ok(moderator.call("PUT", adding))).toMatchObject({ user: member.user, role: "member" });
  });
});

it("a link is void for the banned, and loses no use", async () => {
  const thread = await moderatedThread();
  const { moderator, member, path } = thread;
  const { code } = await ok<{ code: string }>(moderator.call("POST", `${path}/links`, { uses: 1 }));
  await ban(moderator, member, thread);
  const redeemed = await refused(member.call("POST", `/api/links/${code}`));
  expect(redeemed).toEqual(await refused(member.call("POST", `/api/links/${code.slice(0, -6)}AAAAAA`)));
  expect(redeemed).toMatchObject({ code: "not_found" });
  await ok(moderator.call("DELETE", `${path}/bans/${member.user.id}`));
  expect(await ok(member.call("POST", `/api/links/${code}`))).toMatchObject({ you: { role: "member" } });
});

it("an invitation is withdrawn by the ban, and none can be made or accepted", async () => {
  const thread = await moderatedThread();
  const { owner, moderator, member, path } = thread;
  await ok(member.call("DELETE", `${path}/members/${member.user.id}`));
  const invite = () => owner.call("PUT", `${path}/members/${member.user.id}`);
  expect((await invite()).status).toBe(202);
  await ban(moderator, member, thread);
  await notified(thread.id);
  const { threads } = await ok<ThreadPage>(member.call("GET", "/api/threads"));
  expect(threads).toEqual([]);
  expect(await refused(member.call("POST", `${path}/accept`))).toMatchObject({ code: "not_found" });
  expect(await refused(invite())).toMatchObject({ code: "conflict" });
  await ok(moderator.call("DELETE", `${path}/bans/${member.user.id}`));
  expect(await refused(member.call("POST", `${path}/accept`))).toMatchObject({ code: "not_found" });
});

it("who was never there is kept out all the same, known or not", async () => {
  const thread = await moderatedThread("public");
  const { moderator, path, id } = thread;
  const stranger = await person("Stranger");
  const unknown = { user: { id: "nobody yet", name: "" } };
  expect(await ban(moderator, stranger, thread)).toMatchObject({ user: { id: stranger.user.id } });
  expect(await ban(moderator, unknown, thread)).toMatchObject({
    user: { id: "nobody yet", name: "nobody yet" },
  });
  expect(await firstOf(stranger, id)).toBe("4003");
  expect((await ok<Thread>(moderator.call("GET", path))).memberCount).toBe(3);
});

it("the host's PUT of a key does not bring back the banned, by whatever the key is entered", async () => {
  const key = newKey();
  const path = `/api/threads/${key}`;
  const [ada, bob, cy] = await Promise.all([person("Ada"), person("Bob"), person("Cy")]);
  const everyone = { kind: "public", members: [ada, bob].map(({ user }) => ({ id: user.id })) };
  await ok(host("PUT", path, everyone));
  for (const { user } of [bob, cy]) await ok(host("PUT", `${path}/bans/${user.id}`));
  await ok(
    host("PUT", path, { kind: "public", members: [ada, bob, cy].map(({ user }) => ({ id: user.id })) }),
  );
  for (const who of [bob, cy]) {
    expect(await firstOf(who, encodeURIComponent(key))).toBe("4003");
    expect(await refused(who.call("GET", path))).toMatchObject({ code: "not_found" });
  }
  expect((await ok<Thread>(ada.call("GET", path))).memberCount).toBe(1);
});

describe("a ban", () => {
  it.each([...MAY_MODERATE, ["moderators", null, true]] as const)(
    "is set by %s of one with the role %s, and lifted: %s",
    async (by, role, isAllowed) => {
      const thread = await actorAndTarget(by, role);
      const { actor, target, member, path } = thread;
      const set = await actor.call("PUT", `${path}/bans/${target.user.id}`);
      expect(set.status).toBe(isAllowed ? 200 : 403);
      // Whoever may not ban one like this may not let them back either.
      await ban(theHost, target, thread);
      const lifted = await actor.call("DELETE", `${path}/bans/${target.user.id}`);
      expect(lifted.status).toBe(isAllowed ? 204 : 403);
      expect((await member.call("GET", `${path}/bans`)).status).toBe(403);
    },
  );

  it("is nobody's to give themself, nor the host, and there is none in a direct thread", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, path } = thread;
    for (const who of [owner, moderator])
      expect(await refused(who.call("PUT", `${path}/bans/${who.user.id}`))).toMatchObject({
        code: "forbidden",
      });
    expect(await refused(theHost.call("PUT", `${path}/bans/system`))).toMatchObject({ code: "forbidden" });
    const { id } = await ok<Thread>(
      owner.call("POST", "/api/threads", { kind: "direct", memberIds: [moderator.user.id] }),
    );
    for (const who of [owner, theHost])
      expect(await refused(who.call("PUT", `/api/threads/${id}/bans/${moderator.user.id}`))).toMatchObject({
        code: "forbidden",
      });
  });

  it("is replaced by the next one, listed newest first, and in the audit log", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, member, path } = thread;
    const other = await person("Other");
    const until = Date.now() + MINUTE;
    await ban(moderator, member, thread, { until });
    await ban(theHost, other, thread);
    await ban(owner, member, thread, { reason: "again" });
    await ban(owner, member, thread, { reason: "again" });
    const first = await ok<BanPage>(moderator.call("GET", `${path}/bans?limit=1`));
    expect(first.bans).toMatchObject([{ user: member.user, reason: "again", by: owner.user }]);
    expect(first.bans[0]).not.toHaveProperty("until");
    const second = await ok<BanPage>(
      moderator.call("GET", `${path}/bans?limit=1&cursor=${first.nextCursor}`),
    );
    expect(second).toMatchObject({ bans: [{ user: { id: other.user.id }, by: "host" }] });
    expect(second).not.toHaveProperty("nextCursor");
    await ok(owner.call("DELETE", `${path}/bans/${member.user.id}`));
    await ok(owner.call("DELETE", `${path}/bans/${member.user.id}`));
    const { entries } = await ok<AuditPage>(owner.call("GET", `${path}/audit?limit=4`));
    expect(entries.map(({ action, by, detail }) => [action, by, detail])).toEqual([
      ["ban.lifted", owner.user, undefined],
      ["ban.set", owner.user, { reason: "again" }],
      ["ban.set", "host", {}],
      ["ban.set", moderator.user, { until }],
    ]);
  });

  it.each([
    ["a time that is past", { until: 1 }],
    ["a reason that is too long", { reason: "x".repeat(201) }],
    ["a purge of more than a day", { purgeSeconds: 86_401 }],
  ])("is refused with %s", async (_what, how) => {
    const { moderator, member, path } = await moderatedThread();
    const refusal = await refused(moderator.call("PUT", `${path}/bans/${member.user.id}`, how));
    expect(refusal).toMatchObject({ code: "bad_request" });
  });

  it("of the last owner leaves the thread to a successor", async () => {
    const thread = await moderatedThread("public");
    const { owner, moderator, path } = thread;
    await ban(theHost, owner, thread);
    expect((await ok<Thread>(moderator.call("GET", path))).you?.role).toBe("owner");
  });

  it("of the last member of a group deletes it", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, member, path } = thread;
    for (const who of [moderator, member, owner]) await ban(theHost, who, thread);
    expect(await refused(theHost.call("GET", path))).toMatchObject({ code: "not_found" });
  });
});

describe("at the same moment", () => {
  it("as they send, the banned write nothing that comes after it", async () => {
    const thread = await moderatedThread();
    const { moderator, member, owner, id, path } = thread;
    const socket = await openThread(member, id);
    const watching = await openThread(owner, id);
    await socket.next("welcome");
    await watching.next("welcome");
    const banned = ban(moderator, member, thread);
    for (let i = 0; i < 15; i++) socket.send({ type: "chat", id: `${i}`, body: `${i}` });
    await banned;
    const { rev } = await watching.next("member_removed");
    await socket.next("closing");
    await send(owner, thread, "after");
    const { message } = await watching.next("chat", (event) => event.message.body === "after");
    expect(message.author).toEqual(owner.user);
    const after = watching.events.filter((event) => event.type === "chat" && event.rev > rev);
    expect(after.map((event) => event.type === "chat" && event.message.author.id)).toEqual([owner.user.id]);
    expect(await refused(member.call("GET", path))).toMatchObject({ code: "not_found" });
  });

  it("two moderators ban one: both are answered, and one ban is in force", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, member, path } = thread;
    const bans = await Promise.all([ban(owner, member, thread), ban(moderator, member, thread)]);
    expect(bans).toMatchObject([{ user: member.user }, { user: member.user }]);
    expect((await ok<BanPage>(owner.call("GET", `${path}/bans`))).bans).toHaveLength(1);
  });

  it("a moderator who is demoted bans nobody from then on, and two who ban each other are not both out", async () => {
    const thread = await moderatedThread();
    const { owner, moderator, member, path } = thread;
    const demoted = owner.call("PUT", `${path}/members/${moderator.user.id}`, { role: "member" });
    const tried = moderator.call("PUT", `${path}/bans/${member.user.id}`);
    await ok(demoted);
    const first = (await tried).status;
    expect([200, 403]).toContain(first);
    expect((await moderator.call("PUT", `${path}/bans/${member.user.id}`)).status).toBe(403);
    const second = await person("Second owner");
    await ok(owner.call("PUT", `${path}/members/${second.user.id}`, { role: "owner" }));
    const both = await Promise.all([
      owner.call("PUT", `${path}/bans/${second.user.id}`),
      second.call("PUT", `${path}/bans/${owner.user.id}`),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  });
});

describe("with a clock of its own", () => {
  beforeEach(startClock);
  afterEach(() => void vi.useRealTimers());

  it("a ban ends by itself, without an alarm: the user may come back, and is no member by it", async () => {
    const thread = await moderatedThread("public");
    const { moderator, member, id, path } = thread;
    await ban(moderator, member, thread, { until: Date.now() + MINUTE });
    passTime(MINUTE - 1);
    expect(await firstOf(member, id)).toBe("4003");
    passTime(1);
    expect((await ok<Thread>(member.call("GET", path))).you).toBeUndefined();
    expect((await ok<BanPage>(moderator.call("GET", `${path}/bans`))).bans).toEqual([]);
    expect(await firstOf(member, id)).toBe("in");
  });
});
