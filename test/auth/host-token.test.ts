/** Tokens of the host application that are signed with the shared secret. */
import { base64url, UnsecuredJWT } from "jose";
import { describe, expect, it } from "vitest";
import { verifyHostToken } from "../../src/auth/host-token.ts";
import { issueSession, SESSION_TYPE } from "../../src/auth/session-token.ts";
import { env } from "cloudflare:workers";
import { bytes, envWith, failureOf, inAnHour, jwt } from "./tokens.ts";

const seconds = () => Math.floor(Date.now() / 1000);

/** Ids that look like a guest's. */
const GUEST_LIKE: [what: string, sub: string][] = [
  ["as it is", "guest-ada"],
  ["in capitals", "Guest-ada"],
  ["after a zero-width space", "\u200bguest-ada"],
  ["after a space", " guest-ada"],
  ["with a soft hyphen", "gue\u00adst-ada"],
  ["in full-width letters", "ｇｕｅｓｔ－ada"],
  ["in mathematical letters", "𝐠𝐮𝐞𝐬𝐭-ada"],
  ["with another hyphen", "guest\u2010ada"],
];

describe("a host token", () => {
  it("holds the user, when their session ends, and when they were named so", async () => {
    const [iat, exp] = [seconds() - 5, inAnHour()];
    const token = await jwt({ sub: "u1", name: " Ada ", picture: "https://pics.example/a.png", iat, exp });
    expect(await verifyHostToken(env, token)).toEqual({
      user: { id: "u1", name: "Ada", avatarUrl: "https://pics.example/a.png" },
      expiresAt: exp * 1000,
      namedAt: iat * 1000,
      issuedAt: iat,
    });
  });

  it.each([
    ["not https", "http://pics.example/a.png"],
    ["not a URL", "a.png"],
    ["a script", "javascript:alert(1)"],
    ["too long", `https://pics.example/${"a".repeat(2048)}`],
    ["not a string", 7],
  ])("is accepted without its picture where that is %s", async (_what, picture) => {
    expect((await verifyHostToken(env, await jwt({ picture }))).user).toEqual({ id: "ada", name: "Ada" });
  });

  it("that expires in the far future ends at a time that an alarm can be set for", async () => {
    const { expiresAt } = await verifyHostToken(env, await jwt({ exp: 253_402_300_799 }));
    expect(expiresAt).toBe(2 ** 42);
  });

  it("is valid where the host's clock is up to a minute ahead", async () => {
    const token = await jwt({ nbf: seconds() + 50, iat: seconds() + 50 });
    expect((await verifyHostToken(env, token)).user.id).toBe("ada");
  });

  it("of a user whose id only resembles a guest's is accepted", async () => {
    for (const sub of ["guest", "guestbook-1", "my-guest-1"])
      expect((await verifyHostToken(env, await jwt({ sub }))).user.id).toBe(sub);
  });

  it("names its user in composed form", async () => {
    const { user } = await verifyHostToken(env, await jwt({ sub: "zoe\u0301", name: "Zoe\u0301" }));
    expect(user).toEqual({ id: "zo\u00e9", name: "Zo\u00e9" });
  });

  it("may carry the type of ordinary JWTs", async () => {
    expect((await verifyHostToken(env, await jwt({}, { typ: "JWT" }))).user.id).toBe("ada");
  });
});

