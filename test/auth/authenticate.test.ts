/** Who makes a request: the first credential that is present decides, and no other mends one that is not valid. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { authenticate } from "../../src/auth/authenticate.ts";
import { issueSession, SESSION_TYPE } from "../../src/auth/session-token.ts";
import { bytes, failureOf, inAnHour, jwt } from "./tokens.ts";

type Credential = "absent" | "valid" | "invalid";
const STATES: Credential[] = ["absent", "valid", "invalid"];
const UPGRADE = "an upgrade";
const SOURCES = ["header", "subprotocol", "cookie"] as const;
type Source = (typeof SOURCES)[number];

const sessionOf = async (id: string) =>
  (await issueSession(env, { user: { id, name: id }, expiresAt: inAnHour() * 1000 }, Date.now())).token;

/** A token of a user who is named as its source, so that the answer shows which one counted. */
const tokens: Record<Source, Record<"valid" | "invalid", () => Promise<string>>> = {
  header: { valid: () => jwt({ sub: "header" }), invalid: () => jwt({ exp: 1 }) },
  subprotocol: { valid: () => jwt({ sub: "subprotocol" }), invalid: () => jwt({ exp: 1 }) },
  cookie: {
    valid: () => sessionOf("cookie"),
    invalid: () => jwt({}, { typ: SESSION_TYPE }, bytes("some-other-secret-of-enough-bytes-01")),
  },
};

async function requestWith(has: Record<Source, Credential>, isUpgrade: boolean): Promise<Request> {
  const headers = new Headers(isUpgrade ? { upgrade: "websocket" } : {});
  const add = async (source: Source, name: string, prefix: string) => {
    const state = has[source];
    if (state !== "absent") headers.set(name, prefix + (await tokens[source][state]()));
  };
  await add("header", "authorization", "Bearer ");
  await add("subprotocol", "sec-websocket-protocol", "lilypad.v1, bearer.");
  await add("cookie", "cookie", "__Host-session=");
  return new Request("https://lilypad.test/api/presence/socket", { headers });
}

/** The contract's rule: the first that is present; the subprotocol is one on an upgrade alone. */
function decided(header: Credential, subprotocol: Credential, cookie: Credential, door: string) {
  const has = { header, subprotocol, cookie };
  const source = SOURCES.find(
    (each) => has[each] !== "absent" && (each !== "subprotocol" || door === UPGRADE),
  );
  return { has, door, source, accepted: source !== undefined && has[source] === "valid" };
}

const combinations = STATES.flatMap((header) =>
  STATES.flatMap((subprotocol) =>
    STATES.flatMap((cookie) =>
      [UPGRADE, "a request"].map((door) => decided(header, subprotocol, cookie, door)),
    ),
  ),
);

describe("of header, subprotocol and cookie", () => {
  it.each(combinations.filter(({ accepted }) => accepted))(
    "the $source counts where they are $has.header, $has.subprotocol and $has.cookie on $door",
    async ({ has, door, source }) => {
      const caller = await authenticate(await requestWith(has, door === UPGRADE), env);
      expect(caller.user.id).toBe(source);
    },
  );

  it.each(combinations.filter(({ accepted }) => !accepted))(
    "none counts where they are $has.header, $has.subprotocol and $has.cookie on $door",
    async ({ has, door }) => {
      const request = await requestWith(has, door === UPGRADE);
      expect((await failureOf(authenticate(request, env))).code).toBe("unauthenticated");
    },
  );
});

describe("a credential in disguise is refused", () => {
  const host = () => jwt();
  const session = () => sessionOf("ada");
  const cases: [string, () => Promise<Record<string, string>>][] = [
    ["a session as Bearer", async () => ({ authorization: `Bearer ${await session()}` })],
    [
      "a session as subprotocol",
      async () => ({
        upgrade: "websocket",
        "sec-websocket-protocol": `lilypad.v1, bearer.${await session()}`,
      }),
    ],
    ["a host's token as cookie", async () => ({ cookie: `__Host-session=${await host()}` })],
    ["the cookie of plain http on https", async () => ({ cookie: `session=${await session()}` })],
    ["a cookie in quotes", async () => ({ cookie: `__Host-session="${await session()}"` })],
    ["a cookie that is empty", async () => ({ cookie: "__Host-session=" })],
    ["a token under another scheme", async () => ({ authorization: `Token ${await host()}` })],
    ["a token with no scheme", async () => ({ authorization: await host() })],
    ["two tokens in one header", async () => ({ authorization: `Bearer ${await host()}, Bearer x` })],
    ["a header that is empty", async () => ({ authorization: "" })],
    [
      "a bad token before a good one in the subprotocols",
      async () => ({ upgrade: "websocket", "sec-websocket-protocol": `bearer.x, bearer.${await host()}` }),
    ],
    [
      "a token whose prefix is in upper case",
      async () => ({
        upgrade: "websocket",
        "sec-websocket-protocol": `lilypad.v1, BEARER.${await host()}`,
      }),
    ],
  ];
  it.each(cases)("%s", async (_what, headers) => {
    const request = new Request("https://lilypad.test/api/session", { headers: await headers() });
    expect((await failureOf(authenticate(request, env))).code).toBe("unauthenticated");
  });
});
