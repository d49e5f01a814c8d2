/** Bans of the host's: refused at every entrance, whatever the credential, until lifted or over. */
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HostBanPage, HostBanView } from "../../src/protocol/host-bans.ts";
import { VERDICT_MS } from "../../src/rpc/revocation.ts";
import { passTime, runAlarm, startClock } from "../cost/clock.ts";
import { host, hostAs, newKey } from "../support/host-server.ts";
import { call, hostToken, newThread, person, unique, type Person } from "../support/host-users.ts";
import { costOf, shardStub } from "../support/objects.ts";
import { openPresence, openThread, upgrade } from "../support/socket.ts";
import { SocketIoTestSocket } from "../support/socketio.ts";
import { problemOf } from "./requests.ts";

beforeEach(startClock);
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await reset();
});

const path = (userId: string) => `/api/bans/${encodeURIComponent(userId)}`;
const ban = (userId: string, body?: object) => host("PUT", path(userId), body);
const bans = async (query = "") => (await host("GET", `/api/bans${query}`)).json<HostBanPage>();
const codeOf = async (response: Response) => (await problemOf(response)).code;
/** No verdict from before is used any more. */
const outdateVerdicts = () => passTime(VERDICT_MS);

/** The same user with a token that was made just now. */
async function fresh(who: Person): Promise<Person> {
  const iat = Date.now() / 1000;
  const token = await hostToken({ sub: who.user.id, name: who.user.name, iat });
  const headers = { authorization: `Bearer ${token}` };
  return { ...who, token, call: (method, to, body) => call(method, to, body, headers) };
}

async function cookieOf(who: Person): Promise<string> {
  const response = await who.call("POST", "/api/session");
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

describe("whom the host bans", () => {
  it("is refused by every entrance, with a fresh token too", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(bob, "group", [ada]);
    const key = newKey();
    await host("PUT", `/api/threads/${encodeURIComponent(key)}`, {
      kind: "group",
      members: [{ id: ada.user.id }],
    });
    const cookie = await cookieOf(ada);
    const room = await openThread(ada, id);
    const { cursor } = await room.next("welcome");
    const answer = await ban(ada.user.id, { reason: "spam" });
    expect(answer.status).toBe(200);
    expect(await answer.json<HostBanView>()).toEqual({
      user: ada.user,
      reason: "spam",
      by: "host",
      at: Date.now(),
    });
    outdateVerdicts();
    const again = await fresh(ada);
    for (const who of [ada, again]) {
      expect(await codeOf(await who.call("GET", "/api/threads"))).toBe("forbidden");
      expect(await codeOf(await who.call("POST", "/api/session"))).toBe("forbidden");
      expect(await codeOf(await who.call("GET", `/api/threads/${encodeURIComponent(key)}`))).toBe(
        "forbidden",
      );
      expect(await codeOf(await who.call("POST", `/api/threads/${id}/messages`, { body: "hi" }))).toBe(
        "forbidden",
      );
      for (const socket of [
        await openThread(who, id),
        await openThread(who, id, cursor),
        await openPresence(who),
      ])
        expect((await socket.closed).code).toBe(4003);
      const socketIo = await SocketIoTestSocket.open();
      socketIo.send(`40${JSON.stringify({ token: who.token })}`);
      expect(await socketIo.next((frame) => frame.startsWith("44"))).toContain("forbidden");
    }
    expect(await codeOf(await call("GET", "/api/session", undefined, { cookie }))).toBe("forbidden");
    expect((await (await upgrade("/api/presence/socket", { cookie })).closed).code).toBe(4003);
    // The host in their name, too; and as itself it goes on.
    expect(await codeOf(await hostAs(ada, "GET", "/api/threads"))).toBe("forbidden");
    expect((await host("GET", `/api/threads/${id}`)).status).toBe(200);
    expect((await bob.call("GET", `/api/threads/${id}`)).status).toBe(200);
  });

  it("has every open socket closed with 4003, and renews none", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(bob, "group", [ada]);
    const [tab, room, other] = [
      await openPresence(ada),
      await openThread(ada, id),
      await openThread(bob, id),
    ];
    const socketIo = await SocketIoTestSocket.connect(ada);
    expect(await socketIo.ask("join", { room: id })).toMatchObject({ ok: true });
    const inNoRoom = await SocketIoTestSocket.connect(ada);
    await ban(ada.user.id);
    expect((await tab.next("closing")).code).toBe(4003);
    // As the tabs that they are at Presence, whatever rooms they are in.
    await Promise.all([socketIo.closed, inNoRoom.closed]);
    // By a verdict that was kept elsewhere, before the thread hears of it.
    expect(await room.ask({ type: "auth", id: "renew", token: (await fresh(ada)).token })).toMatchObject({
      type: "error",
      code: "forbidden",
    });
    await runAlarm(shardStub(ada.user.id));
    expect((await room.next("closing")).code).toBe(4003);
    expect((await (await openThread(ada, id)).closed).code).toBe(4003);
    expect((await other.ask({ type: "chat", id: "1", body: "still here" })).type).toBe("ack");
  });

  it("may come back when that is lifted, and when it is over", async () => {
    const ada = await person("Ada");
    await ban(ada.user.id, { until: Date.now() + 60_000 });
    expect(await codeOf(await (await fresh(ada)).call("GET", "/api/threads"))).toBe("forbidden");
    passTime(60_000);
    expect((await ada.call("GET", "/api/threads")).status).toBe(200);
    expect(await bans()).toEqual({ bans: [] });
    await ban(ada.user.id);
    outdateVerdicts();
    expect(await codeOf(await ada.call("GET", "/api/threads"))).toBe("forbidden");
    for (const _ of [1, 2]) expect((await host("DELETE", path(ada.user.id))).status).toBe(204);
    outdateVerdicts();
    expect((await ada.call("GET", "/api/threads")).status).toBe(200);
    await openPresence(ada).then((tab) => tab.next("welcome"));
  });

  it("stays revoked after it, where the host has revoked their tokens meanwhile", async () => {
    const ada = await fresh(await person("Ada"));
    await ban(ada.user.id);
    await host("POST", `/api/users/${ada.user.id}/revoke`);
    outdateVerdicts();
    expect(await codeOf(await ada.call("GET", "/api/threads"))).toBe("forbidden");
    await host("DELETE", path(ada.user.id));
    outdateVerdicts();
    expect(await codeOf(await ada.call("GET", "/api/threads"))).toBe("unauthenticated");
  });

  it("need not be known, and is not made known by it", async () => {
    const id = unique("mallory");
    expect(await (await ban(id)).json<HostBanView>()).toMatchObject({ user: { id, name: id } });
    const token = await hostToken({ sub: id });
    const response = await call("POST", "/api/session", undefined, { authorization: `Bearer ${token}` });
    expect(await codeOf(response)).toBe("forbidden");
    expect((await host("GET", `/api/users/${id}`)).status).toBe(404);
  });
});

