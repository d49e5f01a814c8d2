/** Requests with a server token: in whose name they are made, and what is never made of one. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { failureOf, jwt } from "../auth/tokens.ts";
import { verifyHostToken } from "../../src/auth/host-token.ts";
import { issueSession, verifySession } from "../../src/auth/session-token.ts";
import { asServer, host, hostAs, serverToken } from "../support/host-server.ts";
import { call, newThread, person, unique, unknownPerson } from "../support/host-users.ts";
import { upgrade } from "../support/socket.ts";
import { engineFetch, SocketIoTestSocket } from "../support/socketio.ts";
import { NO_THREAD, problemOf, request, requestWith } from "./requests.ts";

const SOCKETS = ["/api/presence/socket", `/api/threads/${NO_THREAD}/socket`];

describe("with a sub", () => {
  it("a request is made as that user, as Lilypad knows them", async () => {
    const ada = await person("Ada");
    const thread = await newThread(ada, "group", [], "Pond");
    const posted = await hostAs(ada, "POST", `/api/threads/${thread.id}/messages`, { body: "by my server" });
    expect(posted.status).toBe(201);
    expect(await posted.json()).toMatchObject({ author: ada.user, body: "by my server" });
  });

  it("has their rights alone", async () => {
    const [ada, eve] = [await person("Ada"), await person("Eve")];
    const { id } = await newThread(ada, "group", [], "Pond");
    expect((await hostAs(eve, "GET", `/api/threads/${id}`)).status).toBe(404);
    expect((await hostAs(eve, "DELETE", `/api/threads/${id}`)).status).toBe(404);
  });

  it("of a user who is unknown is refused", async () => {
    const nobody = await unknownPerson();
    const response = await hostAs(nobody, "GET", "/api/threads");
    expect(await problemOf(response)).toMatchObject({ code: "unauthenticated", detail: /no user/ });
  });

  it.each([
    ["empty", ""],
    ["null", null],
    ["no text", 7],
    ["the host's own id", "system"],
  ])("that is %s is refused, and never the host", async (_what, sub) => {
    const response = await call("GET", `/api/threads/${NO_THREAD}`, undefined, await asServer({ sub }));
    expect((await problemOf(response)).code).toBe("unauthenticated");
  });
});

describe("of a server token", () => {
  const subs = ["the host", "a user"];
  const claimsOf = async (whose: string) => (whose === "the host" ? {} : { sub: (await person()).user.id });

  it.each(subs)("no session is made: %s", async (whose) => {
    const response = await call("POST", "/api/session", undefined, await asServer(await claimsOf(whose)));
    expect((await problemOf(response)).code).toBe("forbidden");
    expect(response.headers.has("set-cookie")).toBe(false);
  });

  it.each(subs)("no session is ended, nor a cookie cleared: %s", async (whose) => {
    const response = await call("DELETE", "/api/session", undefined, await asServer(await claimsOf(whose)));
    expect((await problemOf(response)).code).toBe("forbidden");
    expect(response.headers.has("set-cookie")).toBe(false);
  });

  it.each(subs)("no Socket.IO session is made: %s", async (whose) => {
    const { authorization } = await asServer(await claimsOf(whose));
    const token = authorization.slice("Bearer ".length);
    for (const [headers, auth] of [
      [{ authorization }, ""],
      [{}, JSON.stringify({ token })],
    ] as const) {
      const socket = await SocketIoTestSocket.open(headers);
      socket.send(`40${auth}`);
      const refused = await socket.next((frame) => frame.startsWith("4"));
      expect(refused).toMatch(/^44.*"code":"forbidden"/);
    }
  });

  it("nothing is opened for a page over Socket.IO", async () => {
    for (const origin of ["https://lilypad.test", "https://app.example"]) {
      const response = await engineFetch("transport=polling", {
        headers: { ...(await asServer()), origin },
      });
      expect((await problemOf(response)).code).toBe("forbidden");
    }
  });

  it.each(SOCKETS.flatMap((path) => subs.map((whose) => [path, whose] as const)))(
    "no socket is made at %s: %s",
    async (path, whose) => {
      const token = await serverToken(await claimsOf(whose));
      for (const headers of [
        { authorization: `Bearer ${token}` },
        { "sec-websocket-protocol": `lilypad.v1, bearer.${token}` },
      ]) {
        const socket = await upgrade(path, headers as Record<string, string>);
        expect((await socket.closed).code).toBe(4003);
        expect(socket.frames).toEqual([]);
      }
    },
  );

  it.each(subs)("no socket's session is prolonged: %s", async (whose) => {
    const ada = await person("Ada");
    const socket = await upgrade("/api/presence/socket", { authorization: `Bearer ${ada.token}` });
    socket.send({
      type: "auth",
      id: "1",
      token: await serverToken(whose === "the host" ? {} : { sub: ada.user.id }),
    });
    expect(await socket.next("error")).toMatchObject({ id: "1", code: "unauthenticated" });
  });

  it.each(["GET", "PUT"])("nothing is done for a page, even of Lilypad's own origin: %s", async (method) => {
    for (const origin of ["https://lilypad.test", "https://app.example", "https://evil.example", "null"]) {
      const headers = { ...(await asServer()), origin };
      const response = await request(`/api/threads/${NO_THREAD}`, { method, headers });
      expect((await problemOf(response)).code).toBe("forbidden");
    }
  });

  it.each(SOCKETS)("a page's upgrade is answered 403 at %s", async (path) => {
    const protocols = `lilypad.v1, bearer.${await serverToken()}`;
    const headers = {
      upgrade: "websocket",
      origin: "https://lilypad.test",
      "sec-websocket-protocol": protocols,
    };
    expect((await request(path, { headers })).status).toBe(403);
  });
});

describe("a token that is not valid in its meaning is refused", () => {
  const cases: [string, () => Promise<string>][] = [
    ["a server token under the users' secret", () => serverToken({}, env.AUTH_SECRET)],
    ["a server token under the sessions' secret", () => serverToken({}, env.SESSION_SECRET)],
    ["a user's token under the server's secret", () => serverToken({ sub: "ada", name: "Ada" })],
    ["a server token that has expired", () => serverToken({ exp: 1 })],
  ];
  it.each(cases)("%s", async (_what, token) => {
    const ada = await person("Ada");
    const { token: session } = await issueSession(
      env,
      { user: ada.user, expiresAt: Date.now() + 60_000 },
      Date.now(),
    );
    const cookie = `__Host-session=${session}`;
    const response = await request("/api/threads", {
      headers: { authorization: `Bearer ${await token()}`, cookie },
    });
    expect((await problemOf(response)).code).toBe("unauthenticated");
  });

  it("a server token where there is no SERVER_SECRET", async () => {
    const response = await requestWith({ SERVER_SECRET: "" }, "/api/threads", { headers: await asServer() });
    expect((await problemOf(response)).code).toBe("unauthenticated");
  });

  it("the id system, as a user's", async () => {
    const token = await jwt({ sub: "system", name: "System" });
    expect((await failureOf(verifyHostToken(env, token))).code).toBe("unauthenticated");
    const user = { id: "system", name: "System" };
    const session = await issueSession(env, { user, expiresAt: Date.now() + 60_000 }, Date.now());
    expect((await failureOf(verifySession(env, session.token))).code).toBe("unauthenticated");
  });
});

describe("the id system", () => {
  it("is no user who could be found or added", async () => {
    const ada = await person("Ada");
    const { id } = await newThread(ada, "group", [], "Pond");
    expect((await ada.call("GET", "/api/users/system")).status).toBe(404);
    expect((await ada.call("PUT", `/api/threads/${id}/members/system`)).status).toBe(404);
    const response = await ada.call("POST", "/api/threads", { kind: "direct", memberIds: ["system"] });
    expect(response.status).toBe(404);
  });
});

describe("what only a user can do is forbidden to the host", () => {
  it.each([
    ["GET", "/api/session"],
    ["GET", "/api/threads"],
    ["POST", "/api/threads", { kind: "group" }],
    ["GET", "/api/presence?ids=ada"],
  ])("%s %s", async (method, path, body?: unknown) => {
    expect((await problemOf(await host(method, path, body))).code).toBe("forbidden");
  });
});

describe("the user's rate", () => {
  it("does not limit what their server does", async () => {
    const ada = await person(unique("Ada"));
    const full = { limit: async () => ({ success: false }) } as RateLimit;
    const settings = { READ_LIMIT: full } as never;
    const byServer = await requestWith(settings, "/api/threads", {
      headers: await asServer({ sub: ada.user.id }),
    });
    expect(byServer.status).toBe(200);
    const headers = { authorization: `Bearer ${ada.token}` };
    expect((await requestWith(settings, "/api/threads", { headers })).status).toBe(429);
  });
});
