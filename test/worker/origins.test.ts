/** Which origins may make requests, and the CORS headers for them. */
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { person } from "../support/host-users.ts";
import { problemOf, request, requestWith } from "./requests.ts";

const OWN = "https://lilypad.test";
const LISTED = "https://app.example";
const FOREIGN = "https://evil.example";

const origins: [origin: string, allowed: boolean][] = [
  [OWN, true],
  [LISTED, true],
  [FOREIGN, false],
  ["null", false],
  ["", false],
  ["http://lilypad.test", false],
  ["https://lilypad.test:8443", false],
  ["https://lilypad.test.evil.example", false],
  ["https://sub.app.example", false],
  ["https://app.example.evil.example", false],
  ["http://app.example", false],
];

/** The status of each kind of request from an allowed origin. A plain read is answered to any other origin too. */
const kinds: [kind: string, path: string, init: RequestInit, status: number, plainRead: boolean][] = [
  ["GET", "/api/health", {}, 200, true],
  ["GET of a session", "/api/session", {}, 401, true],
  ["HEAD", "/api/health", { method: "HEAD" }, 200, true],
  ["POST", "/api/session", { method: "POST" }, 401, false],
  ["POST to a path that takes GET only", "/api/health", { method: "POST" }, 404, false],
  ["PUT", "/api/nowhere", { method: "PUT" }, 404, false],
  ["PATCH", "/api/nowhere", { method: "PATCH" }, 404, false],
  ["DELETE", "/api/session", { method: "DELETE" }, 204, false],
  ["OPTIONS", "/api/session", { method: "OPTIONS" }, 204, false],
  ["OPTIONS of health", "/api/health", { method: "OPTIONS" }, 204, false],
  ["an upgrade", "/api/presence/socket", { headers: { upgrade: "websocket" } }, 101, false],
  ["an upgrade of a path without a socket", "/api/health", { headers: { upgrade: "WebSocket" } }, 200, false],
];
const table = kinds.flatMap(([kind, path, init, status, plainRead]) =>
  origins.map(([origin, allowed]) => ({
    kind,
    path,
    init: { ...init, headers: { ...init.headers, origin } },
    origin,
    expected: allowed || plainRead ? status : 403,
  })),
);

/** The status of a request from an origin. DELETE /api/session depends on nothing else. */
async function statusFrom(origin: string, settings: Parameters<typeof requestWith>[0] = {}) {
  return (await requestWith(settings, "/api/session", { method: "DELETE", headers: { origin } })).status;
}

describe("a request", () => {
  it.each(table)("$kind from '$origin' answers $expected", async ({ path, init, expected }) => {
    expect((await requestWith({}, path, init)).status).toBe(expected);
  });

  it.each(kinds)("%s without an origin is answered", async (_kind, path, init, status) => {
    expect((await requestWith({}, path, init)).status).toBe(status);
  });

  it("from another scheme or port is from another origin", async () => {
    const from = async (origin: string) =>
      (await request("http://localhost:8787/api/session", { method: "DELETE", headers: { origin } })).status;
    expect(await from("http://localhost:8787")).toBe(204);
    for (const origin of ["https://localhost:8787", "http://localhost", "http://localhost:5173"]) {
      expect(await from(origin)).toBe(403);
    }
  });

  it("is refused before its credential and its path are checked", async () => {
    for (const path of ["/api/threads", "/api/nowhere"]) {
      const response = await request(path, { method: "POST", headers: { origin: FOREIGN } });
      expect(response.status).toBe(403);
      expect((await problemOf(response)).code).toBe("forbidden");
    }
  });
});

describe("any origin", () => {
  it("is allowed in development, except the origin null", async () => {
    expect(await statusFrom(FOREIGN, { ALLOWED_ORIGINS: "*" })).toBe(204);
    expect(await statusFrom("null", { ALLOWED_ORIGINS: "*" })).toBe(403);
  });

  it("is not allowed in production", async () => {
    const settings = { ALLOWED_ORIGINS: `*,${LISTED}`, ENVIRONMENT: "production" };
    expect(await statusFrom(FOREIGN, settings)).toBe(403);
    expect(await statusFrom(LISTED, settings)).toBe(204);
  });
});

