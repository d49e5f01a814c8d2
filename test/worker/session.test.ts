/** Signing in, reading the session, and signing out. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { issueSession } from "../../src/auth/session-token.ts";
import { inAnHour, jwt } from "../auth/tokens.ts";
import { call, hostToken, unknownPerson, person, unique } from "../support/host-users.ts";
import { limiter, problemOf, request, requestWith, withLimits } from "./requests.ts";

/** A week in whole seconds, of which the first may have passed. */
const WEEK = expect.stringMatching(/^Max-Age=(604799|604800)$/);
const COOKIE = /^([^=]+)=([^;]*)((?:; [^;]+)*)$/;

/** The parts of a Set-Cookie header; its attributes are sorted. */
function cookieOf(response: Response) {
  const [, name = "", value = "", attributes = ""] =
    COOKIE.exec(response.headers.get("set-cookie") ?? "") ?? [];
  return { name, value, attributes: attributes.split("; ").filter(Boolean).toSorted() };
}

function signInAsGuest(name: string, base = "https://lilypad.test") {
  return request(`${base}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name }),
  });
}

describe("signing in with a host token", () => {
  it("answers 201 with the user and the session's end, and makes the user known", async () => {
    const ada = await unknownPerson("Ada");
    const response = await ada.call("POST", "/api/session");
    expect(response.status).toBe(201);
    const answer = await response.json<{ expiresAt: number }>();
    expect(answer).toEqual({ user: ada.user, expiresAt: expect.any(Number) });
    expect(answer.expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect((await ada.call("GET", `/api/users/${ada.user.id}`)).status).toBe(200);
  });

  it("updates the name and picture", async () => {
    const sub = unique("ada");
    const picture = "https://pics.example/a.png";
    for (const claims of [{ name: "Ada" }, { name: "Countess", picture }]) {
      const authorization = `Bearer ${await hostToken({ sub, ...claims })}`;
      await call("POST", "/api/session", undefined, { authorization });
    }
    const bob = await person("Bob");
    const found = await bob.call("GET", `/api/users/${sub}`);
    expect(await found.json()).toEqual({ id: sub, name: "Countess", avatarUrl: picture });
  });

  it("accepts the scheme in any case", async () => {
    const { token } = await unknownPerson();
    expect((await call("POST", "/api/session", undefined, { authorization: `bearer ${token}` })).status).toBe(
      201,
    );
  });

  it.each(["Bearer", "Bearer ", "Basic YWRhOnNlY3JldA==", "nonsense", "Bearer a b", "Bearer nonsense"])(
    "refuses Authorization: %s",
    async (authorization) => {
      const response = await call("POST", "/api/session", undefined, { authorization });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(response.headers.has("set-cookie")).toBe(false);
      expect((await problemOf(response)).code).toBe("unauthenticated");
    },
  );

  it("refuses a request with neither token nor name", async () => {
    expect((await call("POST", "/api/session")).status).toBe(401);
  });
});

describe("the cookie", () => {
  it("is bound to the host and to https", async () => {
    const cookie = cookieOf(await signInAsGuest(unique("Ada")));
    expect(cookie.name).toBe("__Host-session");
    expect(cookie.attributes).toEqual(["HttpOnly", WEEK, "Path=/", "SameSite=Lax", "Secure"]);
  });

  it("is a plain cookie on http, in development, with a name of its own beside the host's", async () => {
    const name = unique("Ada");
    const cookie = cookieOf(await signInAsGuest(name, "http://localhost:8787"));
    expect(cookie.name).toBe("lilypad-session");
    expect(cookie.attributes).toEqual(["HttpOnly", WEEK, "Path=/", "SameSite=Lax"]);
    const headers = { cookie: `session=the-host's; ${cookie.name}=${cookie.value}` };
    const response = await request("http://localhost:8787/api/session", { headers });
    expect(await response.json()).toMatchObject({ user: { name } });
  });

  it("is neither set nor read on http in production, where it could be intercepted", async () => {
    const production = { ENVIRONMENT: "production" };
    const { token } = await unknownPerson();
    const given = await requestWith(production, "http://chat.example/api/session", {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(given.status).toBe(201);
    expect(given.headers.has("set-cookie")).toBe(false);

    const caller = { user: { id: "ada", name: "Ada" }, expiresAt: Date.now() + 60_000 };
    const session = await issueSession(env, caller, Date.now());
    const headers = { cookie: `lilypad-session=${session.token}; undefined=${session.token}` };
    expect((await requestWith(production, "http://chat.example/api/session", { headers })).status).toBe(401);
  });

  it("lasts no longer than the host token", async () => {
    const authorization = `Bearer ${await hostToken({ sub: unique("ada"), name: "Ada", exp: inAnHour() })}`;
    const cookie = cookieOf(await call("POST", "/api/session", undefined, { authorization }));
    expect(Number(/Max-Age=(\d+)/.exec(cookie.attributes.join())?.[1])).toBeGreaterThan(3590);
    expect(Number(/Max-Age=(\d+)/.exec(cookie.attributes.join())?.[1])).toBeLessThanOrEqual(3600);
  });

  it("authenticates requests", async () => {
    const name = unique("Ada");
    const cookie = cookieOf(await signInAsGuest(name));
    const headers = { cookie: `theme=dark; ${cookie.name}=${cookie.value}; last=1` };
    const response = await call("GET", "/api/session", undefined, headers);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ user: { name }, expiresAt: expect.any(Number) });
  });

  it("is read only by its name for the scheme", async () => {
    const { value } = cookieOf(await signInAsGuest(unique("Ada")));
    for (const cookie of [
      `lilypad-session=${value}`,
      `x__Host-session=${value}`,
      `__host-session=${value}`,
    ]) {
      expect((await call("GET", "/api/session", undefined, { cookie })).status).toBe(401);
    }
  });

  it("is refused where it holds a host token", async () => {
    const { token } = await unknownPerson();
    const response = await call("GET", "/api/session", undefined, { cookie: `__Host-session=${token}` });
    expect(response.status).toBe(401);
  });

  it("is refused as a Bearer token", async () => {
    const { value } = cookieOf(await signInAsGuest(unique("Ada")));
    expect((await call("GET", "/api/session", undefined, { authorization: `Bearer ${value}` })).status).toBe(
      401,
    );
  });

  it("is ignored where there is an invalid Authorization header", async () => {
    const { name, value } = cookieOf(await signInAsGuest(unique("Ada")));
    for (const authorization of [`Bearer ${await jwt({ exp: 1 })}`, "Bearer", "Basic YWRhOng="]) {
      const headers = { cookie: `${name}=${value}`, authorization };
      expect((await call("GET", "/api/session", undefined, headers)).status, authorization).toBe(401);
    }
  });

  it("is ignored where there is a valid Authorization header", async () => {
    const { name, value } = cookieOf(await signInAsGuest(unique("Ada")));
    const bob = await unknownPerson("Bob");
    const headers = { cookie: `${name}=${value}`, authorization: `Bearer ${bob.token}` };
    expect(await (await call("GET", "/api/session", undefined, headers)).json()).toMatchObject({
      user: bob.user,
    });
  });

  it("is refused when its session has ended", async () => {
    const caller = { user: { id: "ada", name: "Ada" }, expiresAt: Date.now() - 1000 };
    const { token } = await issueSession(env, caller, Date.now());
    const response = await call("GET", "/api/session", undefined, { cookie: `__Host-session=${token}` });
    expect(response.status).toBe(401);
  });
});

