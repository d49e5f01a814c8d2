/** Errors over HTTP, and the headers of every response. */
import { describe, expect, it, vi } from "vitest";
import { version } from "../../package.json";
import { ERROR_STATUS } from "../../src/protocol/errors.ts";
import { problem as render } from "../../src/worker/problem.ts";
import { LilypadError, type ErrorCode } from "../../src/protocol/errors.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { NO_THREAD, problemOf, request, requestWith } from "./requests.ts";

const CODES = Object.keys(ERROR_STATUS) as ErrorCode[];

describe("a problem", () => {
  it.each(CODES)("of the code %s has its status and every member of the contract", async (code) => {
    const response = render(new LilypadError(code, "What went wrong."));
    expect(response.status).toBe(ERROR_STATUS[code]);
    expect(await problemOf(response)).toEqual({
      type: "about:blank",
      title: expect.stringMatching(/^[A-Z]/),
      status: ERROR_STATUS[code],
      detail: "What went wrong.",
      code,
    });
  });

  it("says when to retry in whole seconds, rounded up", () => {
    const limited = (retryAfterMs: number) =>
      render(new LilypadError("rate_limited", "Wait.", { retryAfterMs }));
    expect(limited(1).headers.get("retry-after")).toBe("1");
    expect(limited(1001).headers.get("retry-after")).toBe("2");
  });

  it("discloses nothing of an internal error, and logs it", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const response = render(new TypeError("secret at src/worker/index.ts:7"));
    expect(response.status).toBe(500);
    expect(JSON.stringify(await problemOf(response))).not.toMatch(/secret|TypeError|index\.ts/);
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });
});

describe("an unknown path", () => {
  it.each([
    "/api",
    "/api/",
    "/api/nowhere",
    "/api/threads/x/y/z",
    "/api/Session",
    "/nowhere",
    "/apis",
    "/api/session/",
    "/api/health//",
  ])("%s is not found", async (path) => {
    const response = await request(path);
    expect(response.status).toBe(404);
    expect((await problemOf(response)).code).toBe("not_found");
    expect(response.headers.has("allow")).toBe(false);
  });

  it.each(["..", "%2e%2e", "%2E."])(
    "of a member named %s is not found, and is not the path of the thread",
    async (name) => {
      const ada = await person("Ada");
      const { id } = await newThread(ada, "group");
      expect((await ada.call("DELETE", `/api/threads/${id}/members/${name}`)).status).toBe(404);
      expect((await ada.call("GET", `/api/threads/${id}`)).status).toBe(200);
    },
  );

  it("is not found with an unknown method either", async () => {
    expect((await request("/api/nowhere", { method: "PROPFIND" })).status).toBe(404);
  });
});

describe("a method that a path does not support", () => {
  it.each([
    ["PUT", "/api/session", ["GET", "POST", "DELETE"]],
    ["DELETE", "/api/threads", ["GET", "POST"]],
    ["POST", `/api/threads/${NO_THREAD}`, ["GET", "PUT", "PATCH", "DELETE"]],
    ["POST", `/api/threads/${NO_THREAD}/members/ada`, ["PUT", "DELETE"]],
    ["GET", `/api/threads/${NO_THREAD}/messages/1`, ["PATCH", "DELETE"]],
    ["POST", "/api/presence/socket", ["GET"]],
    ["POST", "/api/health", ["GET"]],
  ])("%s %s is not found, and Allow names those it supports", async (method, path, allowed) => {
    const response = await request(path, { method });
    expect(response.status).toBe(404);
    expect((await problemOf(response)).code).toBe("not_found");
    expect(response.headers.get("allow")?.split(", ").toSorted()).toEqual(allowed.toSorted());
  });
});

describe("an invalid parameter", () => {
  it.each([
    ["GET", "/api/users/%ff", 400],
    ["GET", "/api/users/%", 400],
    ["GET", "/api/users/a%2Cb", 400],
    ["GET", "/api/users/a%00b", 400],
    ["GET", `/api/users/${"a".repeat(129)}`, 400],
    ["PUT", "/api/threads/:id/members/%E0%A4%A", 400],
    ["DELETE", "/api/threads/:id/members/a%0Ab", 400],
    ["DELETE", "/api/threads/:id/messages/0", 400],
    ["DELETE", "/api/threads/:id/messages/x", 400],
    ["DELETE", "/api/threads/:id/messages/-1", 400],
    ["DELETE", "/api/threads/:id/messages/1e3", 400],
    ["DELETE", "/api/threads/:id/messages/99999999999999999999", 400],
    ["PUT", "/api/threads/:id/messages/1/reactions/x", 400],
    ["PUT", "/api/threads/:id/messages/1/reactions/%F0%9F%91%8D%F0%9F%91%8D", 400],
    ["PUT", "/api/threads/:id/messages/1/reactions/%F0%9F", 400],
    ["GET", "/api/threads/nonsense", 404],
    ["GET", `/api/threads/${NO_THREAD}`, 404],
    ["GET", `/api/threads/${NO_THREAD}0`, 404],
    ["GET", "/api/threads/:ID", 404],
    ["GET", "/api/threads/:id/messages?limit=0", 400],
    ["GET", "/api/threads/:id/messages?limit=201", 400],
    ["GET", "/api/threads/:id/messages?limit=", 400],
    ["GET", "/api/threads/:id/messages?before=x", 400],
    ["GET", "/api/threads/:id/messages?before=1&after=2", 400],
    ["GET", "/api/threads/:id/members?cursor=nonsense", 400],
    ["GET", "/api/threads?cursor=nonsense", 400],
    ["GET", "/api/threads?limit=1.5", 400],
    ["GET", "/api/users", 400],
    ["GET", "/api/users?q=a", 400],
    ["GET", `/api/users?q=${"a".repeat(51)}`, 400],
    ["GET", `/api/users?q=${encodeURIComponent("👍".repeat(26))}`, 400],
    ["GET", "/api/presence", 400],
    ["GET", "/api/presence?ids=", 400],
    ["GET", `/api/presence?ids=${Array.from({ length: 101 }, (_, i) => i).join()}`, 400],
  ])("%s %s answers %i", async (method, path, status) => {
    const ada = await person("Ada");
    const { id } = await newThread(ada, "group", [], "Pond");
    const asked = path.replace(":id", id).replace(":ID", id.toUpperCase());
    const response = await ada.call(method, asked);
    expect(response.status).toBe(status);
    expect((await problemOf(response)).code).toBe(status === 400 ? "bad_request" : "not_found");
  });
});

