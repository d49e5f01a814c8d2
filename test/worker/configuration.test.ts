/** A server whose settings are missing or invalid answers 503 and names them, but never a secret. */
import { env } from "cloudflare:workers";
import { base64url } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configOf } from "../../src/config/config.ts";
import { weaknessOf } from "../../src/config/secret-strength.ts";
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
const production = { ENVIRONMENT: "production" };
/** A host that signs with keys of its own, as production is configured to expect. */
const keySet = {
  ...production,
  AUTH_JWKS_URL: "https://hush.example/jwks",
  AUTH_ISSUER: "https://hush.example",
  AUTH_AUDIENCE: "hush",
};
/** A secret that signs what the host is sent. */
const signed = { WEBHOOK_SECRET: `whsec_${btoa("hushZ3vK8qWm1Yb6Tn0Rc5Xe9")}` };
const RANDOM = "hushZ3vK8qWm1Yb6Tn0Rc5Xe9Lg2Jd7Pf4A";
const MAKE_ANOTHER = /: set another, such as `openssl rand -base64 48` prints/;

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
  ["SIGN_IN_URL is no URL", { SIGN_IN_URL: "hush-hush" }, /SIGN_IN_URL is no http or https/],
  ["SIGN_IN_URL has another scheme", { SIGN_IN_URL: "javascript:hush" }, /SIGN_IN_URL is no http or https/],
  ["SIGN_IN_URL has user info", { SIGN_IN_URL: "https://a:hush@b.example" }, /has a fragment or user info/],
  ["SIGN_IN_URL has a fragment", { SIGN_IN_URL: "https://b.example/#hush" }, /has a fragment or user info/],
  [
    "SIGN_IN_URL is plain http in production",
    { ...production, SIGN_IN_URL: "http://hush.example/" },
    /SIGN_IN_URL is not https/,
  ],
  ...(["WEBHOOK_URL", "BEFORE_SEND_URL"] as const).flatMap((name): typeof cases => [
    [`${name} is no URL`, { ...signed, [name]: "hush-hush" }, new RegExp(`${name} is no http or https`)],
    [
      `${name} has user info`,
      { ...signed, [name]: "https://a:hush@b.example" },
      new RegExp(`${name} has a fragment or user info`),
    ],
    [
      `${name} is plain http in production`,
      { ...production, ...signed, [name]: "http://hush.example/" },
      new RegExp(`${name} is not https: set the https address`),
    ],
    [
      `${name} is set and nothing signs what it is sent`,
      { [name]: "https://hush.example/" },
      /WEBHOOK_SECRET is missing: set whsec_ and what/,
    ],
  ]),
  ...["hush".repeat(10), `whsec_${"hush".repeat(7)}`, `whsec_${"hush".repeat(22)}`, "whsec_hush hush"].map(
    (secret): (typeof cases)[number] => [
      `WEBHOOK_SECRET is ${secret.length} characters of another form`,
      { WEBHOOK_SECRET: secret },
      /WEBHOOK_SECRET is not whsec_ and base64 of 24 to 64 bytes/,
    ],
  ),
  [
    "WEBHOOK_SECRET repeats itself in production",
    { ...production, WEBHOOK_SECRET: `whsec_${"hush8Kq2Zx5V".repeat(4)}` },
    /WEBHOOK_SECRET repeats itself: set whsec_/,
  ],
  ["BEFORE_SEND_FAIL is unknown", { BEFORE_SEND_FAIL: "hush-hush" }, /BEFORE_SEND_FAIL/],
  ["SERVER_SECRET is short", { SERVER_SECRET: "hush-hush" }, /SERVER_SECRET is shorter than 32 bytes/],
  ["SYSTEM_NAME cannot be shown", { SYSTEM_NAME: "hush\u202e" }, /SYSTEM_NAME has a control/],
  ["SYSTEM_NAME is too long", { SYSTEM_NAME: "hush".repeat(26) }, /SYSTEM_NAME has a value that is not/],
  ...(["development", "production"] as const).flatMap((ENVIRONMENT) =>
    (
      [
        "AUTH_SECRET",
        "AUTH_SECRET_PREVIOUS",
        "SESSION_SECRET",
        "SESSION_SECRET_PREVIOUS",
        "ADMIN_SECRET",
      ] as const
    ).map((other): (typeof cases)[number] => [
      `SERVER_SECRET and ${other} are the same in ${ENVIRONMENT}`,
      { ENVIRONMENT, [other]: RANDOM, SERVER_SECRET: RANDOM },
      new RegExp(`SERVER_SECRET is the same as ${other}${MAKE_ANOTHER.source}`),
    ]),
  ),
  ["USER_SEARCH is unknown", { USER_SEARCH: "hush-hush" }, /USER_SEARCH/],
  ["PRESENCE_SHARDS is 0", { PRESENCE_SHARDS: "0" }, /PRESENCE_SHARDS/],
  [
    "SESSION_SECRET_PREVIOUS is short",
    { SESSION_SECRET_PREVIOUS: "hush" },
    /SESSION_SECRET_PREVIOUS is shorter/,
  ],
  ...["https://hush.example", "hush.example/a", "hush.example;", "*.", "hush.example,"].map(
    (entry): (typeof cases)[number] => [
      `AVATAR_HOSTS has ${entry}`,
      { AVATAR_HOSTS: `pics.example,${entry}` },
      /AVATAR_HOSTS has an entry that is no host/,
    ],
  ),
  ["AUTH_TOKEN_MAX_HOURS is 0", { AUTH_TOKEN_MAX_HOURS: "0" }, /AUTH_TOKEN_MAX_HOURS/],
  ...(
    [
      ["AUTH_SECRET", "SESSION_SECRET"],
      ["AUTH_SECRET", "SESSION_SECRET_PREVIOUS"],
      ["AUTH_SECRET_PREVIOUS", "SESSION_SECRET"],
      ["SESSION_SECRET", "ADMIN_SECRET"],
    ] as const
  ).map(([first, second]): (typeof cases)[number] => [
    `${first} and ${second} are the same in production`,
    { ...production, [first]: RANDOM, [second]: RANDOM },
    new RegExp(`${second} is the same as ${first}${MAKE_ANOTHER.source}`),
  ]),
  ...[
    ["has few characters", "hush".repeat(9), "has fewer than 10 different characters"],
    ["repeats itself", "hush8Kq2Zx5Vb".repeat(3), "repeats itself"],
    ["is a sequence", "hushabcdefghijklmnopqrstuvwxyz0123456789", "is a sequence"],
    ["is from an example", "hush-your-secret-goes-here-0123456789", "is a placeholder"],
    ["is to be changed", "hush_CHANGE_ME_8Kq2Zx5Vb1Nm7Lp3Wd6Rt", "is a placeholder"],
    ["is what npm start replaces", `hush{random}8Kq2Zx5Vb1Nm7Lp3Wd6Rt`, "is a placeholder"],
  ].flatMap(([what, value, fault]) =>
    (["AUTH_SECRET", "SESSION_SECRET_PREVIOUS"] as const).map((name): (typeof cases)[number] => [
      `${name} ${what} in production`,
      { ...production, [name]: value },
      new RegExp(`${name} ${fault}${MAKE_ANOTHER.source}`),
    ]),
  ),
  [
    "AUTH_JWKS_URL is plain http in production",
    { ...keySet, AUTH_JWKS_URL: "http://hush.example/jwks" },
    /AUTH_JWKS_URL is not https: set the https address/,
  ],
  [
    "the issuer of a key set is not set in production",
    { ...keySet, AUTH_ISSUER: "" },
    /AUTH_ISSUER is missing: set/,
  ],
  [
    "the audience of a key set is not set in production",
    { ...keySet, AUTH_AUDIENCE: "" },
    /AUTH_AUDIENCE is missing: set/,
  ],
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

