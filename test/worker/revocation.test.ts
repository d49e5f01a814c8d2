/** What the host revokes, and sessions that users end: from when on they are refused, and what of other credentials is not. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SESSION_TYPE } from "../../src/auth/session-token.ts";
import { OPENS_BURST } from "../../src/protocol/limits.ts";
import { VERDICT_MS } from "../../src/rpc/revocation.ts";
import { passTime, runAlarm, startClock } from "../cost/clock.ts";
import { interceptCalls } from "../support/calls.ts";
import { host } from "../support/host-server.ts";
import { call, hostToken, newThread, unique, type Person } from "../support/host-users.ts";
import { evict, shardStub } from "../support/objects.ts";
import { openPresence, openThread, upgrade } from "../support/socket.ts";
import { problemOf } from "./requests.ts";

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const seconds = () => Math.floor(Date.now() / 1000);

/** A known user with a token of this time; undefined for one that does not say when it was made. */
async function personOf(iat: number | undefined = seconds() - 100, sub = unique("ada")): Promise<Person> {
  const token = await hostToken({
    sub,
    name: "Ada",
    ...(iat !== undefined && { iat }),
    exp: seconds() + 3600,
  });
  const headers = { authorization: `Bearer ${token}` };
  const user = { id: sub, name: "Ada" };
  const who: Person = { user, token, call: (method, path, body) => call(method, path, body, headers) };
  return who;
}

async function known(who: Person): Promise<Person> {
  expect((await who.call("POST", "/api/session")).status).toBe(201);
  return who;
}

