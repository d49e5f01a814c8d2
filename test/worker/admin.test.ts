/** The administrator's door: shut where there is no secret, and otherwise to whoever does not have it. */
import { describe, expect, it, vi } from "vitest";
import { problemOf, requestWith } from "./requests.ts";
import { expectLogged } from "../support/console.ts";

const SECRET = "the-secret-of-an-administrator-0123";
const MOVE = { ADMIN_SECRET: SECRET, PRESENCE_SHARDS: "16", PRESENCE_SHARDS_BEFORE: "8" };
const body = { shard: 8, before: 8, after: 16 };

function ask(
  settings: Parameters<typeof requestWith>[0],
  { authorization = `Bearer ${SECRET}`, json = body as unknown } = {},
): Promise<Response> {
  return requestWith(settings, "/api/admin/presence/moves", {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(json),
  });
}

async function codeOf(response: Promise<Response>): Promise<string> {
  return (await problemOf(await response)).code;
}

describe("the administrator's door", () => {
  it("does not exist without a secret", async () => {
    const settings = { ...MOVE, ADMIN_SECRET: undefined };
    const nothing = await requestWith(settings, "/api/nothing", { method: "POST" });
    const answers = [ask(settings), ask(settings, { authorization: "Bearer " }), ask(settings, { json: 1 })];
    const there = await problemOf(nothing);
    for (const answer of answers) expect(await problemOf(await answer)).toEqual(there);
  });

  it.each([
    ["none", ""],
    ["a wrong one", `Bearer ${SECRET}!`],
    ["the beginning", `Bearer ${SECRET.slice(0, -1)}`],
    ["one as long", `Bearer ${SECRET.slice(0, -1)}4`],
    ["another scheme", `Basic ${SECRET}`],
  ])("is shut to %s", async (_what, authorization) => {
    expect(await codeOf(ask(MOVE, { authorization }))).toBe("unauthenticated");
  });

  it("compares in constant time", async () => {
    const compare = vi.spyOn(crypto.subtle, "timingSafeEqual");
    await ask(MOVE, { authorization: "Bearer short" });
    expect(compare).toHaveBeenCalledOnce();
    expect(compare.mock.calls[0]?.map((digest) => digest.byteLength)).toEqual([32, 32]);
    compare.mockRestore();
  });

  it.each([
    ["no object", 1],
    ["no shard", { before: 8, after: 16 }],
    ["a shard that nobody leaves", body],
    ["a number below one", { ...body, before: 0 }],
    ["more shards than may be", { ...body, after: 2048 }],
    ["a fraction", { ...body, shard: 0.5 }],
  ])("refuses %s", async (_what, json) => {
    expect(await codeOf(ask(MOVE, { json }))).toBe("bad_request");
  });

  it.each([
    ["no move", { ...MOVE, PRESENCE_SHARDS_BEFORE: undefined }],
    ["another number before", { ...MOVE, PRESENCE_SHARDS_BEFORE: "4" }],
    ["another number after", { ...MOVE, PRESENCE_SHARDS: "32" }],
  ])("moves nobody where %s is configured", async (_what, settings) => {
    expect(await codeOf(ask(settings, { json: { ...body, shard: 0 } }))).toBe("conflict");
  });

  it("moves users, a step at a time", async () => {
    const response = await ask(MOVE, { json: { ...body, shard: 0 } });
    expect([response.status, await response.json()]).toEqual([200, { moved: 0, done: true }]);
  });
});

describe("the number of shards", () => {
  it.each([
    ["lowered", { PRESENCE_SHARDS: "4", PRESENCE_SHARDS_BEFORE: "8" }],
    ["raised to no multiple", { PRESENCE_SHARDS: "12", PRESENCE_SHARDS_BEFORE: "8" }],
  ])("cannot be %s", async (_what, settings) => {
    expectLogged(/PRESENCE_SHARDS is not a multiple of PRESENCE_SHARDS_BEFORE/);
    const response = await requestWith(settings, "/api/session");
    const { code, detail } = await problemOf(response);
    expect(code).toBe("unavailable");
    expect(detail).toContain("PRESENCE_SHARDS is not a multiple of PRESENCE_SHARDS_BEFORE");
  });
});
