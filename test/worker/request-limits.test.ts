/** How many requests the Worker lets in: of a user, and from an address. */
import { describe, expect, it } from "vitest";
import { limiter, NO_THREAD, problemOf, requestWith, withLimits } from "./requests.ts";
import { networkOf } from "../../src/worker/request-limits.ts";
import { newThread, person, type Person } from "../support/host-users.ts";
import { TestSocket } from "../support/socket.ts";

type Settings = Parameters<typeof requestWith>[0];

function ask(who: Person, settings: Settings, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${who.token}`, "content-type": "application/json" };
  return requestWith(settings, path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

async function expectLimited(response: Response): Promise<void> {
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("60");
  expect((await problemOf(response)).code).toBe("rate_limited");
}

describe("a user", () => {
  it("is refused requests that read from some number on, of any kind, and nobody else is", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const { id } = await newThread(ada, "group", [bob]);
    const READ_LIMIT = limiter(6);
    const settings = withLimits({ READ_LIMIT });
    const paths = [
      "/api/session",
      "/api/threads",
      `/api/threads/${id}`,
      `/api/threads/${id}/messages`,
      "/api/users?q=ada",
      `/api/presence?ids=${bob.user.id}`,
    ];
    for (const path of paths) expect((await ask(ada, settings, "GET", path)).status).toBe(200);
    for (const path of paths) await expectLimited(await ask(ada, settings, "GET", path));
    expect(new Set(READ_LIMIT.keys)).toEqual(new Set([ada.user.id]));
    expect((await ask(bob, settings, "GET", "/api/threads")).status).toBe(200);
    // Another kind has a limit of its own.
    const sent = await ask(ada, settings, "POST", `/api/threads/${id}/messages`, { body: "hello" });
    expect(sent.status).toBe(201);
  });

  it("is refused requests that change something from some number on", async () => {
    const ada = await person("Ada");
    const { id } = await newThread(ada, "group");
    const settings = withLimits({ WRITE_LIMIT: limiter(2) });
    expect((await ask(ada, settings, "PATCH", `/api/threads/${id}`, { name: "one" })).status).toBe(200);
    expect((await ask(ada, settings, "PUT", `/api/threads/${id}/read`, { seq: 0 })).status).toBe(200);
    await expectLimited(await ask(ada, settings, "DELETE", `/api/threads/${id}`));
    expect((await ask(ada, settings, "GET", `/api/threads/${id}`)).status).toBe(200);
  });

  it("is refused new threads from some number on, however long the time between them", async () => {
    const [ada, bob] = [await person("Ada"), await person("Bob")];
    const settings = withLimits({ NEW_THREAD_LIMIT: limiter(2) });
    const create = (body: object) => ask(ada, settings, "POST", "/api/threads", body);
    const direct = { kind: "direct", memberIds: [bob.user.id] };
    expect((await create(direct)).status).toBe(201);
    expect((await create({ kind: "group" })).status).toBe(201);
    await expectLimited(await create({ kind: "public" }));
    // A chat that exists is no new thread.
    expect((await create(direct)).status).toBe(200);
  });

  it.each(["/api/presence/socket", `/api/threads/${NO_THREAD}/socket`])(
    "is refused %s from some number on, with 4129",
    async (path) => {
      const ada = await person("Ada");
      const OPEN_LIMIT = limiter(0);
      const headers = {
        authorization: `Bearer ${ada.token}`,
        upgrade: "websocket",
        "sec-websocket-protocol": "lilypad.v1",
      };
      const { status, webSocket } = await requestWith(withLimits({ OPEN_LIMIT }), path, { headers });
      expect(status).toBe(101);
      if (!webSocket) throw new Error("no socket");
      const { code, reason } = await new TestSocket(webSocket, "lilypad.v1").closed;
      expect({ code, reason }).toEqual({ code: 4129, reason: "Too many sockets opened." });
      expect(OPEN_LIMIT.keys).toEqual([ada.user.id]);
    },
  );
});

describe("an address", () => {
  const from = (address: string) => ({ "cf-connecting-ip": address, authorization: "Bearer x" });

  it("is refused requests without a valid credential from some number on; those who have one are not", async () => {
    const ANONYMOUS_LIMIT = limiter(2);
    const settings = withLimits({ ANONYMOUS_LIMIT });
    const get = (headers: Record<string, string>) => requestWith(settings, "/api/threads", { headers });
    expect((await get(from("192.0.2.1"))).status).toBe(401);
    expect((await get({ "cf-connecting-ip": "192.0.2.1" })).status).toBe(401);
    await expectLimited(await get(from("192.0.2.1")));
    expect((await get(from("192.0.2.2"))).status).toBe(401);
    const ada = await person("Ada");
    const signedIn = { ...from("192.0.2.1"), authorization: `Bearer ${ada.token}` };
    expect((await get(signedIn)).status).toBe(200);
  });

  it("is refused upgrades without a valid credential from some number on, with 4129", async () => {
    const settings = withLimits({ ANONYMOUS_LIMIT: limiter(1) });
    const closed = async () => {
      const headers = { upgrade: "websocket", "cf-connecting-ip": "192.0.2.3" };
      const { webSocket } = await requestWith(settings, "/api/presence/socket", { headers });
      if (!webSocket) throw new Error("no socket");
      return (await new TestSocket(webSocket, null).closed).code;
    };
    expect([await closed(), await closed()]).toEqual([4001, 4129]);
  });

  it("counts for guesses of the administrator's secret", async () => {
    const ANONYMOUS_LIMIT = limiter(1);
    const secret = "an-administrators-secret-of-32-bytes";
    const settings = { ...withLimits({ ANONYMOUS_LIMIT }), ADMIN_SECRET: secret } as Settings;
    const guess = () =>
      requestWith(settings, "/api/admin/presence/moves", { method: "POST", headers: from("192.0.2.4") });
    expect((await guess()).status).toBe(401);
    await expectLimited(await guess());
  });

  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
  ])("%s counts as %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

it("without the bindings, or with RATE_LIMITS off, nothing is counted", async () => {
  const ada = await person("Ada");
  const READ_LIMIT = limiter(0);
  for (const settings of [
    { READ_LIMIT: undefined },
    { ...withLimits({ READ_LIMIT }), RATE_LIMITS: "off" } as Settings,
  ])
    expect((await ask(ada, settings, "GET", "/api/threads")).status).toBe(200);
  expect(READ_LIMIT.keys).toEqual([]);
});