/** The cookie of a new session of this user, as a request sends it. */
async function cookieOf(who: Person): Promise<string> {
  const response = await who.call("POST", "/api/session");
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

const me = (cookie: string) => call("GET", "/api/session", undefined, { cookie });
const revoke = (userId: string, body?: object) =>
  host("POST", `/api/users/${encodeURIComponent(userId)}/revoke`, body);
/** No verdict from before is used any more. */
const outdateVerdicts = () => passTime(VERDICT_MS);

describe("what the host revokes", () => {
  it("is refused within seconds, though it was let in a moment ago; a token made since is not", async () => {
    const ada = await known(await personOf());
    expect((await ada.call("GET", "/api/threads")).status).toBe(200);
    const answer = await revoke(ada.user.id);
    expect(answer.status).toBe(202);
    expect(await answer.text()).toBe("");
    outdateVerdicts();
    const refused = await ada.call("GET", "/api/threads");
    expect((await problemOf(refused)).code).toBe("unauthenticated");
    const fresh = await personOf(seconds(), ada.user.id);
    expect((await fresh.call("GET", "/api/threads")).status).toBe(200);
  });

  it("includes the tokens of the second in which it happens, as their time says no more", async () => {
    const ada = await known(await personOf(seconds()));
    await revoke(ada.user.id);
    outdateVerdicts();
    expect((await ada.call("GET", "/api/threads")).status).toBe(401);
  });

  it("is refused ever after where it does not say when it was made", async () => {
    const ada = await known(await personOf(undefined, unique("ada")));
    const undated = await hostToken({ sub: ada.user.id, name: "Ada", exp: seconds() + 7200 });
    await revoke(ada.user.id);
    outdateVerdicts();
    for (const token of [ada.token, undated])
      expect(
        (await call("GET", "/api/threads", undefined, { authorization: `Bearer ${token}` })).status,
      ).toBe(401);
  });

  it("may be of a user who is not known yet", async () => {
    const ada = await personOf();
    expect((await revoke(ada.user.id)).status).toBe(202);
    expect((await ada.call("POST", "/api/session")).status).toBe(401);
    expect((await host("GET", `/api/users/${ada.user.id}`)).status).toBe(404);
  });

  it("goes up to a time that only rises, and is at most a minute ahead", async () => {
    const ada = await known(await personOf(seconds() - 100));
    expect((await revoke(ada.user.id, { before: seconds() - 200 })).status).toBe(202);
    outdateVerdicts();
    expect((await ada.call("GET", "/api/threads")).status).toBe(200);
    expect((await revoke(ada.user.id, { before: seconds() + 55 })).status).toBe(202);
    expect((await revoke(ada.user.id, { before: 1 })).status).toBe(202);
    outdateVerdicts();
    const fresh = await personOf(seconds(), ada.user.id);
    expect((await fresh.call("GET", "/api/threads")).status).toBe(401);
    for (const before of [seconds() + 120, Date.now(), -1, "soon", null])
      expect((await problemOf(await revoke(ada.user.id, { before: before as number }))).code).toBe(
        "bad_request",
      );
  });

  it("includes cookies by the time of the token that they were made from, and makes no new ones", async () => {
    const ada = await personOf();
    const cookie = await cookieOf(ada);
    const undated = await cookieOf(await personOf(undefined, ada.user.id));
    const fresh = await cookieOf(await personOf(seconds() + 30, ada.user.id));
    await revoke(ada.user.id);
    outdateVerdicts();
    expect((await me(cookie)).status).toBe(401);
    expect((await me(undated)).status).toBe(401);
    expect((await me(fresh)).status).toBe(200);
    expect((await ada.call("POST", "/api/session")).status).toBe(401);
  });

  it("has its open sockets closed with 4001, in presence at once, and no new ones opened", async () => {
    const ada = await known(await personOf());
    const fresh = await personOf(seconds() + 30, ada.user.id);
    const { id } = await newThread(ada, "group");
    const [tab, room, other] = [
      await openPresence(ada),
      await openThread(ada, id),
      await openThread(fresh, id),
    ];
    await revoke(ada.user.id);
    expect((await tab.next("closing")).code).toBe(4001);
    await runAlarm(shardStub(ada.user.id));
    expect((await room.next("closing")).code).toBe(4001);
    // By a verdict that was kept elsewhere.
    expect((await (await openThread(ada, id)).closed).code).toBe(4001);
    expect((await (await openPresence(ada)).closed).code).toBe(4001);
    expect((await other.ask({ type: "chat", id: "1", body: "still here" })).type).toBe("ack");
    outdateVerdicts();
    expect((await (await openThread(ada, id)).closed).code).toBe(4001);
  });

  it("renews no socket", async () => {
    const ada = await known(await personOf());
    const fresh = await personOf(seconds() + 30, ada.user.id);
    const { id } = await newThread(fresh, "group");
    const [tab, room] = [await openPresence(fresh), await openThread(fresh, id)];
    await revoke(ada.user.id);
    outdateVerdicts();
    for (const socket of [tab, room])
      expect(await socket.ask({ type: "auth", id: "renew", token: ada.token })).toMatchObject({
        type: "error",
        code: "unauthenticated",
      });
  });

  it("does not use up how many sockets the user may open", async () => {
    const ada = await known(await personOf());
    const fresh = await personOf(seconds() + 30, ada.user.id);
    await revoke(ada.user.id);
    for (let i = 0; i <= OPENS_BURST; i += 1)
      expect((await (await openPresence(ada)).closed).code).toBe(4001);
    expect((await (await openPresence(fresh)).next("welcome")).user.id).toBe(ada.user.id);
  });

  it("is decided by the host alone", async () => {
    const ada = await known(await personOf());
    const path = `/api/users/${ada.user.id}/revoke`;
    expect((await problemOf(await ada.call("POST", path))).code).toBe("forbidden");
    expect((await problemOf(await call("POST", path))).code).toBe("unauthenticated");
  });
});

describe("signing out", () => {
  it("ends that session: a copy of its cookie is refused, and other sessions stay", async () => {
    const ada = await personOf();
    const [laptop, phone] = [await cookieOf(ada), await cookieOf(ada)];
    for (const cookie of [laptop, phone]) expect((await me(cookie)).status).toBe(200);
    expect((await call("DELETE", "/api/session", undefined, { cookie: laptop })).status).toBe(204);
    expect((await call("DELETE", "/api/session", undefined, { cookie: laptop })).status).toBe(204);
    outdateVerdicts();
    expect((await me(laptop)).status).toBe(401);
    expect((await me(phone)).status).toBe(200);
    expect((await ada.call("GET", "/api/threads")).status).toBe(200);
  });

  it("closes the sockets of that session with 4001, and no others", async () => {
    const ada = await known(await personOf());
    const { id } = await newThread(ada, "group");
    const [laptop, phone] = [await cookieOf(ada), await cookieOf(ada)];
    const open = (path: string, cookie: string) => upgrade(path, { cookie });
    const ended = [
      await open("/api/presence/socket", laptop),
      await open(`/api/threads/${id}/socket`, laptop),
    ];
    const room = await open(`/api/threads/${id}/socket`, phone);
    await call("DELETE", "/api/session", undefined, { cookie: laptop });
    await runAlarm(shardStub(ada.user.id));
    for (const socket of ended) expect(await socket.next("closing")).toMatchObject({ code: 4001 });
    expect((await room.ask({ type: "chat", id: "1", body: "still here" })).type).toBe("ack");
    expect((await (await open("/api/presence/socket", laptop)).closed).code).toBe(4001);
  });

  it("ends a session whose cookie an earlier version made, without an id, in any spelling of its signature", async () => {
    const sub = unique("ada");
    const secret = new TextEncoder().encode(env.SESSION_SECRET);
    const sign = (exp: number) =>
      new SignJWT({ sub, name: "Ada", exp })
        .setProtectedHeader({ alg: "HS256", typ: SESSION_TYPE })
        .sign(secret);
    const [one, other] = [await sign(seconds() + 3600), await sign(seconds() + 3601)];
    const cookie = (token: string) => `__Host-session=${token}`;
    expect((await me(cookie(one))).status).toBe(200);
    await call("DELETE", "/api/session", undefined, { cookie: cookie(one) });
    outdateVerdicts();
    // The last character of a signature of 32 bytes has two bits to spare.
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = letters.indexOf(one.at(-1) ?? "");
    const respelt = one.slice(0, -1) + letters[(last & ~3) | ((last + 1) & 3)];
    for (const token of [one, respelt]) expect((await me(cookie(token))).status).toBe(401);
    expect((await me(cookie(other))).status).toBe(200);
  });

  it("needs no valid session", async () => {
    for (const headers of [{}, { cookie: "__Host-session=nonsense" }]) {
      const response = await call("DELETE", "/api/session", undefined, headers);
      expect(response.status).toBe(204);
      expect(response.headers.get("set-cookie")).toContain("Max-Age=0");
    }
  });
});

describe("what it costs to know", () => {
  it("is one call every few seconds for all users of a shard, however many requests they make", async () => {
    const people = await Promise.all(Array.from({ length: 12 }, async () => known(await personOf())));
    const verdicts = interceptCalls("PRESENCE", "verdictOn");
    for (const who of people) await who.call("GET", "/api/threads");
    const first = verdicts.made.length;
    expect(first).toBeLessThanOrEqual(people.length);
    for (let round = 0; round < 3; round += 1)
      for (const who of people) expect((await who.call("GET", "/api/threads")).status).toBe(200);
    expect(verdicts.made.length).toBe(first);
    outdateVerdicts();
    for (const who of people) await who.call("GET", "/api/threads");
    expect(verdicts.made.length - first).toBeLessThanOrEqual(Number(env.PRESENCE_SHARDS));
  });

  it("is right also where the shard has started anew meanwhile", async () => {
    const ada = await known(await personOf());
    await ada.call("GET", "/api/threads");
    await revoke(ada.user.id);
    await evict(shardStub(ada.user.id));
    outdateVerdicts();
    expect((await ada.call("GET", "/api/threads")).status).toBe(401);
  });
});
