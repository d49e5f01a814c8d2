/** Faults of the application that uses the client, and how they are distinguished from a lost network. */
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Diagnosis } from "../../../src/client/http/diagnosis.ts";
import { useFakeClock, pass } from "../support/fake-clock.ts";

const ORIGIN = "https://lilypad.test";

/** What the server answers to each request for its health, in order; an error is a request that fails. */
function answerWith(...answers: (Response | Error)[]) {
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
  for (const answer of answers) {
    if (answer instanceof Error) fetch.mockRejectedValueOnce(answer);
    else fetch.mockResolvedValueOnce(answer);
  }
  vi.stubGlobal("fetch", fetch);
  onTestFinished(() => void vi.unstubAllGlobals());
  return fetch;
}

/** As on a page of this origin, where a browser keeps some answers from the page. */
function onPageOf(origin: string): void {
  vi.stubGlobal("document", {});
  vi.stubGlobal("location", { origin });
}

const healthy = (more = {}) => Response.json({ ok: true, version: "1.0.0", ...more });
const blocked = new TypeError("Failed to fetch");
const html = (status = 200) => new Response("<!doctype html>", { status });

useFakeClock();

let reported: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  reported = vi.spyOn(console, "error").mockImplementation(() => {});
});

describe("a client that cannot connect", () => {
  it("has no fault of its own where Lilypad is there and lets the page in", async () => {
    const fetch = answerWith(healthy({ originAllowed: true }));
    expect(await new Diagnosis(ORIGIN).find()).toEqual({ isReachable: true });
    expect(fetch.mock.calls[0]?.[0]).toBe(`${ORIGIN}/api/health`);
    expect(reported).not.toHaveBeenCalled();
  });

  it("reports, once, that its page's origin is not allowed, and what to do", async () => {
    onPageOf("https://app.example");
    answerWith(healthy({ originAllowed: false }), healthy({ originAllowed: false }));
    const diagnosis = new Diagnosis(ORIGIN);
    const fault = `This page's origin, https://app.example, is not allowed at ${ORIGIN}. Add it to ALLOWED_ORIGINS there.`;
    expect(await diagnosis.find()).toEqual({ isReachable: false, fault });
    await pass(30_000);
    await diagnosis.find();
    expect(reported.mock.calls).toEqual([[`Lilypad: ${fault}`]]);
  });

  it.each([
    ["a page of another server", html()],
    ["that there is no such page", html(404)],
    ["JSON of another server", Response.json({ status: "up" })],
  ])("has a wrong URL where the answer is %s", async (_what, answer) => {
    answerWith(answer);
    const { fault } = await new Diagnosis(ORIGIN).find();
    expect(fault).toContain(`${ORIGIN} is not Lilypad`);
    expect(reported).toHaveBeenCalledOnce();
  });

  it("has a wrong URL or origin where something answers that the page may not read", async () => {
    onPageOf("https://app.example");
    const fetch = answerWith(blocked, html());
    const { fault } = await new Diagnosis(ORIGIN).find();
    expect(fault).toMatch(/lets this page read nothing.*`url`.*ALLOWED_ORIGINS.*https:\/\/app\.example/);
    expect(fetch.mock.calls[1]?.[1]).toMatchObject({ mode: "no-cors" });
  });

  it("has no fault of its own where nothing answers", async () => {
    onPageOf("https://app.example");
    answerWith(blocked, blocked);
    expect(await new Diagnosis(ORIGIN).find()).toEqual({ isReachable: false });
    expect(reported).not.toHaveBeenCalled();
  });

  it("has no fault of its own where the server is in trouble", async () => {
    answerWith(html(502));
    expect(await new Diagnosis(ORIGIN).find()).toEqual({ isReachable: false });
  });

  it.each([
    ["something else answers", [html(404)]],
    ["a page may not read the answer", [blocked]],
  ])("has the right URL, since it was connected before, though %s now", async (_what, answers) => {
    onPageOf("https://app.example");
    const fetch = answerWith(...answers);
    const diagnosis = new Diagnosis(ORIGIN);
    diagnosis.reached();
    expect(await diagnosis.find()).toEqual({ isReachable: false });
    expect(fetch).toHaveBeenCalledOnce();
  });

  it("asks once for all that fail at the same time, again after half a minute, and at once after it was connected", async () => {
    const fetch = answerWith(blocked, blocked, blocked);
    const diagnosis = new Diagnosis(ORIGIN);
    await Promise.all([diagnosis.find(), diagnosis.find()]);
    await pass(29_999);
    await diagnosis.find();
    expect(fetch).toHaveBeenCalledOnce();
    await pass(1);
    await diagnosis.find();
    expect(fetch).toHaveBeenCalledTimes(2);
    diagnosis.reached();
    await diagnosis.find();
    expect(fetch).toHaveBeenCalledTimes(3);
  });
});
