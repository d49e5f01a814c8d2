/** Server tokens: what is one, and which are valid. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { isServerToken, verifyServerToken } from "../../src/auth/server-token.ts";
import { serverToken } from "../support/host-server.ts";
import { bytes, envWith, failureOf, jwt } from "./tokens.ts";

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const verify = (token: string) => verifyServerToken(env, token);

describe("a token is a server token", () => {
  const named = { name: undefined, sub: undefined };
  const cases: [string, boolean, () => Promise<string>][] = [
    ["with no claim but its end", true, () => serverToken()],
    ["with a sub", true, () => serverToken({ sub: "ada" })],
    ["whatever it is signed with", true, () => serverToken({}, "some-other-secret-of-thirty-two-bytes")],
    ["but not with a name", false, () => serverToken({ name: "Ada" })],
    ["nor with a name that is no text", false, () => serverToken({ name: null })],
    ["nor under another algorithm", false, () => jwt(named, { alg: "HS384" }, bytes("k".repeat(48)))],
    ["nor as a session", false, () => jwt(named, { typ: "lilypad-session+jwt" })],
    ["nor where it is no JWT", false, async () => "a.b.c"],
  ];
  it.each(cases)("%s", async (_what, expected, token) => {
    expect(isServerToken(env, await token())).toBe(expected);
  });

  it("only where there is a SERVER_SECRET", async () => {
    expect(isServerToken(envWith({ SERVER_SECRET: "" }), await serverToken())).toBe(false);
  });
});

describe("a server token", () => {
  it("acts as the host, or as its sub, until its end", async () => {
    const exp = inSeconds(60);
    expect(await verify(await serverToken({ exp }))).toEqual({ userId: undefined, expiresAt: exp * 1000 });
    expect(await verify(await serverToken({ exp, sub: "zoe\u0301" }))).toEqual({
      userId: "zo\u00e9",
      expiresAt: exp * 1000,
    });
  });

  it("may end 5 minutes ahead, by a clock that is a minute fast", async () => {
    expect(await verify(await serverToken({ exp: inSeconds(359), iat: inSeconds(59) }))).toBeDefined();
  });

  it("needs no issuer or audience, whatever those of users are", async () => {
    const settings = envWith({ AUTH_ISSUER: "https://host.example", AUTH_AUDIENCE: "lilypad" });
    expect(await verifyServerToken(settings, await serverToken())).toBeDefined();
  });

  const refused: [string, Record<string, unknown>, RegExp?][] = [
    ["that has expired", { exp: inSeconds(-1) }, /expired/],
    ["without an end", { exp: undefined }, /exp/],
    ["whose end is no number", { exp: "soon" }, /exp/],
    ["that ends in 6 minutes and more", { exp: inSeconds(365) }, /longer than 5 minutes/],
    ["whose end is in milliseconds", { exp: Date.now() + 60_000 }, /longer than 5 minutes/],
    ["that is made in the future", { iat: inSeconds(90) }, /iat/],
    ["that begins in the future", { nbf: inSeconds(90) }, /nbf/],
    ["with an empty sub", { sub: "" }, /sub/],
    ["with null as sub", { sub: null }, /sub/],
    ["with a number as sub", { sub: 7 }, /sub/],
    ["with a list as sub", { sub: ["ada"] }, /sub/],
    ["with the host's own id as sub", { sub: "system" }, /sub/],
    ["with a comma in its sub", { sub: "a,b" }, /sub/],
  ];
  it.each(refused)("%s is refused", async (_what, claims, reason = /./) => {
    const failure = await failureOf(verify(await serverToken(claims)));
    expect(failure.code).toBe("unauthenticated");
    expect(failure.message).toMatch(reason);
  });

  it.each(["AUTH_SECRET", "SESSION_SECRET"] as const)("under %s is refused", async (name) => {
    const failure = await failureOf(verify(await serverToken({}, env[name])));
    expect(failure).toMatchObject({
      code: "unauthenticated",
      message: expect.stringMatching(/SERVER_SECRET/),
    });
  });

  it("is refused once it has expired, although it was verified a moment ago", async () => {
    const token = await serverToken({ exp: Date.now() / 1000 + 0.05 });
    await verify(token);
    await expect
      .poll(async () =>
        verify(token).then(
          () => "valid",
          (error: Error) => error.message,
        ),
      )
      .toMatch(/expired/);
  });
});
