/** What the server library does when Lilypad refuses, does not answer, or something else does. */
import { beforeEach, describe, expect, it, vi, afterEach } from "vitest";
import { createServer, type ServerOptions } from "../../src/server/server.ts";

const url = "https://chat.example.com";
const secret = "a server secret of 32 bytes, or some more";

/** A server whose requests are answered by these in turn, and what it has requested. */
function serverWith(answers: (() => Response | Promise<Response>)[], options: Partial<ServerOptions> = {}) {
  const requests: Request[] = [];
  const fetcher = async (input: RequestInfo | URL, init?: RequestInit) => {
    requests.push(new Request(input as RequestInfo, init));
    const answer = answers[requests.length - 1];
    if (!answer) throw new Error(`request ${requests.length} was not expected`);
    return answer();
  };
  return { server: createServer({ url, secret, fetch: fetcher as typeof fetch, ...options }), requests };
}

const ok = () => Response.json({ id: "t" });
const lost = () => {
  throw new TypeError("connection reset");
};
const problem =
  (status: number, code: string, headers: HeadersInit = {}) =>
  () =>
    Response.json({ status, code, detail: `It is ${code}.` }, { status, headers });

/** Lets all waiting end at once. */
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => void vi.useRealTimers());
async function soon<T>(call: Promise<T>): Promise<T> {
  call.catch(() => undefined);
  await vi.runAllTimersAsync();
  return call;
}

describe("a request", () => {
  it.each([
    ["that gets no answer", lost],
    ["to a part that does not answer", problem(503, "unavailable")],
    ["that a proxy answers", () => new Response("<html>Bad gateway", { status: 502 })],
    ["that is too many", problem(429, "rate_limited", { "retry-after": "2" })],
  ])("%s is repeated", async (_what, answer) => {
    const { server, requests } = serverWith([answer, answer, ok]);
    expect(await soon(server.thread("key:a").get())).toEqual({ id: "t" });
    expect(requests.length).toBe(3);
  });

  it("is repeated so often and no more", async () => {
    const { server, requests } = serverWith([lost, lost, lost], { retries: 2 });
    await expect(soon(server.thread("key:a").get())).rejects.toMatchObject({
      code: "unreachable",
      status: 0,
    });
    expect(requests.length).toBe(3);
  });

  it("waits as long as it is asked to", async () => {
    const { server, requests } = serverWith([problem(429, "rate_limited", { "retry-after": "3" }), ok]);
    const call = server.thread("key:a").get();
    await vi.advanceTimersByTimeAsync(2_999);
    expect(requests.length).toBe(1);
    expect(await soon(call)).toEqual({ id: "t" });
  });

  it("that is to wait for long is not repeated, and says for how long", async () => {
    const { server, requests } = serverWith([problem(429, "rate_limited", { "retry-after": "60" })]);
    const failure = { code: "rate_limited", status: 429, retryAfterMs: 60_000 };
    await expect(soon(server.thread("key:a").get())).rejects.toMatchObject(failure);
    expect(requests.length).toBe(1);
  });

  it.each([400, 401, 403, 404, 409, 500])("that is refused with %d is not repeated", async (status) => {
    const { server, requests } = serverWith([problem(status, "a_code")]);
    const failure = {
      name: "ApiError",
      code: "a_code",
      status,
      detail: "It is a_code.",
      message: "It is a_code.",
    };
    await expect(soon(server.thread("key:a").get())).rejects.toMatchObject(failure);
    expect(requests.length).toBe(1);
  });

  it("that something other than Lilypad answers says so, and follows it nowhere", async () => {
    const elsewhere = () =>
      new Response(null, { status: 302, headers: { location: "https://evil.example" } });
    const { server, requests } = serverWith([elsewhere, () => new Response("Hello")]);
    for (const status of [302, 200])
      await expect(soon(server.thread("key:a").get())).rejects.toMatchObject({ code: "unreachable", status });
    expect(requests.map((request) => request.redirect)).toEqual(["manual", "manual"]);
  });

  it("that takes too long is given up", async () => {
    const never = () => new Promise<Response>(() => undefined);
    const signals: (AbortSignal | null | undefined)[] = [];
    const fetcher = (_input: unknown, init?: RequestInit) => {
      signals.push(init?.signal);
      return Promise.race([
        never(),
        new Promise<never>((_, reject) =>
          init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))),
        ),
      ]);
    };
    const server = createServer({ url, secret, timeoutMs: 1, retries: 0, fetch: fetcher as typeof fetch });
    await expect(server.thread("key:a").get()).rejects.toMatchObject({ code: "unreachable" });
    expect(signals.length).toBe(1);
  });
});

describe("a message that is repeated", () => {
  it("has the same id", async () => {
    const { server, requests } = serverWith([lost, ok]);
    await soon(server.thread("key:a").sendMessage({ body: "Hello" }));
    const [first, second] = await Promise.all(requests.map((request) => request.json<{ id: string }>()));
    expect(first).toEqual({ id: first?.id, body: "Hello" });
    expect(second).toEqual(first);
  });
});

describe("a deletion that is repeated", () => {
  it("is done where nothing is left to delete", async () => {
    const { server } = serverWith([lost, problem(404, "not_found")]);
    expect(await soon(server.thread("key:a").delete())).toBeUndefined();
  });

  it("is refused where nothing was there from the beginning", async () => {
    const { server } = serverWith([problem(404, "not_found")]);
    await expect(soon(server.thread("key:a").delete())).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a server", () => {
  it("percent-encodes what it names", async () => {
    const { server, requests } = serverWith([ok, ok]);
    await server.thread("key:a/b?c").get();
    await server.users.get("zoë/1");
    expect(requests.map((request) => request.url.slice(url.length))).toEqual([
      "/api/threads/key%3Aa%2Fb%3Fc",
      "/api/users/zo%C3%AB%2F1",
    ]);
  });

  it("signs with a token for a minute, one for each user", async () => {
    const { server } = serverWith([]);
    const clock = vi.spyOn(Date, "now").mockReturnValue(1_795_000_000_000);
    const [own, ada] = [await server.serverToken(), await server.serverToken("ada")];
    expect(claimsOf(own)).toEqual({ iat: 1_795_000_000, exp: 1_795_000_240 });
    expect(claimsOf(ada)).toEqual({ sub: "ada", iat: 1_795_000_000, exp: 1_795_000_240 });
    clock.mockReturnValue(1_795_000_059_999);
    expect([await server.serverToken(), await server.serverToken("ada")]).toEqual([own, ada]);
    clock.mockReturnValue(1_795_000_060_000);
    expect(claimsOf(await server.serverToken())).toEqual({ iat: 1_795_000_060, exp: 1_795_000_300 });
    clock.mockRestore();
  });

  it("says what is missing, or wrong, in how it was made", async () => {
    await expect(createServer({ url, secret }).signUserToken({ id: "a", name: "A" })).rejects.toThrow(
      "authSecret",
    );
    await expect(createServer({ url }).thread("key:a").get()).rejects.toThrow("needs secret");
    expect(() => createServer({ url, secret: "short" })).toThrow("shorter than 32 bytes");
    expect(() => createServer({ url: "chat", secret })).toThrow(TypeError);
  });
});

function claimsOf(token: string): unknown {
  return JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
}
