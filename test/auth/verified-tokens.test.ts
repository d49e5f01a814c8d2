/** Tokens that were verified a moment ago are not verified again. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { issueSession, verifySession } from "../../src/auth/session-token.ts";
import { verifyHostToken } from "../../src/auth/host-token.ts";
import { envWith, failureOf, inAnHour, jwt } from "./tokens.ts";

const ada = { id: "ada", name: "Ada" };
const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Both kinds of tokens, ending at `exp`, in a deployment of their own. */
const KINDS = [
  { kind: "host token", verify: verifyHostToken, issue: (exp: number) => jwt({ exp }) },
  {
    kind: "session",
    verify: verifySession,
    issue: async (exp: number, env: Env) =>
      (await issueSession(env, { user: ada, expiresAt: exp * 1_000 }, Date.now())).token,
  },
];

it.each(KINDS)("a $kind is verified once in ten seconds", async ({ verify, issue }) => {
  const env = envWith({});
  const token = await issue(inAnHour(), env);
  const verified = vi.spyOn(crypto.subtle, "verify");
  for (let i = 0; i < 5; i++) expect((await verify(env, token)).user.id).toBe("ada");
  expect(verified).toHaveBeenCalledTimes(1);
  passTime(10_000);
  await verify(env, token);
  expect(verified).toHaveBeenCalledTimes(2);
});

it.each(KINDS)("a $kind that was verified ends when it says", async ({ verify, issue }) => {
  const env = envWith({});
  const token = await issue(Math.floor(Date.now() / 1_000) + 5, env);
  await verify(env, token);
  passTime(5_000);
  expect(await failureOf(verify(env, token))).toMatchObject({ code: "unauthenticated" });
});

it.each(KINDS)(
  "a $kind of one deployment is none of another with other secrets",
  async ({ verify, issue }) => {
    const env = envWith({});
    const token = await issue(inAnHour(), env);
    await verify(env, token);
    const other = envWith({
      AUTH_SECRET: "another-zN4vQ8mW1cXs7KpE3tRy6uHb",
      SESSION_SECRET: "another-Lx9fJ2gDa5BhT0nVq8MkC4wZ",
    });
    expect(await failureOf(verify(other, token))).toMatchObject({ code: "unauthenticated" });
  },
);

it("a token that was refused is refused again", async () => {
  const env = envWith({});
  const forged = `${(await jwt()).slice(0, -4)}AAAA`;
  for (let i = 0; i < 2; i++)
    expect(await failureOf(verifyHostToken(env, forged))).toMatchObject({ code: "unauthenticated" });
});
