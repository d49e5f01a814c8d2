/** Nothing is stored that the host was not asked about, in whatever order it comes, and nothing is asked about twice. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { RATE_BURST } from "../../../src/protocol/limits.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { host, newKey } from "../../support/host-server.ts";
import { person } from "../../support/host-users.ts";
import { evict, threadRpc, threadStub } from "../../support/objects.ts";
import { answerEach, leaveOpen, useReceiver, type SentCheck } from "../../support/receiver.ts";
import { settings, useSettings } from "../../support/settings.ts";
import { openThread } from "../../support/socket.ts";
import { group } from "./group.ts";

const receiver = useReceiver();
const NOT_ANSWERED = /was asked before sending, and did not answer/;
const asked = () =>
  receiver.host.checks.flatMap(({ request }) => request.data.checks.map(({ body }) => body));
const isRude = (body: string) => body.startsWith("rude");
const refuseRude = (sent: SentCheck) =>
  answerEach(sent, ({ body }) => (isRude(body) ? { action: "refuse" } : { action: "allow" }));
const allow = (sent: SentCheck) => answerEach(sent, () => ({ action: "allow" }));

/** From here on every check is answered, those that are open among them. */
function answerAll(answer: (sent: SentCheck) => void) {
  receiver.host.answerCheck = answer;
  for (const sent of receiver.host.checks) answer(sent);
}

it("an edit back to what the message still says is asked about, while another edit of it waits", async () => {
  const { ada, thread, post, bodies } = await group();
  await post({ body: "one" });
  receiver.host.answerCheck = leaveOpen;
  const socket = await openThread(ada, thread.id);
  await socket.next("welcome");
  socket.send(["two", "one"].map((body, n) => ({ type: "edit", id: `${n}`, seq: 1, body })));
  await eventually(() => expect(asked()).toEqual(["one", "two"]));
  answerAll(allow);
  await socket.next("ack", ({ id }) => id === "1");
  expect(asked()).toEqual(["one", "two", "one"]);
  expect(await bodies()).toEqual(["one"]);
});

describe("a message that is sent again while the first is asked about", () => {
  it("is asked about once, and stored once", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { ada, thread, post, bodies } = await group();
    const first = post({ id: "1", body: "one" });
    await eventually(() => expect(asked()).toEqual(["one"]));
    const again = post({ id: "1", body: "one" });
    const socket = await openThread(ada, thread.id);
    await socket.next("welcome");
    socket.send({ type: "chat", id: "1", body: "one" });
    answerAll(allow);
    expect([(await first).status, (await again).status]).toEqual([201, 200]);
    expect(await socket.next("ack")).toMatchObject({ id: "1", seq: 1 });
    expect(asked()).toEqual(["one"]);
    expect(await bodies()).toEqual(["one"]);
  });

  it("is asked about by itself where the first was refused", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { post, bodies } = await group();
    const first = post({ id: "1", body: "rude" });
    await eventually(() => expect(asked()).toEqual(["rude"]));
    const again = post({ id: "1", body: "polite" });
    await eventually(() => expect(receiver.host.checks).toHaveLength(1));
    answerAll(refuseRude);
    expect([(await first).status, (await again).status]).toEqual([403, 201]);
    expect(asked()).toEqual(["rude", "polite"]);
    expect(await bodies()).toEqual(["polite"]);
  });

  it("is stored once when the object was evicted meanwhile", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { ada, thread, stub, post, bodies } = await group();
    const socket = await openThread(ada, thread.id);
    await socket.next("welcome");
    socket.send({ type: "chat", id: "1", body: "one" });
    await eventually(() => expect(asked()).toEqual(["one"]));
    const evicted = evict(stub);
    answerAll(allow);
    await evicted;
    await post({ id: "1", body: "one" });
    expect(await bodies()).toEqual(["one"]);
  });
});

it("a thread that was deleted and made anew while a message waited has nothing of it", async () => {
  receiver.host.answerCheck = leaveOpen;
  const ada = await person("Ada");
  const key = newKey();
  const path = `/api/threads/${key}`;
  const make = () => host("PUT", path, { kind: "group", members: [{ id: ada.user.id }] });
  await make();
  const sending = ada.call("POST", `${path}/messages`, { body: "one" });
  await eventually(() => expect(asked()).toEqual(["one"]));
  expect((await host("DELETE", path)).status).toBe(204);
  expect((await make()).status).toBe(201);
  answerAll(allow);
  expect((await sending).status).toBe(404);
  expect(await (await host("GET", `${path}/messages`)).json()).toMatchObject({ messages: [] });
});

it("a sender over the rate is not asked about, and one who is within it is counted once", async () => {
  const { ada, stub } = await group();
  const send = (n: number) => threadRpc(stub).run(ada.user, { type: "chat", id: `${n}`, body: `${n}` });
  for (let n = 0; n < RATE_BURST; n++) expect((await send(n)).ok).toBe(true);
  const before = asked().length;
  expect(before).toBe(RATE_BURST);
  const further = await Promise.all(Array.from({ length: 20 }, (_, n) => send(100 + n)));
  expect(asked().length - before).toBe(further.filter(({ ok }) => ok).length);
  expect(further.some(({ ok }) => !ok)).toBe(true);
});

