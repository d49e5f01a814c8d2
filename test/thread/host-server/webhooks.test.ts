/** What the host's server is sent of a thread: each event once it is stored, in order, at least once. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Message } from "../../../src/protocol/model.ts";
import type { WebhookEvent } from "../../../src/protocol/webhooks.ts";
import { signatureOf } from "../../../src/thread/host-server/signed-request.ts";
import { deletedThreadStub } from "../../../src/rpc/deleted-thread.ts";
import { alarmAt, holdWaits, passTime, startClock } from "../../cost/clock.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread, person, type Person } from "../../support/host-users.ts";
import { costOf, evict, storedText, threadStub } from "../../support/objects.ts";
import { useReceiver, WEBHOOK_KEY, type SentWebhook } from "../../support/receiver.ts";
import { openThread } from "../../support/socket.ts";

const receiver = useReceiver();
beforeEach(startClock);
afterEach(() => vi.useRealTimers());

const REFUSED = () => new Response(null, { status: 500 });
const DAY_MS = 24 * 60 * 60_000;

/** A group of Ada and Bob, with what can be done in it. */
async function group(kind: "group" | "public" = "group") {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, kind, [bob], "Ponds");
  const path = `/api/threads/${thread.id}`;
  const sent = () => receiver.host.of(thread.id);
  return {
    ada,
    bob,
    thread,
    path,
    stub: threadStub(thread.id),
    sent,
    types: () => receiver.host.types(thread.id),
    say: async (body: string, who: Person = ada) =>
      (await (await who.call("POST", `${path}/messages`, { body })).json()) as Message,
    /** The first webhooks, once there are so many. */
    async first(count: number): Promise<SentWebhook[]> {
      await eventually(() => expect(sent().length).toBeGreaterThanOrEqual(count));
      return sent().slice(0, count);
    },
  };
}

/** Of the n-th webhook, what it says. */
const eventOf = (sent: readonly SentWebhook[], n: number) => sent.at(n)?.event as WebhookEvent;

/** Waits until the position is stored, so that what is measured next is alone. */
async function untilStored(stub: DurableObjectStub, rev: number) {
  await eventually(async () => expect(await positionOf(stub)).toBe(rev));
}

function positionOf(stub: DurableObjectStub) {
  return runInDurableObject(
    stub,
    (_instance, { storage }) =>
      storage.sql.exec<{ rev: number }>("SELECT rev FROM webhooks").toArray().at(0)?.rev,
  );
}

describe("webhooks", () => {
  it("are sent of each event in order, signed, with the id and key of their thread", async () => {
    const { ada, bob, thread, path, say, first } = await group();
    const cleo = await person("Cleo");
    await say("one");
    await ada.call("PATCH", `${path}/messages/1`, { body: "two" });
    await ada.call("PUT", `${path}/messages/1/reactions/${encodeURIComponent("🐸")}`);
    await ada.call("DELETE", `${path}/messages/1`);
    await ada.call("PUT", `${path}/members/${cleo.user.id}`, {});
    await ada.call("PUT", `${path}/members/${cleo.user.id}`, { role: "moderator" });
    await ada.call("DELETE", `${path}/members/${bob.user.id}`);
    await ada.call("PATCH", path, { name: "Lakes" });
    const sent = await first(7);
    expect(sent.map(({ event }) => event.type)).toEqual([
      "thread.created",
      "message.created",
      "message.edited",
      "message.deleted",
      "member.added",
      "member.removed",
      "thread.updated",
    ]);
    const by = ada.user;
    expect(eventOf(sent, 0)).toMatchObject({ threadId: thread.id, at: thread.createdAt });
    expect(eventOf(sent, 3).data).toEqual({ seq: 1, by });
    expect(eventOf(sent, 4).data).toMatchObject({ member: { user: cleo.user } });
    expect(eventOf(sent, 5).data).toEqual({ userId: bob.user.id, by });
    expect(eventOf(sent, 6).data).toMatchObject({ thread: { id: thread.id, name: "Lakes" } });
    for (const { id, timestamp, body, signature } of sent)
      expect(signature).toBe(await signatureOf(WEBHOOK_KEY, { id, timestamp, body }));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(7);
    expect(receiver.host.redirects).toEqual(new Set(["manual"]));
  });

  it("say that a thread was created with its members, and of a later thread nothing else", async () => {
    const { ada, bob, first } = await group();
    expect(eventOf(await first(1), 0)).toMatchObject({
      type: "thread.created",
      data: { thread: { name: "Ponds", members: [{ user: ada.user }, { user: bob.user }], memberCount: 2 } },
    });
    expect(eventOf(await first(1), 0).data).not.toHaveProperty("thread.you");
  });

  it("are of what things are at delivery: a message that was deleted meanwhile is a tombstone", async () => {
    expectLogged(/webhook thread.created .* failed/);
    receiver.host.answerWebhook = REFUSED;
    const { ada, path, stub, say, types, sent } = await group();
    await say("unmistakable");
    const cleo = await person("Cleo");
    await ada.call("PUT", `${path}/members/${cleo.user.id}`, {});
    await ada.call("DELETE", `${path}/members/${cleo.user.id}`);
    await ada.call("DELETE", `${path}/messages/1`);
    await eventually(() => expect(sent().length).toBeGreaterThan(0));
    receiver.host.webhooks.length = 0;
    receiver.host.answerWebhook = () => new Response();
    passTime(60_000);
    await runDurableObjectAlarm(stub);
    const without = types().indexOf("message.created");
    expect(types().slice(without)).toEqual([
      "message.created",
      "member.added",
      "member.removed",
      "message.deleted",
    ]);
    expect(eventOf(sent(), without)).toMatchObject({ data: { message: { body: "", seq: 1 } } });
    expect(eventOf(sent(), without + 1)).toMatchObject({
      data: { member: { user: cleo.user, role: "member", readSeq: 0 } },
    });
    expect(JSON.stringify(sent())).not.toContain("unmistakable");
  });

  it("are none of one who opens a public thread, and one of who is added by a moderator", async () => {
    const { thread, say, first } = await group("public");
    const cleo = await person("Cleo");
    await (await openThread(cleo, thread.id)).next("welcome");
    await say("one");
    expect((await first(2)).map(({ event }) => event.type)).toEqual(["thread.created", "message.created"]);
  });
});

