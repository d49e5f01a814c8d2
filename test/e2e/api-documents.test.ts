/** The OpenAPI and AsyncAPI documents that the server has: valid, for any page to read, and true of what it answers. */
import { Validator } from "@seriousme/openapi-schema-validator";
import asyncApiSpecs from "@asyncapi/specs";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, inject, it } from "vitest";

import { ajvFor, answerCheck, frameCheck, type Json } from "./documented.ts";
import { newGroup, person, type Person } from "./people.ts";
import { RealSocket } from "./real-socket.ts";

const get = (name: string, init?: RequestInit) => fetch(`${inject("url")}/api/${name}.json`, init);
const json = async (name: string) => (await (await get(name)).json()) as Json;

describe.each(["openapi", "asyncapi"])("/api/%s.json", (name) => {
  it("is JSON for whoever asks, kept for five minutes", async () => {
    const { status, headers } = await get(name);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^application\/json/);
    expect(headers.get("cache-control")).toBe("public, max-age=300");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("is not sent again to who has it", async () => {
    const etag = (await get(name)).headers.get("etag") ?? "";
    expect((await get(name, { headers: { "if-none-match": etag } })).status).toBe(304);
  });
});

it("is a valid OpenAPI 3.1 document", async () => {
  const validator = new Validator();
  expect(await validator.validate(await json("openapi"))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
});

it("is a valid AsyncAPI 3 document", async () => {
  const document = await json("asyncapi");
  const schema = asyncApiSpecs.schemas[document["asyncapi"] as "3.0.0"];
  const ajv = new Ajv({ strict: false, allErrors: true, meta: false });
  (formats as unknown as (ajv: Ajv) => void)(ajv);
  const validate = ajv.compile(schema as Json);
  validate(document);
  expect(validate.errors).toBe(null);
});

describe("the JSON Schemas", () => {
  it.each(["openapi", "asyncapi"])("of %s are sound", async (name) => {
    const { components } = (await json(name)) as { components: { schemas: Json } };
    const ajv = ajvFor(components);
    for (const schema of Object.keys(components.schemas))
      expect(() => ajv.compile({ $ref: `document#/components/schemas/${schema}` }), schema).not.toThrow();
  });

  it("hold for what the server answers", async () => {
    const check = answerCheck(await json("openapi"));
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const ask = async (who: Person, method: string, path: string, body?: unknown) =>
      check(method, path, await who.call(method, path, body));
    await ask(ada, "POST", "/api/session");
    await ask(ada, "GET", "/api/session");
    await ask(ada, "GET", "/api/sign-in");
    await ask(ada, "GET", "/api/health");
    const group = { kind: "group", name: "Frogs", memberIds: [bob.id] };
    const thread = `/api/threads/${((await ask(ada, "POST", "/api/threads", group)) as { id: string }).id}`;
    await ask(ada, "POST", "/api/threads", { kind: "direct", memberIds: [bob.id] });
    await ask(ada, "POST", "/api/threads", { kind: "direct", memberIds: [bob.id] });
    await ask(ada, "POST", "/api/threads", { kind: "direct", memberIds: [] });
    await ask(ada, "POST", "/api/threads", { kind: "direct", memberIds: ["nobody"] });
    await ask(ada, "PATCH", thread, { name: null });
    await ask(bob, "PATCH", thread, { name: "Toads" });
    await ask(bob, "POST", `${thread}/messages`, { id: "one", body: "Hello" });
    await ask(bob, "POST", `${thread}/messages`, { id: "one", body: "Hello" });
    await ask(bob, "POST", `${thread}/messages`, { body: "", replyTo: 1 });
    await ask(bob, "POST", `${thread}/messages`, { body: "x".repeat(10_001) });
    await ask(ada, "PUT", `${thread}/messages/1/reactions/%F0%9F%91%8D`);
    await ask(ada, "GET", `${thread}/messages?around=1`);
    await ask(ada, "DELETE", `${thread}/messages/1/reactions/%F0%9F%91%8D`);
    await ask(ada, "PUT", `${thread}/read`, { seq: 1 });
    await ask(bob, "PATCH", `${thread}/messages/1`, { body: "Good evening" });
    await ask(ada, "PATCH", `${thread}/messages/1`, { body: "Mine" });
    await ask(bob, "DELETE", `${thread}/messages/1`);
    await ask(bob, "PATCH", `${thread}/messages/1`, { body: "Too late" });
    await ask(bob, "PUT", `${thread}/messages/9/reactions/a`);
    await ask(ada, "GET", `${thread}/members?limit=1`);
    await ask(ada, "PUT", `${thread}/members/${bob.id}`, { role: "moderator" });
    await ask(ada, "PUT", `${thread}/members/${ada.id}`, { role: "member" });
    await ask(ada, "DELETE", `${thread}/members/${bob.id}`);
    await ask(bob, "GET", thread);
    await ask(ada, "GET", "/api/threads?limit=1");
    await ask(ada, "GET", "/api/users?q=bo");
    await ask(ada, "GET", `/api/users/${bob.id}`);
    await ask(ada, "GET", `/api/presence?ids=${ada.id},${bob.id}`);
    await ask(ada, "GET", `${thread}/socket`);
    await ask(ada, "POST", "/api/admin/presence/moves", { shard: 0, before: 1, after: 2 });
    await ask(ada, "DELETE", thread);
    await ask(ada, "DELETE", "/api/session");
    await check("GET", "/api/session", await fetch(`${inject("url")}/api/session`));
    expect(check.faults).toEqual([]);
  });

  it("hold for frames, both ways", async () => {
    const check = frameCheck(await json("asyncapi"));
    const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
    const threadId = await newGroup(ada, bob);
    const tab = new RealSocket("/api/presence/socket", { token: bob.token });
    tab.raw.on("message", (data) => check("presence", "events", String(data)));
    const room = new RealSocket(`/api/threads/${threadId}/socket?paced=`, { token: ada.token });
    room.raw.on("message", (data) => check("thread", "events", String(data)));
    const send = (socket: RealSocket, channel: string, command: { type: string }) => {
      check(channel, command.type, JSON.stringify(command));
      check(channel, "commands", JSON.stringify([command]));
      socket.send([command]);
    };
    await tab.event("welcome");
    send(tab, "presence", { type: "watch", userIds: [ada.id] } as { type: string });
    await room.event("history");
    const inRoom = (command: { type: string } & Json) => send(room, "thread", command);
    inRoom({ type: "chat", id: "1", body: "Hello", since: 1 });
    await tab.event("new_message");
    inRoom({ type: "edit", id: "2", seq: 1, body: "Good evening" });
    inRoom({ type: "react", id: "3", seq: 1, emoji: "👍" });
    inRoom({ type: "unreact", id: "4", seq: 1, emoji: "👍" });
    inRoom({ type: "delete", id: "5", seq: 1 });
    inRoom({ type: "read", seq: 1 });
    inRoom({ type: "typing" });
    inRoom({ type: "got", rev: 1 });
    inRoom({ type: "auth", id: "6", token: ada.token });
    await room.event("ack", ({ id }) => id === "6");
    room.send({ type: "chat", id: "7", body: " " });
    await room.event("error");
    await bob.call("PUT", `/api/threads/${threadId}/read`, { seq: 1 });
    await tab.event("read");
    await ada.call("PATCH", `/api/threads/${threadId}`, { name: "Frogs" });
    await ada.call("DELETE", `/api/threads/${threadId}/members/${bob.id}`);
    await tab.event("thread_removed");
    await room.event("member_removed");
    await ada.call("DELETE", `/api/threads/${threadId}`);
    await room.event("closing");
    expect(check.faults).toEqual([]);
    tab.close();
  });
});
