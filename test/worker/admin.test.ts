/** The admin API: absent where no secret is configured, and refused without the secret. */
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

describe("the admin API", () => {
  it("does not exist where no secret is configured", async () => {
    const settings = { ...MOVE, ADMIN_SECRET: undefined };
    const unknownPath = await requestWith(settings, "/api/nothing", { method: "POST" });
    const answers = [ask(settings), ask(settings, { authorization: "Bearer " }), ask(settings, { json: 1 })];
    const notFound = await problemOf(unknownPath);
    for (const answer of answers) expect(await problemOf(await answer)).toEqual(notFound);
  });

  it.each([
    ["no secret", ""],
    ["a wrong secret", `Bearer ${SECRET}!`],
    ["the beginning of the secret", `Bearer ${SECRET.slice(0, -1)}`],
    ["a wrong secret of the same length", `Bearer ${SECRET.slice(0, -1)}4`],
    ["another scheme", `Basic ${SECRET}`],
  ])("refuses %s", async (_what, authorization) => {
    expect(await codeOf(ask(MOVE, { authorization }))).toBe("unauthenticated");
  });

  it("compares secrets in constant time", async () => {
    const compare = vi.spyOn(crypto.subtle, "timingSafeEqual");
    await ask(MOVE, { authorization: "Bearer short" });
    expect(compare).toHaveBeenCalledOnce();
    expect(compare.mock.calls[0]?.map((digest) => digest.byteLength)).toEqual([32, 32]);
    compare.mockRestore();
  });

  it.each([
    ["a body that is no object", 1],
    ["no shard", { before: 8, after: 16 }],
    ["a shard that no user leaves", body],
    ["a number below one", { ...body, before: 0 }],
    ["too many shards", { ...body, after: 2048 }],
    ["a fraction", { ...body, shard: 0.5 }],
  ])("refuses %s", async (_what, json) => {
    expect(await codeOf(ask(MOVE, { json }))).toBe("bad_request");
  });

  it.each([
    ["no resharding", { ...MOVE, PRESENCE_SHARDS_BEFORE: undefined }],
    ["another number before", { ...MOVE, PRESENCE_SHARDS_BEFORE: "4" }],
    ["another number after", { ...MOVE, PRESENCE_SHARDS: "32" }],
  ])("moves no user where %s is configured", async (_what, settings) => {
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