describe("a host token is refused", () => {
  const cases: [string, () => Promise<string> | string, RegExp][] = [
    ["when it is no JWT", () => "nonsense", /malformed/],
    ["when it is empty", () => "", /malformed/],
    ["when another secret signed it", () => jwt({}, {}, bytes("x".repeat(40))), /signature/],
    ["when its claims were changed", forged, /signature/],
    [
      "when it has no signature",
      () => new UnsecuredJWT({ sub: "ada", name: "Ada", exp: inAnHour() }).encode(),
      /algorithm/,
    ],
    ...["none", "None", "NONE", ""].map((alg): (typeof cases)[number] => [
      `when its algorithm is "${alg}"`,
      () => withHeader({ alg }),
      /algorithm|malformed/,
    ]),
    ["when it has no algorithm", () => withHeader({}), /algorithm|malformed/],
    ["when it is signed with HS512", () => jwt({}, { alg: "HS512" }, bytes("a".repeat(64))), /algorithm/],
    ["when it has expired", () => jwt({ exp: seconds() - 1 }), /expired/],
    ["when it does not expire", () => jwt({ exp: undefined }), /exp/],
    ["when its exp is not a number", () => jwt({ exp: "tomorrow" }), /exp/],
    ["when its exp is in milliseconds", () => jwt({ exp: Date.now() + 60_000 }), /exp: is to be in seconds/],
    ["when it is not valid yet", () => jwt({ nbf: seconds() + 120 }), /nbf/],
    ["when it was issued in the future", () => jwt({ iat: seconds() + 120 }), /iat: is in the future/],
    ["when it was issued in milliseconds", () => jwt({ iat: Date.now() }), /iat/],
    ["when it has no sub", () => jwt({ sub: undefined }), /sub/],
    ["when its sub is a number", () => jwt({ sub: 7 }), /sub/],
    ["when its sub is empty", () => jwt({ sub: "" }), /sub/],
    ["when its sub has a comma", () => jwt({ sub: "a,b" }), /sub/],
    ["when its sub is a dot", () => jwt({ sub: "." }), /sub/],
    ["when its sub is two dots", () => jwt({ sub: ".." }), /sub/],
    ["when its sub has a control character", () => jwt({ sub: "a\nb" }), /sub/],
    ["when its sub is too long", () => jwt({ sub: "a".repeat(129) }), /sub/],
    ["when its sub is too long in few characters", () => jwt({ sub: "👍".repeat(65) }), /sub/],
    ...GUEST_LIKE.map(([what, sub]): (typeof cases)[number] => [
      `when its sub is a guest's ${what}`,
      () => jwt({ sub }),
      /begins like guest-/,
    ]),
    ["when it has no name", () => jwt({ name: undefined }), /name/],
    ["when its name is blank", () => jwt({ name: "  " }), /name/],
    ["when its name is too long", () => jwt({ name: "a".repeat(101) }), /name/],
    ["when its name has a bidirectional override", () => jwt({ name: "a\u202eb" }), /name/],
    ["when its name has an invisible character", () => jwt({ name: "Admin\u200b" }), /name: .* U\+200B/],
    ["when it has the type of a session", () => jwt({}, { typ: SESSION_TYPE }), /host token/],
  ];
  it.each(cases)("%s", async (_when, token, reason) => {
    const failure = await failureOf(verifyHostToken(env, await token()));
    expect(failure.code).toBe("unauthenticated");
    expect(failure.message).toMatch(reason);
  });

  it("when it is a session, even where both secrets are the same", async () => {
    const same = envWith({ SESSION_SECRET: env.AUTH_SECRET });
    const caller = { user: { id: "ada", name: "Ada" }, expiresAt: Date.now() + 60_000 };
    const { token } = await issueSession(same, caller, Date.now());
    expect((await failureOf(verifyHostToken(same, token))).code).toBe("unauthenticated");
  });

  it("when the server has no key for it", async () => {
    const none = envWith({ AUTH_SECRET: undefined });
    expect((await failureOf(verifyHostToken(none, await jwt()))).code).toBe("unauthenticated");
  });

  /** A token with another header than it was signed with, and without a signature. */
  async function withHeader(header: Record<string, unknown>): Promise<string> {
    const [, claims] = (await jwt()).split(".");
    return [base64url.encode(JSON.stringify(header)), claims, ""].join(".");
  }

  async function forged(): Promise<string> {
    const [header, , signature] = (await jwt()).split(".");
    const claims = base64url.encode(JSON.stringify({ sub: "eve", name: "Eve", exp: inAnHour() }));
    return [header, claims, signature].join(".");
  }
});

