/** The token in the session cookie. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { guest } from "../../src/auth/guest.ts";
import { issueSession, SESSION_TYPE, verifySession } from "../../src/auth/session-token.ts";
import { displayName, userId } from "../../src/protocol/fields.ts";
import { bytes, envWith, failureOf, inAnHour, jwt } from "./tokens.ts";

const DAY = 24 * 60 * 60 * 1000;
const ada = { id: "ada", name: "Ada", avatarUrl: "https://pics.example/a.png" };
const sessionKey = () => bytes(env.SESSION_SECRET ?? "");

describe("a session", () => {
  it("holds the user it was issued for, and ends with the host token", async () => {
    const expiresAt = inAnHour() * 1000;
    const session = await issueSession(env, { user: ada, expiresAt, issuedAt: 7.5 }, Date.now());
    expect(session.expiresAt).toBe(expiresAt);
    const sessionId: unknown = expect.any(String);
    expect(await verifySession(env, session.token)).toEqual({
      user: ada,
      expiresAt,
      issuedAt: 7.5,
      sessionId,
    });
  });

  it("lasts no longer than 7 days", async () => {
    const now = Date.now();
    const { expiresAt } = await issueSession(env, { user: ada, expiresAt: now + 30 * DAY }, now);
    expect(expiresAt).toBeLessThanOrEqual(now + 7 * DAY);
    expect(expiresAt).toBeGreaterThan(now + 7 * DAY - 1000);
  });

  it("fits in a cookie, whatever profile the host gives the user", async () => {
    const large = { id: "\u20ac".repeat(128), name: "\u20ac".repeat(100) };
    const plain = { ...large, avatarUrl: `https://a.example/${"a".repeat(2000)}` };
    const wide = { ...large, avatarUrl: `https://a.example/${"\u20ac".repeat(2000)}` };
    const expiresAt = Date.now() + DAY;
    const kept = await issueSession(env, { user: plain, expiresAt }, Date.now());
    const dropped = await issueSession(env, { user: wide, expiresAt }, Date.now());
    expect(`__Host-session${kept.token}`.length).toBeLessThanOrEqual(4096);
    expect(`__Host-session${dropped.token}`.length).toBeLessThanOrEqual(4096);
    expect((await verifySession(env, kept.token)).user).toEqual(plain);
    expect((await verifySession(env, dropped.token)).user).toEqual(large);
  });

  it.each([
    ["a host token", () => jwt()],
    ["a host token, signed with the session secret", () => jwt({}, { typ: "JWT" }, sessionKey())],
    ["a token without a type, signed with it", () => jwt({}, {}, sessionKey())],
    ["of its type, signed with the host secret", () => jwt({}, { typ: SESSION_TYPE })],
    ["expired", () => jwt({ exp: inAnHour() - 3601 }, { typ: SESSION_TYPE }, sessionKey())],
    ["without an exp", () => jwt({ exp: undefined }, { typ: SESSION_TYPE }, sessionKey())],
    ["nonsense", () => "nonsense"],
    ["empty", () => ""],
  ])("is not %s", async (_what, token) => {
    expect((await failureOf(verifySession(env, await token()))).code).toBe("unauthenticated");
  });

  it("ends when the secret is changed", async () => {
    const { token } = await issueSession(env, guest("Ada", Date.now()), Date.now());
    const changed = envWith({ SESSION_SECRET: "yet-another-secret-for-tests-0123456789" });
    expect((await failureOf(verifySession(changed, token))).code).toBe("unauthenticated");
  });

  it("goes on while the secret that signed it is the one before, and is then signed anew with the current one", async () => {
    const caller = { user: ada, expiresAt: inAnHour() * 1000 };
    const old = await issueSession(env, caller, Date.now());
    const rotating = envWith({
      SESSION_SECRET: "tests-after-Jm2Xq7Pb5Wn8Lc3Zt6Ky1",
      SESSION_SECRET_PREVIOUS: env.SESSION_SECRET,
    });
    expect((await verifySession(rotating, old.token)).user).toEqual(ada);
    const fresh = await issueSession(rotating, caller, Date.now());
    expect((await verifySession({ ...rotating, SESSION_SECRET_PREVIOUS: "" }, fresh.token)).user).toEqual(
      ada,
    );
    expect((await failureOf(verifySession(env, fresh.token))).code).toBe("unauthenticated");
  });

  it("of a guest ends where guests are no longer allowed", async () => {
    const { token } = await issueSession(env, guest("Ada", Date.now()), Date.now());
    expect((await verifySession(env, token)).user.id).toBe("guest-Ada");
    for (const closed of [envWith({ GUEST_SIGN_IN: "false" }), envWith({ ENVIRONMENT: "production" })]) {
      expect((await failureOf(verifySession(closed, token))).code).toBe("unauthenticated");
    }
  });
});

describe("a guest", () => {
  it("is the same user for the same name, and another user for another", () => {
    expect(guest("Ada", 0)).toEqual(guest("Ada", 0));
    expect(guest("Ada", 0).user.id).not.toBe(guest("Bob", 0).user.id);
  });

  it.each(["Ada", "Ada Lovelace, Countess", "../..", "名前", "👩‍👩‍👧", "a".repeat(100)])(
    "may be named %s, and has a valid user id",
    (name) => {
      const { user } = guest(displayName.parse(name), 0);
      expect(userId.parse(user.id)).toBe(user.id);
      expect(user.id).toMatch(/^guest-./);
    },
  );
});
