/** Upgrades: how they are refused, so that clients learn why, and which are accepted. */
import { describe, expect, it, vi } from "vitest";
import { jwt } from "../auth/tokens.ts";
import { unknownPerson, person } from "../support/host-users.ts";
import { TestSocket, upgrade } from "../support/socket.ts";
import { NO_THREAD, problemOf, request, requestWith } from "./requests.ts";

const SOCKET_PATHS = ["/api/presence/socket", `/api/threads/${NO_THREAD}/socket`];
const VERSION = "sec-websocket-protocol";

/** The code that an upgrade is closed with at once, and before any frame. */
async function closedWith(path: string, headers: Record<string, string>) {
  const socket = await upgrade(path, headers);
  const { code, reason } = await socket.closed;
  expect(socket.frames).toEqual([]);
  return { code, reason, protocol: socket.protocol };
}

async function signedInHeaders(): Promise<Record<string, string>> {
  return { authorization: `Bearer ${(await person()).token}` };
}

describe.each(SOCKET_PATHS)("%s", (path) => {
  it("answers 426 without Upgrade", async () => {
    const response = await request(path);
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
    expect((await problemOf(response)).code).toBe("upgrade_required");
  });

  it("answers 426 to HEAD, with Upgrade too", async () => {
    const response = await requestWith({}, path, { method: "HEAD", headers: { upgrade: "websocket" } });
    expect(response.status).toBe(426);
  });

  it.each(["https://evil.example", "null"])("answers 403 to the origin %s", async (origin) => {
    const headers = { ...(await signedInHeaders()), upgrade: "websocket", origin };
    const response = await request(path, { headers });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).code).toBe("forbidden");
  });

  it.each(["lilypad.v2", "graphql-ws, lilypad.v0", "bearer.x"])(
    "answers 400 to an offer of %s",
    async (offer) => {
      const response = await request(path, { headers: { upgrade: "websocket", [VERSION]: offer } });
      expect(response.status).toBe(400);
      expect((await problemOf(response)).code).toBe("bad_request");
    },
  );

  it("checks the origin before the version", async () => {
    const headers = { upgrade: "websocket", origin: "https://evil.example", [VERSION]: "lilypad.v2" };
    expect((await request(path, { headers })).status).toBe(403);
  });

  it("closes with 4001 for a caller who is not signed in", async () => {
    expect(await closedWith(path, { [VERSION]: "lilypad.v1" })).toMatchObject({
      code: 4001,
      protocol: "lilypad.v1",
    });
    expect(await closedWith(path, {})).toMatchObject({ code: 4001, protocol: null });
  });

  it.each([
    ["Authorization", async () => ({ authorization: `Bearer ${await jwt({ exp: 1 })}` })],
    ["subprotocol", async () => ({ [VERSION]: `lilypad.v1, bearer.${await jwt({ exp: 1 })}` })],
    ["cookie", async () => ({ cookie: `__Host-session=${await jwt()}` })],
    ["scheme of Authorization", () => ({ authorization: "Basic x" })],
  ])("closes with 4001 for an invalid %s", async (_what, headers) => {
    const { code, reason } = await closedWith(path, { [VERSION]: "lilypad.v1", ...(await headers()) });
    expect(code).toBe(4001);
    expect(reason).not.toBe("");
  });

  it("closes with 4001 and its version also for a listed origin, so that a page there can read the code", async () => {
    const headers = { [VERSION]: "lilypad.v1", origin: "https://app.example" };
    expect(await closedWith(path, headers)).toMatchObject({ code: 4001, protocol: "lilypad.v1" });
  });

  it("does not fall back from an invalid token in the subprotocol to a valid cookie", async () => {
    const signedIn = await (await unknownPerson()).call("POST", "/api/session");
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    const { code } = await closedWith(path, { [VERSION]: "lilypad.v1, bearer.nonsense", cookie });
    expect(code).toBe(4001);
  });

  it("shortens the reason for refusing a token to the length of a close reason", async () => {
    const token = await jwt({ sub: undefined, name: undefined, exp: "x".repeat(500) });
    const { reason } = await closedWith(path, { authorization: `Bearer ${token}` });
    expect(new TextEncoder().encode(reason).length).toBeLessThanOrEqual(123);
  });

  it("answers over HTTP where the server itself fails", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const settings = { AUTH_JWKS_URL: "https://down.example/jwks" };
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("down"));
    const { generateKeyPair } = await import("jose");
    const { privateKey } = await generateKeyPair("ES256");
    const authorization = `Bearer ${await jwt({}, { alg: "ES256" }, privateKey)}`;
    const response = await requestWith(settings, path, { headers: { upgrade: "websocket", authorization } });
    vi.restoreAllMocks();
    expect(response.status).toBe(503);
    expect((await problemOf(response)).code).toBe("unavailable");
  });
});