describe("guests", () => {
  it("are the same user for the same name", async () => {
    const name = unique("Ada");
    const [first, second] = await Promise.all([signInAsGuest(name), signInAsGuest(` ${name} `)]);
    const users = [await first.json<{ user: unknown }>(), await second.json<{ user: unknown }>()];
    expect(first.status).toBe(201);
    expect(users[0]?.user).toEqual(users[1]?.user);
    expect(users[0]?.user).toMatchObject({ name, id: expect.stringMatching(/^guest-/) });
  });

  it.each([
    ["production", { ENVIRONMENT: "production" }],
    ["no environment set", { ENVIRONMENT: undefined }],
    ["guest sign-in off", { GUEST_SIGN_IN: "false" }],
    ["guest sign-in not set", { GUEST_SIGN_IN: undefined }],
  ])("are refused with %s", async (_what, settings) => {
    const response = await requestWith(settings, "/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Ada" }),
    });
    expect((await problemOf(response)).code).toBe("forbidden");
    expect(response.status).toBe(403);
  });

  it.each([{}, { name: "" }, { name: "  " }, { name: "a\u0000b" }, { name: 7 }, { name: "a".repeat(101) }])(
    "are refused the name of %j",
    async (body) => {
      const response = await call("POST", "/api/session", body);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).issues).toEqual([{ path: "name", message: expect.any(String) }]);
    },
  );
});

describe("GET /api/sign-in", () => {
  const SIGN_IN_URL = "https://www.example.com/chat-sign-in?lang=en";
  it.each([
    ["with neither guests nor a sign-in page", { ENVIRONMENT: "production" }, { guests: false }],
    [
      "with a sign-in page",
      { ENVIRONMENT: "production", SIGN_IN_URL },
      { guests: false, signInUrl: SIGN_IN_URL },
    ],
    [
      "with both",
      { SIGN_IN_URL: "http://localhost:3000/" },
      { guests: true, signInUrl: "http://localhost:3000/" },
    ],
  ])("says how one can sign in %s, whoever asks", async (_what, settings, options) => {
    for (const cookie of ["", "__Host-session=nonsense"]) {
      const response = await requestWith(settings, "/api/sign-in", { headers: { cookie } });
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await response.json()).toEqual(options);
    }
  });
});

describe("signing out", () => {
  it("clears the cookie, signed in or not", async () => {
    for (const cookie of ["", "__Host-session=nonsense"]) {
      const response = await call("DELETE", "/api/session", undefined, { cookie });
      expect(response.status).toBe(204);
      expect(cookieOf(response)).toEqual({
        name: "__Host-session",
        value: "",
        attributes: ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax", "Secure"],
      });
    }
  });
});

describe("sign-ins from one address", () => {
  it("are limited, valid or not, and those from other addresses are not", async () => {
    const { token } = await unknownPerson();
    const SIGN_IN_LIMIT = limiter(3);
    const signIn = (address: string, bearer: string) =>
      requestWith(withLimits({ SIGN_IN_LIMIT }), "/api/session", {
        method: "POST",
        headers: { authorization: `Bearer ${bearer}`, "cf-connecting-ip": address },
      });
    const statuses = [];
    for (const bearer of ["x", token, "x"]) statuses.push((await signIn("192.0.2.1", bearer)).status);
    expect(statuses).toEqual([401, 201, 401]);
    for (const bearer of ["x", token]) {
      const refused = await signIn("192.0.2.1", bearer);
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe("60");
      expect((await problemOf(refused)).code).toBe("rate_limited");
    }
    expect((await signIn("192.0.2.2", token)).status).toBe(201);
  });

  it("are not limited where there is no such binding", async () => {
    const { token } = await unknownPerson();
    const headers = { authorization: `Bearer ${token}`, "cf-connecting-ip": "192.0.2.1" };
    const response = await requestWith({ SIGN_IN_LIMIT: undefined }, "/api/session", {
      method: "POST",
      headers,
    });
    expect(response.status).toBe(201);
  });
});
