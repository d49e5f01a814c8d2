/** Who makes a request. The first credential that is present decides: an invalid one is refused, whatever the others are. */
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

/** A token of a user who is named as its source, so that the result shows which one was used. */
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

/** The contract's rule: the first credential that is present. The subprotocol is one on upgrades only. */
function expectedFor(header: Credential, subprotocol: Credential, cookie: Credential, kind: string) {
  const has = { header, subprotocol, cookie };
  const source = SOURCES.find(
    (each) => has[each] !== "absent" && (each !== "subprotocol" || kind === UPGRADE),
  );
  return { has, kind, source, accepted: source !== undefined && has[source] === "valid" };
}

const combinations = STATES.flatMap((header) =>
  STATES.flatMap((subprotocol) =>
    STATES.flatMap((cookie) =>
      [UPGRADE, "a request"].map((kind) => expectedFor(header, subprotocol, cookie, kind)),
    ),
  ),
);

describe("of header, subprotocol and cookie", () => {
  it.each(combinations.filter(({ accepted }) => accepted))(
    "the $source is used where they are $has.header, $has.subprotocol and $has.cookie on $kind",
    async ({ has, kind, source }) => {
      const credential = await authenticate(await requestWith(has, kind === UPGRADE), env);
      expect(credential).toMatchObject({ by: "user", user: { id: source } });
    },
  );

  it.each(combinations.filter(({ accepted }) => !accepted))(
    "none is accepted where they are $has.header, $has.subprotocol and $has.cookie on $kind",
    async ({ has, kind }) => {
      const request = await requestWith(has, kind === UPGRADE);
      expect((await failureOf(authenticate(request, env))).code).toBe("unauthenticated");
    },
  );
});

describe("a credential in the wrong place or form is refused", () => {
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
    ["the cookie of plain http on https", async () => ({ cookie: `lilypad-session=${await session()}` })],
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