describe("a listed origin", () => {
  it.each([
    ["with a slash at its end", "https://app.example/", LISTED],
    ["in capitals", "HTTPS://App.Example", LISTED],
    ["with the default port", "https://app.example:443", LISTED],
    ["with another port", "http://localhost:5173/", "http://localhost:5173"],
    ["in Unicode", "https://tümpel.example", "https://xn--tmpel-kva.example"],
    ["with the scheme of an app", "capacitor://localhost/", "capacitor://localhost"],
  ])("%s is normalized as browsers send it", async (_how, configured, sent) => {
    expect(await statusFrom(sent, { ALLOWED_ORIGINS: `https://other.example, ${configured}` })).toBe(204);
    expect(await statusFrom(FOREIGN, { ALLOWED_ORIGINS: configured })).toBe(403);
  });
});

describe("CORS", () => {
  const answered = table.filter(({ expected }) => expected !== 101);

  it.each(answered)(
    "for $kind from '$origin', which answers $expected",
    async ({ kind, path, init, origin }) => {
      const { headers } = await requestWith({}, path, init);
      const allowed = origins.find(([each]) => each === origin)?.[1];
      // The health may be read by every page.
      const others = kind === "GET" || kind === "HEAD" ? "*" : null;
      expect(headers.get("access-control-allow-origin")).toBe(allowed ? origin : others);
      expect(headers.get("access-control-allow-credentials")).toBe(allowed ? "true" : null);
      expect(headers.get("vary")).toBe("Origin");
    },
  );

  it("names the origin where any is allowed, since credentials require it", async () => {
    const headers = { origin: FOREIGN };
    const response = await requestWith({ ALLOWED_ORIGINS: "*" }, "/api/health", { headers });
    expect(response.headers.get("access-control-allow-origin")).toBe(FOREIGN);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
  });

  it("names a listed origin, and allows credentials", async () => {
    const ada = await person();
    const headers = { origin: LISTED, authorization: `Bearer ${ada.token}` };
    const response = await request("/api/session", { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe(LISTED);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("access-control-expose-headers")).toMatch(/retry-after/i);
    expect(response.headers.get("vary")).toMatch(/\borigin\b/i);
  });

  it("names a listed origin where the request is refused, too", async () => {
    const response = await request("/api/session", { headers: { origin: LISTED } });
    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-allow-origin")).toBe(LISTED);
  });

  it.each([FOREIGN, "null"])("lets the origin %s read no response", async (origin) => {
    const read = await request("/api/session", { headers: { origin } });
    expect(read.status).toBe(401);
    expect(read.headers.has("access-control-allow-origin")).toBe(false);
    expect(read.headers.get("vary")).toMatch(/\borigin\b/i);
    const preflight = await request("/api/session", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    expect(preflight.headers.has("access-control-allow-origin")).toBe(false);
  });

  it.each([
    [LISTED, LISTED, true],
    [FOREIGN, "*", false],
    ["null", "*", false],
  ])(
    "lets the origin %s read the health, which says whether it is allowed",
    async (origin, named, allowed) => {
      const health = await request("/api/health", { headers: { origin } });
      expect(health.headers.get("access-control-allow-origin")).toBe(named);
      expect(await health.json()).toEqual({ ok: true, version, originAllowed: allowed });
    },
  );

  it("allows a listed origin's preflight what it asks for", async () => {
    const asked = "authorization, content-type, traceparent, x-requested-with";
    const response = await request("/api/threads", {
      method: "OPTIONS",
      headers: {
        origin: LISTED,
        "access-control-request-method": "PROPFIND",
        "access-control-request-headers": asked,
      },
    });
    expect(response.headers.get("access-control-allow-headers")).toBe(asked);
    expect(response.headers.get("access-control-allow-methods")?.split(/, */)).toContain("PROPFIND");
  });

  it("answers a listed origin's preflight", async () => {
    const response = await request("/api/threads/x/members/y", {
      method: "OPTIONS",
      headers: {
        origin: LISTED,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(LISTED);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    const methods = response.headers.get("access-control-allow-methods")?.split(/, */);
    expect(methods).toEqual(expect.arrayContaining(["GET", "POST", "PUT", "PATCH", "DELETE"]));
    expect(response.headers.get("access-control-allow-headers")).toMatch(/authorization.*content-type/i);
    expect(Number(response.headers.get("access-control-max-age"))).toBeGreaterThan(0);
  });
});