describe("the list of bans", () => {
  it("comes in pages, over all shards, and has the newest of each user", async () => {
    const ids = Array.from({ length: 7 }, (_, i) => unique(`user-${i}`));
    for (const id of ids) await ban(id, { reason: "first" });
    await ban(ids[0] ?? "", { reason: "second", until: Date.now() + 1000 });
    const found: HostBanView[] = [];
    for (let query = "?limit=2"; ;) {
      const { bans: some, nextCursor } = await bans(query);
      expect(some.length).toBeLessThanOrEqual(2);
      found.push(...some);
      if (nextCursor === undefined) break;
      query = `?${new URLSearchParams({ limit: "2", cursor: nextCursor })}`;
    }
    expect(found.map(({ user }) => user.id).toSorted()).toEqual(ids.toSorted());
    expect(found.find(({ user }) => user.id === ids[0])).toMatchObject({ reason: "second" });
    expect(await codeOf(await host("GET", "/api/bans?cursor=nonsense"))).toBe("bad_request");
  });

  it("and every ban are the host's alone", async () => {
    const ada = await person("Ada");
    for (const [method, to] of [
      ["GET", "/api/bans"],
      ["PUT", path(ada.user.id)],
      ["DELETE", path(ada.user.id)],
    ] as const) {
      expect(await codeOf(await ada.call(method, to))).toBe("forbidden");
      expect(await codeOf(await hostAs(ada, method, to))).toBe("forbidden");
      expect(await codeOf(await call(method, to))).toBe("unauthenticated");
    }
  });

  it("refuses a time that is past, a long reason, and the host itself", async () => {
    const id = unique("ada");
    for (const body of [{ until: Date.now() }, { until: "soon" }, { reason: "x".repeat(201) }])
      expect(await codeOf(await ban(id, body))).toBe("bad_request");
    expect(await codeOf(await ban("system"))).toBe("bad_request");
  });
});

it("costs the ban's row, the job, and the alarm; refusing costs none", async () => {
  const ada = await person("Ada");
  const stub = shardStub(ada.user.id);
  expect(await costOf(stub, () => ban(ada.user.id))).toMatchObject({ rowsWritten: 2, alarmsSet: 1 });
  outdateVerdicts();
  expect((await costOf(stub, () => ada.call("GET", "/api/threads"))).rowsWritten).toBe(0);
  expect((await costOf(stub, () => host("DELETE", path(ada.user.id)))).rowsWritten).toBe(1);
});