describe("a thread's socket", () => {
  it.each([
    ["does not exist", NO_THREAD],
    ["has an invalid id", "nonsense"],
    ["has too short an id", "ab"],
    ["has an id in upper case", NO_THREAD.toUpperCase()],
    ["has a percent-encoded id", "%2e%2e%2f"],
  ])("closes with 4004 for a thread that %s", async (_what, id) => {
    const headers = { ...(await signedInHeaders()), [VERSION]: "lilypad.v1" };
    const result = await closedWith(`/api/threads/${id}/socket`, headers);
    expect(result).toMatchObject({ code: 4004, protocol: "lilypad.v1" });
  });
});

describe("the presence socket", () => {
  it.each([
    ["Authorization", (token: string) => ({ authorization: `Bearer ${token}` })],
    ["subprotocol", (token: string) => ({ [VERSION]: `lilypad.v1, bearer.${token}` })],
    ["subprotocol, offered first", (token: string) => ({ [VERSION]: `bearer.${token},lilypad.v1` })],
  ])("opens with a token in the %s", async (_where, headers) => {
    const ada = await unknownPerson();
    const socket = await upgrade<{ type: string; user?: unknown }>(
      "/api/presence/socket",
      headers(ada.token),
    );
    expect(await socket.next("welcome")).toMatchObject({ user: ada.user });
    expect([null, "lilypad.v1"]).toContain(socket.protocol);
    socket.close();
  });

  it("opens with the cookie, from a listed origin", async () => {
    const ada = await unknownPerson();
    const signedIn = await ada.call("POST", "/api/session");
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    const headers = { cookie, origin: "https://app.example", [VERSION]: "lilypad.v1" };
    const socket = await upgrade<{ type: string; user?: unknown }>("/api/presence/socket", headers);
    expect(await socket.next("welcome")).toMatchObject({ user: ada.user });
    expect(socket.protocol).toBe("lilypad.v1");
    socket.close();
  });

  it("never selects the subprotocol that carries the token", async () => {
    const ada = await unknownPerson();
    const headers = { upgrade: "websocket", [VERSION]: `bearer.${ada.token}, lilypad.v1` };
    const response = await request("/api/presence/socket", { headers });
    expect(response.headers.get(VERSION)).toBe("lilypad.v1");
    if (response.webSocket) new TestSocket(response.webSocket, null).close();
  });

  it("ignores a forged header of who was verified", async () => {
    const ada = await unknownPerson();
    const forged = encodeURIComponent(JSON.stringify({ user: { id: "eve", name: "Eve" }, expiresAt: 9e12 }));
    const headers = { authorization: `Bearer ${ada.token}`, "x-lilypad-caller": forged };
    const socket = await upgrade<{ type: string; user?: unknown }>("/api/presence/socket", headers);
    expect(await socket.next("welcome")).toMatchObject({ user: ada.user });
    socket.close();
  });

  it("opens for users with the longest ids, also where two differ only at the end", async () => {
    const stem = "\u540d".repeat(127);
    for (const sub of [`${stem}1`, `${stem}2`]) {
      const socket = await upgrade<{ type: string; user?: unknown }>("/api/presence/socket", {
        authorization: `Bearer ${await jwt({ sub })}`,
      });
      expect(await socket.next("welcome")).toMatchObject({ user: { id: sub } });
      socket.close();
    }
  });

  it("opens with a token that expires in the far future", async () => {
    const token = await jwt({ sub: "far-future", exp: 253_402_300_799 });
    const socket = await upgrade("/api/presence/socket", { authorization: `Bearer ${token}` });
    expect(await socket.next("welcome")).toMatchObject({ expiresAt: 2 ** 42 });
    socket.close();
  });
});
