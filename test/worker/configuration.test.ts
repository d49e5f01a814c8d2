/** A server whose settings are missing or invalid answers 503 and names them, but never a secret. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configOf } from "../../src/config/config.ts";
import { envWith, jwt } from "../auth/tokens.ts";
import { problemOf, request, requestWith } from "./requests.ts";

const logged: unknown[] = [];
beforeEach(() => {
  logged.length = 0;
  for (const level of ["log", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...values) => void logged.push(...values));
  }
});
afterEach(() => vi.restoreAllMocks());

const none = { GUEST_SIGN_IN: undefined, ENVIRONMENT: undefined };

const cases: [string, Parameters<typeof requestWith>[0], RegExp][] = [
  ["SESSION_SECRET is missing", { SESSION_SECRET: undefined }, /SESSION_SECRET is missing/],
  ["SESSION_SECRET is empty", { SESSION_SECRET: "" }, /SESSION_SECRET/],
  ["SESSION_SECRET is short", { SESSION_SECRET: "hush-hush" }, /SESSION_SECRET is shorter than 32 bytes/],
  ["AUTH_SECRET is short", { AUTH_SECRET: "hush-hush" }, /AUTH_SECRET is shorter than 32 bytes/],
  ["AUTH_JWKS_URL is no URL", { AUTH_JWKS_URL: "hush-hush" }, /AUTH_JWKS_URL/],
  ["no key of the host is configured", { ...none, AUTH_SECRET: undefined }, /AUTH_SECRET or AUTH_JWKS_URL/],
  ["AUTH_JWKS_URL has another scheme", { AUTH_JWKS_URL: "file:///hush" }, /is no http or https address/],
  [
    "ADMIN_SECRET cannot be sent in a header",
    { ADMIN_SECRET: "hush!".repeat(8) },
    /ADMIN_SECRET has characters/,
  ],
  ...["hush.example", "https://hush.example/chat", "https://a.example;https://hush.example", "null"].map(
    (entry): (typeof cases)[number] => [
      `ALLOWED_ORIGINS has ${entry}`,
      { ALLOWED_ORIGINS: `https://app.example,${entry}` },
      /ALLOWED_ORIGINS has an entry that is no origin/,
    ],
  ),
  ["USER_SEARCH is unknown", { USER_SEARCH: "hush-hush" }, /USER_SEARCH/],
  ["PRESENCE_SHARDS is 0", { PRESENCE_SHARDS: "0" }, /PRESENCE_SHARDS/],
];

describe.each(cases)("where %s", (_what, settings, detail) => {
  it.each([
    ["GET", "/api/session"],
    ["POST", "/api/session"],
    ["GET", "/api/threads"],
    ["GET", "/api/presence/socket"],
    ["OPTIONS", "/api/session"],
  ])("%s %s answers 503 and names the setting", async (method, path) => {
    const response = await requestWith(settings, path, {
      method,
      headers: { origin: "https://lilypad.test" },
    });
    expect(response.status).toBe(503);
    const problem = await problemOf(response);
    expect(problem.code).toBe("unavailable");
    expect(problem.detail).toMatch(detail);
    expect(problem.detail).not.toContain("hush");
  });

  it("health answers 200", async () => {
    const response = await requestWith(settings, "/api/health", {
      headers: { origin: "https://app.example" },
    });
    expect(response.status).toBe(200);
  });
});

describe("rate limits", () => {
  const settings = { SESSION_SECRET: "s".repeat(32), AUTH_SECRET: "a".repeat(32), RATE_LIMITS: "off" };

  it("can be off in development", () => {
    const { rateLimits, rate } = configOf({ ...settings, ENVIRONMENT: "development" } as unknown as Env);
    expect({ rateLimits, rate }).toEqual({ rateLimits: false, rate: { burst: 0, per10s: 0 } });
  });

  it("stay on in production", () => {
    const { rateLimits, rate } = configOf({ ...settings } as unknown as Env);
    expect({ rateLimits, rate }).toEqual({ rateLimits: true, rate: { burst: 20, per10s: 10 } });
  });
});

describe("the log", () => {
  it("names an invalid setting once", async () => {
    const wrong = envWith({ SESSION_SECRET: "hush-hush" });
    for (let i = 0; i < 3; i++) expect(() => configOf(wrong)).toThrow("SESSION_SECRET");
    expect(logged).toEqual([expect.stringMatching(/SESSION_SECRET is shorter/)]);
    expect(logged.join()).not.toContain("hush");
  });

  it("holds no token, wherever the request carried it", async () => {
    const bad = await jwt({ exp: 1 });
    await request("/api/session", { headers: { authorization: `Bearer ${bad}` } });
    await request("/api/session", { headers: { cookie: `__Host-session=${bad}` } });
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("down"));
    const { generateKeyPair } = await import("jose");
    const { privateKey } = await generateKeyPair("ES256");
    const unchecked = await jwt({}, { alg: "ES256" }, privateKey);
    const headers = { authorization: `Bearer ${unchecked}` };
    expect(
      (await requestWith({ AUTH_JWKS_URL: "https://down.example/" }, "/api/session", { headers })).status,
    ).toBe(503);
    const text = logged
      .map((value) => (value instanceof Error ? `${value.stack}` : JSON.stringify(value)))
      .join("\n");
    expect(text).toContain("AUTH_JWKS_URL");
    for (const part of [...bad.split("."), ...unchecked.split(".")]) expect(text).not.toContain(part);
  });
});
