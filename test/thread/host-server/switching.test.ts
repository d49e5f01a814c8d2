/** Webhooks that are switched on later, off, and off and on again; and a delivery that is interrupted or fails otherwise. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deletedThreadStub } from "../../../src/rpc/deleted-thread.ts";
import { alarmAt, passTime, startClock } from "../../cost/clock.ts";
import { interceptCalls, lost } from "../../support/calls.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { host, newKey } from "../../support/host-server.ts";
import { person } from "../../support/host-users.ts";
import { evict, storedText, threadStub } from "../../support/objects.ts";
import { useReceiver } from "../../support/receiver.ts";
import { settings, useSettings } from "../../support/settings.ts";
import { openThread } from "../../support/socket.ts";
import { group } from "./group.ts";

const receiver = useReceiver();
beforeEach(startClock);
afterEach(() => vi.useRealTimers());

const REFUSED = () => new Response(null, { status: 500 });
const DAY_MS = 24 * 60 * 60_000;
const keeperOf = (threadId: string) => deletedThreadStub(env, threadId) as unknown as DurableObjectStub;

/** What a thread's webhooks said, such as `message.created 3`. */
const said = (threadId: string) =>
  receiver.host
    .of(threadId)
    .map(({ event: { type, data } }) => ("message" in data ? `${type} ${data.message.seq}` : type));
const untilSaid = (threadId: string, what: string[]) =>
  eventually(() => expect(said(threadId)).toEqual(what));

/** Switches webhooks off; the function that is returned switches them on. Objects see it when they start. */
async function switchOff(): Promise<() => Promise<void>> {
  const { webhooks } = await settings();
  await useSettings({ webhooks: undefined });
  return async () => void Object.assign(await settings(), { webhooks });
}

/** Lets what is pending in an object come due. */
async function pass(stub: DurableObjectStub, ms = 60_000) {
  passTime(ms);
  await runDurableObjectAlarm(stub);
}

describe("webhooks that are switched", () => {
  it("on later begin with each thread's next event", async () => {
    const switchOn = await switchOff();
    const { stub, thread, post, edit } = await group();
    await post({ body: "one" });
    await edit(1, "two");
    await pass(stub);
    await switchOn();
    await evict(stub);
    await pass(stub);
    await post({ body: "three" });
    await eventually(() => expect(said(thread.id)).toEqual(["message.created 2"]));
  });

  it("off are not sent, and on again go on where they stopped, at the next event", async () => {
    const { stub, thread, post, edit } = await group();
    await post({ body: "one" });
    await untilSaid(thread.id, ["thread.created", "message.created 1"]);
    await pass(stub);
    const switchOn = await switchOff();
    await evict(stub);
    await post({ body: "two" });
    await edit(1, "ONE");
    await pass(stub);
    await switchOn();
    await evict(stub);
    await post({ body: "three" });
    const all = [
      "thread.created",
      "message.created 1",
      "message.created 2",
      "message.edited 1",
      "message.created 3",
    ];
    await eventually(() => expect(said(thread.id)).toEqual(all));
  });

  it("off and on again while one is retried are retried, also where nothing else sets an alarm", async () => {
    expectLogged(/webhook message.created .* failed/);
    const { stub, thread, post, edit } = await group();
    await post({ body: "one" });
    await untilSaid(thread.id, ["thread.created", "message.created 1"]);
    await pass(stub);
    receiver.host.answerWebhook = REFUSED;
    await post({ body: "two" });
    for (let tries = 2; tries < 9; tries++) {
      await eventually(() => expect(said(thread.id)).toHaveLength(tries + 1));
      await eventually(async () => expect(await alarmAt(stub)).not.toBeNull());
      await pass(stub, 1_000 * 2 ** (tries - 2));
    }
    const switchOn = await switchOff();
    await evict(stub);
    // Whatever else the object does takes the alarm.
    await runDurableObjectAlarm(stub);
    expect(await alarmAt(stub)).toBeNull();
    await switchOn();
    await evict(stub);
    receiver.host.webhooks.length = 0;
    receiver.host.answerWebhook = () => new Response();
    // No list of threads shows it: Presence is not notified.
    expect((await edit(1, "ONE")).status).toBe(200);
    expect(await alarmAt(stub)).not.toBeNull();
    await pass(stub, 600_000);
    await untilSaid(thread.id, ["message.created 2", "message.edited 1"]);
  });

  it("off while a deletion is pending leave it pending, for a day at most", async () => {
    expectLogged(/webhook thread.deleted .* failed/, /was skipped after a day: WEBHOOK_URL is not set/);
    const [one, two] = [await group(), await group()];
    for (const { thread } of [one, two]) await untilSaid(thread.id, ["thread.created"]);
    receiver.host.answerWebhook = REFUSED;
    for (const { ada, path } of [one, two]) await ada.call("DELETE", path);
    const [first, second] = [keeperOf(one.thread.id), keeperOf(two.thread.id)];
    const switchOn = await switchOff();
    for (const keeper of [first, second]) {
      await evict(keeper);
      await pass(keeper);
    }
    await pass(second, DAY_MS);
    expect(await storedText(second)).toBe("[]");
    await switchOn();
    await evict(first);
    receiver.host.webhooks.length = 0;
    receiver.host.answerWebhook = () => new Response();
    await pass(first, 600_000);
    await untilSaid(one.thread.id, ["thread.deleted"]);
  });
});

