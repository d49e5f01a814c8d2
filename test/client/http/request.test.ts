/** Requests that fail: each ends, with a `RequestError`. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createHttpRequest } from "../../../src/client/http/request.ts";
import { apiPath, queryString } from "../../../src/client/http/url.ts";
import { pass, useFakeClock, useFakeTimeouts } from "../support/fake-clock.ts";

const OFFLINE = { code: "offline", message: "Lilypad cannot be reached." };
const origin = "https://lilypad.test";
/** As where nothing answers. */
const diagnosis = { find: async () => ({ isReachable: false }), reached: () => {} };

/** Makes every request be answered with this. */
function respondWith(body: BodyInit, status = 200): void {
  vi.stubGlobal("fetch", async () => new Response(body, { status }));
  onTestFinished(() => void vi.unstubAllGlobals());
}

/** A body whose connection breaks in the middle. */
function brokenBody(): ReadableStream {
  return new ReadableStream({
    start: (stream) => {
      stream.enqueue(new TextEncoder().encode('{"threads": ['));
      stream.error(new TypeError("network error"));
    },
  });
}

useFakeClock();

describe("a request", () => {
  it("fails after 30 seconds where the token does not come", async () => {
    useFakeTimeouts();
    const request = createHttpRequest({ origin, diagnosis, getToken: () => new Promise(() => {}) });
    const failure = request("GET", "/api/threads").catch((error: unknown) => error);
    await pass(30_000);
    expect(await failure).toMatchObject(OFFLINE);
  });

  it("fails where no token can be had, and names the cause", async () => {
    const cause = new Error("The host is down.");
    const request = createHttpRequest({ origin, diagnosis, getToken: () => Promise.reject(cause) });
    await expect(request("GET", "/api/threads")).rejects.toMatchObject({ ...OFFLINE, cause: { cause } });
  });

  it("says after how long it may succeed, where the server does", async () => {
    respondWith(JSON.stringify({ code: "rate_limited", detail: "Too fast.", retryAfterMs: 1_200 }), 429);
    await expect(createHttpRequest({ origin, diagnosis })("GET", "/api/threads")).rejects.toMatchObject({
      code: "rate_limited",
      message: "Too fast.",
      retryAfterMs: 1_200,
    });
  });

  it("fails as offline where the response breaks off", async () => {
    respondWith(brokenBody());
    await expect(createHttpRequest({ origin, diagnosis })("GET", "/api/threads")).rejects.toMatchObject(
      OFFLINE,
    );
  });

  it.each([200, 502])(
    "fails as offline where a proxy responds with a page of its own and %i",
    async (status) => {
      respondWith("<!doctype html><title>Sign in to this network</title>", status);
      await expect(createHttpRequest({ origin, diagnosis })("GET", "/api/threads")).rejects.toMatchObject(
        OFFLINE,
      );
    },
  );

  it("fails with Lilypad's code and message where Lilypad refuses", async () => {
    respondWith('{"code": "not_found", "detail": "No such thread."}', 404);
    const refusal = { code: "not_found", message: "No such thread." };
    await expect(createHttpRequest({ origin, diagnosis })("GET", "/api/threads/x")).rejects.toMatchObject(
      refusal,
    );
  });
});

describe("a URL", () => {
  it("encodes each part of its path", () => {
    expect(apiPath("threads", "a/b c", "members")).toBe("/api/threads/a%2Fb%20c/members");
  });

  it("leaves out parameters that are undefined, and the question mark where there are none", () => {
    expect(queryString({ before: 1, cursor: undefined, q: "a b" })).toBe("?before=1&q=a+b");
    expect(queryString({ cursor: undefined })).toBe("");
  });
});