describe("webhooks cost", () => {
  it("one row for all events of a burst, and no alarm besides that of the notification", async () => {
    holdWaits();
    const { stub, say, first } = await group();
    await say("first");
    await first(2);
    passTime(60_000);
    await runDurableObjectAlarm(stub);
    await untilStored(stub, 1);
    const cost = await costOf(stub, async () => {
      for (const body of ["1", "2", "3", "4", "5"]) await say(body);
      await first(7);
      passTime(2_000);
      await untilStored(stub, 6);
    });
    expect(cost).toMatchObject({ rowsWritten: 6, alarmsSet: 1 });
  });

  it("no row and no alarm for reactions", async () => {
    const { ada, path, stub, say } = await group();
    await say("one");
    await untilStored(stub, 1);
    passTime(60_000);
    await runDurableObjectAlarm(stub);
    const reaction = `${path}/messages/1/reactions/${encodeURIComponent("🐸")}`;
    const cost = await costOf(stub, () => ada.call("PUT", reaction));
    expect(cost).toMatchObject({ rowsWritten: 2, alarmsSet: 0 });
  });
});

describe("a webhook that failed", () => {
  it.each([
    ["is answered 500", REFUSED],
    ["is answered with a redirect", () => Response.redirect("https://elsewhere.example/", 307)],
    ["is not answered", () => Promise.reject(new TypeError("expected: no connection"))],
  ])("as it %s is sent again by alarm, after 1 s doubling to 10 min, with its id", async (_how, answer) => {
    expectLogged(/webhook message.created .* failed/);
    const { stub, say, types, sent, first } = await group();
    await first(1);
    await untilStored(stub, 0);
    receiver.host.answerWebhook = answer;
    await say("one");
    await say("two");
    await first(2);
    const waits = [];
    for (let tries = 2; tries <= 13; tries++) {
      await eventually(async () => expect(await failuresOf(stub)).toBe(tries - 1));
      const retryAt = (await alarmAt(stub)) ?? 0;
      const due = await retryAtOf(stub);
      waits.push((due - Date.now()) / 1_000);
      expect(retryAt).toBeLessThanOrEqual(due);
      // What else wakes the object in between causes no attempt.
      passTime(due - Date.now() - 1);
      await runDurableObjectAlarm(stub);
      expect(sent()).toHaveLength(tries);
      await evict(stub);
      passTime(1);
      await runDurableObjectAlarm(stub);
      await eventually(() => expect(sent()).toHaveLength(tries + 1));
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
    expect(
      new Set(
        sent()
          .slice(1)
          .map(({ id }) => id),
      ).size,
    ).toBe(1);
    expect(
      new Set(
        sent()
          .slice(1)
          .map(({ timestamp }) => timestamp),
      ).size,
    ).toBeGreaterThan(10);
    receiver.host.answerWebhook = () => new Response();
    passTime(600_000);
    await runDurableObjectAlarm(stub);
    await eventually(() => expect(types().at(-1)).toBe("message.created"));
    expect(
      sent()
        .slice(-2)
        .map(({ event }) => (event.data as { message: Message }).message.body),
    ).toEqual(["one", "two"]);
  });

  it("is skipped after a day, and what came after it is sent", async () => {
    expectLogged(/webhook message.created .* failed/, /was skipped after a day: status 500/);
    const { stub, say, first, sent } = await group();
    await first(1);
    receiver.host.answerWebhook = ({ body }) =>
      new Response(null, { status: body.includes("poison") ? 500 : 200 });
    await say("poison");
    await first(2);
    await eventually(async () => expect(await failuresOf(stub)).toBe(1));
    await say("medicine");
    passTime(DAY_MS);
    await runDurableObjectAlarm(stub);
    await eventually(() => expect(JSON.stringify(sent().at(-1)?.event)).toContain("medicine"));
  });

  it("is sent again after a crash in the middle, with the same id", async () => {
    const { stub, say, first, sent } = await group();
    await first(1);
    await untilStored(stub, 0);
    const hanging = Promise.withResolvers<Response>();
    receiver.host.answerWebhook = () => hanging.promise;
    await say("one");
    await first(2);
    await runInDurableObject(stub, (_instance, ctx) => ctx.abort("expected: a crash")).catch(() => {});
    receiver.host.answerWebhook = () => new Response();
    passTime(60_000);
    await runDurableObjectAlarm(threadStub(sent()[0]?.event.threadId ?? ""));
    await first(3);
    expect(sent()[2]?.id).toBe(sent()[1]?.id);
  });
});

function failuresOf(stub: DurableObjectStub) {
  return runInDurableObject(
    stub,
    (_instance, { storage }) =>
      storage.sql.exec<{ failures: number }>("SELECT failures FROM webhooks").one().failures,
  );
}

function retryAtOf(stub: DurableObjectStub) {
  return runInDurableObject(
    stub,
    (_instance, { storage }) =>
      storage.sql.exec<{ at: number }>("SELECT retry_at AS at FROM webhooks").one().at,
  );
}

describe("the deletion of a thread", () => {
  const keeperOf = (threadId: string) => deletedThreadStub(env, threadId) as unknown as DurableObjectStub;

  it("is its last event, sent when nothing of it is stored any more, and then not stored either", async () => {
    const { ada, path, thread, stub, say, types, sent } = await group();
    await say("unmistakable");
    await eventually(() => expect(types()).toContain("message.created"));
    await ada.call("DELETE", path);
    expect(await storedText(stub)).toBe("[]");
    const keeper = keeperOf(thread.id);
    expect(await storedText(keeper)).not.toContain("unmistakable");
    await runDurableObjectAlarm(keeper);
    await eventually(() => expect(types().at(-1)).toBe("thread.deleted"));
    expect(sent().at(-1)?.event.data).toEqual({});
    expect(await storedText(keeper)).toBe("[]");
    expect(await alarmAt(keeper)).toBeNull();
  });

  it("is sent again until it is accepted, and a direct thread made anew waits for it", async () => {
    expectLogged(/webhook thread.deleted .* failed/);
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const thread = await newThread(ada, "direct", [bob]);
    const types = () => receiver.host.types(thread.id);
    await eventually(() => expect(types()).toEqual(["thread.created"]));
    receiver.host.answerWebhook = REFUSED;
    // Begun, and interrupted by a crash.
    await runInDurableObject(threadStub(thread.id), (_instance, { storage }) =>
      storage.sql.exec("UPDATE thread SET deleting = 1").toArray(),
    );
    await evict(threadStub(thread.id));
    await ada.call("GET", `/api/threads/${thread.id}`);
    passTime(10_000);
    await runDurableObjectAlarm(threadStub(thread.id));
    const keeper = keeperOf(thread.id);
    await runDurableObjectAlarm(keeper);
    await eventually(() => expect(types()).toEqual(["thread.created", "thread.deleted"]));
    const anew = await newThread(ada, "direct", [bob]);
    expect(anew.id).toBe(thread.id);
    await ada.call("POST", `/api/threads/${thread.id}/messages`, { body: "again" });
    passTime(30_000);
    await runDurableObjectAlarm(threadStub(thread.id));
    expect(types()).toEqual(["thread.created", "thread.deleted"]);
    receiver.host.answerWebhook = () => new Response();
    await runDurableObjectAlarm(keeper);
    passTime(30_000);
    await runDurableObjectAlarm(threadStub(thread.id));
    await eventually(() =>
      expect(types().slice(2)).toEqual(["thread.deleted", "thread.created", "message.created"]),
    );
    const ids = receiver.host.of(thread.id).map(({ id }) => id);
    expect(ids[1]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[3]);
  });
});
