/** Requests that come to nothing: each ends, and says so with a `RequestError`. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asking } from "../../../src/client/http/request.ts";
import { pass, useFakeClock } from "../support/fake-clock.ts";

const OFFLINE = { code: "offline", message: "Lilypad cannot be reached." };
const origin = "https://lilypad.test";

/** A server that answers every request so. */
function answering(body: BodyInit, status = 200): void {
  vi.stubGlobal("fetch", async () => new Response(body, { status }));
}

/** A body whose sender goes away in the middle. */
function brokenOff(): ReadableStream {
  return new ReadableStream({
    start: (stream) => {
      stream.enqueue(new TextEncoder().encode('{"threads": ['));
      stream.error(new TypeError("network error"));
    },
  });
}

useFakeClock();
beforeEach(() => {
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const timeout = new AbortController();
    setTimeout(() => timeout.abort(), ms);
    return timeout.signal;
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("a request", () => {
  it("fails where a token does not come, and goes well the next time", async () => {
    answering('{"threads": []}');
    const getToken = vi
      .fn<() => Promise<string>>()
      .mockReturnValueOnce(new Promise(() => {}))
      .mockResolvedValue("token");
    const ask = asking({ origin, getToken });
    const failure = ask("GET", "/api/threads").catch((error) => error);
    await pass(30_000);
    expect(await failure).toMatchObject(OFFLINE);
    expect(await ask("GET", "/api/threads")).toEqual({ threads: [] });
  });

  it("fails where a token cannot be had, and says why", async () => {
    const cause = new Error("The host is down.");
    const ask = asking({ origin, getToken: () => Promise.reject(cause) });
    await expect(ask("GET", "/api/threads")).rejects.toMatchObject({ ...OFFLINE, cause });
  });

  it("fails as one that nobody answered where the answer breaks off", async () => {
    answering(brokenOff());
    await expect(asking({ origin })("GET", "/api/threads")).rejects.toMatchObject(OFFLINE);
  });

  it.each([200, 502])("fails so too where a proxy answers with a page of its own and %i", async (status) => {
    answering("<!doctype html><title>Sign in to this network</title>", status);
    await expect(asking({ origin })("GET", "/api/threads")).rejects.toMatchObject(OFFLINE);
  });

  it("fails with what Lilypad says where it refuses", async () => {
    answering('{"code": "not_found", "detail": "No such thread."}', 404);
    const refusal = { code: "not_found", message: "No such thread." };
    await expect(asking({ origin })("GET", "/api/threads/x")).rejects.toMatchObject(refusal);
  });
});
