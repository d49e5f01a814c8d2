/** `report.created`: in its place among the other events, as the report is at delivery, once. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { passTime, startClock } from "../../cost/clock.ts";
import { eventually } from "../../support/eventually.ts";
import { evict } from "../../support/objects.ts";
import { useReceiver } from "../../support/receiver.ts";
import { expectLogged } from "../../support/console.ts";
import { group } from "./group.ts";

const receiver = useReceiver();
beforeEach(startClock);
afterEach(() => vi.useRealTimers());

it("is sent of a report after what was there when it was filed, and before what came later", async () => {
  const { ada, bob, thread, path, stub, post } = await group();
  await post({ body: "buy my pills" }, bob);
  await ada.call("PUT", `${path}/messages/1/reactions/${encodeURIComponent("🐸")}`);
  const types = () => receiver.host.types(thread.id);
  await ada.call("POST", `${path}/messages/1/reports`, { reason: "spam", note: "again" });
  await eventually(() => expect(types()).toEqual(["thread.created", "message.created", "report.created"]));
  await evict(stub);
  await post({ body: "something else" });
  await eventually(() => expect(types().at(-1)).toBe("message.created"));
  await ada.call("POST", `${path}/messages/1/reports`, { reason: "spam" });
  const sent = receiver.host.of(thread.id).filter(({ event }) => event.type === "report.created");
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
  expect(sent[0]?.event).toMatchObject({
    type: "report.created",
    threadId: thread.id,
    data: {
      report: {
        no: 1,
        state: "open",
        seq: 1,
        author: bob.user,
        by: ada.user,
        reason: "spam",
        note: "again",
        body: "buy my pills",
      },
    },
  });
});

it("says what the report is at delivery, also after failures and an eviction", async () => {
  expectLogged(/webhook/);
  const { ada, bob, thread, path, stub, post } = await group();
  await post({ body: "buy my pills" }, bob);
  await eventually(() => expect(receiver.host.types(thread.id)).toHaveLength(2));
  const { answerWebhook } = receiver.host;
  receiver.host.answerWebhook = () => new Response(null, { status: 500 });
  await ada.call("POST", `${path}/messages/1/reports`, { reason: "spam" });
  await eventually(() => expect(receiver.host.types(thread.id)).toHaveLength(3));
  await ada.call("POST", `${path}/reports/1`, { action: "dismiss" });
  receiver.host.answerWebhook = answerWebhook;
  await evict(stub);
  await eventually(async () => {
    passTime(5_000);
    await runDurableObjectAlarm(stub);
    expect(receiver.host.of(thread.id).at(-1)?.event).toMatchObject({
      type: "report.created",
      data: { report: { no: 1, state: "resolved" } },
    });
  });
  expect(receiver.host.of(thread.id).at(-1)?.body).not.toContain("pills");
});
