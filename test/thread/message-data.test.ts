/** What the author of a message attaches to it: kept, shown wherever the message is, and erased with it. */
import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MESSAGE_DATA_BYTES } from "../../src/protocol/limits.ts";
import type { Message } from "../../src/protocol/model.ts";
import { newThread, ORIGIN, person } from "../support/host-users.ts";
import { evict, storedText, threadStub } from "../support/objects.ts";
import { openThread } from "../support/socket.ts";

const DATA = { order: 123, lines: [{ sku: "a\ud83d\ude00", count: 2 }], note: null };

async function group() {
  const ada = await person("Ada");
  const thread = await newThread(ada, "group");
  const path = `/api/threads/${thread.id}/messages`;
  const post = (body: object) => ada.call("POST", path, body);
  const messages = async () =>
    ((await (await ada.call("GET", path)).json()) as { messages: Message[] }).messages;
  return { ada, thread, path, post, messages };
}

/** An object whose compact JSON has so many bytes. */
function dataOf(bytes: number) {
  return { x: "é".repeat(20) + "a".repeat(bytes - 48) };
}

describe("data of a message", () => {
  it("is in the answer, the event, the history, a welcome and a resume", async () => {
    const { ada, thread, post, messages } = await group();
    const socket = await openThread(ada, thread.id);
    const welcome = await socket.next("welcome");
    const answer = await post({ body: "one", data: DATA });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ data: DATA });
    expect(await socket.next("chat")).toMatchObject({ message: { data: DATA } });
    await socket.ask({ type: "chat", id: "2", body: "two", data: DATA });
    await evict(threadStub(thread.id));
    expect((await messages()).map(({ data }) => data)).toEqual([DATA, DATA]);
    const fresh = await openThread(ada, thread.id);
    expect(await fresh.next("history")).toMatchObject({ messages: [{ data: DATA }, { data: DATA }] });
    const resumed = await openThread(ada, thread.id, welcome.cursor);
    expect(await resumed.next("chat")).toMatchObject({ message: { data: DATA } });
  });

  it("is the first one's where a message is sent again", async () => {
    const { post } = await group();
    await post({ id: "1", body: "one", data: DATA });
    const repeat = await post({ id: "1", body: "one", data: { order: 4 } });
    expect(repeat.status).toBe(200);
    expect(await repeat.json()).toMatchObject({ data: DATA });
  });

  it("stays when the message is edited, and goes with it when it is deleted", async () => {
    const { ada, thread, path, post, messages } = await group();
    await post({ body: "one", data: { word: "unmistakable" } });
    await ada.call("PATCH", `${path}/1`, { body: "two" });
    expect(await messages()).toMatchObject([{ body: "two", data: { word: "unmistakable" } }]);
    await ada.call("DELETE", `${path}/1`);
    const [tombstone] = await messages();
    expect(tombstone).toMatchObject({ body: "" });
    expect(tombstone).not.toHaveProperty("data");
    expect(await storedText(threadStub(thread.id))).not.toContain("unmistakable");
  });

  it.each([
    ["null", null],
    ["absent", undefined],
  ])("is none where it is %s", async (_what, data) => {
    const { post, messages } = await group();
    await post({ body: "one", data });
    expect((await messages())[0]).not.toHaveProperty("data");
  });

  it.each([[[1]], ["text"], [1], [true]])("that is %j is no object", async (data) => {
    const { post, messages } = await group();
    const answer = await post({ body: "one", data });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "bad_request", issues: [{ path: "data" }] });
    expect(await messages()).toEqual([]);
  });

  it("has at most 2,048 bytes as compact JSON", async () => {
    const { ada, thread, post } = await group();
    expect((await post({ body: "one", data: dataOf(MESSAGE_DATA_BYTES) })).status).toBe(201);
    const over = await post({ body: "two", data: dataOf(MESSAGE_DATA_BYTES + 1) });
    expect([over.status, await over.json()]).toMatchObject([413, { code: "too_large" }]);
    const socket = await openThread(ada, thread.id);
    const data = dataOf(MESSAGE_DATA_BYTES + 1);
    expect(await socket.ask({ type: "chat", id: "3", body: "three", data })).toMatchObject({
      type: "error",
      code: "too_large",
    });
  });

  it("that is nested more deeply than anything reads is too large", async () => {
    const { ada, path } = await group();
    const depth = 20_000;
    const body = `{"body":"one","data":{"a":${"[".repeat(depth)}${"]".repeat(depth)}}}`;
    const answer = await exports.default.fetch(
      new Request(ORIGIN + path, {
        method: "POST",
        headers: { authorization: `Bearer ${ada.token}`, "content-type": "application/json" },
        body,
      }),
    );
    expect(answer.status).toBe(413);
  });
});