describe("the time for which a host token is valid", () => {
  const production = envWith({ ENVIRONMENT: "production" });
  const days = (count: number) => count * 24 * 3600;
  const tooLong = /valid for longer than the 168 hours of AUTH_TOKEN_MAX_HOURS/;

  it.each([
    ["7 days", () => ({ exp: seconds() + days(7) })],
    [
      "7 days from its issue by a clock that is ahead",
      () => ({ iat: seconds() + 50, exp: seconds() + 50 + days(7) }),
    ],
  ])("may be %s in production", async (_what, claims) => {
    expect((await verifyHostToken(production, await jwt(claims()))).user.id).toBe("ada");
  });

  it.each([
    ["8 days from now", () => ({ exp: seconds() + days(8) })],
    [
      "8 days from its issue, most of which have passed",
      () => ({ iat: seconds() - days(7), exp: seconds() + days(1) }),
    ],
  ])("may not be %s in production", async (_what, claims) => {
    const failure = await failureOf(verifyHostToken(production, await jwt(claims())));
    expect(failure.code).toBe("unauthenticated");
    expect(failure.message).toMatch(tooLong);
  });

  it("is limited by AUTH_TOKEN_MAX_HOURS", async () => {
    const strict = envWith({ ENVIRONMENT: "production", AUTH_TOKEN_MAX_HOURS: "1" });
    expect((await verifyHostToken(strict, await jwt({ exp: seconds() + 3600 }))).user.id).toBe("ada");
    const failure = await failureOf(verifyHostToken(strict, await jwt({ exp: seconds() + 2 * 3600 })));
    expect(failure.message).toMatch(/longer than the 1 hours/);
  });
});

describe("while the secret is being rotated, a host token", () => {
  const before = "tests-before-Rw9cT3nY6kLs1Vz8Qd4Hb";
  const rotating = envWith({ AUTH_SECRET_PREVIOUS: before });

  it.each([
    ["the secret", env.AUTH_SECRET ?? ""],
    ["the secret before", before],
  ])("may be signed with %s", async (_what, secret) => {
    expect((await verifyHostToken(rotating, await jwt({}, {}, bytes(secret)))).user.id).toBe("ada");
  });

  it("of neither is refused, as one of the secret before is where it is no longer set", async () => {
    const other = await jwt({}, {}, bytes("x".repeat(40)));
    expect((await failureOf(verifyHostToken(rotating, other))).message).toMatch(/signature/);
    expect((await failureOf(verifyHostToken(env, await jwt({}, {}, bytes(before))))).message).toMatch(
      /signature/,
    );
  });

  it("that is signed with the secret before and has expired is refused for that", async () => {
    const expired = await jwt({ exp: seconds() - 1 }, {}, bytes(before));
    expect((await failureOf(verifyHostToken(rotating, expired))).message).toMatch(/expired/);
  });
});

describe("issuer and audience", () => {
  const strict = envWith({ AUTH_ISSUER: "https://host.example", AUTH_AUDIENCE: "lilypad" });
  const right = { iss: "https://host.example", aud: "lilypad" };

  it.each([
    ["as configured", right],
    ["where Lilypad is one of several audiences", { ...right, aud: ["other", "lilypad"] }],
  ])("are accepted %s", async (_what, claims) => {
    expect((await verifyHostToken(strict, await jwt(claims))).user.id).toBe("ada");
  });

  it.each([
    ["another issuer", { ...right, iss: "https://evil.example" }],
    ["no issuer", { ...right, iss: undefined }],
    ["another audience", { ...right, aud: "shop" }],
    ["no audience", { ...right, aud: undefined }],
  ])("are refused with %s", async (_what, claims) => {
    expect((await failureOf(verifyHostToken(strict, await jwt(claims)))).code).toBe("unauthenticated");
  });
});
