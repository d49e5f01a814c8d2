/** The check before sending: the host's server decides on each message and edit before it is stored. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { BEFORE_SEND_WAITING, BODY_LENGTH } from "../../../src/protocol/limits.ts";
import type { Message } from "../../../src/protocol/model.ts";
import type { ChatThread } from "../../../src/thread/chat-thread.ts";
import { BeforeSend } from "../../../src/thread/host-server/before-send.ts";
import { signatureOf } from "../../../src/thread/host-server/signed-request.ts";
import { expectLogged } from "../../support/console.ts";
import { eventually } from "../../support/eventually.ts";
import { newThread, person } from "../../support/host-users.ts";
import { threadStub } from "../../support/objects.ts";
import { answerEach, BEFORE_SEND_URL, leaveOpen, useReceiver, WEBHOOK_KEY } from "../../support/receiver.ts";
import { openThread } from "../../support/socket.ts";

const receiver = useReceiver();
const NOT_ANSWERED = /was asked before sending, and did not answer/;

async function group() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  const thread = await newThread(ada, "group", [bob]);
  const path = `/api/threads/${thread.id}/messages`;
  const bodies = async () =>
    ((await (await ada.call("GET", path)).json()) as { messages: Message[] }).messages.map(
      ({ body }) => body,
    );
  return { ada, bob, thread, path, bodies, post: (body: object, who = ada) => who.call("POST", path, body) };
}

const checked = () => receiver.host.checks.map(({ request }) => request.data.checks.map(({ body }) => body));

describe("the host's server", () => {
  it("is asked what is to be stored, signed, and stores it as it is where that is allowed", async () => {
    const { ada, thread, post, path, bodies } = await group();
    await post({ body: "one" });
    await post({ body: "two", data: { order: 1 }, replyTo: 1 });
    await ada.call("PATCH", `${path}/1`, { body: "three" });
    expect(await bodies()).toEqual(["three", "two"]);
    const { checks } = receiver.host;
    expect(checks.map(({ request }) => request.data.checks)).toEqual([
      [{ no: 1, kind: "message", author: ada.user, body: "one" }],
      [{ no: 1, kind: "message", author: ada.user, body: "two", data: { order: 1 }, replyTo: 1 }],
      [{ no: 1, kind: "edit", author: ada.user, body: "three", seq: 1 }],
    ]);
    const { request, headers } = checks[0] as (typeof checks)[number];
    expect(request).toMatchObject({ type: "before_send", threadId: thread.id });
    const id = headers.get("webhook-id") ?? "";
    const timestamp = Number(headers.get("webhook-timestamp"));
    const key = WEBHOOK_KEY;
    expect(headers.get("webhook-signature")).toBe(
      await signatureOf(key, { id, timestamp, body: JSON.stringify(request) }),
    );
  });

  it("replaces bodies", async () => {
    receiver.host.answerCheck = (sent) =>
      answerEach(sent, ({ body }) => ({ action: "replace", body: body.replace("toad", "****") }));
    const { ada, thread, path, post, bodies } = await group();
    const socket = await openThread(ada, thread.id);
    expect(await (await post({ body: "you toad" })).json()).toMatchObject({ body: "you ****" });
    expect(await socket.next("chat")).toMatchObject({ message: { body: "you ****" } });
    await ada.call("PATCH", `${path}/1`, { body: "toad, you" });
    expect(await bodies()).toEqual(["****, you"]);
  });

  it("refuses with a reason of at most 200 characters, and the id is not spent", async () => {
    receiver.host.answerCheck = (sent) =>
      answerEach(sent, ({ body }) =>
        body === "rude" ? { action: "refuse", reason: "Mind the pond. ".repeat(20) } : { action: "allow" },
      );
    const { ada, thread, post, bodies } = await group();
    const refused = await post({ id: "1", body: "rude" });
    const problem = (await refused.json()) as { code: string; detail: string };
    expect([refused.status, problem.code]).toEqual([403, "forbidden"]);
    expect(problem.detail).toMatch(/^Mind the pond\. /);
    expect(problem.detail).toHaveLength(200);
    const socket = await openThread(ada, thread.id);
    expect(await socket.ask({ type: "chat", id: "2", body: "rude" })).toMatchObject({ code: "forbidden" });
    expect((await post({ id: "1", body: "polite" })).status).toBe(201);
    expect(await bodies()).toEqual(["polite"]);
  });

  it("is asked about what could be stored only after what its sender sent before", async () => {
    receiver.host.answerCheck = (sent) =>
      answerEach(sent, ({ body }) => ({ action: body.includes("rude") ? "refuse" : "allow" }));
    const { ada, thread, bodies } = await group();
    const socket = await openThread(ada, thread.id);
    await socket.next("welcome");
    socket.send([
      { type: "chat", id: "1", body: "polite" },
      { type: "edit", id: "2", seq: 1, body: "rude" },
      { type: "chat", id: "3", body: "rude, too", replyTo: 1 },
      { type: "chat", id: "4", body: "fine", replyTo: 1 },
      { type: "edit", id: "5", seq: 2, body: "finer" },
      { type: "edit", id: "6", seq: 3, body: "nothing" },
    ]);
    await socket.next("error", ({ id }) => id === "6");
    expect(
      socket.events.flatMap((e) => (e.type === "ack" || e.type === "error" ? [[e.type, e.id]] : [])),
    ).toEqual([
      ["ack", "1"],
      ["error", "2"],
      ["error", "3"],
      ["ack", "4"],
      ["ack", "5"],
      ["error", "6"],
    ]);
    expect(await bodies()).toEqual(["polite", "finer"]);
  });

  it("is asked about what another makes possible in the very group in which it is written", async () => {
    receiver.host.answerCheck = (sent) =>
      answerEach(sent, ({ body }) => ({ action: body === "rude" ? "refuse" : "allow" }));
    const { bob, thread, bodies } = await group();
    await runInDurableObject(threadStub(thread.id), (object: ChatThread) =>
      object.runRelayed(1, [
        { socket: "a", userId: "system", command: { type: "chat", id: "1", body: "by the host" } },
        { socket: "b", userId: bob.user.id, command: { type: "chat", id: "2", body: "rude", replyTo: 1 } },
        { socket: "b", userId: bob.user.id, command: { type: "chat", id: "3", body: "polite" } },
      ]),
    );
    await eventually(async () => expect(await bodies()).toEqual(["by the host", "polite"]));
    expect(checked().flat().toSorted()).toEqual(["polite", "rude"]);
  });

  it("is asked one request at a time, with everything that waits, and each sender's order is kept", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { ada, bob, thread, path, post, bodies } = await group();
    const socket = await openThread(ada, thread.id);
    await socket.next("welcome");
    socket.send([1, 2].map((n) => ({ type: "chat", id: `a${n}`, body: `ada ${n}` })));
    await eventually(() => expect(checked()).toEqual([["ada 1", "ada 2"]]));
    socket.send({ type: "chat", id: "a3", body: "ada 3" });
    // A command that nobody is asked about waits for those before it.
    socket.send({ type: "react", id: "r", seq: 1, emoji: "🐸" });
    const others = [post({ body: "bob 1" }, bob), post({ body: "ada 4" }, ada)];
    receiver.host.checks[0]?.answer(() =>
      Response.json({
        answers: [
          { no: 2, action: "allow" },
          { no: 1, action: "replace", body: "ada one" },
        ],
      }),
    );
    receiver.host.answerCheck = (sent) => answerEach(sent, () => ({ action: "allow" }));
    for (const sent of receiver.host.checks) answerEach(sent, () => ({ action: "allow" }));
    await Promise.all(others);
    const stored = await bodies();
    expect(stored.filter((body) => body.startsWith("ada"))).toEqual(["ada one", "ada 2", "ada 3", "ada 4"]);
    expect(stored).toContain("bob 1");
    expect(await socket.next("react")).toMatchObject({ seq: 1 });
    expect((await (await ada.call("GET", path)).json()) as object).toMatchObject({
      messages: [{ reactions: [{ emoji: "🐸" }] }, {}, {}, {}, {}],
    });
  });

  it("is not asked about repeats, refused commands, strangers, and what the host itself sends", async () => {
    const { ada, bob, thread, path, post } = await group();
    await post({ id: "1", body: "one" });
    await post({ id: "1", body: "one" });
    await post({ body: "no", replyTo: 99 });
    await bob.call("PATCH", `${path}/1`, { body: "not mine" });
    await ada.call("PATCH", `${path}/1`, { body: "one" });
    await post({ body: "let me in" }, await person("Eve"));
    await threadStub(thread.id).run(
      { id: "system", name: "System" },
      { type: "chat", id: "s", body: "hello" },
    );
    expect(checked()).toEqual([["one"]]);
  });

  it("has at most 20 messages of a sender to check; a further one is rate_limited", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { ada, thread, bodies } = await group();
    const stub = threadStub(thread.id);
    const sent = Array.from({ length: BEFORE_SEND_WAITING + 1 }, (_, i) =>
      stub.run(ada.user, { type: "chat", id: String(i), body: String(i) }, undefined, "server"),
    );
    await eventually(() => expect(receiver.host.checks).toHaveLength(1));
    // Calls arrive in order: by then all of them wait.
    await stub.view(ada.user);
    receiver.host.answerCheck = (one) => answerEach(one, () => ({ action: "allow" }));
    for (const one of receiver.host.checks) answerEach(one, () => ({ action: "allow" }));
    const results = await Promise.all(sent);
    expect(results.filter((result) => !result.ok)).toMatchObject([{ failure: { code: "rate_limited" } }]);
    expect(await bodies()).toHaveLength(BEFORE_SEND_WAITING);
  });
});

describe("without an answer that can be read", () => {
  const json = (value: unknown) => () => Response.json(value);
  it.each<[string, () => Response]>([
    ["status 500", () => new Response(null, { status: 500 })],
    ["status 201", () => Response.json({ answers: [{ no: 1, action: "refuse" }] }, { status: 201 })],
    ["a redirect", () => Response.redirect("https://elsewhere.example/", 307)],
    ["no JSON", () => new Response("refuse")],
    ["another form", json([{ no: 1, action: "refuse" }])],
    ["more than there can be", () => new Response(" ".repeat(1_000_000) + "{}")],
  ])("a message is stored: %s", async (_what, respond) => {
    expectLogged(NOT_ANSWERED);
    receiver.host.answerCheck = ({ answer }) => answer(respond);
    const { post, bodies } = await group();
    expect((await post({ body: "one" })).status).toBe(201);
    expect(await bodies()).toEqual(["one"]);
  });

  it.each<[string, object[]]>([
    ["there is none", []],
    ["it is of another number", [{ no: 2, action: "refuse" }]],
    ["it is of another kind", [{ no: 1, action: "delete" }]],
    ["it replaces by nothing", [{ no: 1, action: "replace" }]],
    ["it replaces by a blank body", [{ no: 1, action: "replace", body: " " }]],
    ["it replaces by too long a body", [{ no: 1, action: "replace", body: "x".repeat(BODY_LENGTH + 1) }]],
  ])("a message is stored as it is where %s", async (_what, answers) => {
    receiver.host.answerCheck = ({ answer }) => answer(() => Response.json({ answers }));
    const { post, bodies } = await group();
    await post({ body: "one" });
    expect(await bodies()).toEqual(["one"]);
  });

  it("many senders wait for one request at most, which ends after 1.5 s", async () => {
    expectLogged(NOT_ANSWERED);
    receiver.host.answerCheck = leaveOpen;
    const { ada, bob, post, bodies } = await group();
    const startedAt = Date.now();
    const answers = await Promise.all([ada, bob, ada, bob].map((who, i) => post({ body: String(i) }, who)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(Date.now() - startedAt).toBeGreaterThan(1_400);
    expect((await bodies()).toSorted()).toEqual(["0", "1", "2", "3"]);
  });

  it("a message is refused as unavailable where BEFORE_SEND_FAIL is closed", async () => {
    expectLogged(NOT_ANSWERED);
    receiver.host.answerCheck = ({ fail }) => fail();
    const key = WEBHOOK_KEY;
    const closed = new BeforeSend({ url: BEFORE_SEND_URL, key, failsClosed: true });
    const asked = { kind: "message", author: { id: "ada", name: "Ada" }, body: "one" } as const;
    await expect(closed.ask({ threadId: "t" }, "1", asked)).rejects.toMatchObject({ code: "unavailable" });
    receiver.host.answerCheck = (sent) => answerEach(sent, () => ({ action: "allow" }));
    expect(await closed.ask({ threadId: "t" }, "1", asked)).toBeUndefined();
  });
});

describe("at the write everything is decided again", () => {
  it("a member who was removed meanwhile sends nothing", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { ada, bob, thread, post, bodies } = await group();
    const sending = post({ body: "one" }, bob);
    await eventually(() => expect(receiver.host.checks).toHaveLength(1));
    await ada.call("DELETE", `/api/threads/${thread.id}/members/${bob.user.id}`);
    for (const sent of receiver.host.checks) answerEach(sent, () => ({ action: "allow" }));
    expect((await sending).status).toBe(404);
    expect(await bodies()).toEqual([]);
  });

  it("a thread that was deleted meanwhile stores nothing", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { ada, bob, thread, post } = await group();
    const sending = post({ body: "one" }, bob);
    await eventually(() => expect(receiver.host.checks).toHaveLength(1));
    expect((await ada.call("DELETE", `/api/threads/${thread.id}`)).status).toBe(204);
    for (const sent of receiver.host.checks) answerEach(sent, () => ({ action: "allow" }));
    expect((await sending).status).toBe(404);
  });

  it("what a crash loses while it waits was not acknowledged, and is stored once when it is sent again", async () => {
    receiver.host.answerCheck = leaveOpen;
    const { ada, thread, post, bodies } = await group();
    const socket = await openThread(ada, thread.id);
    await socket.next("welcome");
    socket.send({ type: "chat", id: "1", body: "one" });
    await eventually(() => expect(receiver.host.checks).toHaveLength(1));
    await runInDurableObject(threadStub(thread.id), (_instance, ctx) => ctx.abort("expected: a crash")).catch(
      () => {},
    );
    receiver.host.answerCheck = (sent) => answerEach(sent, () => ({ action: "allow" }));
    expect((await post({ id: "1", body: "one" })).status).toBe(201);
    expect((await post({ id: "1", body: "one" })).status).toBe(200);
    expect(await bodies()).toEqual(["one"]);
  });
});