describe("without signing in", () => {
  it.each([
    ["GET", "/api/session"],
    ["GET", "/api/threads"],
    ["POST", "/api/threads"],
    ["GET", "/api/threads/nonsense"],
    ["PUT", "/api/threads/key:order-1"],
    ["PATCH", `/api/threads/${NO_THREAD}`],
    ["DELETE", `/api/threads/${NO_THREAD}`],
    ["GET", `/api/threads/${NO_THREAD}/members`],
    ["PUT", `/api/threads/${NO_THREAD}/members/ada`],
    ["DELETE", `/api/threads/${NO_THREAD}/members/ada`],
    ["GET", `/api/threads/${NO_THREAD}/messages`],
    ["POST", `/api/threads/${NO_THREAD}/messages`],
    ["PATCH", `/api/threads/${NO_THREAD}/messages/1`],
    ["DELETE", `/api/threads/${NO_THREAD}/messages/1`],
    ["PUT", `/api/threads/${NO_THREAD}/messages/1/reactions/%F0%9F%91%8D`],
    ["DELETE", `/api/threads/${NO_THREAD}/messages/1/reactions/%F0%9F%91%8D`],
    ["PUT", `/api/threads/${NO_THREAD}/read`],
    ["GET", "/api/users?q=ada"],
    ["GET", "/api/users/ada"],
    ["GET", "/api/presence?ids=ada"],
  ])("%s %s answers 401", async (method, path) => {
    const response = await request(path, { method });
    expect(response.status).toBe(401);
    expect((await problemOf(response)).code).toBe("unauthenticated");
  });
});

describe("every response", () => {
  it.each([
    ["GET", "/api/health"],
    ["GET", "/api/session"],
    ["DELETE", "/api/session"],
    ["OPTIONS", "/api/threads"],
    ["HEAD", "/api/health"],
    ["GET", "/api/nowhere"],
  ])("to %s %s is not cached, and its type is not sniffed", async (method, path) => {
    const { headers } = await request(path, { method });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("vary")).toMatch(/\borigin\b/i);
  });

  it("to HEAD is that to GET without the body", async () => {
    for (const path of ["/api/health", "/api/session", "/api/nowhere"]) {
      const [get, head] = [await request(path), await requestWith({}, path, { method: "HEAD" })];
      expect(head.status).toBe(get.status);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
      expect(await head.text()).toBe("");
    }
  });
});

describe("health", () => {
  it("returns the version", async () => {
    const response = await request("/api/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true, version });
  });
});

describe("an invalid request to a thread", () => {
  it.each([
    ["PATCH", "", { name: 5 }],
    ["GET", "/members?limit=0", undefined],
    ["PUT", "/members/a%2Cb", undefined],
    ["PUT", "/members/somebody", { role: "king" }],
    ["GET", "/messages?limit=999", undefined],
    ["POST", "/messages", { body: 5 }],
    ["POST", "/messages", { body: "x".repeat(10_001) }],
    ["PATCH", "/messages/x", { body: "hi" }],
    ["DELETE", "/messages/0", undefined],
    ["PUT", "/messages/1/reactions/x", undefined],
    ["PUT", "/read", { seq: -1 }],
  ])("is reported to members; for others the thread is not found: %s %s", async (method, path, body) => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const [{ id }, gone] = [await newThread(ada, "group"), await newThread(ada, "group")];
    await ada.call("DELETE", `/api/threads/${gone.id}`);
    const asked = (who: Person, thread: string) => who.call(method, `/api/threads/${thread}${path}`, body);
    expect([400, 413]).toContain((await asked(ada, id)).status);
    const none = await problemOf(await asked(eve, NO_THREAD));
    expect(none.code).toBe("not_found");
    for (const thread of [id, gone.id]) expect(await problemOf(await asked(eve, thread))).toEqual(none);
  });
});