describe("in production", () => {
  const asks = async (settings: Parameters<typeof requestWith>[0]) =>
    (await requestWith(settings, "/api/session")).status;

  it("settings that give nothing away are accepted", async () => {
    expect(await asks(production)).toBe(401);
    expect(await asks(keySet)).toBe(401);
  });

  it("any issuer and audience are accepted where the settings say so", async () => {
    expect(await asks({ ...keySet, AUTH_ISSUER: "*", AUTH_AUDIENCE: "*" })).toBe(401);
  });

  it("a secret may be the one before as well, as it is when rotating it begins", async () => {
    expect(await asks({ ...production, AUTH_SECRET_PREVIOUS: env.AUTH_SECRET })).toBe(401);
    expect(await asks({ ...production, SESSION_SECRET_PREVIOUS: env.SESSION_SECRET })).toBe(401);
  });

  it("each fault is named", async () => {
    const response = await requestWith(
      { ...keySet, AUTH_ISSUER: "", AUTH_SECRET: "x".repeat(40) },
      "/api/session",
    );
    expect((await problemOf(response)).detail).toMatch(/AUTH_SECRET has fewer .*; AUTH_ISSUER is missing/);
  });

  it("what `openssl rand` prints is accepted, in base64 and in hexadecimal digits", async () => {
    for (let i = 0; i < 1000; i++) {
      const random = crypto.getRandomValues(new Uint8Array(48));
      expect(weaknessOf(base64url.encode(random))).toBeUndefined();
      expect(
        weaknessOf([...random.subarray(0, 32)].map((n) => n.toString(16).padStart(2, "0")).join("")),
      ).toBe(undefined);
    }
  });
});

describe("rate limits", () => {
  const settings = {
    SESSION_SECRET: env.SESSION_SECRET,
    AUTH_SECRET: env.AUTH_SECRET,
    RATE_LIMITS: "off",
  };

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
