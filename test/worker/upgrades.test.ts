/** Upgrades that are refused, each so that its client can tell why. */
import { describe, expect, it, vi } from "vitest";
import { jwt } from "../auth/tokens.ts";
import { unknownPerson, person } from "../support/people.ts";
import { TestSocket, upgrade } from "../support/socket.ts";
import { NO_THREAD, problemOf, request, requestWith } from "./requests.ts";

const DOORS = ["/api/presence/socket", `/api/threads/${NO_THREAD}/socket`];
const VERSION = "sec-websocket-protocol";

/** With which code an upgrade is closed at once, with no frame before. */
async function closing(path: string, headers: Record<string, string>) {
  const socket = await upgrade(path, headers);
  const { code, reason } = await socket.closed;
  expect(socket.frames).toEqual([]);
  return { code, reason, protocol: socket.protocol };
}

async function asPerson(): Promise<Record<string, string>> {
  return { authorization: `Bearer ${(await person()).token}` };
}

describe.each(DOORS)("%s", (door) => {
  it("answers 426 without Upgrade", async () => {
    const response = await request(door);
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
    expect((await problemOf(response)).code).toBe("upgrade_required");
  });

  it("answers 426 to HEAD, with Upgrade too", async () => {
    const response = await requestWith({}, door, { method: "HEAD", headers: { upgrade: "websocket" } });
    expect(response.status).toBe(426);
  });

  it.each(["https://evil.example", "null"])("answers 403 to the origin %s", async (origin) => {
    const headers = { ...(await asPerson()), upgrade: "websocket", origin };
    const response = await request(door, { headers });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).code).toBe("forbidden");
  });

  it.each(["lilypad.v2", "graphql-ws, lilypad.v0", "bearer.x"])(
    "answers 400 to an offer of %s",
    async (offer) => {
      const response = await request(door, { headers: { upgrade: "websocket", [VERSION]: offer } });
      expect(response.status).toBe(400);
      expect((await problemOf(response)).code).toBe("bad_request");
    },
  );

  it("asks of the origin before the version", async () => {
    const headers = { upgrade: "websocket", origin: "https://evil.example", [VERSION]: "lilypad.v2" };
    expect((await request(door, { headers })).status).toBe(403);
  });

  it("closes with 4001 for one who is not signed in", async () => {
    expect(await closing(door, { [VERSION]: "lilypad.v1" })).toMatchObject({
      code: 4001,
      protocol: "lilypad.v1",
    });
    expect(await closing(door, {})).toMatchObject({ code: 4001, protocol: null });
  });

  it.each([
    ["Authorization", async () => ({ authorization: `Bearer ${await jwt({ exp: 1 })}` })],
    ["subprotocol", async () => ({ [VERSION]: `lilypad.v1, bearer.${await jwt({ exp: 1 })}` })],
    ["cookie", async () => ({ cookie: `__Host-session=${await jwt()}` })],
    ["Authorization that is no Bearer", () => ({ authorization: "Basic x" })],
  ])("closes with 4001 for an %s that is not valid", async (_what, headers) => {
    const { code, reason } = await closing(door, { [VERSION]: "lilypad.v1", ...(await headers()) });
    expect(code).toBe(4001);
    expect(reason).not.toBe("");
  });

  it("closes with 4001 and its version from a listed origin too, for a page there to read", async () => {
    const headers = { [VERSION]: "lilypad.v1", origin: "https://app.example" };
    expect(await closing(door, headers)).toMatchObject({ code: 4001, protocol: "lilypad.v1" });
  });

  it("does not fall back from a bad token in the subprotocol to a good cookie", async () => {
    const signedIn = await (await unknownPerson()).call("POST", "/api/session");
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    const { code } = await closing(door, { [VERSION]: "lilypad.v1, bearer.nonsense", cookie });
    expect(code).toBe(4001);
  });

  it("says what is wrong with a token, within the length of a close reason", async () => {
    const token = await jwt({ sub: undefined, name: undefined, exp: "x".repeat(500) });
    const { reason } = await closing(door, { authorization: `Bearer ${token}` });
    expect(new TextEncoder().encode(reason).length).toBeLessThanOrEqual(123);
  });

  it("answers plain HTTP where the server has a trouble of its own", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const settings = { AUTH_JWKS_URL: "https://down.example/jwks" };
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("down"));
    const { generateKeyPair } = await import("jose");
    const { privateKey } = await generateKeyPair("ES256");
    const authorization = `Bearer ${await jwt({}, { alg: "ES256" }, privateKey)}`;
    const response = await requestWith(settings, door, { headers: { upgrade: "websocket", authorization } });
    vi.restoreAllMocks();
    expect(response.status).toBe(503);
    expect((await problemOf(response)).code).toBe("unavailable");
  });
});

describe("a thread's socket", () => {
  it.each([
    ["nobody made", NO_THREAD],
    ["no id can be", "nonsense"],
    ["is too short", "ab"],
    ["is in upper case", NO_THREAD.toUpperCase()],
    ["is percent-encoded", "%2e%2e%2f"],
  ])("closes with 4004 for a thread that %s", async (_what, id) => {
    const headers = { ...(await asPerson()), [VERSION]: "lilypad.v1" };
    const result = await closing(`/api/threads/${id}/socket`, headers);
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

  it("believes no client that says whom the Worker verified", async () => {
    const ada = await unknownPerson();
    const forged = encodeURIComponent(JSON.stringify({ user: { id: "eve", name: "Eve" }, expiresAt: 9e12 }));
    const headers = { authorization: `Bearer ${ada.token}`, "x-lilypad-caller": forged };
    const socket = await upgrade<{ type: string; user?: unknown }>("/api/presence/socket", headers);
    expect(await socket.next("welcome")).toMatchObject({ user: ada.user });
    socket.close();
  });

  it("opens for users of the longest ids, and keeps those apart whose ids differ at the end alone", async () => {
    const stem = "\u540d".repeat(127);
    for (const sub of [`${stem}1`, `${stem}2`]) {
      const socket = await upgrade<{ type: string; user?: unknown }>("/api/presence/socket", {
        authorization: `Bearer ${await jwt({ sub })}`,
      });
      expect(await socket.next("welcome")).toMatchObject({ user: { id: sub } });
      socket.close();
    }
  });

  it("opens with a token that lives for ever", async () => {
    const token = await jwt({ sub: "immortal", exp: 253_402_300_799 });
    const socket = await upgrade("/api/presence/socket", { authorization: `Bearer ${token}` });
    expect(await socket.next("welcome")).toMatchObject({ expiresAt: 2 ** 42 });
    socket.close();
  });
});