describe("the deletion of a thread", () => {
  it("takes the place of all that was pending, of an attempt that hangs too, before a thread that is made anew by its key", async () => {
    const ada = await person("Ada");
    const key = newKey();
    const make = async () =>
      (await (
        await host("PUT", `/api/threads/${key}`, { kind: "group", members: [{ id: ada.user.id }] })
      ).json()) as { id: string };
    const { id } = await make();
    await untilSaid(id, ["thread.created"]);
    const hanging = Promise.withResolvers<Response>();
    receiver.host.answerWebhook = () => hanging.promise;
    const send = (body: string) => ada.call("POST", `/api/threads/${key}/messages`, { body });
    for (const body of ["one", "two"]) await send(body);
    await untilSaid(id, ["thread.created", "message.created 1"]);
    expect((await host("DELETE", `/api/threads/${key}`)).status).toBe(204);
    expect(receiver.host.givenUp).toBe(1);
    receiver.host.answerWebhook = () => new Response();
    expect((await make()).id).toBe(id);
    await send("anew");
    await pass(threadStub(id));
    await runDurableObjectAlarm(keeperOf(id));
    await pass(threadStub(id));
    await untilSaid(id, [
      "thread.created",
      "message.created 1",
      "thread.deleted",
      "thread.created",
      "message.created 1",
    ]);
    const sent = receiver.host.of(id);
    expect(new Set(sent.map((one) => one.id)).size).toBe(sent.length);
    expect(sent.every(({ event }) => `key:${event.key}` === key)).toBe(true);
  });

  it("is sent of a thread that its last member left", async () => {
    const { ada, bob, path, thread } = await group();
    await untilSaid(thread.id, ["thread.created"]);
    for (const who of [bob, ada]) await who.call("DELETE", `${path}/members/${who.user.id}`);
    await runDurableObjectAlarm(keeperOf(thread.id));
    await eventually(() => expect(said(thread.id).at(-1)).toBe("thread.deleted"));
  });
});

it("a fault in the delivery is logged, holds up nothing else, and is over with the next alarm", async () => {
  expectLogged(/the alarm's duty "webhooks" failed/);
  // No object answers whether the deletion of a thread is pending.
  const asked = interceptCalls("CHAT_THREAD", "deletionDue", lost);
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const response = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: [bob.user.id] });
  const { id } = (await response.json()) as { id: string };
  await asked.begun();
  await pass(threadStub(id));
  expect(said(id)).toEqual([]);
  // What the host's server is not sent is in the room.
  const socket = await openThread(bob, id);
  await ada.call("POST", `/api/threads/${id}/messages`, { body: "one" });
  await socket.next("chat");
  asked.stop();
  await pass(threadStub(id));
  await untilSaid(id, ["thread.created", "message.created 1"]);
});
