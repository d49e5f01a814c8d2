/** What docs/cost.md says that webhooks and the check before sending cost at most. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deletedThreadStub } from "../../../src/rpc/deleted-thread.ts";
import { passTime, startClock } from "../../cost/clock.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { costOf, type Cost } from "../../support/objects.ts";
import { answerEach, useReceiver } from "../../support/receiver.ts";
import { group } from "./group.ts";

const receiver = useReceiver();
beforeEach(startClock);
afterEach(() => vi.useRealTimers());

const REFUSED = () => new Response(null, { status: 500 });
/** An alarm that is set is billed as a row written. */
const rowsOf = ({ rowsWritten, alarmsSet }: Cost) => rowsWritten + alarmsSet;

it("an attempt that failed costs two rows: where delivery is, and its alarm", async () => {
  expectLogged(/webhook message.created .* failed/);
  const { thread, stub, post } = await group();
  await eventually(() => expect(receiver.host.types(thread.id)).toEqual(["thread.created"]));
  receiver.host.answerWebhook = REFUSED;
  await post({ body: "one" });
  await eventually(() => expect(receiver.host.of(thread.id)).toHaveLength(2));
  passTime(60_000);
  await runDurableObjectAlarm(stub);
  for (let tries = 3; tries < 6; tries++) {
    passTime(60_000);
    const cost = await costOf(stub, () => runDurableObjectAlarm(stub));
    expect(receiver.host.of(thread.id)).toHaveLength(tries + 1);
    expect(rowsOf(cost)).toBe(2);
  }
});

it("a deletion costs four rows and an alarm in the object that keeps it, and one more for each attempt that failed", async () => {
  expectLogged(/webhook thread.deleted .* failed/);
  const { ada, path, thread } = await group();
  await eventually(() => expect(receiver.host.types(thread.id)).toEqual(["thread.created"]));
  const keeper = deletedThreadStub(env, thread.id) as unknown as DurableObjectStub;
  receiver.host.answerWebhook = REFUSED;
  expect(await costOf(keeper, () => ada.call("DELETE", path))).toMatchObject({
    rowsWritten: 3,
    alarmsSet: 1,
  });
  expect(rowsOf(await costOf(keeper, () => runDurableObjectAlarm(keeper)))).toBe(2);
  receiver.host.answerWebhook = () => new Response();
  passTime(60_000);
  expect(await costOf(keeper, () => runDurableObjectAlarm(keeper))).toMatchObject({
    rowsWritten: 1,
    alarmsSet: 0,
  });
  expect(receiver.host.types(thread.id).at(-1)).toBe("thread.deleted");
});

it("a check costs no row and no alarm", async () => {
  const { stub, post } = await group();
  await post({ body: "one" });
  passTime(60_000);
  await runDurableObjectAlarm(stub);
  const refused = await costOf(stub, async () => {
    receiver.host.answerCheck = (sent) => answerEach(sent, () => ({ action: "refuse" }));
    expect((await post({ body: "two" })).status).toBe(403);
  });
  expect(refused).toMatchObject({ rowsWritten: 0, alarmsSet: 0 });
});
