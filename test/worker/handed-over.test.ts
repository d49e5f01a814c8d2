/** What the Worker hands to an object: the verified user, and no credential. For an invalid id it calls no object at all. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../src/worker/index.ts";
import { newThread, ORIGIN, person, type Person } from "../support/host-users.ts";
import { TestSocket } from "../support/socket.ts";
import { NO_THREAD } from "./requests.ts";

/** Every route that calls an object. */
const routes: [method: string, path: string, body?: unknown][] = [
  ["POST", "/api/session"],
  ["POST", "/api/threads", { kind: "group" }],
  ["GET", "/api/threads"],
  ["GET", "/api/threads/:id"],
  ["PATCH", "/api/threads/:id", { name: "Lake" }],
  ["GET", "/api/threads/:id/members"],
  ["PUT", "/api/threads/:id/members/ada"],
  ["DELETE", "/api/threads/:id/members/ada"],
  ["GET", "/api/threads/:id/messages"],
  ["POST", "/api/threads/:id/messages", { body: "hi" }],
  ["PATCH", "/api/threads/:id/messages/1", { body: "ho" }],
  ["PUT", "/api/threads/:id/messages/1/reactions/%F0%9F%91%8D"],
  ["DELETE", "/api/threads/:id/messages/1/reactions/%F0%9F%91%8D"],
  ["DELETE", "/api/threads/:id/messages/1"],
  ["PUT", "/api/threads/:id/read", { seq: 1 }],
  ["GET", "/api/users?q=ada"],
  ["GET", "/api/users/ada"],
  ["GET", "/api/presence?ids=ada"],
  ["DELETE", "/api/threads/:id"],
];
const threadRoutes = routes.filter(([, path]) => path.includes(":id"));

/** A namespace whose stubs record all arguments of their calls. */
function recording<N extends DurableObjectNamespace>(namespace: N, handed: string[]): N {
  const get = (id: DurableObjectId) =>
    new Proxy(namespace.get(id), {
      get: (stub, what) =>
        function recorded(...args: unknown[]) {
          handed.push(args.map(textOf).join("\n"));
          return Reflect.apply(Reflect.get(stub, what) as () => unknown, stub, args);
        },
    });
  return new Proxy(namespace, {
    get: (target, what) => (what === "get" ? get : (Reflect.get(target, what) as () => unknown).bind(target)),
  });
}

function textOf(argument: unknown): string {
  if (!(argument instanceof Request)) return String(JSON.stringify(argument));
  const headers = [...argument.headers].map(([name, value]) => `${name}: ${decodeURIComponent(value)}`);
  return [argument.url, ...headers].join("\n");
}

/** A request to a Worker, and what it hands to objects. */
async function recordedRequest(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
) {
  const handed: string[] = [];
  const objects = {
    CHAT_THREAD: recording(env.CHAT_THREAD, handed),
    PRESENCE: recording(env.PRESENCE, handed),
  };
  const init = {
    method,
    headers: { ...headers, "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  };
  const request = new Request(ORIGIN + path, init) as Parameters<typeof worker.fetch>[0];
  return { response: await worker.fetch(request, { ...env, ...objects }), handed };
}

let ada: Person;
let threadId: string;
let cookie: string;

beforeAll(async () => {
  ada = await person("Ada");
  threadId = (await newThread(ada, "group", [], "Pond")).id;
  const signedIn = await ada.call("POST", "/api/session");
  cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
});

/** Every kind of credential, and a forged header of who was verified. */
function credentialsAndForgeries(): Record<string, string> {
  const forged = { user: { id: "eve", name: "Eve" }, expiresAt: 9e12 };
  return {
    authorization: `Bearer ${ada.token}`,
    cookie: `theme=dark; ${cookie}`,
    "x-lilypad-caller": encodeURIComponent(JSON.stringify(forged)),
    "sec-websocket-protocol": `lilypad.v1, bearer.${ada.token}`,
  };
}

describe("an object is handed no token, no cookie and no forged caller", () => {
  it.each(routes)("by %s %s", async (method, path, body) => {
    const { handed } = await recordedRequest(
      method,
      path.replace(":id", threadId),
      credentialsAndForgeries(),
      body,
    );
    const text = handed.join("\n");
    expect(text).not.toBe("");
    for (const part of [...ada.token.split("."), cookie.split("=")[1], "theme=dark", "Bearer", "eve"])
      expect(text).not.toContain(part);
  });

  it("by an upgrade, which carries only the verified user and the version", async () => {
    const { id } = await newThread(ada, "group");
    for (const path of ["/api/presence/socket", `/api/threads/${id}/socket?cursor=x:1`]) {
      const { response, handed } = await recordedRequest("GET", path, {
        ...credentialsAndForgeries(),
        upgrade: "websocket",
      });
      expect(response.status).toBe(101);
      if (response.webSocket) new TestSocket(response.webSocket, null).close();
      const upgrade = handed.at(-1);
      // A thread does not know whether its caller's token was revoked: of that the user's shard is asked, with no more than their id.
      const [isRevoked = `"${ada.user.id}"\n{}`, ...others] = handed.slice(0, -1);
      expect(isRevoked).toMatch(new RegExp(`^"${ada.user.id}"\\n\\{\\}`));
      expect(others).toEqual([]);
      const caller = JSON.stringify({ user: ada.user, expiresAt: 0 }).replace("0}", "");
      expect(upgrade?.split("\n").toSorted()).toEqual([
        ORIGIN + path,
        "sec-websocket-protocol: lilypad.v1",
        "upgrade: websocket",
        expect.stringContaining(`x-lilypad-caller: ${caller}`),
      ]);
    }
  });
});

describe("no object starts", () => {
  const strangeIds: [string, () => string][] = [
    ["in upper case", () => threadId.toUpperCase()],
    ["in mixed case", () => threadId.replace(/[a-f]/, (digit) => digit.toUpperCase())],
    ["of 63 digits", () => threadId.slice(1)],
    ["of 65 digits", () => `${threadId}0`],
    ["with a letter that is no digit", () => `g${threadId.slice(1)}`],
    ["that no object has", () => NO_THREAD],
    ["of another kind of object", () => env.PRESENCE.idFromName("shard-0").toString()],
    ["that is percent-encoded", () => `%${threadId.charCodeAt(0).toString(16)}${threadId.slice(1)}`],
  ];
  const cases = threadRoutes.flatMap(([method, path, body]) =>
    strangeIds.map(([what, id]) => ({ method, path, body, what, id })),
  );

  it.each(cases)("for an id $what: $method $path", async ({ method, path, body, id }) => {
    const { response, handed } = await recordedRequest(
      method,
      path.replace(":id", id()),
      credentialsAndForgeries(),
      body,
    );
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "not_found", detail: "There is no such thread." });
    expect(handed).toEqual([]);
  });

  it.each(strangeIds)("for an upgrade to an id %s", async (_what, id) => {
    const headers = { ...credentialsAndForgeries(), upgrade: "websocket" };
    const { response, handed } = await recordedRequest("GET", `/api/threads/${id()}/socket`, headers);
    expect(handed).toEqual([]);
    const socket = new TestSocket(response.webSocket ?? new WebSocketPair()[0], null);
    expect((await socket.closed).code).toBe(4004);
    expect(socket.frames).toEqual([]);
  });

  it.each(routes)("for a caller who is not signed in: %s %s", async (method, path, body) => {
    const headers = { authorization: "Bearer nonsense", cookie };
    const { response, handed } = await recordedRequest(method, path.replace(":id", threadId), headers, body);
    expect(response.status).toBe(401);
    expect(handed).toEqual([]);
  });
});