it("a sender's commands of every type are decided in their order", async () => {
  receiver.host.answerCheck = leaveOpen;
  const { ada, thread, bodies } = await group();
  const socket = await openThread(ada, thread.id);
  await socket.next("welcome");
  socket.send([
    { type: "chat", id: "1", body: "one" },
    { type: "react", id: "2", seq: 1, emoji: "🐸" },
    { type: "chat", id: "3", body: "two" },
    { type: "delete", id: "4", seq: 1 },
    { type: "no such type", id: "5" },
  ]);
  await eventually(() => expect(asked()).toEqual(["one", "two"]));
  answerAll(allow);
  await socket.next("error");
  const replies = socket.events.filter(({ type }) => type === "ack" || type === "error");
  expect(replies.map((event) => (event as { id?: string }).id)).toEqual(["1", "2", "3", "4", "5"]);
  expect(await bodies()).toEqual(["", "two"]);
});

it("with BEFORE_SEND_FAIL closed a message without an answer is unavailable, its id is not spent, and edits are not made", async () => {
  expectLogged(NOT_ANSWERED);
  const { beforeSend } = await settings();
  if (!beforeSend) throw new Error("nobody is asked");
  await useSettings({ beforeSend: { ...beforeSend, failsClosed: true } });
  const { ada, thread, post, edit, bodies } = await group();
  await post({ body: "one" });
  receiver.host.answerCheck = ({ answer }) => answer(() => new Response("?", { status: 500 }));
  const refused = await post({ id: "2", body: "two" });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: "unavailable" });
  const socket = await openThread(ada, thread.id);
  expect(await socket.ask({ type: "chat", id: "2", body: "two" })).toMatchObject({ code: "unavailable" });
  expect((await edit(1, "two")).status).toBe(503);
  receiver.host.answerCheck = ({ answer }) =>
    answer(() => Response.json({ answers: [{ no: 1, action: "replace", body: " " }] }));
  expect((await post({ id: "2", body: "two" })).status).toBe(503);
  answerAll(allow);
  expect((await post({ id: "2", body: "two" })).status).toBe(201);
  expect(await bodies()).toEqual(["one", "two"]);
});

it.each([
  ["null", null, "This message was refused."],
  ["blank", " \n", "This message was refused."],
  ["a half character at its end", `${"x".repeat(199)}🐸`, "x".repeat(199)],
  ["a lone surrogate", "no \ud83d", "no \ufffd"],
])("a reason that is %s can be shown", async (_what, reason, detail) => {
  receiver.host.answerCheck = ({ answer }) =>
    answer(() => Response.json({ answers: [{ no: 1, action: "refuse", reason }] }));
  const { post } = await group();
  expect(await (await post({ body: "one" })).json()).toMatchObject({ code: "forbidden", detail });
});

it("bodies of any characters are asked about and replaced as they are", async () => {
  const body = "e\u0301 👩‍👩‍👧 \u202e\0\ud83d";
  receiver.host.answerCheck = (sent) =>
    answerEach(sent, (check) => ({ action: "replace", body: `${check.body}\ud83d` }));
  const { post } = await group();
  const stored = (await (await post({ body })).json()) as { body: string };
  expect(asked()).toEqual([body.toWellFormed()]);
  expect(stored.body).toBe(`${body}\ud83d`.toWellFormed());
});

it("holds at relays: commands of their sockets are asked about, replaced and refused in order", async () => {
  await useSettings({ roomSockets: 0, relaySockets: 1 });
  receiver.host.answerCheck = leaveOpen;
  const { ada, bob, thread, bodies } = await group();
  const a = await openThread(ada, thread.id);
  const b = await openThread(bob, thread.id);
  for (const socket of [a, b]) await socket.next("welcome");
  expect(await relaysOf(thread.id)).toBe(2);
  a.send([
    { type: "chat", id: "1", body: "one" },
    { type: "chat", id: "2", body: "rude" },
    { type: "react", id: "3", seq: 1, emoji: "🐸" },
    { type: "edit", id: "4", seq: 1, body: "rude edit" },
    { type: "leave" },
  ]);
  await eventually(() => expect(asked()).toEqual(["one", "rude"]));
  b.send({ type: "chat", id: "1", body: "bob" });
  answerAll((sent) =>
    answerEach(sent, ({ body }) => {
      if (isRude(body)) return { action: "refuse", reason: "No." };
      return { action: "replace", body: `${body}!` };
    }),
  );
  expect((await a.closed).code).toBe(1000);
  const replies = a.events.filter(({ type }) => type === "ack" || type === "error");
  expect(replies).toMatchObject([{ id: "1" }, { id: "2", message: "No." }, { id: "3" }, { id: "4" }]);
  expect(await b.next("ack")).toMatchObject({ id: "1" });
  expect((await bodies()).toSorted()).toEqual(["bob!", "one!"]);
});

function relaysOf(threadId: string): Promise<number> {
  return runInDurableObject(
    threadStub(threadId),
    (_thread, { storage }) => storage.sql.exec("SELECT no FROM relays").toArray().length,
  );
}
